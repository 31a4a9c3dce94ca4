"""Which photos become which files: folders looked through, results named, and what is there already left alone."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.cli.errors import Refused
from inference.job import Format

SUFFIXES = {".jpg": Format.JPEG, ".jpeg": Format.JPEG, ".png": Format.PNG, ".webp": Format.WEBP}
"""How a result's name may end."""
PICTURES = {*SUFFIXES, ".jfif", ".gif"}
"""The names that are taken for pictures in a folder; a file that is named itself may end as it likes."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One photo in one style, and the file that it becomes."""

    photo: Path
    style: str
    target: Path


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asked for: ``paths`` are photos and folders of them, ``out`` is a folder or one file.

    ``like`` are the style pictures, if any.
    """

    paths: tuple[Path, ...]
    styles: tuple[str, ...]
    out: Path | None
    format: Format | None = None
    like: tuple[Path, ...] = ()

    @property
    def folders(self) -> tuple[Path, ...]:
        return tuple(path for path in self.paths if path.is_dir())

    @property
    def file(self) -> Path | None:
        """The one file to write, where a file was named."""
        one = len(self.paths) == len(self.styles) == 1 and not self.folders
        return self.out if one and self.out and self.out.suffix and not self.out.is_dir() else None

    def kind(self) -> Format:
        """The format that was asked for, by its name or by that of the file to write; JPEG if by neither."""
        return kind_of(self.file, self.format)


@dataclass(slots=True)
class Beside:
    """What lies in the folders beside pictures: how it ends and how often, and what could not be looked into."""

    others: Counter[str] = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)

    def sentences(self) -> Iterator[str]:
        yield from self.unread
        if self.others:
            endings = ", ".join(name for name, _ in self.others.most_common(5))
            count = self.others.total()
            files = "1 file that is no picture" if count == 1 else f"{count} files that are no pictures"
            yield f"Left out {files} by name ({endings})."


def pieces(order: Order) -> tuple[list[Piece], Beside]:
    """All that is to be there in the end, one style after the other; and what lies beside the photos.

    Raises:
        Refused: two photos would become one file, or a photo would be overwritten.
    """
    beside, kind = Beside(), order.kind()
    names = list(_names(order, kind, beside))
    out, many = order.out or Path(), len(order.styles) > 1
    picture = "+".join(path.stem for path in order.like)  # told apart by it, whatever the style that looks at it
    wanted = [
        Piece(photo, style, order.file or out / (Path(style) if many else "") / name)
        for style in order.styles
        for photo, kept, alone in names
        for name in [_styled(kept, picture or style) if alone and (picture or not many) else kept]
    ]
    _require_apart(wanted)
    return wanted, beside


def kind_of(file: Path | None, asked: Format | None) -> Format:
    """The format that was asked for, by its name or by that of the file to write; JPEG if by neither.

    Raises:
        Refused: the file's name is no picture's, or another format's.
    """
    if file is None:
        return asked or Format.JPEG
    named = SUFFIXES.get(file.suffix.lower())
    if named is None:
        raise Refused(f"{file}: a result's name ends in {', '.join(SUFFIXES)}; a folder must be there already.")
    if asked not in (None, named):
        raise Refused(f"{file}: this is not the name of a {asked} picture.")
    return named


def suffix_of(kind: Format) -> str:
    """How the name of a picture in this format ends."""
    return next(suffix for suffix, known in SUFFIXES.items() if known is kind)


def is_done(piece: Piece) -> bool:
    """Whether the result is there, and no older than its photo."""
    try:
        there = piece.target.stat()
        return there.st_size > 0 and there.st_mtime >= piece.photo.stat().st_mtime
    except OSError:
        return False


def _names(order: Order, kind: Format, beside: Beside) -> Iterator[tuple[Path, Path, bool]]:
    """Each photo with its result's name before any style is put to it, and whether it was named by itself."""
    suffix = suffix_of(kind)
    for path in order.paths:
        if path not in order.folders:
            yield path, Path(path.stem + suffix), True
            continue
        photos = _look_through(path, _apart(order.out, path), beside)
        twins = Counter(photo.with_suffix("") for photo in photos)
        above = Path(path.resolve().name) if len(order.folders) > 1 else Path()
        for photo in photos:
            name = _kept(photo, kind, suffix, twins[photo.with_suffix("")] > 1)
            yield photo, above / photo.relative_to(path).with_name(name), False


def _kept(photo: Path, kind: Format, suffix: str, twin: bool) -> str:
    """The photo's own name with the ending of its result; of shoe.jpg and shoe.png, the latter is shoe.png.jpg."""
    if SUFFIXES.get(photo.suffix.lower()) is kind:
        return photo.name
    return (photo.name if twin else photo.stem) + suffix


def _styled(name: Path, style: str) -> Path:
    """A result beside its photo must be told from it; in a folder of results the name is kept."""
    return name.with_stem(f"{name.stem}-{style}")


def _apart(out: Path | None, folder: Path) -> Path:
    if out is None:
        raise Refused(f"{folder}: is a folder; say with -o in which other one the results go.")
    if out.resolve() == folder.resolve():
        raise Refused(f"{out}: the results need another folder than the photos.")
    return out.resolve()


def _look_through(folder: Path, but: Path, beside: Beside) -> list[Path]:
    """The folder's pictures in the order of their names, with those of its subfolders; nothing hidden."""
    here: list[Path] = []
    for parent, folders, files in os.walk(folder, onerror=lambda error: beside.unread.append(_sentence(error))):
        at = Path(parent)
        folders[:] = sorted(name for name in folders if name[0] != "." and (at / name).resolve() != but)
        for name in sorted(file for file in files if file[0] != "."):
            suffix = Path(name).suffix.lower()
            if suffix in PICTURES:
                here.append(at / name)
            else:
                beside.others[suffix or name] += 1
    return here


def _sentence(error: OSError) -> str:
    return f"{error.filename}: cannot be read ({error.strerror})."


def _require_apart(wanted: Sequence[Piece]) -> None:
    """No result may take the place of another, or of a photo."""
    photos = {piece.photo.resolve() for piece in wanted}
    taken: dict[Path, Path] = {}
    for piece in wanted:
        if piece.target.resolve() in photos:
            raise Refused(f"{piece.target}: this is one of the photos, and would be overwritten.")
        if (other := taken.setdefault(piece.target, piece.photo)) is not piece.photo:
            raise Refused(f"{other} and {piece.photo} would both become {piece.target}.")
