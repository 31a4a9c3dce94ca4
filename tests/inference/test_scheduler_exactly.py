"""The scheduler finds the next batch without going through everybody. Here is what it must find, gone through."""

import math
import random
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from inference.batch import Batch, Key, Waiting
from inference.fairness import LEAST_ROUND
from inference.job import Job
from inference.limits import Limits
from inference.scheduler import Scheduler

LIMITS = Limits(batch_jobs=3, max_wait_s=1.0, fill_wait_s=0.2, user_jobs=1000, queue_jobs=1000)
STYLES = {"u": True, "v": True, "w": False}
"""And whether they are loaded."""


@dataclass
class Plain:
    """The rules, word for word: who waits stands in one list, and every question goes through all of it."""

    waiting: list[Waiting] = field(default_factory=list)
    ceilings: dict[Key, int] = field(default_factory=dict)
    served: dict[str, int] = field(default_factory=dict)
    ticks: int = 0
    again: int = 0

    def came(self, job: Waiting) -> None:
        self.ticks += 1
        self.waiting.append(job)

    def expire(self, now: float) -> list[Waiting]:
        late = [job for job in self.waiting if job.deadline_s <= now]
        self.waiting = [job for job in self.waiting if job not in late]
        return late

    def take(self, now: float, needed_s: float) -> list[Waiting]:
        due = [job for job in self.waiting if self._is_due(job.key, now, needed_s)]
        if not due:
            return []
        first = min(due, key=self._turn)
        if now - first.accepted_s >= LIMITS.max_wait_s:
            key = first.key
        else:
            key = min((job.key for job in due), key=self._reluctance)
        return [self._serve(key) for _ in range(min(self._capacity(key), self._count(key)))]

    def again_s(self, needed_s: float) -> float:
        ripe = (max(needed_s, self._first(job.key).fill_until_s) for job in self.waiting)
        return min((*ripe, *(job.deadline_s for job in self.waiting)), default=math.inf)

    def _serve(self, key: Key) -> Waiting:
        job = min((job for job in self.waiting if job.key == key), key=self._turn)
        self.waiting.remove(job)
        self.ticks += 1
        self.again = max(self.again + 1, self.ticks + 2 * max(LEAST_ROUND, len(self.waiting)))
        self.served[f"person {job.user}"] = self.served[f"chat {job.chat}"] = self.again
        return job

    def _turn(self, job: Waiting) -> tuple[int, int, int]:
        person = max(job.number, self.served.get(f"person {job.user}", 0))
        chat = self.served.get(f"chat {job.chat}", 0) if job.chat else 0
        return max(person, chat), person, job.number

    def _is_due(self, key: Key, now: float, needed_s: float) -> bool:
        return self._count(key) >= self._capacity(key) or max(needed_s, self._first(key).fill_until_s) <= now

    def _reluctance(self, key: Key) -> tuple[bool, float, tuple[int, int, int]]:
        turn = min(self._turn(job) for job in self.waiting if job.key == key)
        return not STYLES[key.style], -min(1.0, self._count(key) / self._capacity(key)), turn

    def _first(self, key: Key) -> Waiting:
        return next(job for job in self.waiting if job.key == key)

    def _count(self, key: Key) -> int:
        return Counter(job.key for job in self.waiting)[key]

    def _capacity(self, key: Key) -> int:
        return self.ceilings.get(key, LIMITS.batch_jobs)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), crowd=st.integers(2, 12), looks=st.floats(0.1, 0.5))
def test_every_decision_is_that_of_going_through_everybody(seed: int, crowd: int, looks: float) -> None:
    scheduler, plain, now = Scheduler(LIMITS, resident=lambda style, _version: STYLES[style]), Plain(), 0.0
    chance, running = random.Random(seed), list[Batch]()
    for _ in range(250):
        now += chance.choice((0.0, 0.0, 0.01, 0.1))
        what = chance.random()
        if what < looks:
            needed_s = chance.choice((-math.inf, now, now + 0.05))
            look = scheduler.look(now, needed_s)
            assert list(look.expired) == plain.expire(now)
            assert list(look.batch.jobs if look.batch else ()) == plain.take(now, needed_s)
            assert look.batch or look.again_s == plain.again_s(needed_s)
            running += [look.batch] if look.batch else []
        elif what < 0.85:
            style, side = chance.choice(list(STYLES)), chance.choice((64, 96))
            user, chat = f"person {chance.randrange(crowd)}", chance.choice(("", "", "room", "hall"))
            deadline_s = chance.choice((None, None, None, 0.5, 2.0))
            job = Job(b"", style, user=user, chat=chat, deadline_s=deadline_s)
            plain.came(scheduler.submit(job, Key(style, "1.0.0", side, side), 1.0, now))
        elif what < 0.9 and plain.waiting:
            assert scheduler.cancel(plain.waiting.pop(chance.randrange(len(plain.waiting))))
        elif what < 0.98:
            for batch in running:
                scheduler.done(batch)
            running.clear()
        else:
            scheduler.keep_below(key := Key(chance.choice(list(STYLES)), "1.0.0", 64, 64), 3)
            plain.ceilings[key] = 2
    assert list(scheduler.drain()) == plain.waiting
