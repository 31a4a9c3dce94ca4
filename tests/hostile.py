"""Pictures, and things that claim to be, with which strangers will try us: by name, and the error code each deserves.

``HOSTILE`` holds what is refused, ``ODD`` what is rare but fine and must come back styled.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageCms

SIDE = 96


def photo(width: int = SIDE, height: int = 64) -> Image.Image:
    """A small picture with a different colour in each corner, so that turning and mirroring show."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    return Image.fromarray((np.dstack([x, y, (1 - x) * (1 - y)]) * 255).astype(np.uint8))


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png(width: int, height: int, *, depth: int, colour: int, rows: bytes, more: bytes = b"") -> bytes:
    """A PNG written by hand, for what Pillow does not write. ``rows`` are scan lines, each after its filter byte."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    body = _chunk(b"IHDR", header) + more + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def turned(orientation: int) -> bytes:
    """A JPEG that is shown as ``photo()`` only to those who obey its EXIF orientation."""
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # orientation: the transpose that puts it into the file so
    lying = photo() if orientation == 1 else photo().transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "SecretCamera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    return encoded(lying, quality=95, exif=exif, comment=b"SecretComment")


def gif(frames: int) -> bytes:
    """A GIF of many tiny frames, written by hand: Pillow would drop equal ones."""
    screen = b"GIF89a" + struct.pack("<HHBBB", SIDE, SIDE, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    pixel = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return screen + (b"\x21\xf9\x04\0\x01\0\0\0" + pixel) * frames + b";"


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.jpg", bytes(1_000_000))
    return out.getvalue()


def _webp_canvas(width: int, height: int) -> bytes:
    """An animation whose small frames stand on a giant canvas: valid, and gigabytes when decoded."""
    data = bytearray(encoded(photo(), "WEBP", save_all=True, append_images=[photo().rotate(90)]))
    data[24:30] = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return bytes(data)


def _jpeg_header(width: int, height: int) -> bytes:
    data = bytearray(encoded(photo()))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def _deep_rows(channels: int) -> bytes:
    grey = np.linspace(0, 65535, SIDE * channels).astype(">u2").tobytes()
    return (b"\0" + grey) * SIDE


def _noise(count: int) -> bytes:
    return np.random.default_rng(7).integers(0, 256, count, np.uint8).tobytes()


def _heavy_profile() -> bytes:
    """A kilobyte-sized PNG whose colour profile unpacks to 200 MB."""
    packed = zlib.compressobj(9)
    bomb = b"".join(packed.compress(bytes(1_000_000)) for _ in range(200)) + packed.flush()
    more = _chunk(b"iCCP", b"p\0\0" + bomb)
    return png(SIDE, SIDE, depth=8, colour=0, rows=(b"\0" + bytes(SIDE)) * SIDE, more=more)


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'

HOSTILE: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "not_a_picture"),
    "truncated JPEG": (lambda: encoded(photo(640, 480))[:-3000], "not_a_picture"),
    "truncated PNG": (lambda: encoded(photo(640, 480), "PNG")[:-3000], "not_a_picture"),
    "truncated WebP": (lambda: encoded(photo(640, 480), "WEBP")[:-1000], "not_a_picture"),
    "only a JPEG's start": (lambda: encoded(photo())[:4], "not_a_picture"),
    "SVG": (lambda: SVG, "not_a_picture"),
    "PDF": (lambda: b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", "not_a_picture"),
    "ZIP": (_zip, "not_a_picture"),
    "text": (lambda: "Mach mir daraus bitte ein Bild. 画这个".encode() * 20, "not_a_picture"),
    "TIFF": (lambda: encoded(photo(), "TIFF"), "not_a_picture"),
    "BMP": (lambda: encoded(photo(), "BMP"), "not_a_picture"),
    "noise": (lambda: _noise(5000), "not_a_picture"),
    "noise behind a JPEG's start": (lambda: encoded(photo())[:20] + _noise(5000), "not_a_picture"),
    "a profile that unpacks to 200 MB": (_heavy_profile, "not_a_picture"),
    "PNG header of 50,000×50,000": (lambda: png(50_000, 50_000, depth=8, colour=2, rows=b""), "too_large"),
    "WebP canvas of 16,383×16,383": (lambda: _webp_canvas(16_383, 16_383), "too_large"),
    "JPEG header of 65,000×65,000": (lambda: _jpeg_header(65_000, 65_000), "too_large"),
    "GIF of 10,000 frames": (lambda: gif(10_000), "too_large"),
    "25 MB": (lambda: encoded(photo()) + bytes(25_000_000), "too_large"),
    "1×1": (lambda: encoded(photo(1, 1), "PNG"), "too_small"),
    "1×5,000": (lambda: encoded(photo(5000, 1), "PNG"), "too_small"),
    "20×5,000": (lambda: encoded(photo(20, 5000), "PNG"), "too_small"),
}
"""Name: (how to make the bytes, the error code that they deserve)."""

ODD: Mapping[str, Callable[[], bytes]] = {
    "16-bit grey": lambda: png(SIDE, SIDE, depth=16, colour=0, rows=_deep_rows(1)),
    "16-bit RGB": lambda: png(SIDE, SIDE, depth=16, colour=2, rows=_deep_rows(3)),
    "16-bit RGBA": lambda: png(SIDE, SIDE, depth=16, colour=6, rows=_deep_rows(4)),
    "CMYK": lambda: encoded(photo().convert("CMYK")),
    "palette": lambda: encoded(photo().quantize(16), "PNG"),
    "palette with a transparent colour": lambda: encoded(photo().quantize(16), "PNG", transparency=3),
    "RGB with a transparent colour": lambda: encoded(photo(), "PNG", transparency=(0, 0, 255)),
    "alpha": lambda: encoded(_holed(photo().convert("RGBA")), "PNG"),
    "grey and alpha": lambda: encoded(_holed(photo().convert("LA")), "PNG"),
    "alpha in WebP": lambda: encoded(_holed(photo().convert("RGBA")), "WEBP"),
    "black and white": lambda: encoded(photo().convert("1"), "PNG"),
    "grey": lambda: encoded(photo().convert("L")),
    "progressive": lambda: encoded(photo(), progressive=True),
    "GIF": lambda: encoded(photo(), "GIF"),
    "GIF of 113 frames": lambda: gif(113),
    "animated WebP": lambda: encoded(photo(), "WEBP", save_all=True, append_images=[photo().rotate(90)] * 3),
    "animated PNG": lambda: encoded(photo(), "PNG", save_all=True, append_images=[photo().rotate(90)] * 3),
    "broken EXIF": lambda: encoded(photo(), exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + _noise(64)),
    "broken profile": lambda: encoded(photo(), icc_profile=_noise(500)),
    "Lab profile": lambda: encoded(
        photo(), icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    ),
    "junk behind the end": lambda: encoded(photo()) + _noise(3000),
    "16×16": lambda: encoded(photo(16, 16), "PNG"),
    "20:1": lambda: encoded(photo(16, 320), "PNG"),
    **{f"EXIF orientation {value}": partial(turned, value) for value in range(1, 9)},
}
"""Name: how to make the bytes."""


def _holed(image: Image.Image) -> Image.Image:
    """The left half transparent."""
    alpha = Image.new("L", image.size, 255)
    alpha.paste(0, (0, 0, image.width // 2, image.height))
    image.putalpha(alpha)
    return image


@cache
def hostile(name: str) -> bytes:
    return HOSTILE[name][0]()


@cache
def odd(name: str) -> bytes:
    return ODD[name]()
