"""Differentiable augmentation (Zhao et al., arXiv 2006.10738): for art of few pictures, which a judge learns by heart.

The judge sees real and made pictures alike moved, recoloured and with a hole, so it cannot know the art by its very
pixels; since every change has a gradient, the generator learns through them and does not learn to make them.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

FURTHEST = 1 / 8  # of the side that a picture is moved
HOLE = 1 / 2  # of the side that is cut out
BRIGHTER = 0.25  # up or down, of 1
CONTRAST = 0.5  # more or less, of the picture's own; saturation goes from none to twice
EMPTY = 0.5  # what shows where no picture is


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one picture; places and ways are shares of its sides."""

    down: float
    right: float
    brightness: float
    saturation: float
    contrast: float
    hole_top: float
    hole_left: float

    @classmethod
    def drawn(cls, draw: random.Random) -> "Change":
        return cls(
            draw.uniform(-FURTHEST, FURTHEST),
            draw.uniform(-FURTHEST, FURTHEST),
            draw.uniform(-BRIGHTER, BRIGHTER),
            draw.uniform(0, 2),
            draw.uniform(1 - CONTRAST, 1 + CONTRAST),
            draw.uniform(-HOLE / 2, 1 - HOLE / 2),  # centred anywhere, so the borders are cut as often
            draw.uniform(-HOLE / 2, 1 - HOLE / 2),
        )

    def __call__(self, image: Tensor) -> Tensor:
        """``C x H x W`` to the same; with 6 channels, both pictures change alike."""
        return self._cut(self._moved(torch.cat([self._recoloured(each) for each in torch.split(image, 3)])))

    def _recoloured(self, image: Tensor) -> Tensor:
        image = image + self.brightness
        image = image.mean(0, keepdim=True).lerp(image, self.saturation)
        return image.mean().lerp(image, self.contrast)

    def _moved(self, image: Tensor) -> Tensor:
        height, width = image.shape[1:]
        down, right = round(self.down * height), round(self.right * width)
        return functional.pad(image, (right, -right, down, -down), value=EMPTY)

    def _cut(self, image: Tensor) -> Tensor:
        height, width = image.shape[1:]
        hole = torch.zeros_like(image[:1], dtype=torch.bool)
        hole[:, _span(self.hole_top, height), _span(self.hole_left, width)] = True
        return image.masked_fill(hole, EMPTY)


def _span(start: float, side: int) -> slice:
    first = round(start * side)
    return slice(max(first, 0), max(first + round(HOLE * side), 0))


def changed(images: Tensor, changes: Sequence[Change]) -> Tensor:
    """``N x C x H x W`` pictures, each with its change."""
    pieces = [change(image) for image, change in zip(images, changes, strict=True)]
    return torch.stack(pieces).contiguous(memory_format=torch.channels_last)
