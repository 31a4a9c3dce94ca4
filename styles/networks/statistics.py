"""Mean and deviation of features, and their exchange (AdaIN: Huang and Belongie, arXiv:1703.06868, eq. 8)."""

import torch
from torch import Tensor, nn

from styles.networks.norm import Moments, Normalising, grouped

EPSILON = 1e-5


def moments(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each channel of each picture: ``N x C x H x W`` to twice ``N x C x 1 x 1``."""
    variance, mean = torch.var_mean(features.float(), dim=(2, 3), keepdim=True)
    return mean.to(features.dtype), (variance + EPSILON).sqrt().to(features.dtype)


class Matched(nn.Module, Normalising):
    """The features with this mean and deviation, ``N x C x 1 x 1``, in the place of their own."""

    def forward(self, features: Tensor, mean: Tensor, deviation: Tensor) -> Tensor:
        if self.given is None:
            own_mean, own_deviation = moments(features)
        else:
            own_mean, variance = (each[:, None, None].to(features.dtype) for each in self.given)
            own_deviation = (variance + EPSILON).sqrt()
        return (features - own_mean) * (deviation / own_deviation) + mean

    def seen(self, features: Tensor) -> Moments:
        return grouped(features, features.shape[1])
