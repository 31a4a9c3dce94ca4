"""A colour woodblock print, as of Edo: a dark key block's lines over flat areas in the few inks of the printer."""

from dataclasses import dataclass

import torch
from torch import Tensor

from styles.training.colours import yuv
from styles.training.drawings.filters import Colour, flattened, levelled, light
from styles.training.drawings.rule import Rule, real
from styles.training.drawings.strokes import flow, pen

INKS: tuple[Colour, ...] = (
    (0.94, 0.89, 0.77),  # bare paper
    (0.87, 0.77, 0.60),  # paper under a breath of ochre
    (0.91, 0.76, 0.62),  # skin in the light,
    (0.79, 0.60, 0.46),  # and out of it
    (0.60, 0.43, 0.33),
    (0.80, 0.58, 0.35),  # ochre
    (0.78, 0.33, 0.23),  # vermilion
    (0.55, 0.27, 0.20),  # red earth
    (0.75, 0.80, 0.77),  # Prussian blue, thinned twice,
    (0.41, 0.57, 0.67),  # once,
    (0.15, 0.26, 0.43),  # and full
    (0.62, 0.66, 0.46),  # yellow and blue: pale green
    (0.33, 0.42, 0.31),  # and pine
    (0.56, 0.53, 0.47),  # grey
    (0.17, 0.17, 0.20),  # soot
)
KEY: Colour = (0.10, 0.11, 0.17)  # the ink of the lines
VIVID = 0.3
SMOOTHINGS, RADIUS, EDGE = 4, 4, 0.07  # how areas are flattened
CLEAN_RADIUS, CLEAN_EDGE, SHADOW = 2, 0.04, 0.8
CALM = 2.0  # pixels over which lines agree on their direction
SHARP, BLACK, STEEP = 17.0, 0.30, 7.0


@dataclass(frozen=True, slots=True)
class Woodblock(Rule):
    """Every area takes the ink that is nearest to its colour.

    ``line`` is the width of the key block's lines in pixels; ``hue`` how much more hue counts than brightness when an
    ink is chosen; ``colour`` how saturated the photo counts to be; ``crisp`` how abruptly one ink goes over into the
    next, as a wiped block's do not.
    """

    line: float = real(0.9, 0.3, 5)
    hue: float = real(2.0, 0, 10)
    colour: float = real(0.95, 0, 4)
    crisp: float = real(90.0, 1, 1000)

    def __call__(self, photos: Tensor) -> Tensor:
        flat = flattened(photos, SMOOTHINGS, RADIUS, EDGE)
        lines = self._lines(photos)
        key = photos.new_tensor(KEY).view(1, 3, 1, 1)
        return key.lerp(self._printed(flat), lines)

    def _printed(self, flat: Tensor) -> Tensor:
        """The nearest ink, or a blend of those that are about as near."""
        inks = flat.new_tensor(INKS)
        wanted, known = self._weighed(flat), self._weighed(inks.T[None, :, :, None], vivid=1.0)
        far = (wanted[:, None] - known[0, :, :, 0].T[None, :, :, None, None]).square().sum(2)  # N, inks, H, W
        return torch.einsum("nkhw,kc->nchw", torch.softmax(-self.crisp * far, 1), inks)

    def _weighed(self, images: Tensor, vivid: float | None = None) -> Tensor:
        """Brightness and hues, each with its weight."""
        channels = yuv(images)
        colour = self.colour if vivid is None else vivid
        brightness = channels[:, :1].clamp_min(0) ** (SHADOW if vivid is None else 1.0)
        return torch.cat((brightness, self.hue * colour * channels[:, 1:]), 1)

    def _lines(self, photos: Tensor) -> Tensor:
        clean = levelled(light(photos, VIVID), CLEAN_RADIUS, CLEAN_EDGE**2).clamp(0, 1) ** SHADOW
        return pen(clean, flow(clean, CALM), self.line, sharp=SHARP, level=BLACK, steep=STEEP)
