"""``atelier evaluate``: how well styles paint, in numbers and side by side."""

import json
from pathlib import Path

import click

from deploy.cli.packs import open_library, writing
from deploy.interrupt import ends_at_once
from styles import pack
from styles.library import Library

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("packs", metavar="PACK...", nargs=-1, required=True)
@click.option("--photos", required=True, type=FOLDER, help="A folder of photos, best ones no style was trained on.")
@click.option("--art", required=True, type=FOLDER, help="A folder of the art that the styles are meant to look like.")
@click.option("--count", type=click.IntRange(1), help="Use so many of the photos, evenly spread [all].")
@click.option(
    "--size", type=click.IntRange(64, 2048), default=512, show_default=True, help="Side of the squares, in pixels."
)
@click.option(
    "--features",
    type=click.Choice(("vgg19_normalised", "vgg19_16x", "vgg19")),
    default="vgg19_normalised",
    show_default=True,
    help="The perceptual network; its file lies in ATELIER_VGG.",
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine to read, with each photo's figures.")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write an HTML page here.")
def evaluate(
    packs: tuple[str, ...],
    photos: Path,
    art: Path,
    count: int | None,
    size: int,
    features: str,
    device: str,
    as_json: bool,
    out: Path | None,
) -> None:
    """Compare PACKs, installed styles or folders of packs, on the same photos.

    Prints a Markdown table; docs/evaluation.md says how to read it.

    \b
    Examples:
      atelier evaluate ukiyoe starry-night --photos ~/photos --art ~/prints -o side-by-side.html
      atelier evaluate runs/ukiyoe/pack --photos ~/photos --art ~/prints --json | jq .rows
    """
    with ends_at_once():
        from tqdm import tqdm

        from styles import evaluation
        from styles.evaluation.gather import named
        from styles.training import device as devices
        from styles.training import perception

    if out:
        with writing(out):  # before the work, not after it
            out.parent.mkdir(parents=True, exist_ok=True)
    chosen = devices.choose(device)
    library = open_library()
    eyes = perception.load(features, None)
    found, works = evaluation.find(photos, count), evaluation.find(art)
    subjects = named([(word, _folder(library, word)) for word in packs], chosen)
    with tqdm(total=len(subjects) * len(found), unit="picture", disable=None) as bar:
        report = evaluation.evaluate(subjects, found, works, eyes, size=size, device=chosen, tick=bar.update)
    click.echo(json.dumps(report.plain(), indent=2, ensure_ascii=False) if as_json else evaluation.markdown(report))
    if out:
        with writing(out):
            out.write_text(evaluation.page(report), "utf-8")
        click.echo(f"{out}: the page with the pictures", err=True)


def _folder(library: Library, word: str) -> Path:
    """A folder of a pack by its path, or an installed style by its id. Raises NoSuchStyle."""
    path = Path(word)
    return path if (path / pack.CARD).is_file() else library.folder(word)
