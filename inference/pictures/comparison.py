"""One photo in several styles, side by side on a numbered sheet: how people choose."""

from collections.abc import Sequence
from math import sqrt

from PIL import Image, ImageDraw, ImageOps

from inference.pictures.colours import flattened
from inference.pictures.contact import GROUND, INK, TALL, WIDEST, page
from inference.pictures.mark import marked
from inference.service import StyleInfo

CELL = 320
"""Pixels of a picture's longer side."""
SHAPES = (0.5, 2.0)
"""Width by height: of what is longer or thinner, the middle shows."""
FADED = 0.65


def side_by_side(
    photo: Image.Image, entries: Sequence[tuple[StyleInfo, Image.Image | None]], *, mark: bool = False
) -> Image.Image:
    """Draw the sheet, RGB. ``entries`` are styles and the photo in them, None where that failed. Blocks.

    A style that failed shows the photo itself, faded and crossed out. ``mark`` stands on each of the others.
    """
    cell = _cell(photo.size)
    columns = _columns(len(entries), cell)
    room = WIDEST / (columns * (cell[0] + 0.09 * CELL) + 0.15 * CELL)
    if room < 1:
        cell = int(cell[0] * room), int(cell[1] * room)
    return page([(info, _drawn(picture, photo, cell, mark=mark)) for info, picture in entries], columns, cell)


def _cell(size: tuple[int, int]) -> tuple[int, int]:
    shape = min(max(size[0] / size[1], SHAPES[0]), SHAPES[1])
    return (CELL, round(CELL / shape)) if shape >= 1 else (round(CELL * shape), CELL)


def _columns(count: int, cell: tuple[int, int]) -> int:
    """Two and three stand beside each other; more make a page a little taller than wide."""
    return count if count <= 3 else max(2, min(count, round(sqrt(count * TALL * cell[1] / cell[0]))))


def _drawn(picture: Image.Image | None, photo: Image.Image, cell: tuple[int, int], *, mark: bool) -> Image.Image:
    shown, _ = flattened(photo if picture is None else picture)
    shown = ImageOps.fit(shown, cell, Image.Resampling.BICUBIC)
    if picture is None:
        return _crossed(Image.blend(shown, Image.new("RGB", cell, GROUND), FADED))
    return marked(shown) if mark else shown


def _crossed(picture: Image.Image) -> Image.Image:
    """A cross in the middle, a third of the shorter side across."""
    across, down, reach = picture.width // 2, picture.height // 2, min(picture.size) // 6
    pen, thick = ImageDraw.Draw(picture), max(3, reach // 5)
    for turn in (1, -1):
        pen.line((across - reach, down - turn * reach, across + reach, down + turn * reach), INK, thick)
    return picture
