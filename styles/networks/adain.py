"""AdaIN: a photo's deep features, with the mean and deviation of another picture's, painted by a decoder.

Huang and Belongie, "Arbitrary Style Transfer in Real-Time with Adaptive Instance Normalization" (ICCV 2017,
arXiv:1703.06868), in the layout of its PyTorch form: an encoder, which is VGG-19 to relu4_1 behind a layer that takes
RGB in [0, 1], and a decoder that mirrors it. Layers stand at the places that their published names count.

A style picture enters as its *code*, mean and deviation of each channel at relu4_1 (eq. 8).
"""

from typing import Any

import torch
from torch import Tensor, nn

from styles.networks.reading import State, normalised, widths
from styles.networks.statistics import Matched, moments

PARTS = ("vgg", "decoder")
CONVOLUTIONS = (2, 2, 4)  # of the encoder's blocks; one more, to eight times the width, leads to relu4_1
LAST = 29  # the published file goes on to relu5_4


class AdaIN(nn.Module):
    """Map ``N x 3 x H x W`` RGB in [0, 1] and ``N x K`` codes to the same shape and range; sides are multiples of 8."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.code_size = 2 * 8 * width
        self.vgg, self.matched, self.decoder = encoder(width), Matched(), decoder(width)

    def encode(self, references: Tensor) -> Tensor:
        """The codes, ``N x K``, of style pictures, ``N x 3 x H x W`` RGB in [0, 1]."""
        return torch.cat(moments(self.vgg(references)), dim=1).flatten(1)

    def forward(self, images: Tensor, codes: Tensor) -> Tensor:
        mean, deviation = codes[..., None, None].chunk(2, dim=1)
        painted: Tensor = self.decoder(self.matched(self.vgg(images), mean, deviation))
        return painted.float().clamp(0, 1)


def encoder(width: int) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(3, 3, 1)]
    taken = 3
    for block, count in enumerate(CONVOLUTIONS):
        given = width << block
        for _ in range(count):
            layers += [*mirrored(taken, given), nn.ReLU()]
            taken = given
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, *mirrored(taken, 2 * taken), nn.ReLU())


def decoder(width: int) -> nn.Sequential:
    return nn.Sequential(
        *(*mirrored(8 * width, 4 * width), nn.ReLU(), nn.Upsample(scale_factor=2)),
        *(layer for _ in range(3) for layer in (*mirrored(4 * width, 4 * width), nn.ReLU())),
        *(*mirrored(4 * width, 2 * width), nn.ReLU(), nn.Upsample(scale_factor=2)),
        *(*mirrored(2 * width, 2 * width), nn.ReLU()),
        *(*mirrored(2 * width, width), nn.ReLU(), nn.Upsample(scale_factor=2)),
        *(*mirrored(width, width), nn.ReLU()),
        *mirrored(width, 3),
    )


def mirrored(taken: int, given: int) -> tuple[nn.Module, nn.Module]:
    return nn.ReflectionPad2d(1), nn.Conv2d(taken, given, 3)


def read(state: State) -> tuple[dict[str, Any], State]:
    """Read both published files in one mapping: each tensor's name begins with that of its part."""
    state = {name: tensor for name, tensor in normalised(state).items() if not _is_deeper(name)}
    return {"width": widths(state, "vgg.2.weight", 4)[0]}, state


def _is_deeper(name: str) -> bool:
    part, _, rest = name.partition(".")
    place = rest.partition(".")[0]
    return part == "vgg" and place.isdigit() and int(place) > LAST
