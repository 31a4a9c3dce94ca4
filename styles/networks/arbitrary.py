"""Our own generator for any style: the small one, whose normalisations take their scale and shift from a style picture.

Conditional instance normalisation (Dumoulin, Shlens and Kudlur, arXiv:1610.07629, eq. 5) with parameters that a second
network predicts from the style picture (Ghiasi et al., arXiv:1706.06830, §2.3). Between the two stands a short vector,
the *code*: it is made once for a style picture, kept, and averaged to mix styles, because everything after it that
concerns the style alone is linear.

Colours and grain need no learning: the photo is given those of the style picture first (``styles.networks.bands``),
and the painter, which is that of ``styles.networks.small`` layer by layer, changes what it gets; so before its first
step it is a transfer already, and all of its training goes into strokes. The encoder is as small as the painter: what
a style is lies in the mean and deviation of features at several depths, which need not be deep.
"""

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor, nn

from styles.networks import bands
from styles.networks.bands import Bands, doubled
from styles.networks.norm import PictureNorm
from styles.networks.statistics import EPSILON, moments

DEPTHS = (16, 32, 64)  # channels of the encoder, each at half the size of the one before
STATISTICS = 2 * (3 + sum(DEPTHS))

Tuning = tuple[nn.Module, Tensor, Tensor]


class ArbitraryNet(nn.Module):
    """Map ``N x 3 x H x W`` RGB in [0, 1] and ``N x K`` codes to the same shape and range; sides are multiples of 4.

    ``width`` is the channel count at half size, ``deep`` at quarter size, ``fine`` at full size; ``blocks`` counts
    the residual blocks. ``code_size`` is K; the first ``bands.COUNT`` are moments of the style picture's bands.
    """

    def __init__(self, width: int = 32, deep: int = 64, fine: int = 16, blocks: int = 5) -> None:
        super().__init__()
        self.code_size = bands.COUNT + STATISTICS
        self.bands = Bands()
        self.encoder = Encoder()
        self.enter = mirrored(3, width, 7, stride=2)
        self.down = mirrored(width, deep, 3, stride=2)
        self.blocks = nn.ModuleList(mirrored(deep, deep, 3) for _ in range(2 * blocks))
        self.up = mirrored(deep, width, 3)
        self.thin = mirrored(width, fine, 3)
        self.full = mirrored(fine, fine, 3)
        self.leave = mirrored(fine, 3, 3)
        self.channels = (width, deep, *(deep for _ in self.blocks), width, fine, fine)
        self.norms = nn.ModuleList(PictureNorm(each, each, affine=False) for each in self.channels)
        self.tune = nn.Linear(self.code_size, 2 * sum(self.channels))
        nn.init.normal_(self.tune.weight, std=0.02)
        nn.init.zeros_(self.tune.bias)

    def encode(self, references: Tensor) -> Tensor:
        """The codes, ``N x K``, of style pictures, ``N x 3 x H x W`` RGB in [0, 1] with sides of 16 pixels or more."""
        return torch.cat((self.bands.moments(references).to(references.dtype), self.encoder(references)), dim=1)

    def forward(self, images: Tensor, codes: Tensor) -> Tensor:
        tuning = self._tuning(codes)
        banded = self.bands(images, codes[:, : bands.COUNT])  # N, 3, H, W, in float32
        first = torch.relu(tuned(self.enter((banded * 2 - 1).to(images.dtype)), tuning))  # N, width, H/2, W/2
        deep = torch.relu(tuned(self.down(first), tuning))  # N, deep, H/4, W/4
        for one, two in zip(self.blocks[::2], self.blocks[1::2], strict=True):
            inner = torch.relu(tuned(one(deep), tuning))
            deep = deep + tuned(two(inner), tuning)
        back = torch.relu(tuned(self.up(doubled(deep)), tuning))  # N, width, H/2, W/2
        thin = torch.relu(tuned(self.thin(back), tuning))  # N, fine, H/2, W/2: doubled when it costs least
        full = torch.relu(tuned(self.full(doubled(thin)), tuning))  # N, fine, H, W
        return torch.sigmoid(torch.logit(banded, bands.DARKEST) + self.leave(full).float())

    def _tuning(self, codes: Tensor) -> Iterator[Tuning]:
        """Each normalisation in their order, with its shift and scale, ``N x C x 1 x 1``."""
        parts = self.tune(codes)[..., None, None].split([2 * each for each in self.channels], dim=1)
        for norm, part in zip(self.norms, parts, strict=True):
            shift, scale = part.chunk(2, dim=1)
            yield norm, shift, 1 + scale


class Encoder(nn.Module):
    """A style picture's statistics: of its colours, and of features at several depths, evened out."""

    def __init__(self) -> None:
        super().__init__()
        layers = [mirrored(taken, given, 3, stride=2) for taken, given in pairwise((3, *DEPTHS))]
        for layer in layers:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        self.layers = nn.ModuleList(layers)
        self.even = Even(STATISTICS)

    def forward(self, references: Tensor) -> Tensor:
        features = references * 2 - 1
        seen = [part.flatten(1) for part in moments(features)]
        for layer in self.layers:
            features = torch.relu(layer(features))
            seen += [part.flatten(1) for part in moments(features)]
        evened: Tensor = self.even(torch.cat(seen, dim=1))
        return evened


class Even(nn.Module):
    """Statistics in units of their own spread over all style pictures seen in training, around their mean.

    Two paintings' statistics differ by a few hundredths of what they have in common; without this, a painter learns
    what paintings have in common long before it learns to tell them apart. It is batch normalisation (arXiv
    1502.03167) with the running statistics in training, too, for batches of two or three pictures have none.
    """

    def __init__(self, count: int, momentum: float = 0.02) -> None:
        super().__init__()
        self.momentum = momentum
        self.mean: Tensor
        self.variance: Tensor
        self.register_buffer("mean", torch.zeros(count))
        self.register_buffer("variance", torch.ones(count))

    def forward(self, statistics: Tensor) -> Tensor:
        if self.training:
            self._follow(statistics.detach().float())
        return (statistics - self.mean) / (self.variance + EPSILON).sqrt()

    @torch.no_grad()
    def _follow(self, statistics: Tensor) -> None:
        apart = statistics - self.mean
        self.mean += self.momentum * apart.mean(dim=0)
        self.variance += self.momentum * (apart.square().mean(dim=0) - self.variance)


def tuned(features: Tensor, tuning: Iterator[Tuning]) -> Tensor:
    """The features with the next shift and scale in the place of their own mean and deviation."""
    norm, shift, scale = next(tuning)
    return torch.addcmul(shift, norm(features), scale)


def mirrored(taken: int, given: int, kernel: int, *, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(taken, given, kernel, stride, kernel // 2, padding_mode="reflect")
