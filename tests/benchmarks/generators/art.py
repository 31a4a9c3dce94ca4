"""The art that a shipped pack imitates: what its recipe names, or what the recipe has drawn."""

from pathlib import Path

from PIL import Image
from torch import Tensor

from styles.training import pairs, pictures, recipe
from styles.training.material import Art, Pairs
from tests.benchmarks.generators.cache import digest
from tests.benchmarks.generators.material import spread

MOST = 16  # pictures; the mean of their Gram matrices hardly moves with more


def of_pack(file: Path, images: Path, folder: Path) -> list[Path]:
    """Some pictures of the art, as files; none where the recipe is not here. What is drawn lies in ``folder``."""
    if not file.is_file():
        return []
    plan = recipe.read(file)
    if plan.pairs:
        return _targets(plan.pairs, images, folder)
    return _pictures(plan.art, images, folder) if plan.art else []


def _pictures(art: Art, images: Path, folder: Path) -> list[Path]:
    paths = spread(pictures.find(art.pictures, images), MOST)
    if art.drawn is None:
        return paths
    sized = (pictures.tensor(pictures.sized(pictures.read(path), art.side)) for path in paths)
    return [_kept(pictures.drawn(each, art.drawn), folder) for each in sized]


def _targets(plan: Pairs, images: Path, folder: Path) -> list[Path]:
    return [_kept(pair.tensor(plan.side)[3:], folder) for pair in spread(pairs.find(plan, images), MOST)]


def _kept(picture: Tensor, folder: Path) -> Path:
    """``3 x H x W`` bytes as a file that is named by them."""
    pixels = picture.permute(1, 2, 0).contiguous().numpy()
    path = folder / f"{digest(pixels.tobytes())}.png"
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path
