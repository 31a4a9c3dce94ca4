"""The small visible mark: “AI” in a corner, legible on any ground.

GB 45438-2025 asks for letters of at least 5 % of the shorter side. White letters on a dark, half-transparent
pill reach a contrast of 5 to 1 on white, and more on anything else.
"""

from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFont

WORD = "AI"
LETTERS = 0.052
"""The letters' height by the picture's shorter side."""
SMALLEST = 7
"""Pixels of the letters' height at least: below, nobody can read them."""
PILL = (17, 17, 20)
OPACITY = 0.6
FINE = 4
"""The badge is drawn this many times larger and shrunk, for smooth edges."""


def marked(picture: Image.Image, *, round_frame: bool = False) -> Image.Image:
    """Draw the mark into an RGB or RGBA picture, in place, and return it.

    It stands in the lower right corner; with ``round_frame`` below the middle, where a round frame leaves it.
    """
    shorter = min(picture.size)
    letters = max(SMALLEST, -int(-shorter * LETTERS // 1))
    badge, shape = _badge(min(letters, max(1, shorter // 2)))
    margin = letters * 3 // 5 if shorter > 4 * letters else 0
    right = (picture.width - badge.width) // 2 if round_frame else margin
    place = (picture.width - badge.width - right, picture.height - badge.height - margin)
    if picture.mode == "RGBA":
        _make_solid(picture, shape, place)
    picture.paste(badge.convert("RGB"), place, badge.getchannel("A"))
    return picture


def _make_solid(picture: Image.Image, shape: Image.Image, place: tuple[int, int]) -> None:
    """The mark must be seen where the picture itself is transparent."""
    solid = Image.new("L", picture.size)
    solid.paste(shape, place)
    picture.putalpha(ImageChops.lighter(picture.getchannel("A"), solid))


@lru_cache(maxsize=32)
def _badge(letters: int) -> tuple[Image.Image, Image.Image]:
    """The badge (RGBA) with letters of this height in pixels, and its outline (L)."""
    font, bold = _font(letters * FINE), letters * FINE / 30
    left, top, right, _ = font.getbbox(WORD)
    above, beside = round(letters * 0.4) * FINE, round(letters * 0.6) * FINE  # whole pixels: the letters stay crisp
    width, height = -(-round(right - left) // FINE) * FINE + 2 * beside, letters * FINE + 2 * above
    shape, word = Image.new("L", (width, height)), Image.new("L", (width, height))
    ImageDraw.Draw(shape).rounded_rectangle((0, 0, width - 1, height - 1), height // 3, fill=255)
    ImageDraw.Draw(word).text((beside - left, above - top), WORD, fill=255, font=font, stroke_width=bold)
    small = (width // FINE, height // FINE)
    shape, word = shape.resize(small, Image.Resampling.BOX), word.resize(small, Image.Resampling.BOX)
    badge = Image.composite(Image.new("RGB", small, "white"), Image.new("RGB", small, PILL), word)
    badge.putalpha(ImageChops.lighter(shape.point(lambda value: round(value * OPACITY)), word))
    return badge, shape


def _font(height: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font at the size whose capitals are ``height`` pixels high."""
    trial = ImageFont.load_default(100).getbbox(WORD)
    return ImageFont.load_default(100 * height / (trial[3] - trial[1]))
