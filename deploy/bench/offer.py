"""What an engine is to serve, said on its command line, and the packs that are there for it."""

import argparse
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from styles import pack
from styles.library import BUILT_IN, Library


@dataclass(frozen=True, slots=True)
class Offer:
    """The same for every engine of a run.

    ``roots`` are folders of packs; at most ``cache`` generators are loaded at once, and at most ``batch`` pictures run
    as one tensor. With ``simulated`` they run on no real device (``deploy.bench.simulated``). Loads and runs are
    written to the file ``notes`` as they happen.
    """

    roots: tuple[str, ...]
    notes: str
    cache: int
    batch: int
    simulated: bool = False

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, text: str) -> Self:
        values = json.loads(text)
        return cls(**{**values, "roots": tuple(values["roots"])})


def arguments() -> tuple[Offer, int]:
    """What stands on an engine's command line: the offer, and the port to listen on, on loopback."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--offer", type=Offer.of, required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    return given.offer, given.port


def copies(folder: Path, count: int, root: Path = BUILT_IN) -> None:
    """Fill ``folder`` with so many packs: those of ``root`` again and again, under other ids."""
    library = Library([root])
    library.rescan()
    cards = [card for card in library.cards() if card.takes == "photo"]
    for number in range(count):
        card = cards[number % len(cards)]
        target = folder / f"copy-{number:04}"
        shutil.copytree(library.folder(card.id), target, copy_function=_same)
        (target / pack.CARD).unlink()  # it may be the very file of the pack that was copied
        (target / pack.CARD).write_text(replace(card, id=target.name).to_toml(), "utf-8")


def styles(roots: Sequence[str]) -> list[str]:
    """The ids of the styles in these folders that take a photo alone."""
    library = Library([Path(root) for root in roots])
    library.rescan()
    return [card.id for card in library.cards() if card.takes == "photo"]


def _same(source: str, target: str) -> str:
    """A second name for a file costs nothing; where that cannot be, a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)
    return target
