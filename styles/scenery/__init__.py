"""Landscapes drawn by rule from keywords and a few numbers, for a generator to paint, or to learn.

Composed as a stage is set, from far to near: sky, distance, what stands on the far shore, water or ground, what is on
it, what frames it, what falls through the air. To add a thing: write how it is painted, and set it in `compose`.
"""

from collections.abc import Collection, Sequence

import numpy as np
import torch
from torch import Tensor

from styles.scenery.compose import compose
from styles.scenery.scene import Numbers, Scene
from styles.scenery.weather import toned

__all__ = ["NUMBERS", "drawn"]

NUMBERS: int = len(Numbers._fields)
"""How many numbers place things: horizon, sun, ridges, clouds, boats, trees, houses, waves, hues."""


def drawn(keywords: Collection[str], numbers: Sequence[float], side: int) -> Tensor:
    """Return the scene as ``3 x side x side`` bytes (RGB).

    ``keywords`` are a whole set as `styles.words.completed` gives; ``numbers`` are NUMBERS reals in [-1, 1]. The same
    scene at every side; it changes smoothly with every number, so that a small network can learn it.
    """
    scene = Scene(keywords, numbers, side)
    compose(scene)
    return torch.from_numpy((toned(scene) * 255).round().astype(np.uint8))
