"""What is measured on: photos that no contender was trained on, and the art that each style imitates.

Portraits are drawn by patterns and never named: their publicity rights are their people's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor

from styles.evaluation.gather import find, square
from styles.samples import FOLDER as SAMPLES
from styles.training import pictures
from styles.training.material import Art
from tests.benchmarks.generators.cache import digest

T = TypeVar("T")

CPU = torch.device("cpu")
PLACES, PORTRAITS = "photos/places/*.jpg", "photos/portraits/[j-z]*"
SET_ASIDE = "photos/bsds500/*9.jpg"  # the recipes beside this benchmark train on the others
PORTRAIT_COUNT, OTHER_COUNT = 6, 7


@dataclass(frozen=True, slots=True)
class Picture:
    """A file's picture as ``1 x 3 x H x W`` in [0, 1]."""

    path: Path
    pixels: Tensor

    @property
    def key(self) -> str:
        """Says which pixels these are."""
        return f"{digest(self.path.read_bytes())} {self.pixels.shape[-1]}x{self.pixels.shape[-2]}"


def held_out(images: Path) -> list[Path]:
    """Photos that the recipes beside this benchmark leave out: places, faces, and everything."""
    return [
        *pictures.find([PLACES], images),
        *spread(pictures.find([PORTRAITS], images), PORTRAIT_COUNT),
        *spread(pictures.find([SET_ASIDE], images), OTHER_COUNT),
    ]


def unseen(images: Path) -> list[Path]:
    """Photos that the shipped packs' recipes do not paint while they train: the samples, places and faces."""
    return [
        *find(SAMPLES),
        *pictures.find([PLACES], images),
        *spread(pictures.find([PORTRAITS], images), PORTRAIT_COUNT),
    ]


def spread(things: Sequence[T], count: int) -> list[T]:
    """``count`` of them, evenly spread; all where there are fewer."""
    count = min(count, len(things))
    return [things[place * len(things) // count] for place in range(count)]


def middle(path: Path, side: int) -> Picture:
    return Picture(path, square(path, side, CPU))


def whole(art: Art, images: Path) -> list[Picture]:
    """The art of a recipe, as large as the recipe sees it."""
    paths = pictures.find(art.pictures, images)
    sized = [pictures.tensor(pictures.sized(pictures.read(path), art.side)) for path in paths]
    return [Picture(path, pictures.batch([each], CPU)) for path, each in zip(paths, sized, strict=True)]
