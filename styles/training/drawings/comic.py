"""A comic page: bold ink, black shadows, few saturated tones."""

from dataclasses import dataclass

from torch import Tensor

from styles.training.drawings.filters import flattened, levelled, light, stepped
from styles.training.drawings.rule import Rule, real, whole
from styles.training.drawings.strokes import flow, pen

SMOOTHINGS, RADIUS, EDGE = 3, 4, 0.08  # how areas are flattened
CLEAN_RADIUS, CLEAN_EDGE = 2, 0.04  # a light pass before lines are sought, so that grain is not inked
VIVID = 0.35
SHADOW = 0.8  # an exponent that keeps dark faces out of the black
CALM = 1.6  # pixels over which lines agree on their direction
SHARP, STEEP = 18.0, 7.0
DARKEST = 0.24  # of the flat tones: black is the ink's alone


@dataclass(frozen=True, slots=True)
class Comic(Rule):
    """Ink over flat colour.

    ``line`` is the width of the ink in pixels, ``black`` the brightness under which all is ink, ``tones`` how many
    steps of light there are (0: all of them), ``colour`` how saturated they are against the photo.
    """

    line: float = real(0.9, 0.3, 5)
    black: float = real(0.41, 0, 1)
    tones: int = whole(4, 0, 16)
    colour: float = real(1.55, 0, 4)

    def __call__(self, photos: Tensor) -> Tensor:
        return self._painted(photos) * self._inked(photos)

    def _painted(self, photos: Tensor) -> Tensor:
        flat = flattened(photos, SMOOTHINGS, RADIUS, EDGE)
        brightness = light(flat, VIVID).clamp(0, 1)
        tone = DARKEST + (1 - DARKEST) * stepped(brightness**SHADOW, self.tones)
        return (tone + self.colour * (flat - brightness)).clamp(0, 1)

    def _inked(self, photos: Tensor) -> Tensor:
        clean = levelled(light(photos, VIVID), CLEAN_RADIUS, CLEAN_EDGE**2).clamp(0, 1) ** SHADOW
        return pen(clean, flow(clean, CALM), self.line, sharp=SHARP, level=self.black, steep=STEEP)
