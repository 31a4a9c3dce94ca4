"""Three photos to try a style on, a painting to take one from (see LICENCE.md), and the preview that they make."""

import io
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from styles.errors import NotPainted
from styles.style import Style

NAMES = ("astronaut", "cat", "coffee")
PAINTING = "painting"
FOLDER = Path(__file__).parent
JPEG_QUALITY = 88
FLAT = 2 / 255  # a deviation below this is one colour to the eye


def sample(name: str = "astronaut") -> Tensor:
    """One photo as ``1 x 3 x H x W`` RGB in [0, 1], its longer side at most 512."""
    with Image.open(FOLDER / f"{name}.jpg") as image:
        pixels = np.array(image.convert("RGB"), dtype=np.float32)  # H, W, 3
    return torch.from_numpy(pixels).permute(2, 0, 1).unsqueeze(0) / 255


def preview(style: Style, name: str = "astronaut") -> bytes:
    """A sample photo in this style, as JPEG; like the painting, where the style takes a style picture.

    Raises:
        NotPainted: the result is no picture, or one flat colour.
    """
    codes = style.encode(sample(PAINTING)) if style.code_size else None
    painted = style(sample(name), codes)
    if painted.std() < FLAT:
        raise NotPainted(style.card.id, "a photo becomes one flat colour")
    return jpeg(painted)


def jpeg(images: Tensor) -> bytes:
    """The first picture of ``N x 3 x H x W`` in [0, 1], encoded."""
    pixels = (images[0] * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()  # H, W, 3
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return stream.getvalue()
