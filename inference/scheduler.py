"""The one scheduler: which jobs run next, together, and how long everybody else waits.

A pure, clocked object: it knows no time, no tensors and no asyncio; whoever calls says what time it is.

Jobs batch by style, version and size. Options do not split batches: all that they change (strength, colours,
crop, mark, format) is done to the pixels before and after the device, never to the tensor that runs.

The rules, in the order in which they bind:

1. Dead jobs (cancelled, or past their deadline) never leave the queue for the device.
2. People and chats take turns (``inference.fairness``); that order decides who goes into a batch, and its head
   decides which batch.
3. The head may be passed over for a generator that is loaded, and for fuller batches and whoever need not yield, of
   which the one goes first whose people have waited most; until it has waited ``max_wait_s``. So nobody waits longer
   than that and one batch because of other people's styles.
4. A batch is taken when it is full, or when the first of its jobs has waited ``fill_wait_s`` for company. While
   the device is busy nothing is gained by hurry, so a batch may fill until the device needs it.
5. Everything is bounded; full means ``Busy`` at once, with the time at which there will be room.
"""

import heapq
import math
from collections.abc import Callable, Collection, Iterator, Sequence

from inference.batch import Batch, Key, Look, Residency, Waiting
from inference.errors import Busy
from inference.fairness import Line, Lines, Turns
from inference.job import Job, Queued
from inference.limits import Limits
from inference.throughput import Throughput

Resident = Callable[[str, str], Residency]
"""Where the generator of (style, version) is."""

A_MOMENT_S = 0.02  # added to what anybody has waited: between those who just came, the fuller batch goes first
PLAN_FRESH_S = 0.25  # so long those who are refused are told of one look ahead, whoever comes or goes meanwhile


class Scheduler:
    """The queue. Count in is count out: a job leaves in one batch, or expired, or cancelled; once."""

    def __init__(self, limits: Limits, throughput: Throughput | None = None, resident: Resident | None = None) -> None:
        self._limits = limits
        self._resident = resident or (lambda _style, _version: Residency.LOADED)
        self._throughput = throughput or Throughput()
        self._waiting: dict[int, Waiting] = {}
        self._bytes = 0
        self._turns = Turns()
        self._lines = _in_lines(self._turns)
        self._deadlines: list[tuple[float, int]] = []  # a heap; whoever left is noticed when they come up
        self._plan: tuple[float, list[tuple[Waiting, float]]] = -math.inf, []  # when it was made, and for whom
        self._ceilings: dict[Key, int] = {}
        self._taken: dict[Batch, tuple[float, float] | None] = {}  # when it began, and on what share of the device
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
        self._bytes += job.held_bytes
        self._lines.add(waiting)
        if math.isfinite(waiting.deadline_s):
            self._note_deadline(waiting)
        return waiting

    def cancel(self, waiting: Waiting) -> bool:
        """Take one job out; False if it had left already."""
        if waiting.number not in self._waiting:
            return False
        self._discard((waiting,))
        return True

    def look(self, now: float, needed_s: float = -math.inf) -> Look:
        """Take the next batch, if one is due. ``needed_s`` is when the device can use it: until then it may fill."""
        expired = self._expired(now)
        self._discard(expired)
        due = [line for line in self._lines if self._is_due(line, now, needed_s)]
        if not due:
            return Look(None, self._again_s(needed_s), expired)
        line = self._choose(self._lines, due, now)
        batch = Batch(line.key, self._lines.take(line, self._capacity(line.head()), now), now)
        self._forget(batch.jobs)
        self._taken[batch] = None
        return Look(batch, now, expired)

    def started(self, batch: Batch, now: float, share: float = 1.0) -> None:
        """A ``share`` of the device began ``batch``."""
        self._taken[batch] = now, share

    def done(self, batch: Batch, busy_s: float = 0.0, ran: int = 0) -> None:
        """``batch`` is over: ``ran`` of its jobs kept the device, all of it, from others for ``busy_s``."""
        self._taken.pop(batch, None)
        self._throughput.learn(batch.key.style, batch.key.pixels * ran, busy_s)

    def keep_below(self, key: Key, jobs: int) -> None:
        """Never again batch ``jobs`` of ``key``: the device ran out of memory with that many."""
        self._ceilings[key] = max(1, min(jobs - 1, self._ceilings.get(key, jobs)))

    def styles(self, now: float) -> tuple[tuple[str, str], ...]:
        """The styles, with their versions, that somebody waits for; the most urgent first."""

        def urgency(line: Line[Key, Waiting]) -> tuple[bool, float]:
            overdue_s = now - line.head().accepted_s - self._limits.max_wait_s
            return (True, overdue_s) if overdue_s >= 0 else (False, self._urgency(line, now))

        lines = sorted(self._lines, key=urgency, reverse=True)
        return tuple(dict.fromkeys((line.key.style, line.key.version) for line in lines))

    def busy_for_s(self, now: float) -> float:
        """The estimate of what is left of the batches that were taken, for all of the device."""
        left = 0.0
        for batch, running in self._taken.items():
            began_s, share = running or (now, 1.0)
            left += max(0.0, self._seconds(batch.jobs) - share * (now - began_s))
        return left

    def free_in_s(self, now: float) -> float:
        """The estimate of when the first of the batches that run is done; 0 if none does."""
        running = [(batch, *begun) for batch, begun in self._taken.items() if begun]
        return max(0.0, min((self._seconds(batch.jobs) / share - now + at for batch, at, share in running), default=0))

    @property
    def batches_to_come(self) -> int:
        """Those that were taken and have not begun, and those that will be taken if nobody else comes."""
        waiting = sum(math.ceil(len(line) / self._capacity(line.oldest())) for line in self._lines)
        return sum(not begun for begun in self._taken.values()) + waiting

    def positions(self, now: float) -> list[tuple[Waiting, Queued]]:
        """Everybody who waits, in the order in which they run if nobody else comes, with their estimates.

        A batch that was taken and has not begun still stands before them.
        """
        return [step for step in self.steps(now) if step]

    def steps(self, now: float) -> Iterator[tuple[Waiting, Queued] | None]:
        """The positions step by step, for who must not be long about it; some steps tell of nobody.

        They tell how it was at the first step, but nothing of who left meanwhile.
        """
        ahead_s = self._ahead_s(now)
        position = sum(len(batch.jobs) for batch, begun in self._taken.items() if not begun)
        for step in self._look_ahead(now):
            if step is None:
                yield None
                continue
            position += 1
            job, after_s = step
            yield (job, Queued(position, ahead_s + after_s)) if job.number in self._waiting else None

    # Which batch is next.

    def _is_due(self, line: Line[Key, Waiting], now: float, needed_s: float) -> bool:
        """Whether a batch is full, or has waited for company long enough."""
        oldest = line.oldest()
        return max(needed_s, oldest.fill_until_s) <= now or len(line) >= self._capacity(oldest)

    def _again_s(self, needed_s: float) -> float:
        ripe_s = min((line.oldest().fill_until_s for line in self._lines), default=math.inf)
        return min(max(needed_s, ripe_s), self._deadlines[0][0] if self._deadlines else math.inf)

    def _choose(
        self, lines: Lines[Key, Waiting], due: Collection[Line[Key, Waiting]], now: float
    ) -> Line[Key, Waiting]:
        """One of those that are ``due``, which are some of ``lines``."""
        first = lines.first()
        if first not in due:
            first = min(due, key=lambda line: line.turn())
        if len(due) == 1 or now - first.head().accepted_s >= self._limits.max_wait_s:
            return first
        residency = {line: self._resident(line.key.style, line.key.version) for line in due}
        nearest = min(residency.values())
        fullness = {line: self._fullness(line) for line in due if residency[line] == nearest}
        if first not in fullness:
            first = min(fullness, key=lambda line: line.turn())
        may_go = [line for line in fullness if line is first or not line.yields or fullness[line] > fullness[first]]
        return min(may_go, key=lambda line: (-self._urgency(line, now), line.turn()))

    def _fullness(self, line: Line[Key, Waiting]) -> float:
        """A batch is as full as people wait for it: one person's flood does not call the device to it."""
        return min(1.0, line.people / self._capacity(line.oldest()))

    def _urgency(self, line: Line[Key, Waiting], now: float) -> float:
        """How much its people have waited: as many as run together, by the square of the time that their first has.

        Where the fullest went first, however new, whoever was alone with their style and size waited for them all.
        The square brings the longest waits down, at no cost in pictures per second.
        """
        people = min(line.people, self._capacity(line.oldest()))
        return float(people * (A_MOMENT_S + max(0.0, now - line.since_s())) ** 2)

    def _capacity(self, job: Waiting) -> int:
        """How many like ``job`` run together: by count, by memory, and by what the device was seen to bear."""
        by_memory = int(self._limits.batch_bytes // max(1.0, job.activation_bytes))
        seen = self._ceilings.get(job.key, self._limits.batch_jobs)
        return max(1, min(self._limits.batch_jobs, by_memory, seen))

    # Who comes and goes.

    def _note_deadline(self, waiting: Waiting) -> None:
        if len(self._deadlines) > 2 * len(self._waiting):  # most of them left before
            self._deadlines = [(job.deadline_s, job.number) for job in self._waiting.values()]
            heapq.heapify(self._deadlines)
        else:
            heapq.heappush(self._deadlines, (waiting.deadline_s, waiting.number))

    def _expired(self, now: float) -> tuple[Waiting, ...]:
        """Whoever is past their deadline, in the order in which they came."""
        expired = list[int]()
        while self._deadlines and (self._deadlines[0][0] <= now or self._deadlines[0][1] not in self._waiting):
            _, number = heapq.heappop(self._deadlines)
            if number in self._waiting:
                expired.append(number)
        return tuple(self._waiting[number] for number in sorted(expired))

    def _discard(self, jobs: Sequence[Waiting]) -> None:
        for job in jobs:
            self._lines.discard(job)
        self._forget(jobs)

    def _forget(self, jobs: Sequence[Waiting]) -> None:
        for job in jobs:
            del self._waiting[job.number]
            self._bytes -= job.job.held_bytes
        self._turns.tidy(self._waiting.values)

    # How long things take.

    def _planned(self, now: float) -> Iterator[tuple[Waiting, float]]:
        """Those who wait, but for the latest, in the order to come, and when after the device is free each is done."""
        made_s, plan = self._plan
        if now - made_s > PLAN_FRESH_S or not plan:
            plan = [step for step in self._look_ahead(now) if step]
            self._plan = now, plan
        return ((job, after_s) for job, after_s in plan if job.number in self._waiting)

    def _look_ahead(self, now: float) -> Iterator[tuple[Waiting, float] | None]:
        """Everybody who waits now in the order to come, and how long after the device is free each will be done."""
        free_s, after_s = now + self.busy_for_s(now), 0.0
        everybody, lines = tuple(self._waiting.values()), _in_lines(self._turns.copy())
        for job in everybody:
            lines.add(job)
            yield None
        while lines:
            line = self._choose(lines, lines, free_s + after_s)
            batch = lines.take(line, self._capacity(line.head()), free_s + after_s)
            after_s += self._seconds(batch)
            yield from ((job, after_s) for job in batch)

    def _ahead_s(self, now: float) -> float:
        """What comes before and after the device's work on those who wait."""
        return self.busy_for_s(now) + self._throughput.encoding_s

    def _seconds(self, jobs: Sequence[Waiting]) -> float:
        return self._throughput.seconds(jobs[0].key.style, jobs[0].key.pixels * len(jobs))

    # Refusals.

    def _refuse_if_full(self, job: Job, now: float) -> None:
        if self._turns.jobs_of(job.user) >= self._limits.user_jobs:
            after_s = next((after_s for other, after_s in self._planned(now) if other.user == job.user), self._all_s())
            raise Busy(self._ahead_s(now) + after_s)
        over_bytes = self._bytes + job.held_bytes - self._limits.queue_bytes
        if self._waiting and (len(self._waiting) >= self._limits.queue_jobs or over_bytes > 0):
            raise Busy(self._promise(over_bytes, now))

    def _promise(self, over_bytes: int, now: float) -> float:
        """The seconds until there is room, each refused caller after the one before, so that not all return at once.

        Never longer than the whole queue takes: whoever asks in a loop cannot send others away for the day.
        """
        ahead_s = self._ahead_s(now)
        all_s = ahead_s + self._all_s()
        room_s = ahead_s + (self._freed_s(over_bytes, now) if over_bytes > 0 else self._next_s(now))
        retry_after_s = min(all_s, max(room_s, self._promised_s - now + all_s / len(self._waiting)))
        self._promised_s = now + retry_after_s
        return retry_after_s

    def _next_s(self, now: float) -> float:
        """How long the next batch takes."""
        line = self._choose(self._lines, self._lines, now + self.busy_for_s(now))
        return self._throughput.seconds(line.key.style, line.key.pixels * min(len(line), self._capacity(line.head())))

    def _freed_s(self, wanted_bytes: int, now: float) -> float:
        """How long until so many bytes have left the queue."""
        for job, after_s in self._planned(now):
            wanted_bytes -= job.job.held_bytes
            if wanted_bytes <= 0:
                return after_s
        return self._all_s()

    def _all_s(self) -> float:
        """How long everybody who waits takes."""
        return sum(self._throughput.seconds(line.key.style, line.key.pixels * len(line)) for line in self._lines)


def _in_lines(turns: Turns) -> Lines[Key, Waiting]:
    return Lines(turns, lambda job: job.key)
