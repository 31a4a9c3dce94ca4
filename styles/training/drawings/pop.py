"""Pop art: a screen print in a few loud colours, which follow the light and not the thing."""

from dataclasses import dataclass

import torch
from torch import Tensor

from styles.training.drawings.filters import Colour, flattened, levelled, light
from styles.training.drawings.rule import Rule, real
from styles.training.drawings.strokes import flow, pen

SCREENS: tuple[Colour, ...] = (  # from the darkest light to the brightest
    (0.17, 0.09, 0.36),
    (0.45, 0.12, 0.52),
    (0.90, 0.17, 0.45),
    (0.99, 0.52, 0.25),
    (1.00, 0.84, 0.36),
    (1.00, 0.97, 0.87),
)
VIVID = 0.2
SMOOTHINGS, RADIUS, EDGE = 4, 5, 0.09  # how areas are flattened
SHADOW = 0.8  # an exponent that keeps dark faces out of the darkest screen
CLEAN_RADIUS, CLEAN_EDGE, CALM = 2, 0.04, 2.0
SHARP, BLACK, STEEP = 18.0, 0.28, 7.0


@dataclass(frozen=True, slots=True)
class Pop(Rule):
    """Screens one over the other, and a key of the darkest.

    ``line`` is the width of the key's lines in pixels, ``crisp`` how abruptly one screen goes over into the next.
    """

    line: float = real(0.9, 0.3, 5)
    crisp: float = real(40.0, 1, 1000)

    def __call__(self, photos: Tensor) -> Tensor:
        brightness = light(photos, VIVID)
        flat = flattened(brightness, SMOOTHINGS, RADIUS, EDGE)
        key = photos.new_tensor(SCREENS[0]).view(1, 3, 1, 1)
        return key.lerp(self._screened(flat.clamp(0, 1) ** SHADOW), self._lines(brightness))

    def _screened(self, tone: Tensor) -> Tensor:
        screens = tone.new_tensor(SCREENS)
        printed = screens[0].view(1, 3, 1, 1)
        for number in range(1, len(SCREENS)):
            share = torch.sigmoid(self.crisp * (tone - number / len(SCREENS)))
            printed = printed.lerp(screens[number].view(1, 3, 1, 1), share)
        return printed

    def _lines(self, brightness: Tensor) -> Tensor:
        clean = levelled(brightness, CLEAN_RADIUS, CLEAN_EDGE**2).clamp(0, 1) ** SHADOW
        return pen(clean, flow(clean, CALM), self.line, sharp=SHARP, level=BLACK, steep=STEEP)
