"""One replica: the real scheduler and throughput, a cache that forgets what was used least recently, and a device.

Like ``inference.pipeline``, it has one batch ahead of the one that runs: decoded, and its generator loaded, meanwhile.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from inference.batch import Batch, Key, Waiting
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
    """The styles that are loaded, bounded in bytes, least recently used first; one is there once its load is over."""

    def __init__(self, machine: Machine, weight_bytes: Callable[[str], int]) -> None:
        self._machine, self._weight_bytes = machine, weight_bytes
        self._ready_s: OrderedDict[str, float] = OrderedDict()
        self._bytes = 0
        self.now = 0.0

    def resident(self, style: str, _version: str) -> bool:
        return self._ready_s.get(style, math.inf) <= self.now

    def use(self, style: str, now: float) -> tuple[float, bool]:
        """When the style can run, and whether it had to be loaded for that."""
        loaded = style not in self._ready_s
        if loaded:
            self._ready_s[style] = now + self._machine.loading_s(self._weight_bytes(style))
            self._bytes += self._weight_bytes(style)
        self._ready_s.move_to_end(style)
        while self._bytes > self._machine.limits.cache_bytes and len(self._ready_s) > 1:
            gone, _ = self._ready_s.popitem(last=False)
            self._bytes -= self._weight_bytes(gone)
        return max(now, self._ready_s[style]), loaded


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
        self._scheduler = Scheduler(machine.limits, self._throughput, self._cache.resident)
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
        return True

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
        loaded_s, loaded = self._cache.use(look.batch.key.style, now)
        self.account.loads += loaded
        self._ahead = look.batch, max(now + decoding_s, loaded_s)
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
