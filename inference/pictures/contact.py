"""The contact sheet: every style's preview, numbered, with the name that people type."""

import io
from collections.abc import Sequence
from math import ceil, sqrt

from PIL import Image, ImageDraw, ImageFont, ImageOps

WIDEST = 1600
"""Pixels of the sheet's width: sharp on a phone, and far below every chat's limits."""
CELL = 400
GROUND, INK, QUIET = (250, 248, 244), (38, 36, 33), (122, 116, 108)
FINE = 3
"""Round corners are drawn this many times larger and shrunk."""


def sheet(entries: Sequence[tuple[str, bytes]]) -> bytes:
    """Draw a JPEG of (name, preview picture) pairs in reading order, numbered from 1."""
    columns = max(1, ceil(sqrt(len(entries))) if len(entries) > 3 else len(entries))
    cell = min(CELL, WIDEST // columns)
    gap, line = cell // 14, cell // 6
    rows = ceil(len(entries) / columns)
    page = Image.new("RGB", (columns * (cell + gap) + gap, rows * (cell + line + gap // 2) + gap), GROUND)
    for number, (name, preview) in enumerate(entries):
        row, column = divmod(number, columns)
        place = (gap + column * (cell + gap), gap + row * (cell + line + gap // 2))
        _draw(page, place, cell, f"{number + 1}", name, preview)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=90)
    return out.getvalue()


def _draw(page: Image.Image, place: tuple[int, int], cell: int, number: str, name: str, preview: bytes) -> None:
    x, y = place
    with Image.open(io.BytesIO(preview)) as image:
        picture = ImageOps.fit(image.convert("RGB"), (cell, cell), Image.Resampling.BICUBIC)
    page.paste(picture, place, _rounded(cell))
    pen, size = ImageDraw.Draw(page), cell / 13
    middle = y + cell + cell / 12
    figure = ImageFont.load_default(size)
    pen.text((x + cell / 60, middle), number, QUIET, figure, anchor="lm")
    pen.text(
        (x + cell / 60 + pen.textlength(number, figure) + size / 2, middle),
        name,
        INK,
        _fitting(name, cell),
        anchor="lm",
    )


def _fitting(name: str, cell: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font at the usual size, or smaller for a long name."""
    width = ImageFont.load_default(100).getlength(name)
    return ImageFont.load_default(min(cell / 13, 100 * cell * 0.8 / max(1.0, width)))


def _rounded(cell: int) -> Image.Image:
    mask = Image.new("L", (cell * FINE, cell * FINE))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, cell * FINE - 1, cell * FINE - 1), cell * FINE // 16, fill=255)
    return mask.resize((cell, cell), Image.Resampling.BOX)
