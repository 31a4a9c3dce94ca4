"""CartoonGAN: the generator that its authors publish.

Chen, Lai and Liu, "CartoonGAN: generative adversarial networks for photo cartoonization" (CVPR 2018). Inside it works
on BGR in [-1, 1], as Caffe-era pipelines did. The names of the layers are those of the published checkpoints.

The published code pads the layers that change the size with zeros, which draws streaks along the right and the lower
edge. Here they mirror the picture, and so does a margin around it for the transposed convolutions, which cannot.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from styles.networks.norm import Moments, Normalising, grouped, with_moments
from styles.networks.reading import State, normalised, widths

FIRST_BLOCK, BLOCKS = 4, 8  # the residual blocks are numbered 04 to 11
EPSILON = 1e-9  # the authors' own instance normalisation
MARGIN = 8  # pixels; less than the smallest side, and a multiple of 4


class CartoonNet(nn.Module):
    """Map ``N x 3 x H x W`` RGB in [0, 1] to the same shape and range; sides are multiples of 4."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.conv01_1, self.in01_1 = mirrored(3, width, 7), Scaled(width)
        self.conv02_1 = mirrored(width, 2 * width, 3, stride=2)
        self.conv02_2, self.in02_1 = mirrored(2 * width, 2 * width, 3), Scaled(2 * width)
        self.conv03_1 = mirrored(2 * width, 4 * width, 3, stride=2)
        self.conv03_2, self.in03_1 = mirrored(4 * width, 4 * width, 3), Scaled(4 * width)
        for block in range(FIRST_BLOCK, FIRST_BLOCK + BLOCKS):
            for half in (1, 2):
                self.add_module(f"conv{block:02}_{half}", mirrored(4 * width, 4 * width, 3))
                self.add_module(f"in{block:02}_{half}", Scaled(4 * width))
        self.deconv01_1 = nn.ConvTranspose2d(4 * width, 2 * width, 3, 2, 1, 1)
        self.deconv01_2, self.in12_1 = mirrored(2 * width, 2 * width, 3), Scaled(2 * width)
        self.deconv02_1 = nn.ConvTranspose2d(2 * width, width, 3, 2, 1, 1)
        self.deconv02_2, self.in13_1 = mirrored(width, width, 3), Scaled(width)
        self.deconv03_1 = mirrored(width, 3, 7)

    def forward(self, images: Tensor) -> Tensor:
        features = functional.pad(images.flip(1) * 2 - 1, (MARGIN,) * 4, mode="reflect")  # N, BGR, H + 16, W + 16
        features = functional.relu(self.in01_1(self.conv01_1(features)))  # N, w, H, W
        features = functional.relu(self.in02_1(self.conv02_2(self.conv02_1(features))))  # N, 2w, H/2, W/2
        features = functional.relu(self.in03_1(self.conv03_2(self.conv03_1(features))))  # N, 4w, H/4, W/4
        for block in range(FIRST_BLOCK, FIRST_BLOCK + BLOCKS):
            features = features + self._half(block, 2, functional.relu(self._half(block, 1, features)))
        features = functional.relu(self.in12_1(self.deconv01_2(self.deconv01_1(features))))  # N, 2w, H/2, W/2
        features = functional.relu(self.in13_1(self.deconv02_2(self.deconv02_1(features))))  # N, w, H, W
        painted = torch.tanh(self.deconv03_1(features).float())[..., MARGIN:-MARGIN, MARGIN:-MARGIN]  # N, BGR, H, W
        return (painted.flip(1) + 1) / 2

    def _half(self, block: int, half: int, features: Tensor) -> Tensor:
        convolved = self.get_submodule(f"conv{block:02}_{half}")(features)
        normal: Tensor = self.get_submodule(f"in{block:02}_{half}")(convolved)
        return normal


class Scaled(nn.Module, Normalising):
    """Instance normalisation with the published names of its parameters."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale, self.shift = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, features: Tensor) -> Tensor:
        if self.given is not None:
            return with_moments(features, self.given, self.scale, self.shift, EPSILON)
        return functional.group_norm(features, len(self.scale), self.scale, self.shift, EPSILON)

    def seen(self, features: Tensor) -> Moments:
        return grouped(features, len(self.scale))


def mirrored(taken: int, given: int, kernel: int, *, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(taken, given, kernel, stride, padding=kernel // 2, padding_mode="reflect")


def read(state: State) -> tuple[dict[str, Any], State]:
    """Read a published checkpoint."""
    state = normalised(state)
    return {"width": widths(state, "conv01_1.weight", 4)[0]}, state
