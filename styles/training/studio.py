"""What a training works with: the pictures, decoded, and the perceptual networks, loaded."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from styles.training import device as devices
from styles.training import perception, pictures
from styles.training.pictures import Gallery
from styles.training.recipe import Recipe
from styles.training.scene import Eyes


@dataclass(frozen=True, slots=True)
class Studio:
    """``wanted`` names the layers of each perceptual network that the recipe's losses look at."""

    photos: Gallery
    art: Gallery
    eyes: Eyes
    wanted: Mapping[str, Collection[str]]
    sheet: list[Image.Image]
    preview: list[Image.Image]
    art_paths: list[Path]
    photo_count: int

    @classmethod
    def open(cls, recipe: Recipe, root: Path, vgg: Path | None, device: torch.device) -> "Studio":
        """Load everything, the quick checks first.

        Raises:
            TrainingError: a picture or a network is missing or broken; the sentence names it.
        """
        wanted = _wanted(recipe)
        dtype = devices.precision(device)
        eyes = {name: perception.load(name, vgg).to(device, dtype) for name in wanted}
        _check_depth(wanted, eyes)
        art_paths = pictures.find(recipe.art.pictures, root)
        groups = [(pictures.find(kind.pictures, root), kind.share) for kind in recipe.photos]
        shown, advertised = (_read(patterns, root) for patterns in (recipe.sheet, recipe.preview))
        largest = max(phase.size for phase in recipe.phases)
        return cls(
            photos=Gallery.of(groups, round(largest * pictures.SPARE)),
            art=Gallery.of([(art_paths, 1.0)], max(recipe.art.side, largest)),
            eyes=eyes,
            wanted=wanted,
            sheet=shown,
            preview=advertised,
            art_paths=art_paths,
            photo_count=sum(len(paths) for paths, _ in groups),
        )

    def whole_art(self) -> list[Tensor]:
        """Every picture of the art, ``3 x H x W`` bytes each."""
        return [picture for group, _ in self.art.groups for picture in group]


def _read(patterns: tuple[str, ...], root: Path) -> list[Image.Image]:
    return [pictures.read(path) for path in pictures.find(patterns, root)]


def _wanted(recipe: Recipe) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = {}
    for loss in recipe.losses.values():
        for network, layers in loss.looks.items():
            wanted.setdefault(network, set()).update(layers)
    return wanted


def _check_depth(wanted: Mapping[str, Collection[str]], eyes: Eyes) -> None:
    for name, layers in wanted.items():
        eyes[name].check(layers)
