"""A woodcut: black and cream alone, and cuts that follow the forms."""

from dataclasses import dataclass

import torch
from torch import Tensor

from styles.training.drawings.filters import levelled, light, mixed
from styles.training.drawings.rule import Rule, real
from styles.training.drawings.strokes import flow, sharpened, streaks

CREAM, BLACK = (0.95, 0.91, 0.82), (0.09, 0.08, 0.08)
VIVID, SHADOW = 0.35, 0.85
CLEAN_RADIUS, CLEAN_EDGE = 2, 0.05
SHARP = 8.0  # how much contours stand out
CALM, CALMER = 2.0, 5.0  # pixels over which contours agree on their direction, and cuts
REACH = 7  # pixels: half the length of a cut before it is drawn out
STEEP = 24.0  # how abruptly wood ends


@dataclass(frozen=True, slots=True)
class Woodcut(Rule):
    """One block, one colour.

    ``line`` is the width of contours in pixels, ``black`` the brightness under which wood stays, ``cut`` how deep into
    light and shade the cuts reach.
    """

    line: float = real(0.9, 0.3, 3)
    black: float = real(0.45, 0, 1)
    cut: float = real(0.15, 0, 1)

    def __call__(self, photos: Tensor) -> Tensor:
        brightness = light(photos, VIVID)
        clean = levelled(brightness, CLEAN_RADIUS, CLEAN_EDGE**2).clamp(0, 1) ** SHADOW
        wood = sharpened(clean, flow(clean, CALM), self.line, SHARP) - self.black
        cuts = self.cut * streaks(brightness, flow(clean, CALMER), REACH)
        return mixed(BLACK, CREAM, torch.sigmoid(STEEP * (wood + cuts)))
