"""The memory and the processor time of a process with all its children, from Linux's ``/proc``; elsewhere nothing."""

import os
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

PROC = Path("/proc")
EVERY_S = 0.5
PPID, TIMES = 1, slice(11, 15)
"""Places in ``/proc/PID/stat`` after the name: the parent; user and system time, then those of ended children."""


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


def _share(pid: int) -> int:
    with suppress(OSError):
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
