"""Fast neural style: the ``TransformerNet`` that pytorch/examples publishes.

Johnson, Alahi and Fei-Fei, "Perceptual losses for real-time style transfer and super-resolution" (arXiv 1603.08155),
with instance normalisation (Ulyanov et al., arXiv 1607.08022) and nearest-neighbour upsampling. Inside it works on RGB
in [0, 255]. The names of the layers are those of the published checkpoints.
"""

from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from styles.networks.norm import PictureNorm
from styles.networks.reading import State, normalised, widths

BLOCKS = 5


class TransformerNet(nn.Module):
    """Map ``N x 3 x H x W`` RGB in [0, 1] to the same shape; sides are multiples of 4. ``width`` is the first layer's.

    The output layer is not bounded: values may leave [0, 1] a little.
    """

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.conv1, self.in1 = ConvLayer(3, width, 9), norm(width)
        self.conv2, self.in2 = ConvLayer(width, 2 * width, 3, stride=2), norm(2 * width)
        self.conv3, self.in3 = ConvLayer(2 * width, 4 * width, 3, stride=2), norm(4 * width)
        for block in range(1, BLOCKS + 1):
            self.add_module(f"res{block}", ResidualBlock(4 * width))
        self.deconv1, self.in4 = ConvLayer(4 * width, 2 * width, 3, doubled=True), norm(2 * width)
        self.deconv2, self.in5 = ConvLayer(2 * width, width, 3, doubled=True), norm(width)
        self.deconv3 = ConvLayer(width, 3, 9)

    def forward(self, images: Tensor) -> Tensor:
        features = functional.relu(self.in1(self.conv1(images * 255)))  # N, w, H, W
        features = functional.relu(self.in2(self.conv2(features)))  # N, 2w, H/2, W/2
        features = functional.relu(self.in3(self.conv3(features)))  # N, 4w, H/4, W/4
        for block in range(1, BLOCKS + 1):
            features = self.get_submodule(f"res{block}")(features)
        features = functional.relu(self.in4(self.deconv1(features)))  # N, 2w, H/2, W/2
        features = functional.relu(self.in5(self.deconv2(features)))  # N, w, H, W
        # float32 from here: in half precision 255 steps of the result would already be rounded
        painted: Tensor = self.deconv3(features).float() / 255
        return painted


class ConvLayer(nn.Module):
    """A reflection-padded convolution, after a doubling of the pixels where ``doubled``."""

    def __init__(self, taken: int, given: int, kernel: int, *, stride: int = 1, doubled: bool = False) -> None:
        super().__init__()
        self.doubled = doubled
        self.conv2d = nn.Conv2d(taken, given, kernel, stride, kernel // 2, padding_mode="reflect")

    def forward(self, features: Tensor) -> Tensor:
        if self.doubled:
            features = functional.interpolate(features, scale_factor=2, mode="nearest")
        convolved: Tensor = self.conv2d(features)
        return convolved


class ResidualBlock(nn.Module):
    """Two convolutions whose sum with their input goes on."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1, self.in1 = ConvLayer(channels, channels, 3), norm(channels)
        self.conv2, self.in2 = ConvLayer(channels, channels, 3), norm(channels)

    def forward(self, features: Tensor) -> Tensor:
        inner = functional.relu(self.in1(self.conv1(features)))
        out: Tensor = features + self.in2(self.conv2(inner))
        return out


def norm(channels: int) -> PictureNorm:
    """Affine instance normalisation; as group normalisation with a channel a group it runs faster on a CPU."""
    return PictureNorm(channels, channels)


def read(state: State) -> tuple[dict[str, Any], State]:
    """Read a published checkpoint; old ones carry running statistics that were never used."""
    state = normalised(state)
    width = widths(state, "conv1.conv2d.weight", 4)[0]
    return {"width": width}, state
