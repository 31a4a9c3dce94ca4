"""What a picture's header says, checked against our limits before anything is decoded."""

import io
import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from PIL import ExifTags, Image, UnidentifiedImageError

from inference.errors import NotAPicture, TooLarge, TooManyFrames, TooSmall
from inference.limits import Limits
from inference.pictures import films
from inference.pictures.frames import gif_frames

Image.MAX_IMAGE_PIXELS = None  # our own limit is lower, is checked right here, and is said in a sentence
warnings.filterwarnings("ignore", "(Possibly c|C)orrupt EXIF", UserWarning)  # a stranger's broken EXIF is no news

PLAIN = ("JPEG", "PNG")
"""Formats that are decoded into a picture and nothing beside it."""
FORMATS = ["JPEG", "PNG", "WEBP", "GIF"]
if find_spec("pillow_heif"):
    import_module("pillow_heif").register_heif_opener()
    FORMATS.append("HEIF")

BROKEN = (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, OverflowError, struct.error)
"""What Pillow's readers raise on bytes that are not what they say."""

TURNED = range(5, 9)
"""The EXIF orientations that swap width and height."""


@dataclass(frozen=True, slots=True)
class Header:
    """A picture's format and size, as a person sees it: ``width`` and ``height`` in pixels after the EXIF orientation.

    ``orientation`` is the EXIF value (1 to 8) that was taken into account, ``frames`` more than 1 for an animation.
    ``loop`` is how often that is played, 0 for without end.
    """

    format: str
    width: int
    height: int
    frames: int = 1
    orientation: int = 1
    loop: int = 0


def inspect(data: bytes, limits: Limits) -> Header:
    """Read and judge the header alone, in about a millisecond.

    Raises:
        NotAPicture: empty, broken, or a format that we do not accept; the sentence says which.
        TooSmall: a side under ``limits.min_side``, or longer and thinner than ``limits.max_aspect``.
        TooLarge: more bytes, pixels or frames than the limits allow.
    """
    if len(data) > limits.picture_bytes:
        raise TooLarge(f"The file is larger than {limits.picture_bytes // 1_000_000} MB.")
    if films.can_read(data):
        header = Header(*films.inspect(data, limits))
    else:
        with opened(data) as image:
            header = _read(image, data, limits)
    _judge(header, limits)
    return header


def judge_moving(header: Header, limits: Limits) -> None:
    """Refuse what moves longer, or in larger frames, than we follow; said before any of it is decoded.

    Raises:
        TooManyFrames: more than ``limits.moving_frames``, or more pixels in a frame or in all than may be.
    """
    pixels = header.width * header.height
    if header.frames > limits.moving_frames:
        raise TooManyFrames(f"It has {header.frames} frames; at most {limits.moving_frames} can be made to move.")
    if pixels > limits.moving_frame_pixels or pixels * header.frames > limits.moving_pixels:
        raise TooManyFrames(f"Its {header.frames} frames of {header.width}×{header.height} pixels are too large.")


@contextmanager
def opened(data: bytes) -> Iterator[Image.Image]:
    """Open a picture for reading; whatever its reader stumbles over inside the block becomes NotAPicture."""
    if not data:
        raise NotAPicture("The file is empty.")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            yield image
    except UnidentifiedImageError as error:
        raise NotAPicture(_guess(data)) from error
    except BROKEN as error:
        raise NotAPicture("The picture is damaged or incomplete.") from error


def _read(image: Image.Image, data: bytes, limits: Limits) -> Header:
    orientation = _orientation(image)
    width, height = reversed(image.size) if orientation in TURNED else image.size
    if image.format == "GIF":
        frames = gif_frames(data, stop=limits.picture_frames + 1)
    else:
        frames = getattr(image, "n_frames", 1)  # the others say it in their header
    once = 1 if image.format == "GIF" else 0  # a GIF that does not say plays once
    return Header(str(image.format), width, height, frames, orientation, image.info.get("loop", once))


def _orientation(image: Image.Image) -> int:
    if image.format == "PNG" and not image.info.keys() & {"exif", "Raw profile type exif"}:
        return 1  # Pillow would decode the whole picture to look for EXIF behind it
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except (*BROKEN, UserWarning):
        return 1  # broken EXIF is no reason to refuse a picture
    return value if value in range(1, 9) else 1


def _judge(header: Header, limits: Limits) -> None:
    longer, shorter = max(header.width, header.height), min(header.width, header.height)
    size = f"{header.width}×{header.height}"
    most = limits.picture_pixels if header.format in PLAIN else min(limits.picture_pixels, limits.heavy_pixels)
    if header.width * header.height > most:
        raise TooLarge(f"The picture has {size} pixels; at most {most // 1_000_000} million are accepted.")
    if header.frames > limits.picture_frames:
        raise TooLarge(f"The animation has more than {limits.picture_frames} frames.")
    if shorter < limits.min_side:
        raise TooSmall(f"The picture has {size} pixels; each side needs at least {limits.min_side}.")
    if longer > shorter * limits.max_aspect:
        raise TooSmall(f"The picture has {size} pixels; one side may be at most {limits.max_aspect:g} times the other.")


STRANGERS = (
    (rb"\s*%PDF", "a PDF document"),
    (rb"PK(\x03\x04|\x05\x06)", "a ZIP archive or an office document"),
    (rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg", "an SVG drawing"),
    (rb"....ftyp(hei|hev|mif|msf)", "an HEIC photo"),
    (rb"....ftypavi[fs]", "an AVIF picture"),
    (rb"....ftyp|\x1aE\xdf\xa3|RIFF....AVI", "a video"),
    (rb"BM.{4}\0\0\0\0", "a BMP picture"),
    (rb"II\*\0|MM\0\*", "a TIFF picture"),
    (rb"\x1f\x8b|7z\xbc\xaf|Rar!", "an archive"),
)
BROKEN_STARTS = (b"\xff\xd8", b"\x89PNG", b"GIF8", b"RIFF")


def _guess(data: bytes) -> str:
    accepted = "Accepted are JPEG, PNG, WebP and GIF pictures."
    head = data[:2048]
    for pattern, name in STRANGERS:
        if re.match(pattern, head, re.DOTALL | re.IGNORECASE):
            return f"This is {name}. {accepted}"
    if head.startswith(BROKEN_STARTS):
        return "The picture is damaged or incomplete."
    return f"This is a text. {accepted}" if _is_text(head) else f"This is not a picture. {accepted}"


def _is_text(head: bytes) -> bool:
    text = head.decode("utf-8", errors="ignore")  # a character cut at the end of the head is no sign
    return len(text.encode()) >= len(head) - 3 and all(sign.isprintable() or sign in "\r\n\t\ufeff" for sign in text)
