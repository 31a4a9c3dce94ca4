"""What is evaluated and on what: packs, and the pictures of a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image, ImageOps
from torch import Tensor

from styles import pack
from styles.style import Style
from styles.training import pictures
from styles.training.errors import BadPicture

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")


@dataclass(frozen=True, slots=True)
class Subject:
    """One style under evaluation. ``name`` tells it from the others; ``weights_bytes`` is the size of its file."""

    name: str
    style: Style
    weights_bytes: int

    @classmethod
    def load(cls, name: str, folder: Path, device: torch.device) -> "Subject":
        """Load a pack in float32. Raises BrokenPack."""
        style = pack.load(folder, pack.read(folder), device, torch.float32)
        return cls(name, style, (folder / pack.WEIGHTS).stat().st_size)


def find(folder: Path, count: int | None = None) -> list[Path]:
    """The pictures in a folder and the folders in it, sorted; ``count`` of them, evenly spread, where there are more.

    Raises:
        BadPicture: there is none.
    """
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not found:
        raise BadPicture(folder, "no JPEG, PNG or WebP picture in this folder")
    if count is None or count >= len(found):
        return found
    return [found[place * len(found) // count] for place in range(count)]


def square(path: Path, side: int, device: torch.device) -> Tensor:
    """The middle square of a picture as ``1 x 3 x side x side`` RGB in [0, 1]. Raises BadPicture."""
    fitted = ImageOps.fit(pictures.read(path), (side, side), Image.Resampling.LANCZOS)
    return pictures.batch([pictures.tensor(fitted)], device)


def thumbnail(images: Tensor, side: int) -> Image.Image:
    """The first picture of ``N x 3 x H x W`` in [0, 1], small."""
    pixels = images[0].mul(255).round().byte().permute(1, 2, 0).cpu().numpy()
    picture = Image.fromarray(pixels)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    return picture


def named(folders: Sequence[tuple[str, Path]], device: torch.device) -> list[Subject]:
    """Load the packs that lie in ``(word, folder)``; by their id, or by the word typed where two have one id."""
    chosen = dict.fromkeys((word, folder.resolve()) for word, folder in folders)
    ids = [pack.read(folder).id for _, folder in chosen]
    names = [word if ids.count(style) > 1 else style for (word, _), style in zip(chosen, ids, strict=True)]
    return [Subject.load(name, folder, device) for name, (_, folder) in zip(names, chosen, strict=True)]
