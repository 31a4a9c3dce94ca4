"""MicroAST: a photo in the style of another picture, by two small encoders and a modulated decoder.

Wang et al., "MicroAST: Towards Super-Fast Ultra-Resolution Arbitrary Style Transfer" (AAAI 2023, arXiv:2211.15313). All
four parts are one module here, whose names are those of the published files, each under the name of its part. It works
on RGB in [0, 1] without any scaling.

A style picture enters as one vector, its *code*: mean and deviation of its features at two depths (eq. 4), and the
weights and biases that modulate the decoder's filters (eq. 5).
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from styles.networks.reading import State, normalised, widths
from styles.networks.statistics import Matched, moments

PARTS = ("content_encoder", "style_encoder", "modulator", "decoder")
DEPTHS, ENTRIES = 2, 4  # of a code, for each channel: mean, deviation, weight, bias, at both depths


class MicroAST(nn.Module):
    """Map ``N x 3 x H x W`` RGB in [0, 1] and ``N x K`` codes to the same shape and range; sides are multiples of 4."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.code_size = DEPTHS * ENTRIES * width
        self.content_encoder, self.style_encoder = Encoder(width), Encoder(width)
        self.modulator, self.decoder = Modulator(width), Decoder(width)

    def encode(self, references: Tensor) -> Tensor:
        """The codes, ``N x K``, of style pictures, ``N x 3 x H x W`` RGB in [0, 1]."""
        features = self.style_encoder(references)
        parts = [
            part.flatten(1)
            for depth, weights in zip(features, self.modulator(features), strict=True)
            for part in (*moments(depth), *weights)
        ]
        return torch.cat(parts, dim=1)

    def forward(self, images: Tensor, codes: Tensor) -> Tensor:
        parts = codes.reshape(len(codes), DEPTHS, ENTRIES, -1, 1, 1)
        near, far = (part.unbind(1) for part in parts.unbind(1))
        painted: Tensor = self.decoder(self.content_encoder(images)[1], near, far)
        return painted.float().clamp(0, 1)


class Encoder(nn.Module):
    """Features at a quarter of the size, at two depths."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.enc1 = nn.Sequential(
            *(Mirrored(3, width // 4, 9), nn.ReLU()),
            *(Mirrored(width // 4, width // 2, 3, stride=2, groups=width // 4), nn.ReLU()),
            *(Mirrored(width // 2, width // 2, 1), nn.ReLU()),
            *(Mirrored(width // 2, width, 3, stride=2, groups=width // 2), nn.ReLU()),
            *(Mirrored(width, width, 1), nn.ReLU()),
            Residual(width),
        )
        self.enc2 = nn.Sequential(Residual(width))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        near = self.enc1(images)
        return near, self.enc2(near)


class Modulator(nn.Module):
    """Of each depth's features, a weight and a bias for each channel, ``N x C x 1 x 1``."""

    def __init__(self, width: int) -> None:
        super().__init__()
        for name in ("weight1", "bias1", "weight2", "bias2"):
            averaged = nn.Sequential(Mirrored(width, width, 3, groups=width), nn.AdaptiveAvgPool2d(1))
            self.add_module(name, averaged)

    def forward(self, features: tuple[Tensor, Tensor]) -> tuple[tuple[Tensor, Tensor], ...]:
        return tuple(
            (self.get_submodule(f"weight{depth}")(seen), self.get_submodule(f"bias{depth}")(seen))
            for depth, seen in enumerate(features, 1)
        )


class Decoder(nn.Module):
    """Takes on the style's statistics, the deep ones first, and paints."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.matched1, self.matched2 = Matched(), Matched()
        self.dec1, self.dec2 = Residual(width), Residual(width)
        half, quarter = width // 2, width // 4
        self.dec3 = nn.Sequential(
            *(nn.Upsample(scale_factor=2, mode="bilinear"), Mirrored(width, half, 3, groups=half), nn.ReLU()),
            *(Mirrored(half, half, 1), nn.ReLU()),
            *(nn.Upsample(scale_factor=2, mode="bilinear"), Mirrored(half, quarter, 3, groups=quarter), nn.ReLU()),
            *(Mirrored(quarter, quarter, 1), nn.ReLU()),
            Mirrored(quarter, 3, 9),
        )

    def forward(self, features: Tensor, near: tuple[Tensor, ...], far: tuple[Tensor, ...]) -> Tensor:
        for match, block, style in ((self.matched1, self.dec1, far), (self.matched2, self.dec2, near)):
            mean, deviation, weight, bias = style
            features = block(match(features, mean, deviation), weight, bias)
        painted: Tensor = self.dec3(features)
        return painted


class Residual(nn.Module):
    """Two convolutions whose sum with their input goes on; a style may weigh them and lead their input past them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = Mirrored(width, width, 3), Mirrored(width, width, 3)

    def forward(self, features: Tensor, weight: Tensor | None = None, bias: Tensor | None = None) -> Tensor:
        if weight is None or bias is None:
            plain: Tensor = features + self.conv2(functional.relu(self.conv1(features)))
            return plain
        inner = functional.relu(weight * self.conv1(features) + bias * features)
        modulated: Tensor = features + weight * self.conv2(inner) + bias * inner
        return modulated


class Mirrored(nn.Module):
    """A convolution of the mirrored picture; the layer inside bears the published name."""

    def __init__(self, taken: int, given: int, kernel: int, *, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.conv_layer = nn.Conv2d(taken, given, kernel, stride, kernel // 2, groups=groups, padding_mode="reflect")

    def forward(self, features: Tensor) -> Tensor:
        convolved: Tensor = self.conv_layer(features)
        return convolved


def read(state: State) -> tuple[dict[str, Any], State]:
    """Read the four published files in one mapping: each tensor's name begins with that of its part."""
    state = normalised(state)
    return {"width": widths(state, "modulator.weight1.0.conv_layer.weight", 4)[0]}, state
