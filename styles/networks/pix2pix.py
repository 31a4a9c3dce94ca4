"""Pix2Pix: the U-Nets with 8 or 7 halvings (``unet_256``, ``unet_128``), as ``latest_net_G.pth`` holds them.

Isola, Zhu, Zhou and Efros, "Image-to-image translation with conditional adversarial networks" (arXiv 1611.07004).
RGB in [-1, 1] inside. The places in ``model`` are those of the published checkpoints.

The published way to make a picture leaves the network in training mode: dropout draws at random, and batch
normalisation takes the statistics of whatever shares the batch. Here a picture may change neither by chance nor with
its neighbours, so nothing is dropped, and normalisation takes the statistics of one picture: without dropout, what the
published way comes to for a single picture. Statistics that training gathered are left out of what is read; after
training with batches of one they give clearly another picture.
"""

import re
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from styles.networks.norm import PictureNorm
from styles.networks.reading import State, normalised, widths

Norm = Literal["batch", "picture", "instance"]
DOWN = re.compile(r"model\.model\.1(\.model\.3)*\.model\.1\.weight")  # every halving but the first
FIRST_NORM = "model.model.1.model.2"


class UnetGenerator(nn.Module):
    """Map ``N x 3 x H x W`` RGB in [0, 1] to the same shape and range; sides are at least ``2 ** halvings``.

    ``norm`` is ``batch`` (a scale and a shift a channel, and the statistics of training), ``picture`` (a scale and a
    shift, and the picture's own statistics) or ``instance`` (the picture's own statistics alone). ``dropout`` is in
    force only while training. Raises ValueError for another number of halvings, or another norm.
    """

    def __init__(self, width: int = 64, halvings: int = 8, norm: Norm = "batch", dropout: bool = True) -> None:
        super().__init__()
        if halvings not in (7, 8):
            raise ValueError(f"halvings must be 7 or 8, not {halvings}")
        if norm not in get_args(Norm):
            raise ValueError(f"norm must be one of {', '.join(get_args(Norm))}, not {norm}")
        level = Level(8 * width, 8 * width, None, norm)
        for _ in range(halvings - 5):
            level = Level(8 * width, 8 * width, level, norm, dropout)
        for outer in (4 * width, 2 * width, width):
            level = Level(outer, 2 * outer, level, norm)
        self.model = Outermost(width, level, norm)

    def forward(self, images: Tensor) -> Tensor:
        painted = self.model(images * 2 - 1).float().tanh()  # N, 3, H, W in [-1, 1]
        out: Tensor = (painted + 1) / 2
        return out


def minimum(halvings: int = 8, **_: object) -> int:
    """The shortest side in pixels that can be halved so often; the network's options by name."""
    return 128 if halvings == 7 else 256


class Outermost(nn.Module):
    """The first halving and the last doubling: between pictures and features, and with nothing that goes round."""

    def __init__(self, width: int, within: "Level", norm: Norm) -> None:
        super().__init__()
        down = nn.Conv2d(3, width, 4, 2, 1, bias=norm == "instance")
        up = nn.ConvTranspose2d(2 * width, 3, 4, 2, 1)
        self.model = nn.Sequential(down, within, nn.ReLU(inplace=True), up)

    def forward(self, images: Tensor) -> Tensor:
        return there_and_back(self.model, images)


class Level(nn.Module):
    """A halving, what lies ``within``, and the doubling that answers it; what came in goes round and beside it."""

    def __init__(self, outer: int, inner: int, within: "Level | None", norm: Norm, dropout: bool = False) -> None:
        super().__init__()
        plain = norm == "instance"  # without a shift of its own, the normalisation leaves the bias to the convolution
        down = nn.Conv2d(outer, inner, 4, 2, 1, bias=plain)
        up = nn.ConvTranspose2d(2 * inner if within else inner, outer, 4, 2, 1, bias=plain)
        self.model = nn.Sequential(
            nn.LeakyReLU(0.2),
            down,
            *((normalisation(inner, norm), within) if within else ()),  # one pixel alone has no statistics
            nn.ReLU(inplace=True),
            up,
            normalisation(outer, norm),
            *((nn.Dropout(0.5),) if dropout else ()),
        )

    def forward(self, features: Tensor) -> Tensor:
        return torch.cat((features, there_and_back(self.model, features)), 1)


def there_and_back(parts: nn.Sequential, features: Tensor) -> Tensor:
    """Run the parts in turn; the doubling gives back the very sides that came in, odd ones too."""
    inner = features
    for part in parts:
        doubles = isinstance(part, nn.ConvTranspose2d)
        inner = part(inner, output_size=features.shape[-2:]) if doubles else part(inner)
    return inner


class BatchNorm(nn.Module):
    """Batch normalisation without the count of batches, which is no weight and which old checkpoints lack."""

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, features: Tensor) -> Tensor:
        statistics = self.running_mean, self.running_var
        return functional.batch_norm(features, *statistics, self.weight, self.bias, self.training)


def normalisation(channels: int, norm: Norm) -> nn.Module:
    """Over one picture, it is group normalisation with a channel a group, which runs faster on a CPU."""
    if norm == "batch":
        return BatchNorm(channels)
    return PictureNorm(channels, channels, affine=norm == "picture")


def read(state: State) -> tuple[dict[str, Any], State]:
    """Read a published checkpoint; the number of halvings and the kind of normalisation are seen from the keys."""
    plain = normalised(state)
    width = widths(plain, "model.model.0.weight", 4)[0]
    halvings = 1 + sum(bool(DOWN.fullmatch(name)) for name in plain)
    if halvings not in (7, 8):
        raise ValueError(f"it halves the picture {halvings} times instead of 7 or 8")
    norm = "picture" if f"{FIRST_NORM}.weight" in plain else "instance"
    return {"width": width, "halvings": halvings, "norm": norm}, plain
