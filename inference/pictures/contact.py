"""The contact sheet: every style's preview, numbered, with its title in English and in Chinese.

What stands on it is what people type: the number, or either title. It is read on a phone, a third of its size.
"""

import io
from collections.abc import Sequence
from functools import lru_cache
from math import ceil, sqrt
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from inference.pictures.writing import saved
from inference.service import StyleInfo

FONT = Path(__file__).parent / "font" / "titles.otf"
"""Noto Sans CJK, cut to Latin letters and the Chinese ones that names of styles are made of."""
WIDEST, CELL = 1600, 320
"""Pixels of the sheet's width at most, and of a preview's side: three in a row are 1092."""
BYTES, QUALITIES = 300_000, (88, 78, 68, 58, 48)
"""The sheet is asked for over mobile networks: it takes the best quality of these that fits."""
GROUND, INK, QUIET = (250, 248, 244), (38, 36, 33), (128, 120, 110)
FINE = 3
"""Round shapes are drawn this many times larger and shrunk."""
TALL = 0.8
"""Columns squared by pictures: a little taller than wide, as phones are held."""


def sheet(entries: Sequence[tuple[StyleInfo, bytes]]) -> bytes:
    """Draw a JPEG of styles and their preview pictures in reading order, numbered from 1. Blocks."""
    columns = len(entries) if len(entries) <= 3 else max(3 if len(entries) > 4 else 2, round(sqrt(len(entries) * TALL)))
    columns = max(1, columns)
    cell = min(CELL, int(WIDEST / (columns * 1.09 + 0.15)))
    return _encoded(page([(info, _preview(preview, cell)) for info, preview in entries], columns, (cell, cell)))


def _preview(data: bytes, cell: int) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        return ImageOps.fit(image.convert("RGB"), (cell, cell), Image.Resampling.BICUBIC)


def page(entries: Sequence[tuple[StyleInfo, Image.Image]], columns: int, cell: tuple[int, int]) -> Image.Image:
    """Styles and their pictures (RGB, of the size ``cell``) in reading order, each numbered, with its titles."""
    wide, high = cell
    unit = min(max(cell), wide * 5 // 4)  # letters are as large whichever way pictures stand, if titles have room
    gap, margin, line = unit * 9 // 100, unit * 12 // 100, unit * 19 // 100
    rows = ceil(len(entries) / columns)
    size = columns * (wide + gap) - gap + 2 * margin, rows * (high + line + gap) - gap + margin + margin // 2
    whole = Image.new("RGB", size, GROUND)
    for number, (info, picture) in enumerate(entries):
        row, column = divmod(number, columns)
        missing = columns - min(columns, len(entries) - row * columns)  # the last row stands in the middle
        x, y = margin + column * (wide + gap) + missing * (wide + gap) // 2, margin + row * (high + line + gap)
        whole.paste(picture, (x, y), _rounded(cell, unit // 18))
        _draw_number(whole, (x, y + high), unit, str(number + 1))
        _draw_titles(whole, (x, y + high + line * 11 // 20), wide, unit, info)
    return whole


def _draw_titles(whole: Image.Image, place: tuple[int, int], wide: int, unit: int, info: StyleInfo) -> None:
    title, beside = titles(info)
    font = _fitting(title + beside, wide, unit)
    pen, (x, middle) = ImageDraw.Draw(whole), place
    pen.text((x + unit // 60, middle), title, INK, font, anchor="lm")
    pen.text((x + wide - unit // 60, middle), beside, QUIET, font, anchor="rm")


def _draw_number(page: Image.Image, corner: tuple[int, int], cell: int, number: str) -> None:
    """A light tag in the preview's lower left corner."""
    font = _font(cell // 10)
    size = (int(max(cell * 0.16, font.getlength(number) + cell * 0.09)), cell * 16 // 100)
    place = (corner[0] + cell // 24, corner[1] - cell // 24 - size[1])
    tag = Image.new("RGB", size, GROUND)
    ImageDraw.Draw(tag).text((size[0] / 2, size[1] / 2), number, INK, font, anchor="mm")
    page.paste(tag, place, _rounded(size, size[1] // 2))


def titles(info: StyleInfo) -> tuple[str, str]:
    """The title in English, or the id where it cannot be drawn; the one in Chinese, or "" where that cannot."""
    english, chinese = info.title.get("en", ""), info.title.get("zh", "")
    first = english if english and can_draw(english) else info.id
    return first, chinese if chinese != first and can_draw(chinese) else ""


def can_draw(text: str) -> bool:
    """Whether the font has every letter; one that it has not leaves no trace."""
    font = _font(20)
    return all(letter == " " or font.getmask(letter).getbbox() for letter in text)


def _fitting(text: str, wide: int, unit: int) -> ImageFont.FreeTypeFont:
    """The font at the usual size, or smaller for long titles."""
    usual = unit / 10
    room = wide * (0.88 if text.isascii() else 0.84)  # some of it lies between two titles
    return _font(min(usual, usual * room / max(1.0, _font(usual).getlength(text))))


@lru_cache(maxsize=64)
def _font(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)


def _rounded(size: tuple[int, int], radius: int) -> Image.Image:
    width, height = size
    mask = Image.new("L", (width * FINE, height * FINE))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width * FINE - 1, height * FINE - 1), radius * FINE, fill=255)
    return mask.resize(size, Image.Resampling.BOX)


def _encoded(page: Image.Image) -> bytes:
    for quality in QUALITIES:
        data = saved(page, "JPEG", quality=quality, optimize=True)
        if len(data) <= BYTES:
            break
    return data
