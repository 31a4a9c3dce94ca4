"""A training in miniature: drawn pictures, a thin perceptual network with random weights, a recipe of four steps."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from styles.training import recipe as recipes
from styles.training.loop import Loop
from styles.training.studio import Studio

CPU = torch.device("cpu")

WIDTHS = {"conv1_1": (3, 4), "conv1_2": (4, 4), "conv2_1": (4, 6), "conv2_2": (6, 6), "conv3_1": (6, 8)}

RECIPE = """
id = "tiny"
title = { en = "Tiny" }
seed = 3
average = 0.5
preview = ["photos/0.png"]
sheet = ["photos/0.png"]

[network]
name = "small"
width = 4
deep = 8
fine = 4
blocks = 1

[art]
pictures = ["art/*.png"]
side = 64

[[photos]]
pictures = ["photos/*.png"]
share = 1

[[phases]]
steps = 3
size = 64
batch = 2
rate = 1e-3

[[phases]]
steps = 1
size = 48
batch = 1
rate = 1e-3

[losses.content]
weight = 1
network = "vgg19_normalised"
layer = "relu3_1"

[losses.gram]
weight = 1
network = "vgg19_normalised"
layers = ["relu1_1", "relu2_1"]
even = true

[losses.total_variation]
weight = 0.1

[losses.colour]
weight = 1

[losses.adversarial]
weight = 0.1
grey_art = 0.3
smooth_art = 0.3
width = 4

[licence]
weights = "Apache-2.0"
data = "CC0-1.0"

[[data]]
title = "Drawn by a test"
source = "this test"
licence = "CC0-1.0"
"""

Written = Callable[..., Path]


def picture(seed: int, size: int = 32, count: int = 1) -> Tensor:
    """Random, in steps of a byte, so that bytes hold it exactly."""
    draws = torch.randint(0, 256, (count, 3, size, size), generator=torch.Generator().manual_seed(seed))
    return draws / 255


def as_bytes(image: Tensor) -> Tensor:
    return (image[0] * 255).round().byte()


def plain(level: float) -> Tensor:
    return torch.full((1, 3, 32, 32), level)


def draw(path: Path, seed: int, size: tuple[int, int] = (90, 72)) -> None:
    """A smooth random picture."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC).save(path)


def loop_of(path: Path, vgg: Path | None = None) -> Loop:
    """A training of a recipe that has not begun."""
    plan = recipes.read(path)
    return Loop(plan, Studio.open(plan, path.parent, vgg, CPU), CPU)


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def write_vgg(folder: Path) -> None:
    draws = torch.Generator().manual_seed(0)
    state = {"conv0.weight": torch.eye(3)[:, :, None, None].clone(), "conv0.bias": torch.zeros(3)}
    for name, (taken, given) in WIDTHS.items():
        state[f"{name}.weight"] = torch.randn(given, taken, 3, 3, generator=draws) / (3 * taken) ** 0.5
        state[f"{name}.bias"] = torch.zeros(given)
    folder.mkdir(exist_ok=True)
    save_file(state, folder / "vgg19_normalised_to_relu3_1.safetensors")


@pytest.fixture
def vgg(tmp_path: Path) -> Path:
    """The folder of a perceptual network that is thin enough for a test."""
    write_vgg(tmp_path / "vgg")
    return tmp_path / "vgg"


@pytest.fixture
def recipe(tmp_path: Path) -> Written:
    """Write the recipe, with ``old`` replaced by ``new``, beside its art and photos; returns its path."""
    for seed in range(3):
        draw(tmp_path / f"photos/{seed}.png", seed)
    draw(tmp_path / "art/print.png", 9, (80, 120))

    def written(old: str = "", new: str = "") -> Path:
        if old not in RECIPE:
            raise LookupError(old)
        path = tmp_path / "tiny.toml"
        path.write_text(RECIPE.replace(old, new, 1) if old else RECIPE, "utf-8")
        return path

    return written
