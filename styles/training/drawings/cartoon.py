"""Cel painting, as in animated films: flat, airy colour within thin contours."""

from dataclasses import dataclass

from torch import Tensor

from styles.training.colours import grey
from styles.training.drawings.filters import flattened, levelled, light, stepped
from styles.training.drawings.rule import Rule, real, whole
from styles.training.drawings.strokes import flow, pen

SMOOTHINGS = 4  # passes of the edge-preserving filter: each flattens further without blurring a contour
AIRY = 0.68  # an exponent: shadows of cels are lighter than those of photos
DARKEST = 0.12
CEL = 0.75  # how much of the tone goes in steps; the rest runs on, as airbrushed backgrounds do
GLOW = 1.5  # how much more colour a lightened shadow may show
INK = 0.22  # of the paint's own brightness: contours are coloured
VIVID = 0.3
CLEAN_RADIUS, CLEAN_EDGE, SHADOW = 2, 0.04, 0.8
CALM = 1.6  # pixels over which lines agree on their direction
SHARP, BLACK, STEEP = 20.0, 0.24, 7.0


@dataclass(frozen=True, slots=True)
class Cartoon(Rule):
    """Cels over a painted ground.

    ``radius`` in pixels is how far areas are levelled, ``edge`` the contrast that stops it, ``line`` the width of the
    ink in pixels; ``tones`` how many steps of light there are, as cel painters mix few (0: all of them); ``colour``
    how saturated they are against the photo.
    """

    radius: int = whole(4, 1, 32)
    edge: float = real(0.055, 0.001, 1)
    line: float = real(0.8, 0.3, 5)
    tones: int = whole(3, 0, 16)
    colour: float = real(1.2, 0, 4)

    def __call__(self, photos: Tensor) -> Tensor:
        painted = self._painted(photos)
        return (INK * painted).lerp(painted, self._inked(photos))

    def _painted(self, photos: Tensor) -> Tensor:
        flat = flattened(photos, SMOOTHINGS, self.radius, self.edge)
        brightness = grey(flat).clamp(0, 1)
        airy = brightness**AIRY
        tone = DARKEST + (1 - DARKEST) * airy.lerp(stepped(airy, self.tones), CEL)
        lifted = (tone / brightness.clamp_min(0.08)).clamp(max=GLOW)
        return (tone + self.colour * lifted * (flat - brightness)).clamp(0, 1)

    def _inked(self, photos: Tensor) -> Tensor:
        clean = levelled(light(photos, VIVID), CLEAN_RADIUS, CLEAN_EDGE**2).clamp(0, 1) ** SHADOW
        return pen(clean, flow(clean, CALM), self.line, sharp=SHARP, level=BLACK, steep=STEEP)
