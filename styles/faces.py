"""Where upright faces are: by the Haar cascades (Viola and Jones, CVPR 2001) that OpenCV brings.

A grey picture of uint8, H×W, goes in; boxes in its pixels come out. Safe in any thread.
"""

from dataclasses import dataclass
from enum import StrEnum
from threading import local

import cv2
import cv2.data
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

SAME = 0.3
"""Of two boxes: the area they share by the area of both, from which on they show one face."""

WINDOW = 24
"""The side of the least face that a cascade was taught."""

_detectors = local()  # a cv2 detector is not safe to share between threads


class Cascade(StrEnum):
    """What looks: the first is the most willing, the last finds faces that look aside."""

    FRONT = "haarcascade_frontalface_default.xml"
    FRONT_TREES = "haarcascade_frontalface_alt2.xml"
    ASIDE = "haarcascade_profileface.xml"


@dataclass(frozen=True, slots=True)
class Box:
    """Where a face is, in pixels: from brows to chin and from ear to ear, more or less, and square."""

    left: int
    top: int
    width: int
    height: int

    def same(self, other: "Box") -> bool:
        """Whether two boxes show one face: intersection over union of at least 0.3."""
        right = min(self.left + self.width, other.left + other.width)
        bottom = min(self.top + self.height, other.top + other.height)
        shared = max(0, right - max(self.left, other.left)) * max(0, bottom - max(self.top, other.top))
        return shared >= SAME * (self.width * self.height + other.width * other.height - shared)


def find(grey: Grey, cascade: Cascade, *, neighbours: int, step: float, least: float) -> list[Box]:
    """The faces of at least ``least`` of the shorter side.

    ``neighbours`` overlapping hits make a face: 3 is willing, 6 is sure. Sizes are tried in factors of ``step``.
    """
    side = max(WINDOW, round(least * min(grey.shape)))
    detector = _detector(cascade)
    found = detector.detectMultiScale(grey, scaleFactor=step, minNeighbors=neighbours, minSize=(side, side))
    return [Box(*(int(value) for value in box)) for box in found]


def even(grey: Grey) -> Grey:
    """The picture with its tones spread evenly, which finds faces in the dark."""
    return np.asarray(cv2.equalizeHist(np.ascontiguousarray(grey)), np.uint8)


def _detector(cascade: Cascade) -> "cv2.CascadeClassifier":
    known: dict[str, cv2.CascadeClassifier] = _detectors.__dict__
    if cascade not in known:
        known[cascade] = cv2.CascadeClassifier(cv2.data.haarcascades + cascade)
    return known[cascade]
