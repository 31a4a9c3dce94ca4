"""Three photos to try a style on, a painting to take one from (see LICENCE.md), and the preview that they make."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from styles.errors import NotPainted
from styles.style import Style

NAMES = ("astronaut", "cat", "coffee")
PAINTING, WORDS = "painting", "misty harbour at sunset"
FOLDER = Path(__file__).parent
JPEG_QUALITY = 88
GAP = 8  # pixels between photos in a row
FLAT = 2 / 255  # a deviation below this is one colour to the eye


def sample(name: str = "astronaut") -> Tensor:
    """One photo as ``1 x 3 x H x W`` RGB in [0, 1], its longer side at most 512."""
    with Image.open(FOLDER / f"{name}.jpg") as image:
        pixels = np.array(image.convert("RGB"), dtype=np.float32)  # H, W, 3
    return torch.from_numpy(pixels).permute(2, 0, 1).unsqueeze(0) / 255


def preview(style: Style, name: str = "astronaut") -> bytes:
    """A sample photo in this style, as JPEG; see ``code`` for what a style may take beside it.

    Raises:
        NotPainted: the result is no picture, or one flat colour.
    """
    painted = style(sample(name), code(style))
    if painted.std() < FLAT:
        raise NotPainted(style.card.id, "a photo becomes one flat colour")
    return jpeg(painted)


def code(style: Style) -> Tensor | None:
    """What a style is tried with beside a photo: the code of the painting or of WORDS, where it takes one."""
    if not style.code_size:
        return None
    return style.imagine(WORDS, 1) if style.card.takes == "words" else style.encode(sample(PAINTING))


def jpeg(images: Tensor) -> bytes:
    """The first picture of ``N x 3 x H x W`` in [0, 1], encoded."""
    pixels = (images[0] * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()  # H, W, 3
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return stream.getvalue()


def photos(height: int) -> list[NDArray[np.uint8]]:
    """The photos, each H x W x 3 of this height, which none of them is enlarged to up to 300."""
    return [_scaled(name, height) for name in NAMES]


def _scaled(name: str, height: int) -> NDArray[np.uint8]:
    with Image.open(FOLDER / f"{name}.jpg") as image:
        width = round(image.width * height / image.height)
        return np.array(image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS))


def row(pictures: Sequence[NDArray[np.uint8]]) -> Image.Image:
    """Pictures of one height, H x W x 3 each, side by side with a white line between."""
    height = pictures[0].shape[0]
    gap = np.full((height, GAP, 3), 255, np.uint8)
    parts = [part for picture in pictures for part in (gap, picture)][1:]
    return Image.fromarray(np.concatenate(parts, axis=1))
