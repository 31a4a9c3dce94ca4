"""A photo with the colours and the grain of another picture: the moments of each band of its Laplacian pyramid.

Colour transfer (Reinhard, Ashikhmin, Gooch and Shirley, "Color Transfer between Images", 2001, eq. 10 and 11) taken
band by band, as Heeger and Bergen ("Pyramid-Based Texture Analysis/Synthesis", 1995) match textures, here by their
deviation alone. The pyramid is Burt and Adelson's (1983), the colours are axes of RGB itself, so that all is linear
but the gains.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from styles.networks.norm import Moments, Normalising

LEVELS = 4  # bands, each at half the size of the one before; under them lies what is left
COUNT = 3 + 3 * (LEVELS + 1)  # the means, then each band's deviations
REACH = 27  # pixels that the bands add to the painter's own reach: a cell of what is left, and its enlargements
FAINTEST = 0.004  # the least deviation of a band that is believed: a wall's noise is not to become strokes
STEEPEST = 6.0  # the most that a band is amplified
DARKEST = 0.01  # as near to black and white as a photo is taken to be: beyond it no painter's change would show


class Bands(nn.Module):
    """Call it with ``N x 3 x H x W`` RGB in [0, 1] and ``N x COUNT`` moments: the same shape and range, in float32.

    Sides are multiples of 2 to the power of ``LEVELS``. One row of moments serves all pictures.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gains = nn.ModuleList(Gain() for _ in range(LEVELS + 1))

    def forward(self, images: Tensor, wanted: Tensor) -> Tensor:
        mean, *spreads = wanted.float()[..., None, None].chunk(LEVELS + 2, dim=1)  # each N x 3 x 1 x 1
        *bands, rest = pyramid(images)
        picture: Tensor = self.gains[LEVELS](rest, spreads[LEVELS]) + mean
        for level in reversed(range(LEVELS)):
            picture = doubled(picture) + self.gains[level](bands[level], spreads[level])
        return rgb(picture).clamp(0, 1)

    @staticmethod
    def moments(references: Tensor) -> Tensor:
        """``N x COUNT``: what ``N x 3 x H x W`` style pictures in [0, 1] ask for."""
        bands = pyramid(references)
        mean = bands[-1].mean((2, 3))
        return torch.cat((mean, *(band.var((2, 3), correction=0).sqrt() for band in bands)), dim=1)


class Gain(nn.Module, Normalising):
    """A band around its mean, with the deviation that is wanted, ``N x 3 x 1 x 1``, as far as that can be had."""

    def forward(self, band: Tensor, wanted: Tensor) -> Tensor:
        mean, deviation = self._own(band)
        return (band - mean) * (deviation.clamp_min(FAINTEST).reciprocal() * wanted).clamp(0, STEEPEST)

    def seen(self, features: Tensor) -> Moments:
        variance, mean = torch.var_mean(features[0].float(), (1, 2), correction=0)
        return mean, variance

    def _own(self, band: Tensor) -> tuple[Tensor, Tensor]:
        if self.given is not None:
            mean, variance = (each[None, :, None, None] for each in self.given)
        else:
            variance, mean = torch.var_mean(band, (2, 3), correction=0, keepdim=True)
        return mean, variance.sqrt()


def pyramid(images: Tensor) -> list[Tensor]:
    """The bands of ``N x 3 x H x W`` pictures in opponent colours, from the finest; then what is left."""
    left, bands = opponent(images.float()), []
    for _ in range(LEVELS):
        smaller = functional.avg_pool2d(left, 2)
        bands.append(left - doubled(smaller))
        left = smaller
    return [*bands, left]


def opponent(images: Tensor) -> Tensor:
    """RGB on orthonormal axes: brightness, red against blue, and both against green."""
    red, green, blue = images.chunk(3, dim=1)
    return torch.cat(
        ((red + green + blue) * 3**-0.5, (red - blue) * 2**-0.5, (red + blue - green * 2) * 6**-0.5), dim=1
    )


def rgb(picture: Tensor) -> Tensor:
    """The inverse of ``opponent``."""
    bright, warm, rosy = picture.chunk(3, dim=1)
    grey, warm, rosy = bright * 3**-0.5, warm * 2**-0.5, rosy * 6**-0.5
    return torch.cat((grey + warm + rosy, grey - rosy * 2, grey - warm + rosy), dim=1)


def doubled(features: Tensor) -> Tensor:
    """Twice the height and width, each new pixel between its neighbours."""
    return functional.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)
