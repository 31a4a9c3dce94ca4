"""``atelier train``: from a recipe to a style pack."""

import os
from collections.abc import Callable
from pathlib import Path

import click

from deploy.interrupt import ends_at_once

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("recipe", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Folder for checkpoints, sheets and the pack [runs/ID]."
)
@click.option("--data", type=FOLDER, help="Root of the recipe's pictures [the recipe's folder].")
@click.option("--vgg", type=FOLDER, help="Folder of the perceptual network's file [ATELIER_VGG].")
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option("--check", is_flag=True, help="Look through the recipe and its pictures, say what is wrong, and stop.")
@click.option("--restart", is_flag=True, help="Begin anew, over the checkpoint that is there.")
@click.option("--quiet", is_flag=True, help="No progress bar and no hints; only the pack's folder, or what went wrong.")
def train(
    recipe: Path,
    out: Path | None,
    data: Path | None,
    vgg: Path | None,
    device: str,
    check: bool,
    restart: bool,
    quiet: bool,
) -> None:
    """Train a style from a RECIPE (TOML) and end with a pack, its preview and its report.

    The pictures are checked first. Ctrl-C leaves a checkpoint; the same command goes on from it. A sample sheet and
    TensorBoard's curves are written beside it.

    \b
    What a recipe can learn from:
      one picture         [art] with that picture, [[photos]], losses `content` and `gram`
      a folder of art     [art] and [[photos]], with the loss `adversarial` as well
      two unpaired sets   [art] and [[photos]], losses `adversarial`, `adversarial_back`, `cycle` and
                          `identity` (CycleGAN)
      pairs               [pairs] side by side or in two folders, losses `paired` and `adversarial` (Pix2Pix)
      another pack        init = "ID or folder" goes on from its weights

    \b
    Examples:
      atelier train ukiyoe.toml --data ~/pictures --check        are recipe and pictures sound?
      atelier train ukiyoe.toml --data ~/pictures                train, or go on training
      atelier styles import runs/ukiyoe/pack                     take the style into use
      tensorboard --logdir runs                                  watch the curves
      torchrun --nproc-per-node 2 -m deploy train ukiyoe.toml    on two devices
    """
    with ends_at_once():
        from styles import training

    say: Callable[[str], None] = (lambda _: None) if quiet else click.echo
    if check:
        _look(recipe, data, say)
        return
    try:
        pack = training.train(
            recipe,
            out=out,
            data=data,
            vgg=vgg,
            resume=not restart,
            device_name=device,
            echo=say,
            progress=not quiet,
        )
    except (training.Interrupted, training.Diverged) as stop:
        if _first():
            raise
        raise SystemExit(2) from stop  # all processes of a team stop together; one says so
    if _first():
        click.echo(f"The pack is ready: {pack}")


def _look(recipe: Path, data: Path | None, say: Callable[[str], None]) -> None:
    with ends_at_once():
        from styles import training

    findings = training.check(recipe, data=data)
    for part in findings.parts:
        say(part.words)
    for hint in findings.hints:
        say(hint)
    findings.settle()
    say("All pictures can be learnt from.")


def _first() -> bool:
    return os.environ.get("RANK", "0") == "0"
