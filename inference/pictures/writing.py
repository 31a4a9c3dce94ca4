"""A styled tensor's pixels become the result's bytes: sized, blended, marked, labelled, encoded."""

import io
from dataclasses import dataclass, field

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from inference.job import Crop, Format, Options
from inference.pictures.labels import UNNAMED, Labels, xmp
from inference.pictures.mark import marked
from inference.pictures.reading import Pixels, Prepared
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


def finish(prepared: Prepared, styled: Pixels, options: Options, info: StyleInfo, labels: Labels = UNNAMED) -> Finished:
    """Encode a result. ``styled`` is uint8 RGB, h×w×3, of what ``prepared.pixels`` became. Blocks.

    ``options.strength`` and ``options.keep_colours`` are those that ``prepare`` got, the style's defaults put in;
    None means 1 and False. Transparency comes back where the format has it (PNG, WebP). Nothing of the photo's
    metadata does.
    """
    size = (prepared.width, prepared.height)
    picture = Image.fromarray(styled).resize(size, Image.Resampling.BICUBIC)
    if options.keep_colours:
        picture = _coloured(picture, _photo(prepared))
    if options.strength is not None and options.strength < 1:
        picture = Image.blend(_photo(prepared), picture, options.strength)
    if prepared.alpha is not None and options.format is not Format.JPEG:
        picture.putalpha(prepared.alpha)
    if options.mark:
        picture = marked(picture, round_frame=options.crop is Crop.AVATAR)
    return Finished(_encoded(picture, options.format, xmp(info, labels)), options.format.media_type, *size)


def _photo(prepared: Prepared) -> Image.Image:
    if prepared.photo is None:
        raise ValueError("the picture was prepared for strength 1 and its own colours, and is finished otherwise")
    return prepared.photo


def _coloured(picture: Image.Image, photo: Image.Image) -> Image.Image:
    """The picture's light (Y of BT.601) with the photo's colours (Cb, Cr)."""
    light, (_, blue, red) = picture.convert("YCbCr").getchannel(0), photo.convert("YCbCr").split()
    return Image.merge("YCbCr", (light, blue, red)).convert("RGB")


def _encoded(picture: Image.Image, kind: Format, label: bytes) -> bytes:
    out = io.BytesIO()
    match kind:
        case Format.JPEG:
            fine = picture.width * picture.height <= FINE_COLOUR_PIXELS
            picture.save(out, "JPEG", quality=QUALITY, subsampling="4:4:4" if fine else "4:2:0", xmp=label)
        case Format.PNG:
            text = PngInfo()
            text.add_itxt("XML:com.adobe.xmp", label.decode())
            picture.save(out, "PNG", compress_level=3, pnginfo=text)  # 6 takes 3 times as long for 4 % fewer bytes
        case Format.WEBP:
            picture.save(out, "WEBP", quality=QUALITY, method=2, xmp=label)
    return out.getvalue()
