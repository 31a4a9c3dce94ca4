"""A pencil drawing: graphite lines, light shade, and much white paper."""

from dataclasses import dataclass

from torch import Tensor

from styles.training.drawings.filters import blurred, flattened, levelled, light, mixed
from styles.training.drawings.rule import Rule, real
from styles.training.drawings.strokes import flow, pen

PAPER, GRAPHITE = (0.985, 0.98, 0.965), (0.15, 0.15, 0.17)
VIVID = 0.25
CLEAN_RADIUS, CLEAN_EDGE = 2, 0.03  # a light pass, so that grain is not drawn
SMOOTHINGS, RADIUS, EDGE = 2, 4, 0.08  # how shade is flattened
AROUND = 7.0  # pixels; what is as dark as its surroundings stays paper
FAINT = 0.02  # keeps black surroundings from dividing by nothing
PRESSED = 1.5  # an exponent: the more, the harder the pencil
CALM = 1.8  # pixels over which lines agree on their direction
SHARP, BLACK, STEEP, DENSE = 18.0, 0.2, 5.0, 0.85


@dataclass(frozen=True, slots=True)
class Pencil(Rule):
    """What is darker than its surroundings is drawn (dodging, as retouchers know it), and contours are traced.

    ``line`` is the width of the lines in pixels, ``shade`` how dark the darkest even shade becomes.
    """

    line: float = real(0.8, 0.3, 3)
    shade: float = real(0.3, 0, 1)

    def __call__(self, photos: Tensor) -> Tensor:
        brightness = light(photos, VIVID).clamp(0, 1)
        calm = levelled(brightness, CLEAN_RADIUS, CLEAN_EDGE**2).clamp(0, 1)
        drawn = ((calm + FAINT) / (blurred(calm, AROUND) + FAINT)).clamp(0, 1) ** PRESSED
        lines = pen(calm**0.8, flow(calm, CALM), self.line, sharp=SHARP, level=BLACK, steep=STEEP)
        bare = drawn * self._shaded(brightness) * (1 - DENSE * (1 - lines))
        return mixed(GRAPHITE, PAPER, bare)

    def _shaded(self, brightness: Tensor) -> Tensor:
        flat = flattened(brightness, SMOOTHINGS, RADIUS, EDGE)
        return 1 - self.shade * (1 - flat).clamp(0, 1) ** 1.3
