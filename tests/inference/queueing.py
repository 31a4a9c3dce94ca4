"""What the stories of the scheduler have in common: who submits, and what is then taken."""

from hypothesis import strategies as st

from inference.batch import Batch, Key, Residency, Waiting
from inference.job import Job
from inference.limits import Limits
from inference.scheduler import Resident, Scheduler

ONE = Limits(batch_jobs=1)
MEGABYTE = 1e6


def key(style: str = "ukiyoe", side: int = 512) -> Key:
    return Key(style, "1.0.0", side, side)


def submit(
    scheduler: Scheduler,
    user: str,
    now: float = 0.0,
    *,
    style: str = "ukiyoe",
    chat: str = "",
    picture: bytes = b"picture",
    deadline_s: float | None = None,
) -> Waiting:
    job = Job(picture, style, user=user, chat=chat, deadline_s=deadline_s)
    return scheduler.submit(job, key(style), MEGABYTE, now)


def loaded(*styles: str) -> Resident:
    return lambda style, _version: Residency.LOADED if style in styles else Residency.ABSENT


def run_all(scheduler: Scheduler, now: float = 10.0) -> list[Batch]:
    """Take batches, each over before the next is taken, until there are none."""
    batches = []
    while (batch := scheduler.look(now).batch) is not None:
        scheduler.done(batch)
        batches.append(batch)
    return batches


def taken(scheduler: Scheduler, now: float = 10.0) -> list[Batch]:
    """Take the next batch alone, and have it over."""
    batch = scheduler.look(now).batch
    assert batch is not None
    scheduler.done(batch)
    return [batch]


def people(batches: list[Batch]) -> list[str]:
    return [job.user for batch in batches for job in batch.jobs]


arrivals = st.lists(
    st.tuples(st.sampled_from("ABCDE"), st.sampled_from(["", "room", "hall"]), st.sampled_from(["u", "v", "w"])),
    min_size=1,
    max_size=40,
)
