"""A pencil drawing: graphite lines, and shade hatched by a right hand."""

from dataclasses import dataclass

import torch
from torch import Tensor

from styles.training.drawings.filters import levelled, light, mixed
from styles.training.drawings.rule import Rule, real
from styles.training.drawings.strokes import flow, pen, streaks

PAPER, GRAPHITE = (0.975, 0.97, 0.955), (0.17, 0.17, 0.19)
VIVID = 0.4
WHITE = 0.82  # the brightness from which paper is left empty
HAND = 0.03  # slopes fainter than this are hatched aslant
REACH, GRAIN = 5, 1.2  # pixels: half the length of a stroke before it is drawn out, and how fine strokes are
STEEP, BARE = 8.0, 0.06  # how abruptly a stroke ends, and what of it bare paper would still get


@dataclass(frozen=True, slots=True)
class Pencil(Rule):
    """``line`` is the width of lines in pixels, ``hatch`` how much strokes differ, ``shade`` how dark shade becomes."""

    line: float = real(0.7, 0.3, 3)
    hatch: float = real(0.2, 0, 1)
    shade: float = real(0.95, 0, 1)

    def __call__(self, photos: Tensor) -> Tensor:
        brightness = light(photos, VIVID)
        calm = levelled(brightness, 2, 0.05**2)
        bare = (1 - self.shade * self._shaded(brightness, calm)) * (1 - 0.9 * self._lined(brightness, calm))
        return mixed(PAPER, GRAPHITE, 1 - bare)

    def _shaded(self, brightness: Tensor, calm: Tensor) -> Tensor:
        strokes = streaks(brightness, flow(calm, 4.0, HAND), REACH, GRAIN).clamp(-2, 2)
        flat = levelled(levelled(brightness, 3, 0.08**2), 3, 0.08**2)
        dark = ((WHITE - flat) / WHITE).clamp(0, 1)
        hatched = torch.sigmoid(STEEP * (dark - 0.5 + self.hatch * strokes)) - BARE
        return (0.5 * dark**1.2 + 0.5 * hatched.clamp_min(0)).clamp(0, 1)

    def _lined(self, brightness: Tensor, calm: Tensor) -> Tensor:
        clean = levelled(brightness, 1, 0.04**2).clamp(0, 1) ** 0.7
        return 1 - pen(clean, flow(calm, 3.0), self.line, sharp=26, level=0.5, steep=2.4)
