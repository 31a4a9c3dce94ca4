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
from inference.job import Crop, Format, Options

INTERRUPTED = 130
"""The exit code that shells give to what Ctrl-C stopped."""


def _listed(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """--style a,b is --style a --style b."""
    ids = tuple(dict.fromkeys(word.strip() for value in values for word in value.split(",") if word.strip()))
    if not ids:
        raise click.BadParameter("must name a style.")
    return ids


@click.command()
@click.argument(
    "photos", metavar="PHOTO|FOLDER...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
@click.option(
    "--style",
    "styles",
    multiple=True,
    required=True,
    callback=_listed,
    help="A style's id, or several: a,b; `atelier styles list` shows them.",
)
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

    \b
      atelier style cat.jpg --style ukiyoe
      atelier style *.jpg --style anime --strength 0.8 -o styled/
      atelier style products/ --style ukiyoe,anime -o styled/
      ATELIER_INFERENCE_URL=http://gpu:8080 atelier style products/ --style ukiyoe -o styled/
    """
    order = Order(tuple(dict.fromkeys(photos)), styles, out, Format(form) if form else None)
    crop = Crop.AVATAR if avatar else Crop.NONE
    options = Options(**wanted, format=order.kind(), crop=crop, still=True)  # files are named before they are made
    everything, beside = pieces(order)
    if not everything:
        raise Refused(f"{photos[0]}: there are no pictures in it; they end in {', '.join(sorted(PICTURES))}.")
    for sentence in beside.sentences():
        click.echo(sentence, err=True)
    left = everything if overwrite else [piece for piece in everything if not is_done(piece)]
    failed = _restyle(left, len(everything) - len(left), options, named=not order.folders)
    if failed or beside.unread:
        sys.exit(2 if len(everything) == 1 else 1)


def _restyle(left: Sequence[Piece], skipped: int, options: Options, *, named: bool) -> int:
    """Restyle what is left, tell how it went, and return how many failed."""
    from deploy.cli.progress import Progress
    from deploy.cli.restyling import restyle

    progress = Progress(len(left), skipped, each=named)
    try:
        if left:
            with writing(left[0].target):  # before the work, not after it
                left[0].target.parent.mkdir(parents=True, exist_ok=True)
            asyncio.run(restyle(left, options, progress))
    except KeyboardInterrupt:
        click.echo("Stopped; the same command goes on.", err=True)
        sys.exit(INTERRUPTED)
    finally:
        if len(left) + skipped > 1 or skipped:
            click.echo(progress.summary())
    return progress.failed
