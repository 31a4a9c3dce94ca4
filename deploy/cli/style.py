"""``atelier style``: photos and folders of photos on disk, without any chat."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from deploy.cli.errors import Refused
from deploy.cli.packs import writing
from deploy.cli.pieces import PICTURES, Order, Piece, is_done, pieces
from deploy.interrupt import ends_at_once
from inference.job import MOST_REFERENCES, TAKES_REFERENCE, Crop, Format, Job, Options, Reference

INTERRUPTED = 130
"""The exit code that shells give to what Ctrl-C stopped."""


def _listed(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """--style a,b is --style a --style b."""
    ids = tuple(dict.fromkeys(word.strip() for value in values for word in value.split(",") if word.strip()))
    if values and not ids:
        raise click.BadParameter("must name a style.")
    return ids


def _weighed(_: click.Context, __: click.Parameter, value: str | None) -> tuple[float, ...] | None:
    try:
        weights = tuple(float(word) for word in value.split(",")) if value is not None else None
    except ValueError:
        raise click.BadParameter("must be numbers with commas between them, such as 2,1.") from None
    return weights


@click.command()
@click.argument(
    "photos", metavar="PHOTO|FOLDER...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
@click.option(
    "--style",
    "styles",
    multiple=True,
    callback=_listed,
    help="A style's id, or several: a,b; `atelier styles list` shows them [with --like: the first that can].",
)
@click.option(
    "--like",
    multiple=True,
    metavar="PICTURE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A picture in whose style to paint; up to three are mixed.",
)
@click.option("--weights", callback=_weighed, help="How much of each picture of --like: 2,1 [the same of each].")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="A folder, or a file for one photo [for photos: .].")
@click.option("--strength", type=click.FloatRange(0, 1), help="0 is the photo, 1 the style [the style's own].")
@click.option("--keep-colours", is_flag=True, default=None, help="Keep the photo's colours.")
@click.option("--match-colours", is_flag=True, help="Move the result's colours to the mean and spread of the photo's.")
@click.option("--detail", type=click.FloatRange(0, 1), default=0.0, help="Bring out fine detail: 0 is none [0].")
@click.option("--faces/--no-faces", default=None, help="Paint small faces finer [the style's own].")
@click.option("--max-side", default=2048, show_default=True, help="Longer side of the result, in pixels.")
@click.option(
    "--format",
    "form",
    type=click.Choice([one.value for one in Format]),
    help="How results are encoded [as the file of -o is named, else jpeg].",
)
@click.option("--avatar", is_flag=True, help="Crop a square around the face.")
@click.option("--mark", is_flag=True, help="Draw the small visible AI mark.")
@click.option("--overwrite", is_flag=True, help="Do again what is there already.")
def style(
    photos: tuple[Path, ...],
    styles: tuple[str, ...],
    like: tuple[Path, ...],
    weights: tuple[float, ...] | None,
    out: Path | None,
    avatar: bool,
    form: str | None,
    overwrite: bool,
    **wanted: Any,
) -> None:
    """Restyle photos, and folders of photos with all of their subfolders.

    Of a photo becomes NAME-STYLE.jpg; what a folder holds keeps its names and subfolders under OUT, in a subfolder for
    each style if there are several, and for each folder likewise. A result that is there, and no older than its photo,
    is left alone: after Ctrl-C the same command goes on. Of a picture that moves, the first frame is restyled.

    With --like, a photo is painted in the style of another picture, and becomes NAME-PICTURE.jpg.

    \b
      atelier style cat.jpg --style ukiyoe
      atelier style *.jpg --style anime --strength 0.8 -o styled/
      atelier style cat.jpg --like painting.jpg
      atelier style products/ --style ukiyoe,anime -o styled/
      ATELIER_INFERENCE_URL=http://gpu:8080 atelier style products/ --style ukiyoe -o styled/
    """
    references = _references(like, weights)
    styles = styles or (_first_that_takes(references),)
    order = Order(tuple(dict.fromkeys(photos)), styles, out, Format(form) if form else None, like)
    crop = Crop.AVATAR if avatar else Crop.NONE
    options = Options(**wanted, format=order.kind(), crop=crop, still=True)  # files are named before they are made
    everything, beside = pieces(order)
    if not everything:
        raise Refused(f"{photos[0]}: there are no pictures in it; they end in {', '.join(sorted(PICTURES))}.")
    for sentence in beside.sentences():
        click.echo(sentence, err=True)
    left = everything if overwrite else [piece for piece in everything if not is_done(piece)]
    blank = Job(b"", "", options, user="cli", references=references)
    failed = _restyle(left, len(everything) - len(left), blank, named=not order.folders)
    if failed or beside.unread:
        sys.exit(2 if len(everything) == 1 else 1)


def _references(like: tuple[Path, ...], weights: tuple[float, ...] | None) -> tuple[Reference, ...]:
    if len(like) > MOST_REFERENCES:
        raise Refused(f"--like: at most {MOST_REFERENCES} pictures can be mixed.")
    if weights is not None and len(weights) != len(like):
        raise Refused("--weights: name one for each picture of --like.")
    try:
        data = [picture.read_bytes() for picture in like]
    except OSError as error:
        raise Refused(f"{error.filename}: cannot be read ({error.strerror}).") from error
    return tuple(map(Reference, data, weights or [1.0] * len(data)))


def _first_that_takes(references: tuple[Reference, ...]) -> str:
    if not references:
        raise click.UsageError("Missing option '--style', or '--like'.")
    with ends_at_once():
        from deploy.cli.restyling import first_that_takes

    return asyncio.run(first_that_takes(TAKES_REFERENCE))


def _restyle(left: Sequence[Piece], skipped: int, blank: Job, *, named: bool) -> int:
    """Restyle what is left, tell how it went, and return how many failed."""
    with ends_at_once():
        from deploy.cli.progress import Progress
        from deploy.cli.restyling import restyle

    progress = Progress(len(left), skipped, each=named)
    try:
        if left:
            with writing(left[0].target):  # before the work, not after it
                left[0].target.parent.mkdir(parents=True, exist_ok=True)
            asyncio.run(restyle(left, blank, progress))
    except KeyboardInterrupt:
        click.echo("Stopped; the same command goes on.", err=True)
        sys.exit(INTERRUPTED)
    finally:
        if len(left) + skipped > 1 or skipped:
            click.echo(progress.summary())
    return progress.failed
