"""Photos with their targets, from disk: side by side in one file, in two files, or drawn from the photo by rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from styles.training import pictures
from styles.training.drawings.rule import Rule
from styles.training.errors import BadPicture
from styles.training.material import Pairs


@dataclass(frozen=True, slots=True)
class Pair:
    """Where a photo and its target are. ``photo`` and ``target`` are one file where they stand side by side."""

    photo: Path
    target: Path | None
    left: bool = True
    drawn: Rule | None = None

    def read(self) -> tuple[Image.Image, Image.Image | None]:
        """The photo, and its target unless that is drawn.

        Raises:
            BadPicture: one is broken, or they differ in size; the sentence names the file.
        """
        if self.target is None:
            return pictures.read(self.photo), None
        if self.target == self.photo:
            return halves(self.photo, self.left)
        photo, target = pictures.read(self.photo), pictures.read(self.target)
        if photo.size != target.size:
            sizes = ["x".join(map(str, each.size)) for each in (target, photo)]
            raise BadPicture(self.target, f"{sizes[0]} pixels, where its photo {self.photo.name} has {sizes[1]}")
        return photo, target

    def tensor(self, side: int) -> Tensor:
        """``6 x H x W`` bytes, the photo's channels before the target's; the shorter side at ``side`` pixels."""
        photo, target = self.read()
        seen = pictures.tensor(pictures.sized(photo, side))
        if target:
            return torch.cat((seen, pictures.tensor(pictures.sized(target, side))))
        if self.drawn is None:
            raise ValueError("a pair has a target or a rule that draws it")
        return torch.cat((seen, pictures.drawn(seen, self.drawn)))


def find(plan: Pairs, root: Path) -> list[Pair]:
    """The pairs that a recipe names.

    Raises:
        BadPicture: a pattern names no picture, or a picture has no partner; the sentence names it.
    """
    if plan.pictures:
        return [Pair(path, path, plan.photo == "left") for path in pictures.find(plan.pictures, root)]
    photos = pictures.find(plan.photos, root)
    if plan.drawn:
        return [Pair(photo, None, drawn=plan.drawn) for photo in photos]
    return matched(photos, pictures.find(plan.targets, root))


def matched(photos: Sequence[Path], targets: Sequence[Path]) -> list[Pair]:
    """Photos and targets of the same names, endings aside. Raises BadPicture, which names the first without partner."""
    of_photos, of_targets = _by_name(photos, "photo"), _by_name(targets, "target")
    for paths, others, other in ((of_photos, of_targets, "target"), (of_targets, of_photos, "photo")):
        for name, path in paths.items():
            if name not in others:
                raise BadPicture(path, f"there is no {other} of the name {name}")
    return [Pair(photo, of_targets[name]) for name, photo in of_photos.items()]


def _by_name(paths: Iterable[Path], kind: str) -> dict[str, Path]:
    named: dict[str, Path] = {}
    for path in paths:
        if path.stem in named:
            raise BadPicture(path, f"there are two {kind}s of the name {path.stem}")
        named[path.stem] = path
    return named


def halves(path: Path, left: bool) -> tuple[Image.Image, Image.Image]:
    """The photo, which stands ``left`` or right, and its target. Raises BadPicture where there are no two halves."""
    both = pictures.read(path)
    if both.width % 2:
        raise BadPicture(path, f"{both.width} pixels across do not make two pictures of one size")
    half = both.width // 2
    if half < pictures.SMALLEST:
        raise BadPicture(path, f"two pictures of {half}x{both.height} pixels; each side needs {pictures.SMALLEST}")
    parts = [both.crop((start, 0, start + half, both.height)) for start in (0, half)]
    return (parts[0], parts[1]) if left else (parts[1], parts[0])
