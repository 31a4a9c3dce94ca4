"""A styled tensor's pixels become the result's bytes: sized, blended, marked, labelled, encoded."""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from inference.job import TAKES_WORDS, Crop, Format, Options
from inference.pictures.features import Pixels, blended
from inference.pictures.labels import OF_A_PHOTO, OF_WORDS, UNNAMED, Labels, xmp
from inference.pictures.mark import marked
from inference.pictures.reading import Prepared
from inference.pictures.tones import Match, coloured, detailed, matching
from inference.service import StyleInfo

QUALITY = 92
"""Of JPEG and WebP: the least at which flat, hard-edged areas (the look of drawn styles) show no ringing."""

FINE_COLOUR_PIXELS = 1_500_000
"""Up to here JPEG keeps colour at full size (4:4:4): seen at 1:1, the coloured edges of drawn styles fray without it.
Larger results are shrunk by every screen, so that 4:2:0 looks the same, at four fifths of the bytes and half the time.
"""


@dataclass(frozen=True, slots=True)
class Finished:
    """The encoded picture, and its size in pixels."""

    picture: bytes = field(repr=False)
    media_type: str
    width: int
    height: int


def finish(
    prepared: Prepared,
    styled: Pixels,
    options: Options,
    info: StyleInfo,
    labels: Labels = UNNAMED,
    faces: Sequence[Pixels | None] = (),
) -> Finished:
    """Encode a result. ``styled`` is uint8 RGB, h×w×3, of what ``prepared.pixels`` became. Blocks.

    ``faces`` are what became of ``prepared.faces``, None for one that is left as it is; without them all are.
    ``options`` are those that ``prepare`` got, the style's defaults put in. Transparency comes back where the format
    has it (PNG, WebP). Nothing of the photo's metadata does.
    """
    return closed(painted(prepared, styled, options, faces), options, info, labels)


def closed(picture: Image.Image, options: Options, info: StyleInfo, labels: Labels = UNNAMED) -> Finished:
    """Mark, label and encode a result's pixels (see ``painted``); the picture may be changed. Blocks."""
    if options.format is Format.JPEG and picture.mode != "RGB":
        picture = picture.convert("RGB")  # over white, as it was styled
    if options.mark:
        picture = marked(picture, round_frame=options.crop is Crop.AVATAR)
    label = xmp(f"{info.id} {info.version}", labels, OF_WORDS if info.takes == TAKES_WORDS else OF_A_PHOTO)
    return Finished(
        encoded(picture, options.format, label),
        options.format.media_type,
        *picture.size,
    )


def painted(prepared: Prepared, styled: Pixels, options: Options, faces: Sequence[Pixels | None] = ()) -> Image.Image:
    """The result's pixels, RGB, or RGBA where the photo has transparent parts; neither marked nor encoded."""
    size = (prepared.width, prepared.height)
    picture = Image.fromarray(styled).resize(size, Image.Resampling.BICUBIC)
    for patch, fine in zip(prepared.faces, faces, strict=False):
        if fine is not None:
            blended(picture, patch, fine)
    if prepared.photo is not None:
        picture = toned(picture, prepared.photo, options)
    elif options.needs_photo:
        raise ValueError("the picture was prepared for strength 1 and its own colours, and is finished otherwise")
    if prepared.alpha is not None:
        picture.putalpha(prepared.alpha)
    return picture


def toned(
    picture: Image.Image, photo: Image.Image, options: Options, match: Match | None = None, longer: int = 0
) -> Image.Image:
    """Colours first, then the detail in them; the strength is of all that.

    Of a part of a picture, ``match`` is the map of colours and ``longer`` the longer side of the whole.
    """
    if options.match_colours:
        picture = picture.convert("RGB", match or matching(picture, photo))
    if options.keep_colours:
        picture = coloured(picture, photo)
    if options.detail:
        picture = detailed(picture, photo, options.detail, longer)
    if options.strength is not None and options.strength < 1:
        picture = Image.blend(photo, picture, options.strength)
    return picture


def encoded(picture: Image.Image, kind: Format, label: bytes) -> bytes:
    """The picture's bytes, with the XMP packet ``label``."""
    match kind:
        case Format.JPEG:
            fine = picture.width * picture.height <= FINE_COLOUR_PIXELS
            return saved(picture, "JPEG", quality=QUALITY, subsampling="4:4:4" if fine else "4:2:0", xmp=label)
        case Format.PNG:
            text = PngInfo()
            text.add_itxt("XML:com.adobe.xmp", label.decode())
            return saved(picture, "PNG", compress_level=3, pnginfo=text)  # 6 takes 3 times as long for 4 % fewer bytes
        case Format.WEBP:
            return saved(picture, "WEBP", quality=QUALITY, method=2, xmp=label)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """What ``Image.save`` makes of it, through a file in memory: a real one where the system has that.

    Into a real one Pillow encodes JPEG and GIF while other threads run, the event loop's among them; into a BytesIO
    with the interpreter's lock held, for 2 ms at once, and for 7 where a JPEG's codes are made to measure.
    """
    with os.fdopen(os.memfd_create("result"), "w+b") if hasattr(os, "memfd_create") else io.BytesIO() as out:
        picture.save(out, kind, **options)
        out.seek(0)
        return out.read()
