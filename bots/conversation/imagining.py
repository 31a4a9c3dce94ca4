"""A picture of words: made by a style that takes words, and then, where another style is wanted, restyled in that.

Both are jobs for the service, and the first is done anew each time: the same words and seed make the same picture, so
that none has to be kept, and no platform has to give back what it was sent.
"""

import asyncio
from dataclasses import replace

from inference.errors import DeadlinePassed
from inference.job import Event, Format, Job, Options, Progress, Queued, Result
from inference.service import Service

_LOSSLESS = Options(format=Format.PNG)


async def stylize(service: Service, job: Job, maker: str, progress: Progress) -> Result:
    """The result of a job of words, whose picture the style ``maker`` makes; ``job.deadline_s`` is for all of it.

    Raises:
        ServiceError: as the service; DeadlinePassed also between the two jobs.
    """
    if job.style == maker:
        return await service.stylize(job, progress)
    now = asyncio.get_running_loop().time
    began = now()
    photo = await service.stylize(replace(job, style=maker, options=_LOSSLESS), _while_queued(progress))
    left_s = None if job.deadline_s is None else job.deadline_s - (now() - began)
    if left_s is not None and left_s <= 0:
        raise DeadlinePassed("The picture of the words took all the time that there was.")
    return await service.stylize(replace(job, picture=photo.picture, words="", seed=0, deadline_s=left_s), progress)


def _while_queued(progress: Progress) -> Progress:
    """Whoever reads that it is being painted is not to read afterwards that it waits."""

    def note(event: Event) -> None:
        if isinstance(event, Queued):
            progress(event)

    return note
