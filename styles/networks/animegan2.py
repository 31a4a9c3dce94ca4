"""AnimeGANv2: the generator in the layout of its PyTorch form, ``block_a.0.1.weight`` and so on.

Chen, Liu and Chen, "AnimeGAN: a novel lightweight GAN for photo animation" (ISICA 2019), in its second version, which
normalises over all channels of a picture together. RGB in [-1, 1] inside. The places in the blocks are those of the
published checkpoints. Most of these may not be used commercially: the card's licence has to say so.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from styles.networks.reading import State, normalised, widths


class AnimeNet(nn.Module):
    """Map ``N x 3 x H x W`` RGB in [0, 1] to the same shape and range. ``width`` is the first layer's."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        half, quarter, deep = 2 * width, 4 * width, 8 * width
        self.block_a = nn.Sequential(drawn(3, width, 7), halved(width, half), drawn(half, half, 3))
        self.block_b = nn.Sequential(halved(half, quarter), drawn(quarter, quarter, 3))
        self.block_c = nn.Sequential(
            drawn(quarter, quarter, 3),
            InvertedResidual(quarter, deep),
            *(InvertedResidual(deep, deep) for _ in range(3)),
            drawn(deep, quarter, 3),
        )
        self.block_d = nn.Sequential(drawn(quarter, quarter, 3), drawn(quarter, quarter, 3))
        self.block_e = nn.Sequential(drawn(quarter, half, 3), drawn(half, half, 3), drawn(half, width, 7))
        self.out_layer = nn.Sequential(nn.Conv2d(width, 3, 1, bias=False))

    def forward(self, images: Tensor) -> Tensor:
        half = self.block_a(images * 2 - 1)  # N, 2w, H/2, W/2
        deep = self.block_c(self.block_b(half))  # N, 4w, H/4, W/4
        back = self.block_d(stretched(deep, half))  # N, 4w, H/2, W/2
        full = self.block_e(stretched(back, images))  # N, w, H, W
        painted = self.out_layer(full).float().tanh()  # N, 3, H, W in [-1, 1]
        out: Tensor = (painted + 1) / 2
        return out


class InvertedResidual(nn.Module):
    """Widen to twice the channels, filter each by itself, narrow; with the input added where the shape is the same.

    Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks" (arXiv 1801.04381).
    """

    def __init__(self, taken: int, given: int) -> None:
        super().__init__()
        wide = 2 * taken
        self.adds = taken == given
        self.layers = nn.Sequential(
            normed(nn.Identity(), nn.Conv2d(taken, wide, 1, bias=False)),
            normed(nn.ReflectionPad2d(1), nn.Conv2d(wide, wide, 3, groups=wide)),
            nn.Conv2d(wide, given, 1, bias=False),
            norm(given),
        )

    def forward(self, features: Tensor) -> Tensor:
        inner: Tensor = self.layers(features)
        return features + inner if self.adds else inner


def drawn(taken: int, given: int, kernel: int) -> nn.Sequential:
    """A mirrored convolution at the same size."""
    return normed(nn.ReflectionPad2d(kernel // 2), nn.Conv2d(taken, given, kernel, bias=False))


def halved(taken: int, given: int) -> nn.Sequential:
    """A convolution with stride 2, mirrored to the right and below alone, as TensorFlow's does."""
    return normed(nn.ReflectionPad2d((0, 1, 0, 1)), nn.Conv2d(taken, given, 3, 2, bias=False))


def normed(pad: nn.Module, convolution: nn.Conv2d) -> nn.Sequential:
    return nn.Sequential(pad, convolution, norm(convolution.out_channels), nn.LeakyReLU(0.2, inplace=True))


def norm(channels: int) -> nn.GroupNorm:
    """Layer normalisation over one picture, with a scale and a shift a channel."""
    return nn.GroupNorm(1, channels)


def stretched(features: Tensor, like: Tensor) -> Tensor:
    """Resize so that the corner pixels stay in the corners, as the published generator does."""
    size: torch.Size = like.shape[-2:]
    return functional.interpolate(features, size, mode="bilinear", align_corners=True)


def read(state: State) -> tuple[dict[str, Any], State]:
    """Read a published checkpoint."""
    state = normalised(state)
    return {"width": widths(state, "block_a.0.1.weight", 4)[0]}, state
