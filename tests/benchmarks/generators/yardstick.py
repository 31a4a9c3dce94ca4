"""Where a result lies between its photo and the art, and what it is worth at another's distance from the photo."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from styles.evaluation.distances import content_loss, mean_grams, style_loss
from styles.training.perception import Features, Perception

CLOSE = 0.005  # two content losses within this share of each other are the same
TRIES = 12


@dataclass(frozen=True, slots=True)
class Point:
    """A result's content and style loss."""

    content: float
    style: float


class Yardstick:
    """Measures results of one photo after another against one style's art, with one perceptual network."""

    def __init__(self, eyes: Perception, art: Sequence[Tensor]) -> None:
        self.eyes = eyes
        self.layers = tuple(layer for layer in eyes.layers if layer.endswith("_1"))
        self.content = "relu4_1" if "relu4_1" in self.layers else self.layers[-1]
        with torch.no_grad():
            self.target = mean_grams(self.look(picture) for picture in art)

    def look(self, images: Tensor) -> Features:
        with torch.no_grad():
            return self.eyes(images, self.layers)

    def point(self, result: Tensor, photo: Features) -> Point:
        """``photo`` is what ``look`` sees in the photo."""
        features = self.look(result)
        return Point(content_loss(features[self.content], photo[self.content]), style_loss(features, self.target))


def blended(result: Tensor, photo: Tensor, strength: float) -> Tensor:
    """The result at a strength from 0, the photo, to 1: what people get who ask for a weaker effect."""
    return photo + strength * (result - photo)


def weakened(yardstick: Yardstick, photo: Tensor, result: Tensor, content: float) -> tuple[Tensor, float]:
    """The blend of a result with its photo that has this content loss, and its strength.

    The root of the content loss grows almost evenly with the strength, so that a few tries by the regula falsi find
    it. A result that is no further from its photo than ``content`` is given back as it is.
    """
    seen = yardstick.look(photo)
    low, high = (0.0, 0.0), (1.0, yardstick.point(result, seen).content ** 0.5)
    wanted = content**0.5
    if high[1] <= wanted:
        return result, 1.0
    strength = 1.0
    for _ in range(TRIES):
        strength = low[0] + (high[0] - low[0]) * (wanted - low[1]) / (high[1] - low[1])
        reached = yardstick.point(blended(result, photo, strength), seen).content ** 0.5
        if abs(reached / wanted - 1) < CLOSE / 2:
            break
        low, high = ((strength, reached), high) if reached < wanted else (low, (strength, reached))
    return blended(result, photo, strength), strength
