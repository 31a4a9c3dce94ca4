"""Ink wash (水墨): a few wet greys on rice paper, brush strokes over them, and white left empty."""

from dataclasses import dataclass

from torch import Tensor

from styles.training.drawings.filters import blurred, flattened, levelled, light, mixed, stepped
from styles.training.drawings.rule import Rule, real, whole
from styles.training.drawings.strokes import flow, pen

PAPER, BLACK = (0.965, 0.945, 0.895), (0.085, 0.08, 0.09)
CINNABAR = (0.80, 0.22, 0.14)
VIVID = 0.5  # how much a strong colour counts as light, so that a blue sky stays paper
SMOOTHINGS, RADIUS, EDGE = 3, 6, 0.11
DARKEST = 0.08  # the brightness at which a wash is full
THIN = 1.45  # an exponent: the more, the thinner light washes are
BLEED, RIM = 2.6, 4.0  # pixels that a wash runs, and within which its pigment gathers at the edge
CLEAN_RADIUS, CLEAN_EDGE, SHADOW = 2, 0.05, 0.8
CALM = 2.6  # pixels over which strokes agree on their direction
FINE, BOLD = 0.9, 2.4  # widths of the two brushes


@dataclass(frozen=True, slots=True)
class Ink(Rule):
    """Two brushes over washes.

    ``empty`` is the brightness from which paper is left white, ``tones`` the number of washes, ``stroke`` the width of
    the brushes against the usual one; ``cinnabar``, from 0 to 1, is how strongly a pure red is painted in it.
    """

    empty: float = real(0.78, 0.2, 1)
    tones: int = whole(4, 1, 16)
    stroke: float = real(1.0, 0.4, 3)
    cinnabar: float = real(0.85, 0, 1)

    def __call__(self, photos: Tensor) -> Tensor:
        brightness = light(photos, VIVID)
        bare = (1 - 0.85 * self._washed(brightness)) * (1 - 0.95 * self._brushed(brightness))
        painted = mixed(PAPER, BLACK, 1 - bare)
        return painted * mixed((1, 1, 1), CINNABAR, self.cinnabar * reds(photos))

    def _washed(self, brightness: Tensor) -> Tensor:
        flat = flattened(brightness, SMOOTHINGS, RADIUS, EDGE)
        dark = ((self.empty - flat) / (self.empty - DARKEST)).clamp(0, 1) ** THIN
        wash = stepped(dark, self.tones)
        rim = (wash - blurred(wash, RIM)).clamp_min(0)
        return (0.85 * (0.35 * wash + 0.65 * blurred(wash, BLEED)) + 0.5 * rim).clamp(0, 1)

    def _brushed(self, brightness: Tensor) -> Tensor:
        clean = levelled(brightness, CLEAN_RADIUS, CLEAN_EDGE**2).clamp(0, 1) ** SHADOW
        way = flow(clean, CALM)
        fine = pen(clean, way, FINE * self.stroke, sharp=20, level=0.40, steep=5)
        bold = pen(clean, way, BOLD * self.stroke, sharp=8, level=0.22, steep=4)
        return 1 - (0.25 + 0.75 * fine) * (0.2 + 0.8 * bold)


def reds(photos: Tensor) -> Tensor:
    """``N x 1 x H x W``, from 0 to 1: where red is more than twice every other channel, which no skin is."""
    others = photos[:, 1:].amax(1, keepdim=True)
    return blurred(((photos[:, :1] - 2.15 * others) / 0.18).clamp(0, 1), 1.0)
