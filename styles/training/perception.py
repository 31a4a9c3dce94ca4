"""The perceptual networks: VGG-19 features (Simonyan and Zisserman, arXiv 1409.1556) in which losses compare pictures.

Three sets of weights are read, each from one local file; nothing is downloaded:

- ``vgg19``: torchvision's, from torch's own cache of downloads;
- ``vgg19_normalised``: scaled so that every channel's mean activation is 1, as AdaIN uses it, up to relu3_1;
- ``vgg19_16x``: sixteen times smaller (Wang et al., arXiv 2003.08436), up to relu5_1.

Features of different sets differ in scale, so a recipe's loss weights hold for the set that it names.
"""

import os
import pickle
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from styles.training.errors import MissingPerception

NETWORKS = ("vgg19", "vgg19_normalised", "vgg19_16x")
FILES = {
    "vgg19": "vgg19-dcbb9e9d.pth",  # torchvision's name for its weights
    "vgg19_normalised": "vgg19_normalised_to_relu3_1.safetensors",
    "vgg19_16x": "vgg19_16x_to_relu5_1.safetensors",
}
CONVOLUTIONS = (2, 2, 4, 4, 4)  # in each of the five blocks; a pooling stands between two blocks
IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)

# What reading something else than the expected file can raise.
BROKEN = (safetensors.SafetensorError, pickle.UnpicklingError, LookupError, RuntimeError, EOFError, ValueError)

Features = Mapping[str, Tensor]


def names() -> Iterator[str]:
    """conv1_1, conv1_2, conv2_1 … in the order of the network."""
    for block, count in enumerate(CONVOLUTIONS, start=1):
        yield from (f"conv{block}_{place}" for place in range(1, count + 1))


LAYERS = tuple(name.replace("conv", "relu") for name in names())


@dataclass(frozen=True, slots=True)
class Convolution:
    weight: Tensor
    bias: Tensor

    def __call__(self, features: Tensor) -> Tensor:
        # Zeros at the border, as VGG was trained; mirroring costs a quarter of a training step on a CPU.
        return functional.conv2d(features, self.weight, self.bias, padding=self.weight.shape[-1] // 2)

    def to(self, device: torch.device, dtype: torch.dtype) -> "Convolution":
        weight = self.weight.to(device, dtype).contiguous(memory_format=torch.channels_last)
        return Convolution(weight, self.bias.to(device, dtype))


class Perception:
    """One frozen VGG-19, as deep as its weights reach."""

    def __init__(self, name: str, enter: Convolution, convolutions: Mapping[str, Convolution]) -> None:
        self.name, self.enter, self.convolutions = name, enter, convolutions
        self.layers = tuple(layer.replace("conv", "relu") for layer in convolutions)

    def to(self, device: torch.device, dtype: torch.dtype) -> "Perception":
        moved = {name: convolution.to(device, dtype) for name, convolution in self.convolutions.items()}
        return Perception(self.name, self.enter.to(device, dtype), moved)

    def check(self, layers: Collection[str]) -> None:
        """Raises MissingPerception where a layer lies deeper than these weights reach."""
        for layer in layers:
            if layer not in self.layers:
                raise MissingPerception(
                    f"The perceptual network {self.name} ends at {self.layers[-1]}, before {layer}."
                )

    def __call__(self, images: Tensor, layers: Collection[str]) -> Features:
        """The named layers' features of ``N x 3 x H x W`` RGB in [0, 1], no deeper than they need."""
        found: dict[str, Tensor] = {}
        features = self.enter(images.to(self.enter.weight.dtype))
        for name, convolution in self.convolutions.items():
            if name.endswith("_1") and name != "conv1_1":
                features = functional.max_pool2d(features, 2)
            features = torch.relu(convolution(features))
            layer = name.replace("conv", "relu")
            if layer in layers:
                found[layer] = features
            if len(found) == len(layers):
                break
        return found


def load(name: str, folder: Path | None) -> Perception:
    """Read a perceptual network from ``folder``, from ``ATELIER_VGG``, or from torch's cache of downloads.

    Raises:
        MissingPerception: no such file, or not these weights; the sentence says where it was looked for.
    """
    path = _find(name, folder)
    try:
        state = torch.load(path, weights_only=True) if path.suffix == ".pth" else load_file(path)
        return _read(name, state)
    except BROKEN as error:
        raise MissingPerception(f"{path} does not hold the weights of {name}.") from error


def _find(name: str, folder: Path | None) -> Path:
    cache = Path(torch.hub.get_dir()) / "checkpoints"
    setting = os.environ.get("ATELIER_VGG")
    folders = [folder] if folder else [*([Path(setting)] if setting else []), cache]
    for each in folders:
        if (each / FILES[name]).is_file():
            return each / FILES[name]
    looked = " or ".join(str(each) for each in folders)
    raise MissingPerception(f"The perceptual network {name} needs {FILES[name]} in {looked}; set ATELIER_VGG.")


def _read(name: str, state: Mapping[str, Tensor]) -> Perception:
    if name == "vgg19":
        keys = sorted((key for key in state if re.fullmatch(r"features\.\d+\.weight", key)), key=_number)
        stems = [key.removesuffix(".weight") for key in keys]
        return Perception(name, _imagenet(), _convolutions(state, stems))
    stems = [each if name == "vgg19_normalised" else each.replace("_", "") for each in names()]
    known = [stem for stem in stems if f"{stem}.weight" in state]
    enter = Convolution(state["conv0.weight"], state["conv0.bias"])
    return Perception(name, enter, _convolutions(state, known))


def _convolutions(state: Mapping[str, Tensor], stems: list[str]) -> dict[str, Convolution]:
    if not stems:
        raise ValueError("no convolutions")
    pairs = zip(names(), stems, strict=False)  # weights may end before the network does
    return {name: Convolution(state[f"{stem}.weight"], state[f"{stem}.bias"]) for name, stem in pairs}


def _imagenet() -> Convolution:
    """Normalisation by ImageNet's mean and deviation, written as a 1x1 convolution."""
    deviation = torch.tensor(IMAGENET_DEVIATION)
    weight = torch.diag(1 / deviation)[:, :, None, None]
    return Convolution(weight, -torch.tensor(IMAGENET_MEAN) / deviation)


def _number(key: str) -> int:
    return int(key.split(".")[1])
