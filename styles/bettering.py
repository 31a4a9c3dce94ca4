"""What a training keeps on disk that is to make a creator's style better: pictures, recipe, checkpoint, and its end.

All of it lies in one folder beside the style's pack, whose name is such that whoever takes the style back removes it,
too (``styles.withdrawal``). The pictures are there until the training is over; what is left then is the better pack
beside the present one, and a picture of both, from which the creator chooses.
"""

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from glob import escape
from pathlib import Path
from typing import Any

import torch
from PIL import Image, ImageDraw, ImageFont

from styles import pack, samples
from styles.card import Card, Source
from styles.errors import BrokenPack
from styles.library import BUILT_IN, Library
from styles.style import Pixels, Style
from styles.training import perception
from styles.training.pictures import SMALLEST
from styles.training.trainer import PACK

RECIPE, ART, RUN = "recipe.toml", "art", "run"
BETTER, BOTH = "better", "both.jpg"
PERCEPTION = "vgg19_16x"
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
SIDE = 384
"""The shorter side at which a creator's pictures are kept and learnt from: as a draft sees them."""

BRUSH = "starry-night"
"""The shipped style from whose generator a training starts: it has brushwork, which a creator's baked one does not."""

# A brush learns another hand in half the steps of the recipes that start from nothing.
PHASES: Sequence[Mapping[str, Any]] = (
    {"steps": 300, "size": 256, "batch": 2, "rate": 1e-3},
    {"steps": 60, "size": 384, "batch": 1, "rate": 3e-4},
)
# Content seen at relu4_1, one layer deeper, left glowing blots where the light is.
LOSSES: Mapping[str, Mapping[str, Any]] = {
    "content": {"weight": 1.0, "network": PERCEPTION, "layer": "relu3_1"},
    "gram": {"weight": 1.5, "network": PERCEPTION, "layers": ["relu1_1", "relu2_1", "relu3_1"], "even": True},
    "total_variation": {"weight": 0.05},
}
HEIGHT = 300  # of the sample photos on the sheet
MARGIN = 12


def folder(root: Path, style: str) -> Path:
    """Where a style's training lies, beside its pack ``root/<style>``."""
    return root / f".{style}.training"


def styles(root: Path) -> tuple[str, ...]:
    """The styles that have anything of a training, by their names."""
    return tuple(sorted(path.name[1:].removesuffix(".training") for path in root.glob(".*.training")))


def waits(root: Path, style: str) -> bool:
    """Whether there is a training to begin, or to go on with."""
    return (folder(root, style) / ART).is_dir() and not is_over(root, style)


def is_over(root: Path, style: str) -> bool:
    """Whether a better generator waits for its creator's choice."""
    return (folder(root, style) / BETTER / pack.CARD).is_file()


def check(photos: Path) -> None:
    """Check that the folder has photos to learn on, and that there is a network to judge by.

    Raises:
        MissingPerception: there is none.
        FileNotFoundError: one phrase: it has none.
    """
    if not _patterns(photos):
        raise FileNotFoundError(f"{photos} holds no photos to learn on: JPEG, PNG or WebP")
    perception.load(PERCEPTION, None)


def keep(root: Path, style: str, pictures: Sequence[Pixels]) -> None:
    """Keep a creator's pictures for the training, whole or not at all; nobody but the service's own user may look.

    What is there already stays. Blocks. Raises OSError.
    """
    target = folder(root, style)
    if target.exists():
        return
    scratch = Path(tempfile.mkdtemp(prefix=f".{style}.", dir=root))
    try:
        (scratch / ART).mkdir()
        for place, pixels in enumerate(pictures):
            _large_enough(Image.fromarray(pixels)).save(scratch / ART / f"{place:02}.png")
        scratch.rename(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _large_enough(picture: Image.Image) -> Image.Image:
    scale = SMALLEST / min(picture.size)
    if scale <= 1:
        return picture
    return picture.resize([max(SMALLEST, round(side * scale)) for side in picture.size], Image.Resampling.LANCZOS)


def write_recipe(root: Path, card: Card, photos: Path, phases: Sequence[Mapping[str, Any]] = PHASES) -> Path:
    """Write the recipe of a style's training, which starts from BRUSH; where it is. Raises OSError, BrokenPack."""
    import tomli_w  # here, so that a bot host can read cards without it

    brush = pack.read(BUILT_IN / BRUSH)
    values = {
        "id": card.id,
        "version": following(card.version),
        "title": dict(card.title),
        "init": str(BUILT_IN / BRUSH),
        "best": card.size.best,
        "preview": [str(Path(escape(str(samples.FOLDER))) / "astronaut.jpg")],
        "network": {"name": brush.network, **brush.network_options},
        "art": {"pictures": [f"{ART}/*.png"], "side": SIDE},
        "photos": [{"pictures": _patterns(photos), "share": 1.0}],
        "phases": [dict(phase) for phase in phases],
        "losses": {name: dict(loss) for name, loss in LOSSES.items()},
        "defaults": {"strength": card.defaults.strength, "keep_colours": card.defaults.keep_colours},
        "licence": {"weights": card.licence.weights, "data": card.licence.data},
        "data": [{name: getattr(each, name) for name in Source.__slots__} for each in _sources(card)],
    }
    path = folder(root, card.id) / RECIPE
    path.write_text(tomli_w.dumps(values), "utf-8")
    return path


def following(version: str) -> str:
    """The version after this one: what is better keeps its first number."""
    major, minor, _ = map(int, version.split("."))
    return f"{major}.{minor + 1}.0"


def _sources(card: Card) -> tuple[Source, ...]:
    return (*card.origin.data, Source("photos of the operator's (seen as content only)", "the operator", "unknown"))


def _patterns(photos: Path) -> list[str]:
    there = {path.suffix for path in photos.iterdir() if path.suffix.lower() in SUFFIXES} if photos.is_dir() else set()
    return [str(Path(escape(str(photos.absolute()))) / f"*{suffix}") for suffix in sorted(there)]


def finish(root: Path, card: Card, encoded: Callable[[Image.Image], bytes]) -> None:
    """The trained pack, with the leave of the present one, waits for the choice; pictures and checkpoint go. Blocks.

    ``encoded`` makes a JPEG of the sheet of both. May be repeated after whatever ended it.

    Raises:
        BrokenPack, NotPainted, OSError: what was trained cannot be used.
    """
    own = folder(root, card.id)
    new, trained = own / RUN / PACK, pack.read(own / RUN / PACK)
    agreed = replace(trained, consent=card.consent, defaults=card.defaults)
    better = pack.load(new, agreed, "cpu", torch.float32)
    samples.preview(better)  # refuses what is one flat colour
    present = pack.load(root / card.id, card, "cpu", torch.float32)
    (own / BOTH).write_bytes(encoded(both(present, better)))
    (new / pack.CARD).write_text(agreed.to_toml(), "utf-8")
    pack.read(new)
    new.rename(own / BETTER)
    clear(root, card.id)


def clear(root: Path, style: str) -> None:
    """Of a training that is over, remove all but its end; of a style that was replaced already, everything."""
    own = folder(root, style)
    for name in (ART, RUN):
        shutil.rmtree(own / name, ignore_errors=True)
    (own / RECIPE).unlink(missing_ok=True)
    if _version(root / style) == _version(own / BETTER):
        drop(root, style)


def _version(folder: Path) -> str | None:
    try:
        return pack.read(folder).version
    except BrokenPack:
        return None


def drop(root: Path, style: str) -> None:
    """Nothing of the training stays. May be repeated. Raises OSError."""
    own = folder(root, style)
    if own.exists():
        grave = Path(tempfile.mkdtemp(prefix=f".{style}.", dir=root))
        own.rename(grave / "gone")
        shutil.rmtree(grave)


def drop_unfinished(root: Path) -> None:
    """Where nothing is trained, no pictures are kept for it."""
    for style in styles(root):
        if not is_over(root, style):
            drop(root, style)


def take(root: Path, style: str) -> None:
    """Put the better generator in the place of the present one. May be repeated. Raises BrokenPack, OSError."""
    if is_over(root, style):
        better = folder(root, style) / BETTER
        with pack.replacing(root / style) as fresh:
            for file in better.iterdir():
                shutil.copyfile(file, fresh / file.name)
            pack.read(fresh)
    drop(root, style)


def creators(library: Library, style: str) -> Card | None:
    """The card of a creator's style that lies where new packs are put; None for any other."""
    if library.installed is None:
        return None
    card = next((each for each in library.cards() if each.id == style), None)
    own = card is not None and card.consent is not None and library.folder(style) == library.installed / style
    return card if own else None


def both(present: Style, better: Style) -> Image.Image:
    """The sample photos in two generators, a row each, which are called A and B. Blocks."""
    rows = [samples.row([_painted(style, photo) for photo in samples.photos(HEIGHT)]) for style in (present, better)]
    page = Image.new("RGB", (rows[0].width, 2 * HEIGHT + MARGIN), "white")
    for place, (letter, row) in enumerate(zip("AB", rows, strict=True)):
        top = place * (HEIGHT + MARGIN)
        page.paste(row, (0, top))
        _tag(page, top, letter)
    return page


def _tag(page: Image.Image, top: int, letter: str) -> None:
    pen, side = ImageDraw.Draw(page), HEIGHT // 6
    pen.rectangle((0, top, side, top + side), fill="white")
    middle = (side // 2, top + side // 2)
    pen.text(middle, letter, fill="black", font=ImageFont.load_default(side * 3 // 4), anchor="mm")


def _painted(style: Style, photo: Pixels) -> Pixels:
    painted: Pixels = style.paint(torch.from_numpy(photo)[None])[0].numpy()
    return painted
