"""The memory and the processor time of a process with all its children, from Linux's ``/proc``; elsewhere nothing.

And whether the machine was ours meanwhile: on a virtual one others may take its cores away.
"""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")

PROC = Path("/proc")
EVERY_S = 0.5
PPID, TIMES = 1, slice(11, 15)
"""Places in ``/proc/PID/stat`` after the name: the parent; user and system time, then those of ended children."""
BUSY, STOLEN = (1, 2, 3), 8
"""Places in the first line of ``/proc/stat``: the time in which cores worked, and that in which others had them."""
DISTURBED, TRIES = 0.05, 2
"""What was measured while more than this share of the cores' time was stolen is measured again, so often at most."""


class Watch:
    """Enter it to watch the process ``pid``; afterwards ``peak_bytes`` and ``cpu_s`` say what it took meanwhile.

    Memory is the proportional share (PSS): what several processes have in common counts once.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self.peak_bytes, self.cpu_s = 0, 0.0

    def __enter__(self) -> Self:
        self._began_s = cpu_s(self._pid)
        self._watcher = threading.Thread(target=self._look, name="watch memory")
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._watcher.join()
        self.cpu_s = cpu_s(self._pid) - self._began_s

    def _look(self) -> None:
        while True:
            self.peak_bytes = max(self.peak_bytes, memory_bytes(self._pid))
            if self._over.wait(EVERY_S):
                return


class Theft:
    """``share`` is how much of the time that cores were wanted since the beginning others had them, from 0 to 1."""

    def __init__(self) -> None:
        self._worked, self._stolen = _cores()

    @property
    def share(self) -> float:
        worked, stolen = (now - before for now, before in zip(_cores(), (self._worked, self._stolen), strict=True))
        return stolen / max(1, worked + stolen)


def least_disturbed(measure: Callable[[], T]) -> tuple[T, float]:
    """What ``measure`` measured when the least was stolen, and how much that was; see DISTURBED."""
    found = list[tuple[T, float]]()
    for _ in range(TRIES):
        theft = Theft()
        found.append((measure(), theft.share))
        if theft.share <= DISTURBED:
            break
    return min(found, key=lambda one: one[1])


def memory_bytes(pid: int) -> int:
    """What a process and its children have in memory, now."""
    return sum(_share(each) for each in family(pid))


def cpu_s(pid: int) -> float:
    """The processor time of a process and its children until now, that of children that ended included."""
    ticks = sum(int(value) for each in family(pid) for value in _stat(each)[TIMES])
    return ticks / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> set[int]:
    """A process and all its living descendants."""
    parents = {int(path.name): _parent(int(path.name)) for path in PROC.glob("[0-9]*")}
    found, more = set[int](), {pid}
    while more:
        found |= more
        more = {child for child, parent in parents.items() if parent in found} - found
    return found


def _parent(pid: int) -> int:
    stat = _stat(pid)
    return int(stat[PPID]) if stat else 0


def _stat(pid: int) -> list[str]:
    with suppress(OSError):
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return []


def _cores() -> tuple[int, int]:
    """How long all cores have worked, and how long they were stolen, since the machine started."""
    with suppress(OSError):
        line = (PROC / "stat").read_text().splitlines()[0].split()
        return sum(int(line[place]) for place in BUSY), int(line[STOLEN])
    return 0, 0


def _share(pid: int) -> int:
    with suppress(OSError):
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
