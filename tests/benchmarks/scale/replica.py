"""One replica: the real scheduler and throughput, a cache that forgets what was used least recently, and a device.

Like ``inference.pipeline``, it has one batch ahead of the one that runs: decoded, and its generator loaded, meanwhile.
As in ``inference.cache``, what others wait for leaves last, and on an accelerator it is loaded ahead, too.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from inference.batch import Batch, Key, Residency, Waiting
from inference.cache import SHARE_AHEAD, Name
from inference.errors import Busy
from inference.job import Job
from inference.scheduler import Scheduler
from inference.throughput import Throughput
from tests.benchmarks.scale.assumptions import ACTIVATION_BYTES_PER_PIXEL, Machine

MARGIN = 2.0  # as inference.carrier.MARGIN

At = Callable[[float, Callable[[float], None]], None]
"""Have something happen at that moment, which it is told."""


@dataclass(slots=True)
class Account:
    """What a replica, or several, have done so far."""

    busy_s: float = 0.0
    loads: int = 0
    batches: int = 0
    jobs: int = 0

    def add(self, other: "Account") -> None:
        self.busy_s += other.busy_s
        self.loads += other.loads
        self.batches += other.batches
        self.jobs += other.jobs

    def less(self, before: "Account") -> "Account":
        return Account(
            self.busy_s - before.busy_s,
            self.loads - before.loads,
            self.batches - before.batches,
            self.jobs - before.jobs,
        )


class Cache:
    """The styles that are loaded, or will be at some moment; bounded in bytes, as ``inference.cache.Cache`` is."""

    def __init__(self, machine: Machine, weight_bytes: Callable[[str], int]) -> None:
        self._machine, self._weight_bytes = machine, weight_bytes
        self._ready_s: OrderedDict[str, float] = OrderedDict()  # least recently used first
        self._bytes = 0
        self._largest_bytes = 1
        self.wanted: Callable[[], Sequence[Name]] = tuple
        self.now = 0.0

    def residency(self, style: str, _version: str) -> Residency:
        ready_s = self._ready_s.get(style)
        if ready_s is None:
            return Residency.ABSENT
        return Residency.LOADED if ready_s <= self.now else Residency.LOADING

    def use(self, style: str) -> tuple[float, bool]:
        """When the style can run, and whether it had to be loaded for that."""
        loaded = style not in self._ready_s
        if loaded:
            self._load(style)
        self._ready_s.move_to_end(style)
        self._shrink(style)
        return max(self.now, self._ready_s[style]), loaded

    def load_ahead(self) -> list[float]:
        """Begin to load what is wanted; when each will be there."""
        room = self._machine.limits.cache_bytes // SHARE_AHEAD // self._largest_bytes
        most = min(self._machine.loads_ahead, room)
        loading = sum(ready_s > self.now for ready_s in self._ready_s.values()) if most else 0
        if loading >= most:
            return []
        wanted = [style for style, _ in self.wanted()]
        here = sum(style in self._ready_s for style in wanted)
        absent = [style for style in wanted if style not in self._ready_s]
        begun = absent[: max(0, min(most - loading, 2 * most - here))]
        for style in begun:
            self._load(style)
            self._shrink(style)
        return [self._ready_s[style] for style in begun]

    def _load(self, style: str) -> None:
        weight_bytes = self._weight_bytes(style)
        self._ready_s[style] = self.now + self._machine.loading_s(weight_bytes)
        self._bytes += weight_bytes
        self._largest_bytes = max(self._largest_bytes, weight_bytes)

    def _shrink(self, needed: str) -> None:
        if self._bytes <= self._machine.limits.cache_bytes:
            return
        urgency = {style: -place for place, (style, _) in enumerate(self.wanted())}
        for gone in sorted(self._ready_s, key=lambda style: urgency.get(style, -math.inf)):
            if self._bytes <= self._machine.limits.cache_bytes:
                return
            if gone != needed and self._ready_s[gone] <= self.now:
                del self._ready_s[gone]
                self._bytes -= self._weight_bytes(gone)


class Replica:
    """``at`` is the clock's; ``answered`` hears of each job with its moment of acceptance and that of its answer."""

    def __init__(
        self,
        machine: Machine,
        weight_bytes: Callable[[str], int],
        at: At,
        answered: Callable[[Waiting, float], None],
    ) -> None:
        self.account = Account()
        self.jobs = 0  # here, answered or not
        self._machine, self._at, self._answered = machine, at, answered
        self._cache = Cache(machine, weight_bytes)
        self._throughput = Throughput()
        self._scheduler = Scheduler(machine.limits, self._throughput, self._cache.residency)
        self._cache.wanted = lambda: self._scheduler.styles(self._cache.now)
        self._ahead: tuple[Batch, float] | None = None
        self._running: tuple[Batch, float] | None = None
        self._freed_s = self._decoding_s = 0.0
        self._wake_s = math.inf

    def __len__(self) -> int:
        """The jobs that wait."""
        return len(self._scheduler)

    def submit(self, job: Job, key: Key, now: float) -> bool:
        """Queue one job; False if it was refused as one too many."""
        try:
            self._scheduler.submit(job, key, key.pixels * ACTIVATION_BYTES_PER_PIXEL, now)
        except Busy:
            return False
        self.jobs += 1
        self._choose(now)
        self._load_ahead(now)
        return True

    def _load_ahead(self, now: float) -> None:
        self._cache.now = now
        for ready_s in self._cache.load_ahead():
            self.account.loads += 1
            self._at(ready_s, self._load_ahead)

    def _choose(self, now: float) -> None:
        """Take the next batch if it is time."""
        if self._ahead is not None:
            return
        self._cache.now = now
        look = self._scheduler.look(now, self._needed_s(now))
        if look.batch is None:
            self._wake_at(look.again_s, now)
            return
        decoding_s = self._machine.beside_s(self._machine.decode_s, len(look.batch.jobs))
        self._decoding_s += 0.3 * (decoding_s - self._decoding_s)
        loaded_s, loaded = self._cache.use(look.batch.key.style)
        self.account.loads += loaded
        self._ahead = look.batch, max(now + decoding_s, loaded_s)
        self._load_ahead(now)
        self._start_soon(now)

    def _needed_s(self, now: float) -> float:
        if self._running is None:
            return now
        return now + self._scheduler.busy_for_s(now) - MARGIN * self._decoding_s

    def _wake_at(self, moment: float, now: float) -> None:
        if math.isfinite(moment) and not now < self._wake_s <= moment:
            self._wake_s = max(moment, now)
            self._at(self._wake_s, self._wake)

    def _wake(self, now: float) -> None:
        if now >= self._wake_s:
            self._wake_s = math.inf
        self._choose(now)

    def _start_soon(self, now: float) -> None:
        if self._running is None and self._ahead is not None:
            _, ready_s = self._ahead
            self._at(max(now, ready_s), self._start)

    def _start(self, now: float) -> None:
        if self._running is not None or self._ahead is None or self._ahead[1] > now:
            return
        batch, _ = self._ahead
        self._ahead, self._running = None, (batch, now)
        self._scheduler.started(batch, now)
        self._at(now + self._machine.run_s(batch.pixels), self._finish)
        self._choose(now)

    def _finish(self, now: float) -> None:
        if self._running is None:
            return
        batch, began_s = self._running
        self._running = None
        waited_for_it = batch.taken_s < self._freed_s
        self._scheduler.done(batch, now - (self._freed_s if waited_for_it else began_s), len(batch.jobs))
        self._freed_s = now
        self.account.busy_s += now - began_s
        self.account.batches += 1
        self.account.jobs += len(batch.jobs)
        self.jobs -= len(batch.jobs)
        done_s = now + self._machine.beside_s(self._machine.encode_s, len(batch.jobs))
        for waiting in batch.jobs:
            self._answered(waiting, done_s)
        self._start_soon(now)
        self._choose(now)
