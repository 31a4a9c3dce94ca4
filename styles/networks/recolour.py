"""A picture with the colours of another: the mean and deviation of each axis of an opponent colour space.

After Reinhard, Ashikhmin, Gooch and Shirley, "Color Transfer between Images", 2001, eq. 10 and 11, in an orthonormal
opponent space of RGB itself: no logarithm, so that black stays finite and everything but the gains is linear.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from styles.networks.norm import Moments, Normalising

AXES = ((3**-0.5, 3**-0.5, 3**-0.5), (2**-0.5, 0.0, -(2**-0.5)), (6**-0.5, -2 * 6**-0.5, 6**-0.5))
"""Brightness, red against blue, magenta against green."""
FLATTEST = 0.02  # the least deviation of a photo that is believed: a plain wall's noise is not to become a rainbow
STEEPEST = 4.0  # the most that colours are pulled apart
COUNT = 2 * len(AXES)


class Recolour(nn.Module, Normalising):
    """Call it with ``N x 3 x H x W`` RGB in [0, 1] and ``N x 6`` colours, as ``colours`` makes them: the same shape."""

    def __init__(self) -> None:
        super().__init__()
        self.axes: Tensor
        self.register_buffer("axes", torch.tensor(AXES)[..., None, None], persistent=False)

    def forward(self, images: Tensor, colours: Tensor) -> Tensor:
        seen = self.opponent(images)
        mean, deviation = self._own(seen)
        wanted, spread = colours.float()[..., None, None].chunk(2, dim=1)  # N x 3 x 1 x 1
        gain = (spread / deviation.clamp_min(FLATTEST)).clamp(0, STEEPEST)
        changed = (seen - mean) * gain + wanted
        return functional.conv2d(changed, self.axes.float().transpose(0, 1)).clamp(0, 1)

    def colours(self, references: Tensor) -> Tensor:
        """``N x 6``: the means, then the deviations, of ``N x 3 x H x W`` style pictures in [0, 1]."""
        variance, mean = torch.var_mean(self.opponent(references), (2, 3), correction=0)
        return torch.cat((mean, variance.sqrt()), dim=1)

    def opponent(self, images: Tensor) -> Tensor:
        return functional.conv2d(images.float(), self.axes.float())

    def seen(self, features: Tensor) -> Moments:
        variance, mean = torch.var_mean(features[0].float(), (1, 2), correction=0)
        return mean, variance

    def _own(self, seen: Tensor) -> tuple[Tensor, Tensor]:
        if self.given is not None:
            mean, variance = (each[None, :, None, None] for each in self.given)
        else:
            variance, mean = torch.var_mean(seen, (2, 3), correction=0, keepdim=True)
        return mean, variance.sqrt()
