"""The scheduler without a device and without time: every rule, told as what happens to people's jobs."""

import itertools
import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.batch import Residency, Waiting
from inference.errors import Busy
from inference.limits import Limits
from inference.scheduler import Scheduler
from inference.throughput import Throughput
from tests.inference.queueing import MEGABYTE, ONE, arrivals, key, loaded, people, run_all, submit

# Rule: wait for the first, then fill.


def test_an_idle_scheduler_asks_to_be_woken_by_a_job() -> None:
    look = Scheduler(Limits()).look(now=5.0)
    assert look.batch is None
    assert look.again_s == math.inf


def test_the_first_job_waits_for_company_but_not_longer_than_the_fill_wait() -> None:
    scheduler = Scheduler(Limits(fill_wait_s=0.010))
    submit(scheduler, "A", now=1.0)
    assert scheduler.look(1.0).again_s == pytest.approx(1.010)
    submit(scheduler, "B", now=1.008)
    assert scheduler.look(1.009).batch is None
    batch = scheduler.look(1.010).batch
    assert batch is not None
    assert [job.user for job in batch.jobs] == ["A", "B"]


def test_a_full_batch_goes_at_once() -> None:
    scheduler = Scheduler(Limits(batch_jobs=2))
    for user in "ABC":
        submit(scheduler, user)
    batch = scheduler.look(0.0).batch
    assert batch is not None
    assert len(batch.jobs) == 2
    assert scheduler.look(0.0).batch is None


def test_what_came_while_the_device_was_busy_waits_no_longer_for_company() -> None:
    scheduler = Scheduler(Limits())
    submit(scheduler, "A")
    running = scheduler.look(1.0).batch
    assert running is not None
    submit(scheduler, "B", now=1.2)
    scheduler.done(running)
    assert scheduler.look(1.2).batch is not None


def test_a_batch_fills_until_the_busy_device_needs_it() -> None:
    scheduler = Scheduler(Limits())
    submit(scheduler, "A")
    assert scheduler.look(1.0).batch is not None
    submit(scheduler, "B", now=1.1)
    look = scheduler.look(1.2, needed_s=1.5)
    assert look.batch is None
    assert look.again_s == 1.5
    submit(scheduler, "C", now=1.4)
    assert people(run_all(scheduler, now=1.5)) == ["B", "C"]


def test_the_batch_is_bounded_by_what_its_pixels_take_on_the_device() -> None:
    scheduler = Scheduler(Limits(batch_jobs=8, batch_bytes=int(3.5 * MEGABYTE)))
    for user in "ABCDE":
        submit(scheduler, user)
    assert [len(batch.jobs) for batch in run_all(scheduler)] == [3, 2]


def test_a_picture_larger_than_the_batch_bound_runs_alone() -> None:
    scheduler = Scheduler(Limits(batch_bytes=1))
    submit(scheduler, "A")
    submit(scheduler, "B")
    assert [len(batch.jobs) for batch in run_all(scheduler)] == [1, 1]


def test_a_size_that_ran_out_of_memory_is_batched_smaller_from_then_on() -> None:
    scheduler = Scheduler(Limits(batch_jobs=8))
    scheduler.keep_below(key(), 8)
    scheduler.keep_below(key(), 4)
    for user in "ABCDEFG":
        submit(scheduler, user)
    submit(scheduler, "H", style="anime")
    assert sorted(len(batch.jobs) for batch in run_all(scheduler)) == [1, 1, 3, 3]


# Rule: which batch.


def test_a_loaded_generator_goes_before_one_that_must_be_loaded() -> None:
    scheduler = Scheduler(ONE, resident=loaded("anime"))
    submit(scheduler, "A", style="ukiyoe")
    submit(scheduler, "B", style="anime")
    assert people(run_all(scheduler, now=1.0)) == ["B", "A"]


def test_a_full_batch_goes_before_a_single_job() -> None:
    scheduler = Scheduler(Limits(batch_jobs=2))
    submit(scheduler, "A", style="ukiyoe")
    submit(scheduler, "B", style="anime")
    submit(scheduler, "C", style="anime")
    assert people(run_all(scheduler, now=1.0)) == ["B", "C", "A"]


def test_whoever_waited_long_goes_before_a_fuller_batch_that_just_came() -> None:
    scheduler = Scheduler(Limits(batch_jobs=4))
    submit(scheduler, "lone", now=0.5, style="ukiyoe")
    submit(scheduler, "late and lone", now=1.0, style="sepia")
    for user in "ABC":
        submit(scheduler, user, now=1.0, style="anime")
    assert people(run_all(scheduler, now=1.1)) == ["lone", "A", "B", "C", "late and lone"]


def test_what_is_being_loaded_goes_before_what_is_not_and_after_what_is_loaded() -> None:
    places = {"ukiyoe": Residency.ABSENT, "anime": Residency.LOADING, "sepia": Residency.LOADED}
    scheduler = Scheduler(ONE, resident=lambda style, _version: places[style])
    for style in places:
        submit(scheduler, f"of {style}", style=style)
    assert people(run_all(scheduler, now=1.0)) == ["of sepia", "of anime", "of ukiyoe"]


def test_the_styles_that_people_wait_for_are_told_by_their_urgency() -> None:
    scheduler = Scheduler(Limits(batch_jobs=4, max_wait_s=3.0))
    submit(scheduler, "A", now=1.0, style="lone")
    for user in "BC":
        submit(scheduler, user, now=1.0, style="anime")
    submit(scheduler, "D", now=1.0, style="anime")
    submit(scheduler, "E", now=-9.0, style="overdue")
    assert [style for style, _ in scheduler.styles(2.0)] == ["overdue", "anime", "lone"]


def test_a_job_that_waited_its_bound_goes_first_whatever_else_is_loaded_or_full() -> None:
    scheduler = Scheduler(Limits(batch_jobs=2, max_wait_s=3.0), resident=loaded("anime"))
    submit(scheduler, "A", now=0.0, style="ukiyoe")
    submit(scheduler, "B", now=2.9, style="anime")
    submit(scheduler, "C", now=2.9, style="anime")
    assert people(run_all(scheduler, now=3.0)) == ["A", "B", "C"]


@given(
    batch_s=st.floats(0.05, 2.0),
    max_wait_s=st.floats(0.5, 5.0),
    batch_jobs=st.integers(1, 4),
    lone_s=st.floats(0.0, 5.0),
)
def test_nobody_waits_longer_than_the_bound_and_one_batch_because_of_others_styles(
    batch_s: float, max_wait_s: float, batch_jobs: int, lone_s: float
) -> None:
    """A loaded style always has a full batch of somebody new; one person waits for a style that is not loaded."""
    scheduler = Scheduler(Limits(batch_jobs=batch_jobs, max_wait_s=max_wait_s), resident=loaded("popular"))
    now, lone, crowd = 0.0, None, 0
    while now < lone_s + max_wait_s + 2 * batch_s:
        if lone is None and now >= lone_s:
            lone = submit(scheduler, "lone", now=now, style="rare")
        while len(scheduler) < 2 * batch_jobs + 2:
            crowd += 1
            submit(scheduler, f"crowd {crowd}", now=now, style="popular")
        batch = scheduler.look(now).batch
        assert batch is not None
        if lone in batch.jobs:
            break
        scheduler.done(batch)
        now += batch_s
    assert lone is not None
    backlog_s = 4 * batch_s  # the popular jobs that came before it go first: that is their turn, not their style
    assert now - lone.accepted_s <= max(max_wait_s, backlog_s) + batch_s


# Rule: dead jobs never run, and count in is count out.


def test_a_cancelled_job_never_runs_and_harms_nobody() -> None:
    scheduler = Scheduler(Limits())
    submit(scheduler, "A")
    gone = submit(scheduler, "B")
    submit(scheduler, "C")
    assert scheduler.cancel(gone)
    assert not scheduler.cancel(gone)
    assert people(run_all(scheduler)) == ["A", "C"]


def test_a_job_past_its_deadline_is_handed_back_and_not_run() -> None:
    scheduler = Scheduler(Limits(fill_wait_s=10.0))
    late = submit(scheduler, "A", now=0.0, deadline_s=2.0)
    submit(scheduler, "B", now=0.0)
    assert scheduler.look(1.0).again_s == 2.0
    look = scheduler.look(2.0)
    assert look.expired == (late,)
    assert people(run_all(scheduler)) == ["B"]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("submit"), st.sampled_from("ABC"), st.one_of(st.none(), st.floats(0.01, 3.0))),
        st.tuples(st.just("cancel"), st.integers(0, 50), st.none()),
        st.tuples(st.just("look"), st.integers(0, 0), st.none()),
        st.tuples(st.just("pass"), st.integers(0, 0), st.floats(0.0, 1.0)),
    ),
    max_size=80,
)


@settings(max_examples=200)
@given(steps=steps)
def test_every_job_leaves_exactly_once_and_no_dead_job_leaves_in_a_batch(
    steps: list[tuple[str, int | str, float | None]],
) -> None:
    limits = Limits(batch_jobs=3, queue_jobs=10, user_jobs=5, queue_bytes=60)
    scheduler, now = Scheduler(limits), 0.0
    accepted: list[Waiting] = []
    left: Counter[Waiting] = Counter()
    cancelled: set[Waiting] = set()
    refused: list[float] = []
    for what, who, seconds in steps:
        if what == "submit":
            try:
                accepted.append(submit(scheduler, str(who), now, deadline_s=seconds))
            except Busy as busy:
                refused.append(busy.retry_after_s)
        elif what == "cancel" and accepted:
            job = accepted[int(who) % len(accepted)]
            if scheduler.cancel(job):
                left[job] += 1
                cancelled.add(job)
        elif what == "look":
            look = scheduler.look(now)
            left.update(look.expired)
            assert all(job.deadline_s <= now for job in look.expired)
            if look.batch is not None:
                assert all(job.deadline_s > now and job not in cancelled for job in look.batch.jobs)
                assert 1 <= len(look.batch.jobs) <= limits.batch_jobs
                left.update(look.batch.jobs)
                scheduler.done(look.batch, 0.1, len(look.batch.jobs))
        else:
            now += seconds or 0.0
        assert len(scheduler) <= limits.queue_jobs
        assert scheduler.waiting_bytes <= limits.queue_bytes
        assert scheduler.waiting_bytes == sum(len(job.job.picture) for job in accepted if not left[job])
    left.update(job for job in accepted if scheduler.cancel(job))
    assert set(left) == set(accepted)
    assert set(left.values()) <= {1}
    assert len(scheduler) == 0
    assert all(0 < retry_after_s < 60 for retry_after_s in refused)


# Rule: bounded, with an honest time to come back.


def test_a_full_queue_refuses_and_says_when_there_will_be_room() -> None:
    throughput = Throughput()
    throughput.learn("ukiyoe", key().pixels, 2.0)
    scheduler = Scheduler(Limits(queue_jobs=3, batch_jobs=1), throughput)
    for user in "ABC":
        submit(scheduler, user)
    with pytest.raises(Busy) as busy:
        submit(scheduler, "D")
    assert busy.value.retry_after_s == pytest.approx(2.0)


def test_the_batch_that_runs_counts_towards_the_time_to_come_back() -> None:
    throughput = Throughput()
    throughput.learn("ukiyoe", key().pixels, 2.0)
    scheduler = Scheduler(Limits(queue_jobs=1, batch_jobs=1), throughput)
    submit(scheduler, "A")
    running = scheduler.look(1.0).batch
    assert running is not None
    scheduler.started(running, 1.0)
    submit(scheduler, "B", 1.0)
    with pytest.raises(Busy) as busy:
        submit(scheduler, "C", 1.5)
    assert busy.value.retry_after_s == pytest.approx(1.5 + 2.0)


def test_a_flood_of_refused_callers_is_told_to_come_back_one_after_another() -> None:
    throughput = Throughput()
    throughput.learn("ukiyoe", key().pixels, 1.0)
    scheduler = Scheduler(Limits(queue_jobs=5, batch_jobs=1), throughput)
    for user in "ABCDE":
        submit(scheduler, user)
    told = []
    for user in "FGHIJKLMN":
        with pytest.raises(Busy) as busy:
            submit(scheduler, user)
        told.append(busy.value.retry_after_s)
    assert told[:5] == pytest.approx([1, 2, 3, 4, 5])
    assert max(told) == pytest.approx(5)  # never longer than everybody takes


def test_one_person_cannot_fill_the_queue_and_is_told_when_their_next_job_goes() -> None:
    throughput = Throughput()
    throughput.learn("ukiyoe", key().pixels, 1.0)
    scheduler = Scheduler(Limits(user_jobs=2, batch_jobs=1), throughput)
    submit(scheduler, "B")
    submit(scheduler, "A")
    submit(scheduler, "A")
    with pytest.raises(Busy) as busy:
        submit(scheduler, "A")
    assert busy.value.retry_after_s == pytest.approx(2.0)
    submit(scheduler, "C")


def test_the_queue_is_bounded_in_bytes() -> None:
    scheduler = Scheduler(Limits(queue_bytes=100))
    submit(scheduler, "A", picture=b"x" * 60)
    with pytest.raises(Busy):
        submit(scheduler, "B", picture=b"x" * 60)
    submit(scheduler, "B", picture=b"x" * 40)
    assert scheduler.waiting_bytes == 100


@given(
    seconds=st.floats(1e-3, 60.0),
    users=st.lists(st.sampled_from("ABCDEFGH"), min_size=1, max_size=60),
    queue_jobs=st.integers(1, 12),
)
def test_the_time_to_come_back_is_between_one_job_and_the_whole_queue(
    seconds: float, users: list[str], queue_jobs: int
) -> None:
    throughput = Throughput()
    throughput.learn("ukiyoe", key().pixels, seconds)
    scheduler = Scheduler(Limits(queue_jobs=queue_jobs, user_jobs=3), throughput)
    refused = []
    for user in users:
        try:
            submit(scheduler, user)
        except Busy as busy:
            refused.append(busy.retry_after_s)
    assert len(scheduler) + len(refused) == len(users)
    assert all(seconds * 0.99 <= retry_after_s <= seconds * queue_jobs * 1.01 for retry_after_s in refused)


# Positions.


def test_positions_and_estimates_are_what_then_happens() -> None:
    throughput = Throughput()
    throughput.learn("ukiyoe", key().pixels, 1.0)
    throughput.learn("anime", key().pixels, 3.0)
    scheduler = Scheduler(Limits(batch_jobs=2), throughput)
    for user, style in [("A", "ukiyoe"), ("A", "anime"), ("B", "anime"), ("C", "ukiyoe"), ("B", "ukiyoe")]:
        submit(scheduler, user, style=style)
    told = [(job.number, queued.position, queued.eta_s) for job, queued in scheduler.positions(1.0)]
    ran = [job.number for batch in run_all(scheduler, now=1.0) for job in batch.jobs]
    assert [number for number, _, _ in told] == ran
    assert [position for _, position, _ in told] == [1, 2, 3, 4, 5]
    assert [eta for _, _, eta in told] == pytest.approx([2.0, 2.0, 8.0, 8.0, 9.0])


@given(arrivals=arrivals, batch_jobs=st.integers(1, 4), max_wait_s=st.floats(0.0, 4.0))
def test_positions_are_true_for_any_queue(
    arrivals: list[tuple[str, str, str]], batch_jobs: int, max_wait_s: float
) -> None:
    """Run the queue at exactly the speed that was measured: everybody goes when they were told."""
    throughput = Throughput()
    throughput.learn("u", key().pixels, 0.5)
    limits = Limits(batch_jobs=batch_jobs, max_wait_s=max_wait_s, user_jobs=40)
    scheduler = Scheduler(limits, throughput, resident=loaded("u", "w"))
    for user, chat, style in arrivals:
        submit(scheduler, user, style=style, chat=chat)
    now, told, ran = 1.0, scheduler.positions(1.0), list[tuple[int, float]]()
    while (batch := scheduler.look(now).batch) is not None:
        now += throughput.seconds(batch.key.style, batch.pixels)
        ran += [(job.number, now - 1.0) for job in batch.jobs]
        scheduler.done(batch)
    assert [job.number for job, _ in told] == [number for number, _ in ran]
    assert [queued.eta_s for _, queued in told] == pytest.approx([eta_s for _, eta_s in ran])
    assert all(after.position == before.position + 1 for (_, before), (_, after) in itertools.pairwise(told))


def test_the_estimate_follows_the_measured_speed() -> None:
    throughput = Throughput()
    scheduler = Scheduler(ONE, throughput)
    for _ in range(12):
        submit(scheduler, "A")
        batch = scheduler.look(1.0).batch
        assert batch is not None
        scheduler.done(batch, busy_s=4.0, ran=1)
    submit(scheduler, "A")
    [(_, queued)] = scheduler.positions(1.0)
    assert queued.eta_s == pytest.approx(4.0, rel=0.05)


def test_who_was_taken_but_has_not_begun_stands_before_those_who_wait() -> None:
    scheduler = Scheduler(ONE)
    submit(scheduler, "A")
    batch = scheduler.look(1.0).batch
    assert batch is not None
    submit(scheduler, "B", now=1.0)
    assert [queued.position for _, queued in scheduler.positions(1.0)] == [2]
    scheduler.started(batch, 1.0)
    assert [queued.position for _, queued in scheduler.positions(1.0)] == [1]
