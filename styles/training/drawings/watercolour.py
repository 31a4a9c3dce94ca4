"""A watercolour: thin washes whose pigment gathers at their edges, white paper in the lights, a few pen lines."""

from dataclasses import dataclass

import torch
from torch import Tensor

from styles.training.drawings.filters import blurred, box, flattened, levelled, light, mixed, painted, stepped
from styles.training.drawings.rule import Rule, real, whole
from styles.training.drawings.strokes import flow, pen, slopes

PAPER, LINE, WHITE = (0.99, 0.98, 0.96), (0.30, 0.25, 0.26), (1.0, 1.0, 1.0)
VIVID = 0.4
SMOOTHINGS, FLATTEN, EDGE = 6, 6, 0.13  # how washes are flattened
LIGHTEN = 0.85  # an exponent
EMPTY, FADE = 0.60, 0.16  # the brightness from which paper stays white, and over how much more it gets so
DARKEST, LIGHTEST = 0.50, 1.08  # washes are never black; the lightest are clipped to paper
BLOTS, WATER, EVEN, FAINTEST = 1.8, 5.0, 16, 0.004  # pixels: sizes between which blots lie, and within which evened
BLEED = 7.0  # pixels that a hue runs beyond its contour
RIM, GATHER = 3.2, 30.0  # how much pigment gathers at an edge, and how abruptly only on its darker side


@dataclass(frozen=True, slots=True)
class Watercolour(Rule):
    """Washes under a pen.

    Every pigment is a density: the paper's light to that power, after Bousseau et al. (2006). ``tones`` is the number
    of washes, ``wobble`` how much their edges stray, ``grain`` how unevenly pigment settles, ``colour`` the saturation
    against the photo, ``pen`` how dark the lines are.
    """

    tones: int = whole(3, 1, 16)
    wobble: float = real(0.02, 0, 0.5)
    grain: float = real(0.1, 0, 1)
    colour: float = real(1.2, 0, 4)
    pen: float = real(0.85, 0, 1)

    def __call__(self, photos: Tensor) -> Tensor:
        brightness = light(photos, VIVID)
        flat = flattened(photos, SMOOTHINGS, FLATTEN, EDGE)
        settled = blots(brightness)
        washed = self._washed(flat, settled)
        bare = ((light(flat, VIVID) + self.wobble * settled - EMPTY) / FADE).clamp(0, 1)
        drawn = washed.lerp(painted(PAPER, washed), 0.85 * bare)
        return (drawn * mixed(WHITE, LINE, self.pen * _lines(brightness))).clamp(0, 1)

    def _washed(self, flat: Tensor, settled: Tensor) -> Tensor:
        even = blurred(light(flat, VIVID), 1.2) + self.wobble * settled
        even = even.clamp(0, 1) ** LIGHTEN
        wash = stepped(even, self.tones)
        tone = DARKEST + (LIGHTEST - DARKEST) * (0.8 * blurred(wash, 0.6) + 0.2 * even)
        hue = 0.6 * flat + 0.4 * blurred(flat, BLEED)
        colour = (tone.clamp(max=1) + self.colour * (hue - light(hue, VIVID))).clamp(0.04, 1)
        density = (1 + RIM * _rims(wash) - self.grain * settled).clamp(0.2, 3)
        return painted(PAPER, density) * colour**density


def blots(brightness: Tensor) -> Tensor:
    """``N x 1 x H x W`` from -2 to 2: unevenness as of drying water, out of the photo's own faint texture."""
    rough = blurred(brightness, BLOTS) - blurred(brightness, WATER)
    strength = box(rough * rough, EVEN).clamp_min(0).sqrt()
    return (rough / (strength + FAINTEST)).clamp(-2, 2)


def _rims(wash: Tensor) -> Tensor:
    """From 0 to 1: the inner edges of washes."""
    steepness = (slopes(blurred(wash, 0.8)).square().sum(1, keepdim=True) + 1e-8).sqrt()
    return (6 * steepness).clamp(0, 1) * torch.sigmoid(GATHER * (blurred(wash, 2.5) - wash))


def _lines(brightness: Tensor) -> Tensor:
    calm = levelled(brightness, 2, 0.05**2)
    return 1 - pen(calm.clamp(0, 1) ** 0.6, flow(calm, 2.5), 0.6, sharp=24, level=0.4, steep=2.6)
