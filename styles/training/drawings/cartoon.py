"""A cartoon: flat areas within their contours, and ink on the contours."""

from dataclasses import dataclass

from torch import Tensor

from styles.training.colours import grey
from styles.training.drawings.filters import ink, levelled, stepped
from styles.training.drawings.rule import Rule, real, whole

SMOOTHINGS = 4  # passes of the edge-preserving filter: each flattens further without blurring a contour
CLEAN_RADIUS, CLEAN_EDGE = 2, 0.05  # a light pass before lines are sought, so that grain is not inked
INK = 0.08  # the brightness of a line
VIVID, LIGHT = 1.4, 0.8  # cartoons are more saturated than photos, and lighter in their shadows (an exponent)


@dataclass(frozen=True, slots=True)
class Cartoon(Rule):
    """Cel painting.

    ``radius`` in pixels is how far areas are levelled, ``edge`` the contrast that stops it, ``line`` the width of the
    ink in pixels, 0 for none; ``tones`` how many steps of light there are, as cel painters mix few (0: all of them).
    """

    radius: int = whole(3, 1, 32)
    edge: float = real(0.045, 0.001, 1)
    line: float = real(0.9, 0, 5)
    tones: int = whole(0, 0, 16)

    def __call__(self, photos: Tensor) -> Tensor:
        flat = photos
        for _ in range(SMOOTHINGS):
            flat = levelled(flat, self.radius, self.edge**2)
        brightness = grey(flat)
        painted = (stepped(brightness**LIGHT, self.tones) + VIVID * (flat - brightness)).clamp(0, 1)
        if self.line == 0:
            return painted
        clean = levelled(photos, CLEAN_RADIUS, CLEAN_EDGE**2)
        return painted.lerp(INK * painted, ink(clean, self.line))
