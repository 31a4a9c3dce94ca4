"""Whether faces stay faces."""

import numpy as np
from torch import Tensor

from styles.evaluation.distances import brightness
from styles.faces import Box, Cascade, even, find

__all__ = ["Box", "FaceFinder"]

SMALLEST = 0.06  # a face's least side, by the picture's
SURE, WILLING = 6, 3  # overlapping hits that make a face


class FaceFinder:
    """Finds upright faces with two cascades; see ``styles.faces``."""

    def certain(self, photo: Tensor) -> list[Box]:
        """Faces that both cascades find in a ``1 x 3 x H x W`` in [0, 1]: few that are none."""
        first, second = _found(photo, SURE)
        return [box for box in first if any(box.same(other) for other in second)]

    def still(self, known: list[Box], result: Tensor) -> int:
        """How many of the photo's faces either cascade finds at the same place in the result.

        Face legibility is their share, sum over photos of found after / sum of found before, from 0 to 1. A face
        that a cascade finds is one with eyes, nose and mouth where they belong, not yet one that friends recognise.
        """
        if not known:
            return 0
        found = [box for boxes in _found(result, WILLING) for box in boxes]
        return sum(any(face.same(box) for box in found) for face in known)


def _found(images: Tensor, neighbours: int) -> list[list[Box]]:
    grey = even(brightness(images)[0, 0].mul(255).round().clamp(0, 255).cpu().numpy().astype(np.uint8))
    looking = (Cascade.FRONT, Cascade.FRONT_TREES)
    return [find(grey, cascade, neighbours=neighbours, step=1.1, least=SMALLEST) for cascade in looking]
