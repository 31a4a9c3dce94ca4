"""A giant comes apart into tiles that overlap, and is put together of what each shows best.

::

    ├──── window ────┤
              ├──── window ────┤           side by side, as long as the picture needs
    ├── kept ────┼── kept ──┼ …            what lies a ``halo`` inside a window owes nothing to its edge

A network's strokes have one width in pixels, so in a giant they are too fine to be seen: painted at 4096 pixels, the
waves of a starry night are gone, and the outlines of a drawing with them. So the broad strokes of a giant are those of
its picture painted whole at the size that the style looks best at, and of the tiles comes what is finer than these:
two levels of a Laplacian pyramid (Burt and Adelson 1983).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, sqrt
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.pictures.features import Pixels

Plane = NDArray[np.float32]
Box = tuple[int, int, int, int]

SOFTNESS = 0.75
"""The deviation of the blur that parts broad from fine, by what a pixel of the broad picture measures in the giant. Of
0.6 and 0.9, looked at in two styles, the one leaves edges soft and the other begins to double them."""

LEAST = 128
"""Pixels that a tile keeps at least, along each side, however wide its halo."""


@dataclass(frozen=True, slots=True)
class Tile:
    """``window`` is what is painted, ``kept`` what is kept of it: (left, top, right, bottom) in the picture.

    Windows are all of one size, and may end beyond the picture's right and lower edge.
    """

    window: Box
    kept: Box

    @property
    def shown(self) -> Box:
        """``kept``, counted from the window's corner."""
        left, top = self.window[:2]
        return self.kept[0] - left, self.kept[1] - top, self.kept[2] - left, self.kept[3] - top


def tiles(size: tuple[int, int], *, side: int, halo: int, step: int) -> list[Tile]:
    """Cover a picture of ``size`` (width, height), row by row: every pixel is kept by exactly one tile.

    Windows begin at multiples of ``step`` and measure multiples of it, ``side`` at most unless ``halo`` wants more.
    """
    columns, rows = (list(_places(length, side, halo, step)) for length in size)
    return [
        Tile((left, top, right, bottom), (first, highest, last, lowest))
        for top, bottom, highest, lowest in rows
        for left, right, first, last in columns
    ]


def _places(length: int, side: int, halo: int, step: int) -> Iterator[tuple[int, int, int, int]]:
    """Along one side: where each window begins and ends, and where what is kept of it does."""
    room = ceil(length / step) * step
    window = min(room, max(side // step * step, ceil((2 * halo + LEAST + 2 * step) / step) * step))
    apart = window - 2 * halo - 2 * step  # where windows begin is rounded
    count = 1 if window == room else 1 + ceil((room - window) / apart)
    starts = [round((room - window) * place / max(1, count - 1) / step) * step for place in range(count)]
    cuts = [0, *((one + window + other) // 2 for one, other in pairwise(starts)), length]
    for start, (first, last) in zip(starts, pairwise(cuts), strict=True):
        yield start, start + window, first, last


def window(photo: Image.Image, box: Box) -> Pixels:
    """The pixels of a window of an RGB picture, mirrored where it ends beyond the picture's edge."""
    left, top, right, bottom = box
    inside = np.array(photo.crop(_within(photo.size, box)))
    down, across = bottom - top - inside.shape[0], right - left - inside.shape[1]
    mode: Literal["reflect", "edge"] = "reflect" if down < inside.shape[0] and across < inside.shape[1] else "edge"
    return np.pad(inside, ((0, down), (0, across), (0, 0)), mode=mode) if down or across else inside


@dataclass(frozen=True, slots=True)
class Broad:
    """A giant's broad strokes: what it looks like painted whole. ``painted`` is RGB and of the giant's aspect.

    ``size`` is the giant's (width, height), ``ran`` the longer side at which ``painted`` ran.
    """

    painted: Image.Image
    size: tuple[int, int]
    ran: int

    @property
    def radius(self) -> int:
        """Of each of the two means that blur a tile: together they come to the deviation of ``SOFTNESS``."""
        deviation = SOFTNESS * max(self.size) / self.ran
        return max(1, round((sqrt(6 * deviation**2 + 1) - 1) / 2))

    @property
    def reach(self) -> int:
        """How far from a tile's edge its blur is another than the whole's would be."""
        return 2 * self.radius

    def refined(self, styled: Pixels, box: Box) -> Image.Image:
        """The strokes where a window is, as far as it lies in the picture, with the fine ones that were painted."""
        left, top, right, bottom = _within(self.size, box)
        fine = styled[: bottom - top, : right - left].astype(np.float32)
        across, down = self.painted.width / self.size[0], self.painted.height / self.size[1]
        place = (left * across, top * down, right * across, bottom * down)
        size = (right - left, bottom - top)
        broad = np.asarray(self.painted.resize(size, Image.Resampling.BICUBIC, box=place), np.float32)
        fine += broad - self._blurred(fine)
        return Image.fromarray(fine.clip(0, 255).round().astype(np.uint8))

    def _blurred(self, fine: Plane) -> Plane:
        kernel = (2 * self.radius + 1,) * 2
        return np.asarray(cv2.blur(cv2.blur(fine, kernel), kernel), np.float32)


def _within(size: tuple[int, int], box: Box) -> Box:
    return box[0], box[1], min(size[0], box[2]), min(size[1], box[3])
