"""The pictures that people send: the shipped sample photos, as JPEG in a few sizes; and some that are broken."""

import io
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from styles.samples import FOLDER

SIZES: Mapping[str, tuple[str, int, int]] = {
    "256": ("astronaut", 256, 256),
    "400": ("cat", 400, 267),
    "512": ("coffee", 512, 341),
    "640": ("astronaut", 640, 640),
    "square": ("astronaut", 512, 512),
}
"""Each one's photo, width and height. They run at four different sizes, and ``square`` at a fifth."""


def photos() -> dict[str, bytes]:
    """All of them by name; the broken ones as well, two of which look sound until they are decoded."""
    sound = {name: _encoded(*of) for name, of in SIZES.items()}
    damaged = bytearray(_encoded(*SIZES["512"], "PNG"))
    middle = len(damaged) // 2
    damaged[middle : middle + 4096] = bytes(4096)
    return sound | {
        "cut-short": sound["512"][: len(sound["512"]) // 2],
        "no-picture": b"Hello, I am a text that somebody took for a picture. " * 40,
        "damaged": bytes(damaged),
    }


def write(folder: Path) -> None:
    """Put them into a folder, each a file of its name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in photos().items():
        (folder / name).write_bytes(data)


def _encoded(name: str, width: int, height: int, kind: str = "JPEG") -> bytes:
    with Image.open(FOLDER / f"{name}.jpg") as photo:
        small = photo.convert("RGB").resize((width, height), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    small.save(out, kind, quality=90)
    return out.getvalue()
