"""The one scheduler: which jobs run next, together, and how long everybody else waits.

A pure, clocked object: it knows no time, no tensors and no asyncio; whoever calls says what time it is.

Jobs batch by style, version and size. Options do not split batches: all that they change (strength, colours,
crop, mark, format) is done to the pixels before and after the device, never to the tensor that runs.

The rules, in the order in which they bind:

1. Dead jobs (cancelled, or past their deadline) never leave the queue for the device.
2. People and chats take turns (``inference.fairness``); that order decides who goes into a batch, and its head
   decides which batch.
3. The head may be passed over for a generator that is loaded, or a fuller batch, until it has waited
   ``max_wait_s``. So nobody waits longer than that and one batch because of other people's styles.
4. A batch is taken when it is full, or when the first of its jobs has waited ``fill_wait_s`` for company. While
   the device is busy nothing is gained by hurry, so a batch may fill until the device needs it.
5. Everything is bounded; full means ``Busy`` at once, with the time at which there will be room.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate

from inference.batch import Batch, Key, Look, Waiting
from inference.errors import Busy
from inference.fairness import Line, Lines, Turn, Turns
from inference.job import Job, Queued
from inference.limits import Limits
from inference.throughput import Throughput

Resident = Callable[[str, str], bool]
"""Whether the generator of (style, version) is loaded."""

PLAN_FRESH_S = 0.25  # a look ahead holds so long if nobody comes or goes: only bounds reached meanwhile could change it


class Scheduler:
    """The queue. Count in is count out: a job leaves in one batch, or expired, or cancelled, or drained; once."""

    def __init__(self, limits: Limits, throughput: Throughput | None = None, resident: Resident | None = None) -> None:
        self._limits = limits
        self._resident = resident or (lambda _style, _version: True)
        self._throughput = throughput or Throughput()
        self._waiting: dict[int, Waiting] = {}
        self._people: Counter[str] = Counter()
        self._bytes = 0
        self._turns = Turns()
        self._plan: tuple[float, list[tuple[Waiting, float]]] | None = None  # when it was made, and for whom
        self._ceilings: dict[Key, int] = {}
        self._taken: dict[Batch, float | None] = {}  # and when the device began it
        self._promised_s = -math.inf  # the latest time at which somebody refused was told to come back

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def waiting_bytes(self) -> int:
        """The encoded pictures that wait."""
        return self._bytes

    def submit(self, job: Job, key: Key, activation_bytes: float, now: float, *, follows: bool = False) -> Waiting:
        """Put ``job`` in the queue. ``activation_bytes`` is what one picture of ``key`` takes on the device.

        What ``follows`` a job that was accepted is not refused; whoever submits it bounds how much there is of it.

        Raises:
            Busy: the queue is full, or holds as many jobs of this person as one may have.
        """
        if not follows:
            self._refuse_if_full(job, now)
        waiting = Waiting(
            number=self._turns.tick(),
            job=job,
            key=key,
            activation_bytes=activation_bytes,
            accepted_s=now,
            fill_until_s=now if self._taken else now + self._limits.fill_wait_s,
            deadline_s=math.inf if job.deadline_s is None else now + job.deadline_s,
        )
        self._waiting[waiting.number] = waiting
        self._people[waiting.user] += 1
        self._bytes += job.held_bytes
        self._plan = None
        return waiting

    def cancel(self, waiting: Waiting) -> bool:
        """Take one job out; False if it had left already."""
        if waiting.number not in self._waiting:
            return False
        self._remove((waiting,))
        return True

    def drain(self) -> tuple[Waiting, ...]:
        """Take everybody out."""
        everybody = tuple(self._waiting.values())
        self._remove(everybody)
        return everybody

    def look(self, now: float, needed_s: float = -math.inf) -> Look:
        """Take the next batch, if one is due. ``needed_s`` is when the device can use it: until then it may fill."""
        expired = tuple(job for job in self._waiting.values() if job.deadline_s <= now)
        self._remove(expired)
        lines = self._lines(self._turns, self._due(now, needed_s))
        if not lines:
            return Look(None, self._again_s(needed_s), expired)
        key = self._choose(lines, now)
        batch = Batch(key, lines.take(key, self._capacity(lines[key].head())), now)
        self._remove(batch.jobs)
        self._taken[batch] = None
        return Look(batch, now, expired)

    def started(self, batch: Batch, now: float) -> None:
        """The device began ``batch``."""
        self._taken[batch] = now

    def done(self, batch: Batch, busy_s: float = 0.0, ran: int = 0) -> None:
        """``batch`` is over: ``ran`` of its jobs kept the device from others for ``busy_s``."""
        self._taken.pop(batch, None)
        self._throughput.learn(batch.key.style, batch.key.pixels * ran, busy_s)

    def keep_below(self, key: Key, jobs: int) -> None:
        """Never again batch ``jobs`` of ``key``: the device ran out of memory with that many."""
        self._ceilings[key] = max(1, min(jobs - 1, self._ceilings.get(key, jobs)))

    def busy_for_s(self, now: float) -> float:
        """The estimate of what is left of the batches that were taken."""
        left = 0.0
        for batch, began_s in self._taken.items():
            ran_s = 0.0 if began_s is None else now - began_s
            left += max(0.0, self._seconds(batch.jobs) - ran_s)
        return left

    def positions(self, now: float) -> list[tuple[Waiting, Queued]]:
        """Everybody who waits, in the order in which they run if nobody else comes, with their estimates.

        A batch that was taken and has not begun still stands before them.
        """
        ahead_s = self.busy_for_s(now) + self._throughput.encoding_s
        ahead = sum(len(batch.jobs) for batch, began_s in self._taken.items() if began_s is None)
        return [
            (job, Queued(position, ahead_s + after_s))
            for position, (job, after_s) in enumerate(self._planned(now), start=ahead + 1)
        ]

    # Which batch is next.

    def _due(self, now: float, needed_s: float) -> list[Waiting]:
        """Whose batch is full, or has waited for company long enough."""
        together = Counter(job.key for job in self._waiting.values())
        full = {job.key for job in self._waiting.values() if together[job.key] >= self._capacity(job)}
        ripe = {key for key, due_s in self._due_s(needed_s).items() if due_s <= now}
        return [job for job in self._waiting.values() if job.key in full or job.key in ripe]

    def _due_s(self, needed_s: float) -> dict[Key, float]:
        firsts = {job.key: job for job in reversed(self._waiting.values())}
        return {key: max(needed_s, first.fill_until_s) for key, first in firsts.items()}

    def _again_s(self, needed_s: float) -> float:
        deadlines = (job.deadline_s for job in self._waiting.values())
        return min((*self._due_s(needed_s).values(), *deadlines), default=math.inf)

    def _lines(self, turns: Turns, jobs: Iterable[Waiting]) -> Lines[Key, Waiting]:
        return Lines(turns, jobs, lambda job: job.key)

    def _choose(self, lines: Lines[Key, Waiting], now: float) -> Key:
        first = lines.first()
        if len(lines) == 1 or now - lines[first].head().accepted_s >= self._limits.max_wait_s:
            return first
        return min(lines, key=lambda key: self._reluctance(lines[key]))

    def _reluctance(self, line: Line[Waiting]) -> tuple[bool, float, Turn]:
        """Loaded generators before others, then full batches before others, then by turn."""
        head = line.head()
        full = min(1.0, len(line) / self._capacity(head))
        return not self._resident(head.key.style, head.key.version), -full, line.turn()

    def _capacity(self, job: Waiting) -> int:
        """How many like ``job`` run together: by count, by memory, and by what the device was seen to bear."""
        by_memory = int(self._limits.batch_bytes // max(1.0, job.activation_bytes))
        seen = self._ceilings.get(job.key, self._limits.batch_jobs)
        return max(1, min(self._limits.batch_jobs, by_memory, seen))

    def _remove(self, jobs: Sequence[Waiting]) -> None:
        for job in jobs:
            del self._waiting[job.number]
            self._bytes -= job.job.held_bytes
            self._people[job.user] -= 1
        if jobs:
            self._plan = None
            self._people = +self._people
            self._turns.forget_but(self._waiting.values())

    # How long things take.

    def _planned(self, now: float) -> list[tuple[Waiting, float]]:
        """Everybody in the order to come, and how long after the device is next free each will be done."""
        if self._plan is None or now - self._plan[0] > PLAN_FRESH_S:
            self._plan = now, list(self._look_ahead(now))
        return self._plan[1]

    def _look_ahead(self, now: float) -> Iterator[tuple[Waiting, float]]:
        lines = self._lines(self._turns.copy(), self._waiting.values())
        free_s, after_s = now + self.busy_for_s(now), 0.0
        while lines:
            key = self._choose(lines, free_s + after_s)
            batch = lines.take(key, self._capacity(lines[key].head()))
            after_s += self._seconds(batch)
            yield from ((job, after_s) for job in batch)

    def _seconds(self, jobs: Sequence[Waiting]) -> float:
        return self._throughput.seconds(jobs[0].key.style, jobs[0].key.pixels * len(jobs))

    # Refusals.

    def _refuse_if_full(self, job: Job, now: float) -> None:
        if self._people[job.user] >= self._limits.user_jobs:
            raise Busy(next(queued.eta_s for other, queued in self.positions(now) if other.user == job.user))
        over_bytes = self._bytes + job.held_bytes - self._limits.queue_bytes
        if self._waiting and (len(self._waiting) >= self._limits.queue_jobs or over_bytes > 0):
            raise Busy(self._promise(over_bytes, now))

    def _promise(self, over_bytes: int, now: float) -> float:
        """The seconds until there is room, each refused caller after the one before, so that not all return at once.

        Never longer than the whole queue takes: whoever asks in a loop cannot send others away for the day.
        """
        everybody = self.positions(now)
        freed = zip(everybody, accumulate(other.job.held_bytes for other, _ in everybody), strict=True)
        room_s = next(queued.eta_s for (_, queued), freed_bytes in freed if freed_bytes >= over_bytes)
        all_s = everybody[-1][1].eta_s
        retry_after_s = min(all_s, max(room_s, self._promised_s - now + all_s / len(everybody)))
        self._promised_s = now + retry_after_s
        return retry_after_s
