"""What the scheduler itself costs, in this process's CPU time: as the queue grows, how long is one look?"""

import time
from collections.abc import Callable
from dataclasses import replace

from inference.batch import Key
from inference.job import Job
from inference.limits import Limits
from inference.scheduler import Scheduler
from tests.benchmarks.scale.demand import PICTURE, VERSION

QUEUES = (1, 8, 32, 128, 512, 2048)
STYLES = 32
"""That wait side by side, of one size each."""
SECONDS = 0.4
"""For each figure."""


def measure(waiting: int, seconds: float = SECONDS) -> dict[str, float]:
    """Microseconds of: a look that finds nothing due, a batch of one taken and replaced, everybody's positions."""
    # A queue as long as wanted, of which nothing is due, and batches of one as of large pictures on a CPU.
    limits = replace(Limits(), queue_jobs=waiting + 1, queue_bytes=10**12, fill_wait_s=1e9, batch_jobs=1)
    full = Scheduler(limits)
    for count in range(waiting):
        full.submit(*_job(count), activation_bytes=1.0, now=0.0)
    patient = Scheduler(replace(limits, batch_jobs=10**6, batch_bytes=10**12))
    for count in range(waiting):
        patient.submit(*_job(count), activation_bytes=1.0, now=0.0)
    turn = iter(range(waiting, 10**9))

    def take() -> None:
        look = full.look(0.0)
        if look.batch is None:
            raise RuntimeError("a batch of one is always full")
        full.done(look.batch)
        full.submit(*_job(next(turn)), activation_bytes=1.0, now=0.0)

    def tell() -> None:
        patient.submit(*_job(0), activation_bytes=1.0, now=0.0, follows=True)  # as whoever comes makes the plan stale
        (*_, (last, _)) = patient.positions(0.0)
        patient.cancel(last)

    return {
        "waiting": waiting,
        "idle_look_us": _microseconds(lambda: patient.look(0.0), seconds),
        "taken_us": _microseconds(take, seconds),
        "positions_us": _microseconds(tell, seconds),
    }


def _job(count: int) -> tuple[Job, Key]:
    style = f"style-{count % STYLES}"
    return Job(PICTURE, style, user=f"person:{count}"), Key(style, VERSION, 512, 512)


def _microseconds(step: Callable[[], object], seconds: float) -> float:
    step()
    began_s, steps = time.process_time(), 0
    while (spent_s := time.process_time() - began_s) < seconds:
        step()
        steps += 1
    return 1e6 * spent_s / max(1, steps)
