"""CycleGAN: the ResNet generators with 6 or 9 blocks, as ``latest_net_G.pth`` holds them.

Zhu, Park, Isola and Efros, "Unpaired image-to-image translation using cycle-consistent adversarial networks"
(arXiv 1703.10593). RGB in [-1, 1] inside, instance normalisation without parameters, transposed convolutions. The
places in ``model`` are those of the published checkpoints.
"""

import re
from typing import Any

from torch import Tensor, nn

from styles.networks.norm import PictureNorm
from styles.networks.reading import State, normalised, widths

BLOCK = re.compile(r"model\.(\d+)\.conv_block\.(\d+)\.weight")
FIRST_BLOCK = 10  # what comes before takes ten places in ``model``


class ResnetGenerator(nn.Module):
    """Map ``N x 3 x H x W`` RGB in [0, 1] to the same shape and range; sides are multiples of 4.

    ``dropout`` tells that the network was trained with dropout, which takes a place of its own in every block; it
    drops nothing when pictures are made.
    """

    def __init__(self, width: int = 64, blocks: int = 9, dropout: bool = False) -> None:
        super().__init__()
        self.model = nn.Sequential(
            nn.ReflectionPad2d(3),
            *normed(nn.Conv2d(3, width, 7), width),
            *normed(nn.Conv2d(width, 2 * width, 3, 2, 1), 2 * width),
            *normed(nn.Conv2d(2 * width, 4 * width, 3, 2, 1), 4 * width),
            *(ResnetBlock(4 * width, dropout) for _ in range(blocks)),
            *normed(nn.ConvTranspose2d(4 * width, 2 * width, 3, 2, 1, 1), 2 * width),
            *normed(nn.ConvTranspose2d(2 * width, width, 3, 2, 1, 1), width),
            nn.ReflectionPad2d(3),
            nn.Conv2d(width, 3, 7),
        )

    def forward(self, images: Tensor) -> Tensor:
        painted = self.model(images * 2 - 1).float().tanh()  # N, 3, H, W in [-1, 1]
        out: Tensor = (painted + 1) / 2
        return out


class ResnetBlock(nn.Module):
    """Two reflection-padded convolutions whose sum with their input goes on."""

    def __init__(self, channels: int, dropout: bool) -> None:
        super().__init__()
        self.conv_block = nn.Sequential(
            nn.ReflectionPad2d(1),
            *normed(nn.Conv2d(channels, channels, 3), channels),
            *((nn.Dropout(0.5),) if dropout else ()),
            nn.ReflectionPad2d(1),
            nn.Conv2d(channels, channels, 3),
            norm(channels),
        )

    def forward(self, features: Tensor) -> Tensor:
        out: Tensor = features + self.conv_block(features)
        return out


def normed(convolution: nn.Module, channels: int) -> tuple[nn.Module, nn.Module, nn.Module]:
    return convolution, norm(channels), nn.ReLU(inplace=True)


def norm(channels: int) -> PictureNorm:
    """Instance normalisation; as group normalisation with a channel a group it runs faster on a CPU."""
    return PictureNorm(channels, channels, affine=False)


def read(state: State) -> tuple[dict[str, Any], State]:
    """Read a published checkpoint; the number of blocks and the dropout are seen from the keys."""
    state = normalised(state)
    width = widths(state, "model.1.weight", 4)[0]
    places = [(int(match[1]), int(match[2])) for match in map(BLOCK.fullmatch, state) if match]
    blocks = len({block for block, _ in places})
    if blocks not in (6, 9):
        raise ValueError(f"it has {blocks} residual blocks instead of 6 or 9")
    return {"width": width, "blocks": blocks, "dropout": (FIRST_BLOCK, 6) in places}, state
