"""Where to cut a square avatar out of a photo: around the face, with room for a round frame."""

from dataclasses import dataclass
from threading import local

import cv2
import cv2.data
import numpy as np
from PIL import Image

SEEN = 480
"""Faces are looked for in a picture of this longer side: one that is smaller there is not whom an avatar shows."""

SMALLEST = 0.08
"""The least side of a face, by the shorter side of the picture."""

ROOM = 2.7
"""The square's side by the face's: a round frame then holds hair, chin and a little of the shoulders."""

RAISED = 0.04
"""How far the face's middle stands above the square's, by the square's side: hair needs less room than shoulders."""

CASCADES = ("haarcascade_frontalface_default.xml", "haarcascade_frontalface_alt2.xml", "haarcascade_profileface.xml")
"""Tried in this order: the first is the most willing, the last finds faces that look aside."""

_detectors = local()  # a cv2 detector is not safe to share between threads

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
    grey = cv2.equalizeHist(np.asarray(small))
    for name in CASCADES:
        least = max(24, round(SMALLEST * min(small.size)))
        boxes = _detector(name).detectMultiScale(grey, scaleFactor=1.15, minNeighbors=6, minSize=(least, least))
        if len(boxes):
            x, y, side, _ = max(boxes, key=lambda box: _worth((box[0], box[1], box[2], box[3]), small.size))
            return Face((x + side / 2) / scale, (y + side / 2) / scale, side / scale)
    return None


def _worth(box: Box, size: tuple[int, int]) -> float:
    """A face's side, less for a face at the rim: half at a corner."""
    x, y, side, _ = box
    aside = max(abs((x + side / 2) / size[0] - 0.5), abs((y + side / 2) / size[1] - 0.5))
    return side * (1 - aside)


def _placed(x: float, y: float, side: int, size: tuple[int, int]) -> Box:
    left = round(min(max(0.0, x - side / 2), size[0] - side))
    top = round(min(max(0.0, y - side / 2), size[1] - side))
    return left, top, left + side, top + side


def _detector(name: str) -> "cv2.CascadeClassifier":
    known: dict[str, cv2.CascadeClassifier] = _detectors.__dict__
    if name not in known:
        known[name] = cv2.CascadeClassifier(cv2.data.haarcascades + name)
    return known[name]
