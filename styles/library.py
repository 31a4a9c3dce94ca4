"""The installed styles: built-in packs first, then ``ATELIER_STYLES``, then what was installed. Needs no torch to list.

A broken pack never spoils the others: it is kept aside, with the sentence that says what is wrong with it. A creator's
pack whose time is over, or that was taken back, is not offered either, though its files may still be there.
"""

import difflib
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from styles import pack, withdrawal
from styles.card import Card
from styles.errors import BrokenPack, NoSuchStyle

if TYPE_CHECKING:
    import torch

    from styles.style import Style

BUILT_IN = Path(__file__).parent / "packs"
SETTLED_S = 3.0  # a file this old has its time for good: the coarsest file systems count in steps of two seconds

_State = tuple[tuple[int, ...], ...]
"""Of a pack's files, without reading them: another pack, or one that was written to, is in another state."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A pack that cannot be offered, and why."""

    folder: Path
    reason: str


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What one look at the folders found; replaced as a whole, so that readers in other threads see no half."""

    cards: dict[str, Card] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)
    broken: list[Broken] = field(default_factory=list)
    withdrawn: set[str] = field(default_factory=set)
    lapsed: dict[Path, str] = field(default_factory=dict)
    read: dict[Path, tuple[_State, Card]] = field(default_factory=dict)  # need not be read again


def today() -> str:
    """The day in UTC, YYYY-MM-DD."""
    return datetime.now(UTC).date().isoformat()


class Library:
    """Finds packs in folders of packs. May be used from several threads."""

    def __init__(
        self, roots: Sequence[Path], *, installed: Path | None = None, today: Callable[[], str] = today
    ) -> None:
        """``installed`` is the one of ``roots`` in which new packs are put; None where there is none."""
        self.roots, self.installed, self.today = tuple(roots), installed, today
        self._shelf = _Shelf()
        self._writing = threading.Lock()

    @classmethod
    def open(cls, extra: Sequence[Path] = (), *, built_in: Path = BUILT_IN, installed: Path | None = None) -> "Library":
        """Look at the built-in packs, at each folder of ``extra`` in its order, and at what was installed.

        Folders may be absent.
        """
        roots = (built_in, *extra, *([installed] if installed else ()))
        library = cls(roots, installed=installed)
        library.rescan()
        return library

    def rescan(self) -> None:
        """Look at the folders again, and read what is not as it was."""
        with self._writing:
            shelf, day, known = _Shelf(), self.today(), self._shelf.read
            for root in self.roots:
                shelf.withdrawn.update(withdrawal.names(root))
            for root in self.roots:
                _fill(shelf, root, day, known)
            self._shelf = shelf

    def cards(self) -> tuple[Card, ...]:
        """The sound packs' cards, in the order to show them."""
        return tuple(self._shelf.cards.values())

    def broken(self) -> tuple[Broken, ...]:
        """The packs that cannot be offered, each with its sentence."""
        return tuple(self._shelf.broken)

    def withdrawn(self, style: str) -> bool:
        """Whether a creator's style of this name was offered once, and is no longer."""
        return style in self._shelf.withdrawn and style not in self._shelf.cards

    def lapsed(self) -> Mapping[Path, str]:
        """The folders of creators' packs that are offered no longer and ought to go, and their styles."""
        return dict(self._shelf.lapsed)

    def card(self, style: str) -> Card:
        """The card of one style. Raises NoSuchStyle, with the nearest name where one is near."""
        cards = self._shelf.cards
        if style in cards:
            return cards[style]
        near = difflib.get_close_matches(style[:64].lower(), cards, n=1, cutoff=0.5)
        raise NoSuchStyle(style, near[0] if near else None)

    def folder(self, style: str) -> Path:
        """The folder of one style's pack. Raises NoSuchStyle."""
        self.card(style)
        return self._shelf.folders[style]

    def load(self, style: str, *, device: "torch.device | str", dtype: "torch.dtype") -> "Style":
        """Load one generator. Raises NoSuchStyle, and BrokenPack where the weights are not those of the card."""
        return pack.load(self.folder(style), self.card(style), device, dtype)

    def preview(self, style: str) -> bytes:
        """The preview picture, a JPEG. Raises NoSuchStyle, and BrokenPack where it has gone."""
        return pack.content(self.folder(style), pack.PREVIEW)


def _fill(shelf: _Shelf, root: Path, day: str, known: Mapping[Path, tuple[_State, Card]]) -> None:
    try:
        with os.scandir(root) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir() and not entry.name.startswith("."))
    except FileNotFoundError:
        return  # nothing was installed there yet
    except OSError as error:
        shelf.broken.append(Broken(root, f"{root}: cannot be read ({error.strerror})."))
        return
    for name in names:
        _place(shelf, root / name, day, known)


def _place(shelf: _Shelf, folder: Path, day: str, known: Mapping[Path, tuple[_State, Card]]) -> None:
    try:
        card = _read(shelf, folder, known)
    except BrokenPack as error:
        shelf.broken.append(Broken(folder, str(error)))
        return
    if card.consent and (card.consent.expires < day or card.id in shelf.withdrawn):
        shelf.withdrawn.add(card.id)
        shelf.lapsed[folder] = card.id
        return
    if card.id in shelf.cards:
        reason = f"{folder / pack.CARD}: the style “{card.id}” is already there, in {shelf.folders[card.id]}."
        shelf.broken.append(Broken(folder, reason))
        return
    shelf.cards[card.id], shelf.folders[card.id] = card, folder


def _read(shelf: _Shelf, folder: Path, known: Mapping[Path, tuple[_State, Card]]) -> Card:
    """The card of a pack, read where it is not as it was. Raises BrokenPack.

    What was written to just now is read once more: it may be written to again before the file system's clock ticks.
    """
    state, settled_ns = _state(folder), time.time_ns() - int(SETTLED_S * 1e9)
    if state is None:
        return pack.read(folder)  # which tells what is missing
    was, card = known.get(folder, (None, None))
    if card is None or state != was:
        card = pack.read(folder)
    if all(changed_ns < settled_ns for *_, changed_ns in state):
        shelf.read[folder] = state, card
    return card


def _state(folder: Path) -> _State | None:
    """None where a file is missing."""
    try:
        files = [(folder / name).stat() for name in pack.MAX_BYTES]
    except OSError:
        return None
    return tuple(
        (file.st_dev, file.st_ino, file.st_mode, file.st_size, file.st_mtime_ns, file.st_ctime_ns) for file in files
    )
