"""Pictures from disk, and the crops that a step learns on.

Photos and art are decoded once and kept in memory as bytes, a few hundred kilobytes each. Which crops a step sees
follows from the seed and the step's number alone, so a training that goes on sees what it would have seen.
"""

import importlib.util
import random
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor
from torch.nn import functional

from styles.training.errors import BadPicture

FORMATS = ("JPEG", "PNG", "WEBP")
SMALLEST = 32  # pixels of the shorter side, under which nothing can be learnt
LARGEST = 64_000_000  # pixels of a picture that we are ready to decode
GROUND = (204, 204, 204)  # behind transparent pictures: light grey, as in a painter's studio
SCIENCE = "scikit-image:"  # names a public-domain test picture that this library brings, where it is installed
SPARE = 1.5  # a photo is kept this much larger than the largest crop, so that faces come in several sizes


def find(patterns: Sequence[str], root: Path) -> list[Path]:
    """The files that the patterns name, sorted within each pattern. Raises BadPicture where one names none."""
    found: list[Path] = []
    for pattern in patterns:
        paths = _science(pattern) if pattern.startswith(SCIENCE) else _matching(pattern, root)
        if not paths:
            raise BadPicture(root / pattern, _nothing(root / pattern))
        found += paths
    return found


def _matching(pattern: str, root: Path) -> list[Path]:
    path = Path(pattern)
    base, rest = (Path(path.anchor), str(path.relative_to(path.anchor))) if path.is_absolute() else (root, pattern)
    try:
        return sorted(each for each in base.glob(rest) if each.is_file())
    except (ValueError, IndexError):  # what Python says of odd ones, by its version
        return []


def _nothing(path: Path) -> str:
    return "a folder; name what is in it, as folder/*" if path.is_dir() else "no such picture, or an empty folder"


def _science(name: str) -> list[Path]:
    spec = importlib.util.find_spec("skimage")
    if spec is None or spec.origin is None:
        raise BadPicture(name, "needs the package scikit-image, which is not installed")
    path = Path(spec.origin).parent / "data" / name.removeprefix(SCIENCE)
    return [path] if path.is_file() else []


def read(path: Path) -> Image.Image:
    """A picture, upright and in RGB.

    Raises:
        BadPicture: it is missing, broken, not JPEG, PNG or WebP, too small or too large; the sentence names the file.
    """
    try:
        with _opened(path) as picture:
            _check_size(path, *picture.size)
            return _flat(ImageOps.exif_transpose(picture))
    except UnidentifiedImageError as error:
        raise BadPicture(path, "not a JPEG, PNG or WebP picture") from error
    except FileNotFoundError as error:
        raise BadPicture(path, "no such picture") from error
    except Image.DecompressionBombError as error:
        raise BadPicture(path, f"more than {LARGEST} pixels") from error
    except (OSError, SyntaxError, ValueError) as error:
        told = error.strerror if isinstance(error, OSError) else None  # by the system, and not by the decoder
        reason = f"cannot be read ({told})" if told else "the picture is damaged and cannot be decoded"
        raise BadPicture(path, reason) from error


def _opened(path: Path) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own, lower limit speaks
        return Image.open(path, formats=FORMATS)


def _check_size(path: Path, width: int, height: int) -> None:
    if min(width, height) < SMALLEST:
        raise BadPicture(path, f"only {width}x{height} pixels; at least {SMALLEST} on each side are needed")
    if width * height > LARGEST:
        raise BadPicture(path, f"{width}x{height} pixels are more than {LARGEST}")


def _flat(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # grey of 16 bits, which Pillow would clip at 255: all but white
        return Image.fromarray((np.asarray(picture) // 256).astype(np.uint8)).convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    painted = picture.convert("RGBA")
    ground = Image.new("RGBA", painted.size, (*GROUND, 255))
    ground.alpha_composite(painted)
    return ground.convert("RGB")


def sized(picture: Image.Image, side: int) -> Image.Image:
    """The same picture with its shorter side at ``side`` pixels."""
    scale = side / min(picture.size)
    width, height = (max(side, round(each * scale)) for each in picture.size)
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def tensor(picture: Image.Image) -> Tensor:
    """``3 x H x W``, bytes."""
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)


def batch(pictures: Sequence[Tensor], device: torch.device) -> Tensor:
    """Bytes, ``3 x H x W`` each, to one ``N x 3 x H x W`` in [0, 1], channels last."""
    stacked = torch.stack(list(pictures)).to(device)
    return stacked.float().div(255).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def drawn(picture: Tensor, rule: Callable[[Tensor], Tensor]) -> Tensor:
    """Bytes, ``3 x H x W``, to the bytes of what the rule draws of them."""
    painted = rule(batch([picture], picture.device))[0]
    return painted.clamp(0, 1).mul(255).round().byte().contiguous()


class Gallery:
    """Groups of pictures, drawn by their shares, then evenly within a group."""

    def __init__(self, groups: Sequence[tuple[Sequence[Tensor], float]]) -> None:
        self.groups = groups

    @classmethod
    def of(cls, groups: Sequence[tuple[Sequence[Path], float]], side: int) -> "Gallery":
        """Decode every picture; its shorter side becomes ``side`` pixels."""
        return cls([([tensor(sized(read(path), side)) for path in paths], share) for paths, share in groups])

    @property
    def pictures(self) -> list[Tensor]:
        """All of them, ``C x H x W`` bytes each."""
        return [picture for group, _ in self.groups for picture in group]

    def crops(
        self, count: int, size: int, draw: random.Random, *, loosest: float = 1.0, top: float = 0.0
    ) -> list[Tensor]:
        """``count`` square crops, bytes of ``C x size x size``, each mirrored half the time.

        A crop shows up to ``loosest`` times ``size`` pixels of the picture, made smaller to fit. ``top`` of them, from
        0 to 1, start at the upper edge.
        """
        shares = [share for _, share in self.groups]
        chosen = draw.choices([pictures for pictures, _ in self.groups], shares, k=count)
        return [crop(draw.choice(pictures), size, draw, loosest, top) for pictures in chosen]


def varied(picture: Tensor, draw: random.Random) -> Tensor:
    """A picture in other colours, bytes of ``3 x H x W``: its channels change places, each lighter or darker."""
    places = draw.sample(range(3), 3) if draw.random() < 0.5 else [0, 1, 2]
    powers = [2 ** draw.uniform(-0.7, 0.7) * 2 ** draw.uniform(-0.3, 0.3) for _ in range(3)]
    shares = picture[places].float().div(255)
    return torch.stack([share**power for share, power in zip(shares, powers, strict=True)]).mul(255).round().byte()


def crop(picture: Tensor, size: int, draw: random.Random, loosest: float, top: float) -> Tensor:
    _, height, width = picture.shape
    edge = min(round(size * draw.uniform(1, loosest)), height, width)
    down, right = draw.randint(0, height - edge), draw.randint(0, width - edge)
    down = 0 if draw.random() < top else down
    piece = picture[:, down : down + edge, right : right + edge]
    if draw.random() < 0.5:
        piece = piece.flip(2)
    if edge == size:
        return piece
    shrunk = functional.interpolate(piece[None].float(), (size, size), mode="bilinear", antialias=True)
    return shrunk[0].round().clamp(0, 255).byte()
