"""What the scheduler makes of jobs: who waits, and what runs together."""

from dataclasses import dataclass, field
from enum import IntEnum

from inference.job import Job


class Residency(IntEnum):
    """Where a generator is, seen from the device; the nearest first."""

    LOADED = 0
    LOADING = 1
    ABSENT = 2


@dataclass(frozen=True, slots=True)
class Key:
    """What jobs must share to run as one tensor."""

    style: str
    version: str
    height: int
    width: int

    @property
    def pixels(self) -> int:
        return self.height * self.width


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """A Job in the queue. Times are absolute, on the caller's clock; ``number`` grows with arrival.

    ``activation_bytes`` is what this one picture takes on the device while it runs.
    """

    number: int
    job: Job = field(repr=False)
    key: Key
    activation_bytes: float
    accepted_s: float
    fill_until_s: float
    deadline_s: float

    @property
    def user(self) -> str:
        return self.job.user

    @property
    def chat(self) -> str:
        return self.job.chat


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Jobs that run as one tensor, in the order of their turns. Never empty. ``taken_s`` is when it was chosen."""

    key: Key
    jobs: tuple[Waiting, ...]
    taken_s: float

    @property
    def pixels(self) -> int:
        return self.key.pixels * len(self.jobs)


@dataclass(frozen=True, slots=True)
class Look:
    """What there is to do: a batch to run, or the time to look again (inf: when a job comes); and who is too late."""

    batch: Batch | None
    again_s: float
    expired: tuple[Waiting, ...]
