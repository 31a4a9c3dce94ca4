"""One palette for all frames of a GIF, so that no colour jumps between them and what stands still costs no bytes.

Nothing is dithered: diffused errors crawl from frame to frame, and drawn styles are flat enough to do without.
"""

from collections.abc import Sequence

from PIL import Image

COLOURS = 255
"""One less than a GIF has: the last place is that of transparency."""
LOOKED_AT, SIDE = 12, 160
"""The palette is made of so many frames, evenly chosen, at this side."""
SOLID = 128
"""From this alpha on a pixel is there; a GIF knows nothing between."""


def flat(pictures: Sequence[Image.Image]) -> tuple[list[Image.Image], int | None]:
    """Pictures (RGB or RGBA, of one size) with one palette, and the place of transparency in it, if any has some."""
    palette = _palette([picture.convert("RGB") for picture in pictures[:: -(-len(pictures) // LOOKED_AT)]])
    mapped = [picture.convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    if all(picture.mode == "RGB" for picture in pictures):
        return mapped, None
    for picture, plane in zip(pictures, mapped, strict=True):
        if picture.mode == "RGBA":
            plane.paste(COLOURS, mask=picture.getchannel("A").point(lambda alpha: 255 * (alpha < SOLID)))
    return mapped, COLOURS


def _palette(pictures: Sequence[Image.Image]) -> Image.Image:
    small = [picture.resize((SIDE, SIDE), Image.Resampling.NEAREST) for picture in pictures]
    strip = Image.new("RGB", (SIDE * len(small), SIDE))
    for place, picture in enumerate(small):
        strip.paste(picture, (place * SIDE, 0))
    return strip.quantize(COLOURS, Image.Quantize.MEDIANCUT)  # refining it by k-means takes minutes on noise
