"""The scheduler finds the next batch without going through everybody. Here is what it must find, gone through."""

import math
import random
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from inference.batch import Batch, Key, Residency, Waiting
from inference.fairness import FEW
from inference.job import Job
from inference.limits import Limits
from inference.scheduler import A_MOMENT_S, Scheduler

LIMITS = Limits(batch_jobs=3, max_wait_s=1.0, fill_wait_s=0.2, user_jobs=1000, queue_jobs=1000)
STYLES = {"u": Residency.LOADED, "v": Residency.LOADED, "w": Residency.LOADING, "x": Residency.ABSENT}


@dataclass
class Plain:
    """The rules, word for word: who waits stands in one list, and every question goes through all of it."""

    waiting: list[Waiting] = field(default_factory=list)
    ceilings: dict[Key, int] = field(default_factory=dict)
    served: dict[str, int] = field(default_factory=dict)
    served_s: dict[str, float] = field(default_factory=dict)
    ticks: int = 0

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
        overdue = now - first.accepted_s >= LIMITS.max_wait_s
        key = first.key if overdue else self._chosen({job.key for job in due}, now)
        batch = list[Waiting]()
        for _ in range(min(self._capacity(key), self._count(key))):
            if batch and not self._rides_along(self._head(key), {job.user for job in batch}):
                break
            batch.append(self._serve(key, now))
        return batch

    def again_s(self, needed_s: float) -> float:
        ripe = (max(needed_s, self._first(job.key).fill_until_s) for job in self.waiting)
        return min((*ripe, *(job.deadline_s for job in self.waiting)), default=math.inf)

    def _rides_along(self, head: Waiting, people: set[str]) -> bool:
        if self._floods(head.user):
            return all(job.key == head.key for job in self.waiting if job.user != head.user)
        return head.user not in people or min(self.waiting, key=self._turn).key == head.key

    def _floods(self, user: str) -> bool:
        return self._count_of(user) > len(self.waiting) - self._count_of(user)

    def _count_of(self, user: str) -> int:
        return sum(job.user == user for job in self.waiting)

    def _serve(self, key: Key, now: float) -> Waiting:
        job = self._head(key)
        self.waiting.remove(job)
        self.ticks += 1
        again = self.ticks + 2 * FEW
        more = self._count_of(job.user) - 1 if self._floods(job.user) else 0
        before = self.served.get(f"person {job.user}", 0)
        self.served[f"person {job.user}"] = max(before, again + more * 2 * FEW)
        self.served[f"chat {job.chat}"] = again
        self.served_s[job.user] = now
        return job

    def _head(self, key: Key) -> Waiting:
        return min((job for job in self.waiting if job.key == key), key=self._turn)

    def _turn(self, job: Waiting) -> tuple[int, int, int]:
        person = max(job.number, self.served.get(f"person {job.user}", 0))
        chat = self.served.get(f"chat {job.chat}", 0) if job.chat else 0
        return max(person, chat), person, job.number

    def _is_due(self, key: Key, now: float, needed_s: float) -> bool:
        return self._count(key) >= self._capacity(key) or max(needed_s, self._first(key).fill_until_s) <= now

    def _chosen(self, keys: set[Key], now: float) -> Key:
        nearest = min(STYLES[key.style] for key in keys)
        near = {key for key in keys if STYLES[key.style] == nearest}
        next_in_turn = min(near, key=lambda key: self._turn(self._head(key)))
        fuller = {key for key in near if self._fullness(key) > self._fullness(next_in_turn)}
        may_go = {next_in_turn} | fuller | {key for key in near if self._turn(self._head(key))[0] <= self.ticks}
        return min(may_go, key=lambda key: (-self._urgency(key, now), self._turn(self._head(key))))

    def _fullness(self, key: Key) -> float:
        return min(1.0, self._people(key) / self._capacity(key))

    def _urgency(self, key: Key, now: float) -> float:
        head = self._head(key)
        anew_s = self.served_s.get(head.user, -math.inf) if self._count_of(head.user) > FEW else -math.inf
        waited_s = now - max(head.accepted_s, anew_s)
        return min(self._people(key), self._capacity(key)) * (A_MOMENT_S + waited_s) ** 2

    def _people(self, key: Key) -> int:
        return len({job.user for job in self.waiting if job.key == key})

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
    assert {waiting for waiting, _ in scheduler.positions(now)} == set(plain.waiting)
