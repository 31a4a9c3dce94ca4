"""What is painted in parts, such as frames or tiles: it waits at the gate as one, and becomes one Result."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Protocol

from inference.desk import Desk, Order
from inference.errors import DeadlinePassed
from inference.job import Event, Job, Result
from inference.pictures import Finished


class InParts(Protocol):
    """Known after ``run``: when the first part began, the largest batch that one ran in, and the frames there are."""

    @property
    def began_s(self) -> float: ...

    @property
    def batch_size(self) -> int: ...

    @property
    def frames(self) -> int: ...

    @property
    def seconds(self) -> float:
        """How long all parts take on the device, by what was measured."""
        ...

    def tell(self, event: Event) -> None:
        """Hear how it stands."""
        ...

    async def run(self, waited_s: float) -> Finished:
        """Paint every part, and encode them. ``waited_s`` of the deadline are over."""
        ...


async def restyle_in_parts(desk: Desk, order: Order, parts: InParts, *, pixels: int = 0) -> Result:
    """Wait for one's turn, and run it. ``pixels`` are a giant's.

    Raises:
        ServiceError: too many wait, its time was over, or what befell the first of its parts that failed.
    """
    loop, job = asyncio.get_running_loop(), order.job
    came_s = loop.time()
    async with AsyncExitStack() as inside:
        try:
            async with asyncio.timeout(job.deadline_s):
                passing = desk.gate.through(job.user, job.held_bytes, parts.seconds, parts.tell, pixels=pixels)
                await inside.enter_async_context(passing)
        except TimeoutError:
            raise DeadlinePassed("The time given for this picture was over before its turn came.") from None
        finished = await parts.run(loop.time() - came_s)
    return Result(
        picture=finished.picture,
        media_type=finished.media_type,
        width=finished.width,
        height=finished.height,
        style=order.card.id,
        style_version=order.card.version,
        waited_s=parts.began_s - came_s,
        ran_s=loop.time() - parts.began_s,
        batch_size=parts.batch_size,
        frames=parts.frames,
    )


def still_due(job: Job, waited_s: float) -> Job:
    """The job with what is left of its deadline."""
    return job if job.deadline_s is None else replace(job, deadline_s=max(1e-3, job.deadline_s - waited_s))
