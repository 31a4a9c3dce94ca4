"""What a training works with: the pictures, decoded, and the perceptual networks, loaded."""

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from styles.training import device as devices
from styles.training import pairs, perception, pictures
from styles.training.imagined import Imagined
from styles.training.material import Art, Pairs
from styles.training.pictures import Gallery
from styles.training.recipe import Recipe
from styles.training.scene import Eyes
from styles.training.shown import Shown


@dataclass(frozen=True, slots=True)
class Studio:
    """``wanted`` names the layers of each perceptual network that the recipe's losses look at."""

    material: "Loose | Matched | Imagined"
    eyes: Eyes
    wanted: Mapping[str, Collection[str]]
    sheet: list[Image.Image]
    preview: list[Image.Image]
    references: list[Image.Image]

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
        material = _material(recipe, root)
        shown = (_shown(each, root, material) for each in (recipe.sheet, recipe.preview, recipe.references))
        return cls(material, eyes, wanted, *shown)

    def crops(self, count: int, size: int, draw: random.Random) -> tuple[list[Tensor], list[Tensor]]:
        """``count`` crops of photos, and as many of art (of pairs: their targets), bytes of ``3 x size x size``."""
        if isinstance(self.material, Imagined):
            raise ValueError("scenes drawn of words have themes, and no crops")
        return self.material.crops(count, size, draw)

    @property
    def imagined(self) -> Imagined:
        """The scenes to draw of words, where the generator takes these."""
        if not isinstance(self.material, Imagined):
            raise ValueError("photos have crops, and no themes")
        return self.material

    def whole_art(self) -> list[Tensor]:
        """Every picture of the art, ``3 x H x W`` bytes each."""
        return self.material.whole_art()

    @property
    def photo_count(self) -> int:
        return self.material.photo_count


@dataclass(frozen=True, slots=True)
class Loose:
    """Photos and art that know nothing of each other."""

    photos: Gallery
    art: Shown

    def crops(self, count: int, size: int, draw: random.Random) -> tuple[list[Tensor], list[Tensor]]:
        photos = self.photos.crops(count, size, draw, loosest=pictures.SPARE)
        return photos, self.art.crops(count, size, draw)

    def whole_art(self) -> list[Tensor]:
        return self.art.gallery.pictures

    @property
    def photo_count(self) -> int:
        return len(self.photos.pictures)


@dataclass(frozen=True, slots=True)
class Matched:
    """Pairs, each one picture of six channels, so that photo and target are cropped and mirrored as one."""

    pairs: Gallery

    def crops(self, count: int, size: int, draw: random.Random) -> tuple[list[Tensor], list[Tensor]]:
        both = self.pairs.crops(count, size, draw)
        return [pair[:3] for pair in both], [pair[3:] for pair in both]

    def whole_art(self) -> list[Tensor]:
        return [pair[3:] for pair in self.pairs.pictures]

    @property
    def photo_count(self) -> int:
        return len(self.pairs.pictures)


def _material(recipe: Recipe, root: Path) -> Loose | Matched | Imagined:
    largest = max(phase.size for phase in recipe.phases)
    if recipe.takes_words:
        art = Shown.open(recipe.art, root, largest) if recipe.art else None
        return Imagined(str(recipe.network_options["words"]).split(","), recipe.best, art)
    if recipe.pairs:
        return _matched(recipe.pairs, root, largest)
    if recipe.art is None:
        raise ValueError("a recipe has art or pairs")
    return _loose(recipe, recipe.art, root, largest)


def _matched(plan: Pairs, root: Path, largest: int) -> Matched:
    found = pairs.find(plan, root)
    gallery = Gallery([([pair.tensor(max(plan.side, largest)) for pair in found], 1.0)])
    return Matched(gallery)


def _loose(recipe: Recipe, art: Art, root: Path, largest: int) -> Loose:
    groups = [(pictures.find(kind.pictures, root), kind.share) for kind in recipe.photos]
    photos = Gallery.of(groups, round(largest * pictures.SPARE))
    return Loose(photos, Shown.open(art, root, largest))


def _shown(named: tuple[str, ...], root: Path, material: Loose | Matched | Imagined) -> list[Image.Image]:
    if isinstance(material, Imagined):
        return material.shown(named)
    return [pictures.read(path) for path in pictures.find(named, root)]


def _wanted(recipe: Recipe) -> dict[str, set[str]]:
    wanted: dict[str, set[str]] = {}
    for loss in recipe.losses.values():
        for network, layers in loss.looks.items():
            wanted.setdefault(network, set()).update(layers)
    return wanted


def _check_depth(wanted: Mapping[str, Collection[str]], eyes: Eyes) -> None:
    for name, layers in wanted.items():
        eyes[name].check(layers)
