"""The command."""

from collections.abc import Sequence
from pathlib import Path

import click
import torch

from styles import pack
from styles.errors import StyleError
from styles.library import BUILT_IN
from tests.benchmarks import generators
from tests.benchmarks.generators import tables
from tests.benchmarks.generators.bench import STYLES, Bench
from tests.conftest import ROOT, SHARED

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
OUT = ROOT / "tests" / "benchmarks" / "out" / "generators"


@click.command(help=generators.__doc__)
@click.option("--ours", multiple=True, type=FOLDER, help="A pack of such a style; repeat it [runs/STYLE/pack].")
@click.option("--packs", is_flag=True, help="Measure every shipped pack instead.")
@click.option(
    "--pack", "chosen", multiple=True, type=FOLDER, help="With --packs: only this folder of a pack; repeat it."
)
@click.option("--like", type=FOLDER, help="Measure this pack, which takes a style picture, beside MicroAST instead.")
@click.option("--images", default=SHARED / "images", type=FOLDER, help="Root of the recipes' pictures.")
@click.option("--weights", default=SHARED / "weights", type=FOLDER, help="Holds fast_neural_style/ and vgg19/.")
@click.option("--size", type=click.IntRange(64, 2048), default=512, show_default=True, help="Side of the squares.")
@click.option("--bound", type=click.IntRange(0), default=2, show_default=True, help="Optimise so many photos, too,")
@click.option("--bound-size", type=click.IntRange(64, 2048), default=256, show_default=True, help="of this side.")
@click.option("--rounds", type=click.IntRange(1), default=7, show_default=True, help="Of timing.")
@click.option("--cache", default=OUT, type=click.Path(path_type=Path), help="Keeps what was measured before.")
def command(
    ours: tuple[Path, ...],
    packs: bool,
    chosen: tuple[Path, ...],
    like: Path | None,
    images: Path,
    weights: Path,
    size: int,
    bound_size: int,
    bound: int,
    rounds: int,
    cache: Path,
) -> None:
    bench = Bench(images, weights, size, bound_size, bound, rounds, cache)
    try:
        if like:
            _compare_like(bench, like)
        elif packs:
            print(bench.catalogue(chosen or shipped()))
        else:
            _compare(bench, ours or tuple(ROOT / "runs" / style / "pack" for style in STYLES))
    except StyleError as error:
        raise click.ClickException(str(error)) from error
    finally:
        bench.bar.close()


def _compare(bench: Bench, folders: Sequence[Path]) -> None:
    outcomes = bench.compared(folders)
    print(
        f"{len(outcomes[0].photos)} photos, middle squares of {bench.size}²; {torch.get_num_threads()} CPU thread(s)."
    )
    print(f"\n{tables.side_by_side(outcomes)}\n\n{tables.ratios(outcomes)}")
    if bench.bound_count:
        print(f"\n{tables.bounds(outcomes, bench.bound_size)}")


def _compare_like(bench: Bench, folder: Path) -> None:
    outcome, encoded = bench.any_style(folder)
    print(f"{len(outcome.photos)} pairs, middle squares of {bench.size}²; {torch.get_num_threads()} CPU thread(s).")
    print(f"\n{tables.side_by_side([outcome])}\n\n{tables.ratios([outcome])}\n")
    for (label, precision), took in sorted(encoded.items()):
        print(f"A style picture's code, {label}, {precision}: {took * 1e3:.0f} ms")


def shipped() -> list[Path]:
    """The shipped packs; one that takes a style picture has its own comparison, --like."""
    folders = sorted(path.parent for path in BUILT_IN.glob(f"*/{pack.CARD}"))
    return [folder for folder in folders if pack.read(folder).takes == "photo"]


if __name__ == "__main__":
    command()
