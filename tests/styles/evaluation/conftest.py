"""A perceptual network that is thin enough for a test, photos and art to be judged, and styles whose worth is known."""

from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from styles.evaluation import Subject
from styles.samples import FOLDER
from styles.style import Style
from styles.training import perception
from styles.training.perception import Perception
from tests.styles.making import card
from tests.styles.training.conftest import draw, write_vgg


class Negative(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return 1 - images


@pytest.fixture
def eyes(tmp_path: Path) -> Perception:
    write_vgg(tmp_path / "vgg")
    return perception.load("vgg19_normalised", tmp_path / "vgg")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with a face, a cat, and what is no picture."""
    folder = tmp_path / "photos"
    (folder / "animals").mkdir(parents=True)
    (folder / "astronaut.jpg").write_bytes((FOLDER / "astronaut.jpg").read_bytes())
    Image.open(FOLDER / "cat.jpg").save(folder / "animals" / "cat.PNG")
    (folder / "notes.txt").write_text("two photos")
    return folder


@pytest.fixture
def art(tmp_path: Path) -> Path:
    for seed in (1, 2):
        draw(tmp_path / f"art/{seed}.png", seed, (200, 150))
    return tmp_path / "art"


def subject(name: str, module: nn.Module) -> Subject:
    return Subject(name, Style(card(name), module, torch.device("cpu")), 1_500_000)
