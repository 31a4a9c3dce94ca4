"""Packs that travel: checked as a whole, exported to a zip file, installed from a zip file or a folder.

What comes from outside is hostile until it is checked: only the four files of a pack are read, under their own names,
each within its bound of bytes; nothing is written before all of it holds.
"""

import io
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import torch
from PIL import Image

from styles import pack
from styles.card import Card
from styles.errors import BrokenPack, NotPainted
from styles.samples import preview

MAX_PREVIEW_PIXELS = 4_000_000
ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the same pack gives the same bytes


def verify(folder: Path) -> Card:
    """Check a pack wholly: card, hash, weights, preview, report, and a run on a photo.

    Raises:
        BrokenPack: the first thing that is wrong.
    """
    card = pack.read(folder)
    pack.report(folder)
    _check_preview(folder)
    style = pack.load(folder, card, "cpu", torch.float32)
    try:
        preview(style)
    except NotPainted as error:
        raise BrokenPack(folder / pack.WEIGHTS, error.reason) from error
    return card


def export(folder: Path, target: Path) -> None:
    """Write a pack as a zip file, all or nothing. Raises BrokenPack where ``verify`` does."""
    card = verify(folder)
    partial = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(partial, "w") as archive:
            for name in pack.MAX_BYTES:
                archive.writestr(zipfile.ZipInfo(f"{card.id}/{name}", ZIP_DATE), pack.content(folder, name))
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def install(folder: Path, root: Path) -> Card:
    """Copy a pack, checked, to ``root/<id>``; one that is there is replaced. Raises BrokenPack as ``verify`` does."""
    card = verify(folder)
    with pack.replacing(root / card.id) as fresh:
        for name in pack.MAX_BYTES:
            (fresh / name).write_bytes(pack.content(folder, name))
    return card


@contextmanager
def opened(source: Path) -> Iterator[Path]:
    """The folder of a pack that comes as a folder or as a zip file; the latter's is gone after the block.

    Raises:
        BrokenPack: the zip file is broken or holds anything but a pack; also for what the block finds wrong in it.
    """
    if source.is_dir():
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="atelier-pack-") as name:
        for part, data in _unzipped(source):
            (Path(name) / part).write_bytes(data)
        try:
            yield Path(name)
        except BrokenPack as error:  # people know the zip file, not the place where it was laid out
            raise BrokenPack(source / error.file.name, error.reason) from error


def _unzipped(source: Path) -> Iterator[tuple[str, bytes]]:
    """The pack's files in a zip file: at its top or in one folder; whatever else is there is refused."""
    try:
        with zipfile.ZipFile(source) as archive:
            for part in _parts(archive, source):
                yield PurePosixPath(part.filename).name, _bounded(archive, part, source)
    except OSError as error:
        raise BrokenPack(source, f"cannot be read ({error.strerror or error})") from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise BrokenPack(source, "not a zip file that we can read") from error


def _parts(archive: zipfile.ZipFile, source: Path) -> list[zipfile.ZipInfo]:
    parts = [part for part in archive.infolist() if not part.is_dir()]
    paths = [PurePosixPath(part.filename) for part in parts]
    if sorted(path.name for path in paths) != sorted(pack.MAX_BYTES) or len({path.parent for path in paths}) != 1:
        raise BrokenPack(
            source, f"must hold one pack, which is the files {', '.join(pack.MAX_BYTES)}, and nothing else"
        )
    return parts


def _bounded(archive: zipfile.ZipFile, part: zipfile.ZipInfo, source: Path) -> bytes:
    """One file's bytes; its header may lie about the size, so the bound is on what is read."""
    name = PurePosixPath(part.filename).name
    with archive.open(part) as stream:
        data = stream.read(pack.MAX_BYTES[name] + 1)
    if len(data) > pack.MAX_BYTES[name]:
        raise BrokenPack(source, f"its {name} is larger than {pack.MAX_BYTES[name]} bytes")
    return data


def _check_preview(folder: Path) -> None:
    data = pack.content(folder, pack.PREVIEW)
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if image.width * image.height > MAX_PREVIEW_PIXELS:
                raise BrokenPack(folder / pack.PREVIEW, f"has more than {MAX_PREVIEW_PIXELS} pixels")
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BrokenPack(folder / pack.PREVIEW, "not a JPEG picture") from error
