"""Fair between people and chats: whose turn it is, and what a flood costs those who send little."""

import itertools
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.batch import Batch, Waiting
from inference.fairness import FEW
from inference.limits import Limits
from inference.scheduler import Scheduler
from tests.inference.queueing import ONE, arrivals, loaded, people, run_all, submit, taken

# People take turns.


def test_three_people_take_turns() -> None:
    scheduler = Scheduler(ONE)
    asked = ["A1", "A2", "B1", "C1", "C2", "A3"]
    jobs = {submit(scheduler, name[0], chat="group").number: name for name in asked}
    served = [jobs[job.number] for batch in run_all(scheduler) for job in batch.jobs]
    assert served == ["A1", "B1", "C1", "A2", "C2", "A3"]


@pytest.mark.parametrize("before", range(1, 6))
def test_who_was_served_before_the_others_came_yields_to_them(before: int) -> None:
    """The order is the same though the first of A's jobs have run when the last of the others come."""
    scheduler = Scheduler(ONE)
    names: dict[int, str] = {}
    asked = ["A1", "A2", "B1", "C1", "C2", "A3"]
    for name in asked[:before]:
        names[submit(scheduler, name[0], chat="group").number] = name
    first = scheduler.look(10.0).batch
    assert first is not None
    for name in asked[before:]:
        names[submit(scheduler, name[0], chat="group").number] = name
    served = [names[job.number] for batch in [first, *run_all(scheduler)] for job in batch.jobs]
    assert served == ["A1", "B1", "C1", "A2", "C2", "A3"]


@pytest.mark.parametrize("crowd", [0, 30])
def test_who_comes_back_yields_to_a_few_newcomers_however_many_wait(crowd: int) -> None:
    """Were it to as many as wait, those who send twice in a burst would be its last by far."""
    scheduler = Scheduler(ONE)
    submit(scheduler, "A")
    for number in range(crowd):
        submit(scheduler, f"crowd {number}")
    scheduler.done(scheduler.look(10.0).batch or pytest.fail("A is first"))
    submit(scheduler, "A")
    for number in range(50):
        submit(scheduler, f"late {number}")

    before = people(run_all(scheduler)).index("A") - crowd
    assert FEW <= before <= 2 * FEW  # fewer where jobs also leave meanwhile


def test_who_was_served_is_not_overtaken_by_newcomers_for_ever() -> None:
    scheduler = Scheduler(Limits(batch_jobs=1, user_jobs=2))
    submit(scheduler, "A")
    submit(scheduler, "A")
    for newcomer in range(2 * FEW):
        submit(scheduler, f"newcomer {newcomer}")
        batch = scheduler.look(10.0).batch
        assert batch is not None
        scheduler.done(batch)
        if newcomer > 0 and batch.jobs[0].user == "A":
            return
    pytest.fail("A's second job was overtaken by everybody")


def test_they_take_turns_across_styles_and_chats_as_well() -> None:
    scheduler = Scheduler(Limits(batch_jobs=1, max_wait_s=0.0))
    asked = ["A1", "A2", "B1", "C1", "C2", "A3"]
    jobs = {submit(scheduler, n[0], chat=f"of {n[0]}", style=f"style {n[1]}").number: n for n in asked}
    served = [jobs[job.number] for batch in run_all(scheduler) for job in batch.jobs]
    assert served == ["A1", "B1", "C1", "A2", "C2", "A3"]


def test_a_busy_group_does_not_hold_up_a_private_chat() -> None:
    scheduler = Scheduler(ONE)
    for member in range(20):
        submit(scheduler, f"member {member}", chat="group")
    submit(scheduler, "Zoe", chat="private")
    submit(scheduler, "Zoe", chat="private")
    served = people(run_all(scheduler))
    assert [place for place, user in enumerate(served) if user == "Zoe"] == [1, 3]


def test_one_person_gains_nothing_by_writing_in_many_chats() -> None:
    scheduler = Scheduler(ONE)
    for chat in range(10):
        submit(scheduler, "Ann", chat=f"chat {chat}")
    submit(scheduler, "Bob", chat="private")
    assert people(run_all(scheduler)).index("Bob") == 1


def test_who_comes_back_after_being_served_goes_behind_who_waited_meanwhile() -> None:
    scheduler = Scheduler(ONE)
    submit(scheduler, "A")
    first = scheduler.look(1.0).batch
    assert first is not None
    submit(scheduler, "B", now=1.0)
    submit(scheduler, "A", now=1.0)
    scheduler.done(first)
    assert people(run_all(scheduler)) == ["B", "A"]


@given(crowd=st.integers(1, 6), each=st.integers(1, 12), random=st.randoms(use_true_random=False))
def test_of_people_who_send_alike_none_is_served_twice_more_than_another(crowd: int, each: int, random: object) -> None:
    scheduler = Scheduler(Limits(batch_jobs=1, user_jobs=12))
    queue = [user for user in "ABCDEF"[:crowd] for _ in range(each)]
    random.shuffle(queue)  # type: ignore[attr-defined]  # hypothesis types its generator of randomness as object
    for user in queue:
        submit(scheduler, user)
    left, served = Counter(queue), Counter[str]()
    for user in people(run_all(scheduler)):
        served[user] += 1
        left[user] -= 1
        for other in left:
            if left[other] > 0:
                assert served[user] <= served[other] + 1


class Witness:
    """Knows whose turn it is from what it saw, by the rule as it is written."""

    def __init__(self) -> None:
        self.waiting: list[Waiting] = []
        self._moments = itertools.count(1)
        self._came: dict[Waiting, int] = {}
        self._again = Counter[str]()

    def saw_come(self, job: Waiting) -> None:
        self.waiting.append(job)
        self._came[job] = next(self._moments)

    def saw_served(self, batch: Batch) -> None:
        for job in batch.jobs:
            self.waiting.remove(job)
            again = self._again[f"chat {job.chat}"] = next(self._moments) + 2 * FEW
            person = f"person {job.user}"
            self._again[person] = max(self._again[person], again + self._more(job.user) * 2 * FEW)

    def head(self) -> Waiting | None:
        return min(self.waiting, key=self._turn, default=None)

    def _more(self, user: str) -> int:
        own = sum(job.user == user for job in self.waiting)
        return own - 1 if own > len(self.waiting) - own else 0

    def _turn(self, job: Waiting) -> tuple[int, int, int]:
        came = self._came[job]
        person = max(came, self._again[f"person {job.user}"])
        return max(person, self._again[f"chat {job.chat}"] if job.chat else 0), person, came


@given(arrivals=arrivals, gap_s=st.floats(0.0, 1.0), batch_s=st.floats(0.1, 2.0), batch_jobs=st.integers(1, 4))
def test_whoever_is_first_in_turn_and_waited_the_bound_is_always_in_the_next_batch(
    arrivals: list[tuple[str, str, str]], gap_s: float, batch_s: float, batch_jobs: int
) -> None:
    limits = Limits(batch_jobs=batch_jobs, max_wait_s=1.0, user_jobs=40)
    scheduler, witness = Scheduler(limits, resident=loaded("u")), Witness()
    now, still = 0.0, list(arrivals)
    while still or len(scheduler):
        while still and gap_s * (len(arrivals) - len(still)) <= now:
            user, chat, style = still.pop(0)
            witness.saw_come(submit(scheduler, user, now=now, style=style, chat=chat))
        head = witness.head()
        batch = scheduler.look(now).batch
        if head is not None and now - head.accepted_s >= limits.max_wait_s:
            assert batch is not None
            assert batch.jobs[0] is head
        if batch is not None:
            scheduler.done(batch)
            witness.saw_served(batch)
        now += batch_s


# Who was just served, and who sends many.


@pytest.mark.parametrize(("came_and_went", "first"), [(0, "B"), (2 * FEW, "A")])
def test_whoever_was_served_yields_to_a_few_and_then_goes_by_their_wait(came_and_went: int, first: str) -> None:
    scheduler = Scheduler(Limits())
    submit(scheduler, "A", now=0.0, style="anime")
    submit(scheduler, "A", now=0.0, style="ukiyoe")
    taken(scheduler, now=1.0)
    submit(scheduler, "B", now=2.0, style="sketch")
    for number in range(came_and_went):
        scheduler.cancel(submit(scheduler, f"passer-by {number}", now=2.5))

    assert people(taken(scheduler, now=3.0)) == [first]


@pytest.mark.parametrize(("sent", "then"), [(FEW + 2, "B"), (FEW + 1, "A")])
def test_whoever_sends_many_waits_anew_for_each_of_them(sent: int, then: str) -> None:
    """A's came first. One of a few goes by that, though A was just served; one of many by what passed since then."""
    scheduler = Scheduler(replace(ONE, max_wait_s=100.0))
    for number in range(sent):
        submit(scheduler, "A", now=0.0, style=f"style {number}")
    for number in range(sent):
        submit(scheduler, f"B {number}", now=1.0)
    assert people(taken(scheduler, now=2.0)) == ["A"]
    for number in range(2 * FEW):
        scheduler.cancel(submit(scheduler, f"passer-by {number}", now=2.0))

    assert people(taken(scheduler, now=3.0))[0][0] == then


def test_a_batch_of_two_people_goes_before_the_flood_of_one() -> None:
    scheduler = Scheduler(Limits(batch_jobs=4))
    for _ in range(4):
        submit(scheduler, "greedy", style="anime")
    submit(scheduler, "A", style="ukiyoe")
    submit(scheduler, "B", style="ukiyoe")

    assert people(run_all(scheduler, now=1.0)) == ["A", "B", *4 * ["greedy"]]


def test_a_flood_does_not_ride_along_in_the_batches_that_others_wait_for() -> None:
    """The longer a batch runs, the longer whoever is next waits; so nobody's second job goes before their first."""
    scheduler = Scheduler(Limits(batch_jobs=4))
    for _ in range(4):
        submit(scheduler, "greedy", style="anime")
    submit(scheduler, "A", style="anime")
    submit(scheduler, "B", style="ukiyoe")

    batches = [[job.user for job in batch.jobs] for batch in run_all(scheduler, now=1.0)]

    assert batches == [["greedy", "A"], ["B"], 3 * ["greedy"]]


def test_one_person_s_jobs_share_a_batch_while_nobody_else_waits() -> None:
    scheduler = Scheduler(Limits(batch_jobs=4))
    for _ in range(6):
        submit(scheduler, "A")

    assert [len(batch.jobs) for batch in run_all(scheduler, now=1.0)] == [4, 2]


def test_so_do_they_where_the_person_wants_two_styles_by_turns() -> None:
    scheduler = Scheduler(Limits(batch_jobs=4))
    for _ in range(4):
        submit(scheduler, "A", style="anime")
        submit(scheduler, "A", style="ukiyoe")

    assert [len(batch.jobs) for batch in run_all(scheduler, now=1.0)] == [4, 4]


def test_a_flood_yields_to_all_who_send_little_but_not_for_ever() -> None:
    scheduler = Scheduler(Limits(batch_jobs=1, user_jobs=12))
    for _ in range(12):
        submit(scheduler, "flood")
    assert people(taken(scheduler)) == ["flood"]

    served = list[str]()
    while "flood" not in served:
        submit(scheduler, f"newcomer {len(served)}")
        served += people(taken(scheduler))

    assert len(served) - 1 == 11 * FEW  # a few for each job that the flood has waiting
