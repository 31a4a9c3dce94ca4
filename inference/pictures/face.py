"""Where to cut a square avatar out of a photo: around the face, with room for a round frame."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from styles import faces

SEEN = 480
"""Faces are looked for in a picture of this longer side: one that is smaller there is not whom an avatar shows."""

SMALLEST = 0.08
"""The least side of a face, by the shorter side of the picture."""

ROOM = 2.7
"""The square's side by the face's: a round frame then holds hair, chin and a little of the shoulders."""

RAISED = 0.04
"""How far the face's middle stands above the square's, by the square's side: hair needs less room than shoulders."""

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Face:
    """A face's middle and side, in pixels."""

    x: float
    y: float
    side: float


def square(image: Image.Image) -> Box:
    """The (left, top, right, bottom) of the square, inside the picture; without a face its upper middle."""
    width, height = image.size
    face = find(image)
    if face is None:
        side = min(width, height)
        return _placed(width / 2, side / 2 + (height - side) / 4, side, image.size)
    side = round(min(face.side * ROOM, width, height))
    return _placed(face.x, face.y + RAISED * side, side, image.size)


def find(image: Image.Image) -> Face | None:
    """The largest and most central face, or None."""
    scale = min(1.0, SEEN / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = image.resize(size, reducing_gap=2.0).convert("RGB").convert("L")
    grey = faces.even(np.asarray(small))
    for cascade in faces.Cascade:
        found = faces.find(grey, cascade, neighbours=6, step=1.15, least=SMALLEST)
        if found:
            box = max(found, key=lambda each: _worth(each, small.size))
            return Face((box.left + box.width / 2) / scale, (box.top + box.height / 2) / scale, box.width / scale)
    return None


def _worth(box: faces.Box, size: tuple[int, int]) -> float:
    """A face's side, less for a face at the rim: half at a corner."""
    across, down = (box.left + box.width / 2) / size[0], (box.top + box.height / 2) / size[1]
    return box.width * (1 - max(abs(across - 0.5), abs(down - 0.5)))


def _placed(x: float, y: float, side: int, size: tuple[int, int]) -> Box:
    left = round(min(max(0.0, x - side / 2), size[0] - side))
    top = round(min(max(0.0, y - side / 2), size[1] - side))
    return left, top, left + side, top + side
