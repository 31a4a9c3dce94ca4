"""Whether faces stay faces."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import cv2.data
import numpy as np
from torch import Tensor

from styles.evaluation.distances import brightness

CASCADES = ("haarcascade_frontalface_default.xml", "haarcascade_frontalface_alt2.xml")
SMALLEST = 0.06  # a face's least side, by the picture's
SURE, WILLING = 6, 3  # overlapping hits that make a face
SAME = 0.3  # of two boxes: the area they share by the area of both


@dataclass(frozen=True, slots=True)
class Box:
    """Where a face is, in pixels."""

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


class FaceFinder:
    """Finds upright faces by Haar cascades (Viola and Jones, CVPR 2001) that OpenCV brings. Not for two threads."""

    def __init__(self) -> None:
        folder = Path(cv2.data.haarcascades)
        self.detectors = [cv2.CascadeClassifier(str(folder / name)) for name in CASCADES]

    def certain(self, photo: Tensor) -> list[Box]:
        """Faces that both detectors find in a ``1 x 3 x H x W`` in [0, 1]: few that are none."""
        first, second = self._found(photo, SURE)
        return [box for box in first if any(box.same(other) for other in second)]

    def still(self, faces: list[Box], result: Tensor) -> int:
        """How many of the photo's faces either detector finds at the same place in the result.

        Face legibility is their share, sum over photos of found after / sum of found before, from 0 to 1. A face
        that a detector finds is one with eyes, nose and mouth where they belong, not yet one that friends recognise.
        """
        if not faces:
            return 0
        found = [box for boxes in self._found(result, WILLING) for box in boxes]
        return sum(any(face.same(box) for box in found) for face in faces)

    def _found(self, images: Tensor, neighbours: int) -> list[list[Box]]:
        grey = brightness(images)[0, 0].mul(255).round().clamp(0, 255).cpu().numpy().astype(np.uint8)
        grey = np.ascontiguousarray(cv2.equalizeHist(grey))
        least = max(24, round(SMALLEST * min(grey.shape)))
        return [
            [
                Box(*(int(each) for each in box))
                for box in detector.detectMultiScale(
                    grey, scaleFactor=1.1, minNeighbors=neighbours, minSize=(least, least)
                )
            ]
            for detector in self.detectors
        ]
