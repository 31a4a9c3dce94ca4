"""What engines note: each load of a generator and each run of a batch, in a file. Ours says its batches itself.

A line is a time of the system's monotonic clock, which all processes share, then ``load`` or ``run``, then how many
pictures ran. One write is one line, so that several processes may share the file.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path


class Notes:
    """Appends to the file at ``path``."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def loaded(self) -> None:
        self._write("load", 1)

    def ran(self, pictures: int) -> None:
        self._write("run", pictures)

    def _write(self, what: str, count: int) -> None:
        os.write(self._file, f"{time.monotonic():.4f} {what} {count}\n".encode())


@dataclass(frozen=True, slots=True)
class Noted:
    """What happened in a span of time: loads, and the size of each batch."""

    loads: int
    batches: tuple[int, ...]


def read(path: Path, from_s: float, to_s: float) -> Noted:
    """What was noted between two times of the monotonic clock."""
    lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    within = [(what, int(count)) for at, what, count in lines if from_s <= float(at) < to_s]
    loads = sum(what == "load" for what, _ in within)
    return Noted(loads, tuple(count for what, count in within if what == "run"))
