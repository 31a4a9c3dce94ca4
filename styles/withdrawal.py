"""Taking a creator's pack back: its files go, and of it stays its name alone, with the day on which it went.

The name is kept so that whoever asks for the style is told why it is gone, and so that nobody else's style takes its
name in silence. Nothing in it tells whose style it was or how it looked. Needs no torch.
"""

import shutil
import tempfile
from pathlib import Path

from styles.card import ID

FOLDER = ".withdrawn"
"""Beside the packs: a file for each name, which holds the day."""


def names(root: Path) -> frozenset[str]:
    """The styles that were taken back out of a folder of packs."""
    try:
        return frozenset(file.name for file in (root / FOLDER).iterdir() if ID.fullmatch(file.name))
    except OSError:
        return frozenset()


def withdraw(folder: Path, style: str, day: str) -> None:
    """Remove a style's pack, and what was left of it by whoever was killed, and remember its name.

    The name comes first: killed in between, the pack is offered no more, and the next look removes it. May be repeated.

    Raises:
        OSError: the disk will not have it.
    """
    _remember(folder.parent / FOLDER / style, day)
    if folder.exists():
        grave = Path(tempfile.mkdtemp(prefix=f".{style}.", dir=folder.parent))
        folder.rename(grave / "gone")  # nobody sees half a pack
    for scratch in folder.parent.glob(f".{style}.*"):
        shutil.rmtree(scratch)


def _remember(file: Path, day: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(f"{day}\n")
    except FileExistsError:
        return
