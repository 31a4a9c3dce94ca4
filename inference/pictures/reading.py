"""A photo's bytes become the pixels that a style takes: decoded, turned, cropped, in sRGB, at the bucket's size.

Colours are converted after the picture was made small, and a JPEG is decoded no larger than it is needed, so that
a 12-megapixel photo costs little more than its decoding.
"""

from contextlib import nullcontext
from dataclasses import dataclass
from threading import Lock

import numpy as np
from PIL import Image

from inference.job import Crop, Options
from inference.pictures import films
from inference.pictures.colours import flattened, resizable, srgb
from inference.pictures.face import square
from inference.pictures.features import Patch, Pixels, patches
from inference.pictures.header import TURNED, Header, opened
from inference.pictures.ladder import SLACK, framed, result_size

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation."""

SEARCHED = 4096
"""The longer side at most in which a face is looked for and cut out: beyond it an avatar gains nothing."""

GIANT = 16_000_000
"""Pixels from which on only one picture is decoded at a time: a WebP of 50 million takes 0.8 GB meanwhile."""
BAND = 2_000_000
"""Pixels of the bands in which a giant is made smaller."""
GAP = 1.5
"""Averaging whole pixels brings a picture to within this much of its size, and bicubic antialiasing does the rest."""

_giant = Lock()


@dataclass(frozen=True, slots=True)
class Prepared:
    """``pixels`` are uint8 RGB, H×W×3 at the bucket's size; ``width`` and ``height`` are the result's.

    ``photo`` (RGB at the result's size) is there only when the result needs it, for a strength below 1, its colours
    or its detail; ``alpha`` only when the photo has transparent parts. ``faces`` are to be styled as well.
    """

    pixels: Pixels
    width: int
    height: int
    photo: Image.Image | None = None
    alpha: Image.Image | None = None
    faces: tuple[Patch, ...] = ()


def prepare(data: bytes, header: Header, options: Options, height: int, width: int) -> Prepared:
    """Decode the first frame for a bucket of ``height`` × ``width``. Blocks; about 0.1 s for 12 megapixels.

    Transparent parts are styled over white, which is what a JPEG result shows there.

    Raises:
        NotAPicture: the picture behind the header is broken or cut off.
    """
    result = result_size(*framed(header, options), options.max_side)
    wanted = result if options.needs_photo or options.faces else (width, height)
    cropped = options.crop is Crop.AVATAR
    image = _resized(_cut(data, header), wanted) if cropped else decoded(data, header, wanted)
    return ready(image, result, options, height, width)


def ready(image: Image.Image, result: tuple[int, int], options: Options, height: int, width: int) -> Prepared:
    """The same for a picture that is decoded already (RGB or RGBA in sRGB, upright).

    ``image`` is of the size ``result`` (width, height) where ``options`` need the photo or its faces.
    """
    photo, alpha = flattened(image)
    pixels = np.array(_resized(photo, (width, height)))  # a copy: torch wants memory that it may write to
    faces = patches(photo, height, width) if options.faces else ()
    return Prepared(pixels, *result, photo if options.needs_photo else None, alpha and _resized(alpha, result), faces)


def small(data: bytes, header: Header, options: Options, side: int) -> Image.Image:
    """The first frame, cropped as ``options`` say: RGB or RGBA in sRGB, upright, its longer side at most ``side``."""
    size = result_size(*framed(header, options), side)
    if options.crop is Crop.AVATAR:
        return _resized(_cut(data, header), size)
    return decoded(data, header, size)


def _cut(data: bytes, header: Header) -> Image.Image:
    whole = decoded(data, header, result_size(header.width, header.height, SEARCHED))
    return whole.crop(square(whole))


def decoded(data: bytes, header: Header, size: tuple[int, int]) -> Image.Image:
    """The picture turned upright, in sRGB (RGB or RGBA), at exactly ``size`` (width, height)."""
    if header.format in films.FORMATS:
        return films.first(data, size)
    with opened(data) as image:
        lying = size[::-1] if header.orientation in TURNED else size
        image.draft(None, (int(lying[0] * SLACK), int(lying[1] * SLACK)))
        return upright(image, header, size)


def upright(image: Image.Image, header: Header, size: tuple[int, int]) -> Image.Image:
    """The frame at which an opened picture stands, turned upright, in sRGB, at exactly ``size``."""
    lying = size[::-1] if header.orientation in TURNED else size
    profile = image.info.get("icc_profile")
    with _giant if header.width * header.height > GIANT else nullcontext():
        shrunk = _shrunk(image, lying)
    turn = TURNS.get(header.orientation)
    return srgb(shrunk if turn is None else shrunk.transpose(turn), profile)


def _shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Resize what was just opened, in bands, so that a giant is never held twice (in other colours, premultiplied)."""
    image.load()
    factor = int(min(image.width / size[0], image.height / size[1]) / GAP)
    if factor < 2:
        return _resized(resizable(image), size)
    rows = max(1, BAND // (image.width * factor)) * factor
    across, down = -(-image.width // factor), -(-image.height // factor)
    small = Image.new(resizable(image.crop((0, 0, 1, 1))).mode, (across, down))
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(image.height, top + rows)))
        small.paste(resizable(band).reduce(factor), (0, top // factor))
    exact = (0.0, 0.0, image.width / factor, image.height / factor)
    return small.resize(size, Image.Resampling.BICUBIC, box=exact)


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.BICUBIC)  # antialiased when it shrinks
