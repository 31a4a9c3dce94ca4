"""The herald: everybody hears their position, and the event loop stays free while a long queue is told."""

import asyncio
from typing import cast

from inference import herald
from inference.batch import Key, Waiting
from inference.call import Call
from inference.herald import Herald
from inference.job import Event, Job, Queued
from inference.limits import Limits
from inference.scheduler import Scheduler
from inference.service import StyleInfo
from inference.work import Work

JOBS = 2000


async def test_a_long_queue_is_told_in_slices_and_what_changes_meanwhile_the_next_time() -> None:
    loop, heard = asyncio.get_running_loop(), dict[int, list[Event]]()
    scheduler, calls = Scheduler(Limits(queue_jobs=JOBS)), dict[Waiting, Call]()
    for count in range(JOBS):
        waiting = scheduler.submit(Job(b"", "u", user=f"person {count}"), Key("u", "1.0.0", 64, 64), 1.0, loop.time())
        ears = heard[waiting.number] = []
        # Telling needs neither the work nor the style.
        calls[waiting] = Call(waiting, cast(Work, None), cast(StyleInfo, None), loop.create_future(), ears.append)
    first, *_, last = calls
    speaker = Herald(scheduler, calls)

    speaker.changed()
    assert not heard[last.number]  # there was more to tell than fits into one slice
    scheduler.cancel(first)
    del calls[first]
    speaker.changed()
    async with asyncio.timeout(30):
        while not (heard[last.number] and cast(Queued, heard[last.number][-1]).position == JOBS - 1):
            await asyncio.sleep(herald.EVERY_S)

    speaker.close()
    told = [cast(Queued, heard[waiting.number][-1]).position for waiting in calls]
    assert sorted(told) == list(range(1, JOBS))
