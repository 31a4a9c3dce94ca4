"""Neon at night: glowing tubes along the contours, in the photo's hues, before a dark ground."""

from dataclasses import dataclass

import torch
from torch import Tensor

from styles.training.drawings.filters import blurred, levelled, light, painted
from styles.training.drawings.rule import Rule, real
from styles.training.drawings.strokes import across, along, flow

NIGHT, MOON = (0.025, 0.02, 0.065), (0.05, 0.05, 0.1)  # the ground, and what of the photo is faintly seen on it
VIVID, SHADOW = 0.35, 0.8
CALM = 2.5  # pixels over which tubes agree on their direction
REACH = 6  # pixels: half the length over which a tube is bent smoothly
STEEP, THRESHOLD = 250.0, 0.017  # how abruptly a tube ends, and the strength of a contour from which there is one
HUE, PURE, GREYEST = 3.0, 2.4, 0.02  # pixels that a hue is taken from, how pure it glows, and what counts as grey
HALOS = ((2.0, 0.64), (6.0, 1.02), (14.0, 0.77))  # of the light around tubes: width in pixels, strength


@dataclass(frozen=True, slots=True)
class Neon(Rule):
    """``tube`` is the width of tubes in pixels, ``glow`` how strong the light around them is."""

    tube: float = real(1.1, 0.4, 5)
    glow: float = real(1.0, 0, 4)

    def __call__(self, photos: Tensor) -> Tensor:
        tubes, hue = self._tubes(photos), _hues(photos)
        lit = tubes * hue
        halo = torch.stack([strength * blurred(lit, width) for width, strength in HALOS]).sum(0)
        ground = painted(NIGHT, photos) + painted(MOON, photos) * levelled(photos, 4, 0.01)
        core = tubes * (0.45 + 0.55 * hue)  # white heat within, colour around
        return 1 - (1 - ground) * (1 - (self.glow * halo).clamp(0, 0.75)) * (1 - core)

    def _tubes(self, photos: Tensor) -> Tensor:
        brightness = light(photos, VIVID).clamp(0, 1) ** SHADOW
        calm = levelled(levelled(brightness, 3, 0.06**2), 3, 0.06**2)
        way = flow(calm, CALM)
        contour = across(calm, way, 2.2 * self.tube) - across(calm, way, self.tube)
        return torch.sigmoid(STEEP * (along(contour, way, REACH) - THRESHOLD))


def _hues(photos: Tensor) -> Tensor:
    """What colours are near each pixel, as pure as light makes them: the strongest channel at 1."""
    soft = blurred(photos, HUE)
    tint = soft - soft.mean(1, keepdim=True)
    strength = tint.square().mean(1, keepdim=True).sqrt()
    pure = torch.sigmoid(PURE * tint / (strength + GREYEST))
    return pure / pure.amax(1, keepdim=True)
