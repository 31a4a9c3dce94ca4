"""Our own small generator: a resize-convolution residual network that a CPU runs in a tenth of a second.

The shape is Johnson, Alahi and Fei-Fei's (arXiv 1603.08155): two halvings, residual blocks, two doublings.
What differs, and why:

- The first convolution already halves the picture. Seven taps at stride 2 keep every pixel, and a 9x9 layer at full
  size would cost more time on a CPU than all residual blocks together.
- Doubling interpolates between pixels and then convolves. Repeating pixels instead shows every convolution two
  phases of a grid, and it learns to paint on that grid: with the same recipe the spectrum peaked at the strides 15
  times as much as the photo's, against 1.8 times, and strokes slid a third more when the photo moved by a pixel.
- Channels are few where the picture is large, and the width is spent at a quarter of its size.
- Statistics are taken over one picture alone, so a picture does not change with its neighbours in the batch.
"""

from typing import Literal

import torch
from torch import Tensor, nn

from styles.networks import bands
from styles.networks.bands import Bands, doubled
from styles.networks.norm import PictureNorm

Norm = Literal["instance", "layer"]


class SmallNet(nn.Module):
    """Map ``N x 3 x H x W`` RGB in [0, 1] to the same shape and range; H and W are multiples of 4.

    ``width`` is the channel count at half size, ``deep`` at quarter size, ``fine`` at full size; ``blocks`` counts
    the residual blocks. ``norm`` is ``instance`` (each channel by itself: painterly, forgets contrast) or ``layer``
    (all channels together: keeps the picture's own contrast and colour). ``skip`` hands the first layer's features
    to the last doubling, for styles that must keep fine drawing such as eyes. ``banded`` gives the photo first the
    colours and the grain whose ``moments`` come with the weights, and paints what is to change of that, as
    ``styles.networks.arbitrary`` does: with it, this is such a painter whose code is fixed.
    """

    def __init__(
        self,
        width: int = 32,
        deep: int = 64,
        fine: int = 16,
        blocks: int = 5,
        norm: Norm = "instance",
        skip: bool = False,
        banded: bool = False,
    ) -> None:
        super().__init__()
        self.moments: Tensor
        self.bands = Bands() if banded else None
        if banded:
            self.register_buffer("moments", torch.zeros(bands.COUNT))
        self.enter = ConvNorm(3, width, kernel=7, norm=norm, stride=2)
        self.down = ConvNorm(width, deep, kernel=3, norm=norm, stride=2)
        self.blocks = nn.Sequential(*(Residual(deep, norm) for _ in range(blocks)))
        self.up = ConvNorm(deep, width, kernel=3, norm=norm)
        self.skip = nn.Conv2d(width, width, 1) if skip else None
        self.thin = ConvNorm(width, fine, kernel=3, norm=norm)
        self.full = ConvNorm(fine, fine, kernel=3, norm=norm)
        self.leave = nn.Conv2d(fine, 3, 3, padding=1, padding_mode="reflect")

    def forward(self, images: Tensor) -> Tensor:
        ground = images if self.bands is None else self.bands(images, self.moments[None])
        first = self.enter((ground * 2 - 1).to(images.dtype))  # N, width, H/2, W/2
        deep = self.blocks(self.down(first))  # N, deep, H/4, W/4
        back = self.up(doubled(deep))  # N, width, H/2, W/2
        if self.skip is not None:
            back = back + self.skip(first)
        full = self.full(doubled(self.thin(back)))  # N, fine, H, W
        painted: Tensor = self.leave(full).float()  # half precision would show bands in a sky
        if self.bands is not None:
            painted = painted + torch.logit(ground, bands.DARKEST)
        return torch.sigmoid(painted)


class ConvNorm(nn.Module):
    """Reflection-padded convolution, normalisation over one picture, ReLU."""

    def __init__(self, taken: int, given: int, *, kernel: int, norm: Norm, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(taken, given, kernel, stride, kernel // 2, padding_mode="reflect")
        self.norm = normalisation(given, norm)

    def forward(self, features: Tensor) -> Tensor:
        return torch.relu(self.norm(self.conv(features)))


class Residual(nn.Module):
    """Two convolutions whose sum with their input goes on; the last one has no ReLU (He et al., arXiv 1512.03385)."""

    def __init__(self, channels: int, norm: Norm) -> None:
        super().__init__()
        self.first = ConvNorm(channels, channels, kernel=3, norm=norm)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect")
        self.norm = normalisation(channels, norm)

    def forward(self, features: Tensor) -> Tensor:
        out: Tensor = features + self.norm(self.second(self.first(features)))
        return out


def normalisation(channels: int, norm: Norm) -> PictureNorm:
    return PictureNorm(channels if norm == "instance" else 1, channels)
