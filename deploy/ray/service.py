"""The seam again, over Ray: each job goes to a replica that has, or will have, its style loaded."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from operator import attrgetter
from typing import Any

from ray.exceptions import ObjectLostError, RayActorError, TaskCancelledError, WorkerCrashedError
from ray.serve.exceptions import BackPressureError, DeploymentUnavailableError, ReplicaUnavailableError
from ray.serve.handle import DeploymentHandle

from deploy.ray.replica import Refusal
from inference.creation import Creation
from inference.errors import Busy, DeadlinePassed, NotReady, StyleUnavailable, UnknownStyle
from inference.job import Job, Progress, Queued, Result, Running
from inference.limits import Limits
from inference.service import StyleInfo

log = logging.getLogger(__name__)

TRIES = 3
"""A replica that dies or is taken away loses no job: another one takes it up. Three in a row are another matter."""
SOON_S = 5.0
LOST = (RayActorError, WorkerCrashedError, ObjectLostError, TaskCancelledError, ReplicaUnavailableError, NotReady)


class RayService:
    """Implements ``inference.service.Service`` on the replicas behind ``handle``.

    ``key`` names what Ray's router goes by: jobs of one key go to one replica as long as that has room; the style by
    default. One person may have ``limits.user_jobs`` under way through one face, so that what waits before the
    replicas is nobody's alone.
    """

    def __init__(
        self,
        handle: "DeploymentHandle[Any]",
        limits: Limits | None = None,
        key: Callable[[Job], str] = attrgetter("style"),
    ) -> None:
        self._handle, self._limits, self._key = handle, limits or Limits(), key
        self._under_way: Counter[str] = Counter()

    async def stylize(self, job: Job, progress: Progress | None = None) -> Result:
        """Run one job; see ``inference.service.Service``."""
        began_s = _now()
        with self._admitted(job.user), _refusals():
            for left in reversed(range(TRIES)):
                try:
                    return await self._ask(_remaining(job, began_s), progress)
                except LOST as error:
                    log.warning("a replica left a job of %s undone: %s", job.user, type(error).__name__)
                    if not left:
                        raise
        raise NotReady("The service is not ready.")

    async def styles(self) -> tuple[StyleInfo, ...]:
        styles: tuple[StyleInfo, ...] = await _answer(self._handle.styles.remote())
        return styles

    async def preview(self, style: str) -> bytes:
        preview: bytes = await _answer(self._handle.preview.remote(style))
        return preview

    async def sheet(self, styles: Sequence[str] = ()) -> bytes:
        sheet: bytes = await _answer(self._handle.sheet.remote(tuple(styles)))
        return sheet

    async def draft(self, pictures: Sequence[bytes]) -> bytes:  # noqa: ARG002 - the seam's
        raise StyleUnavailable("Styles are not made here: this service runs on several machines.")

    async def create(self, creation: Creation) -> StyleInfo:  # noqa: ARG002 - the seam's
        raise StyleUnavailable("Styles are not made here: this service runs on several machines.")

    async def withdraw(self, style: str) -> None:
        raise UnknownStyle(style)

    async def trains(self) -> bool:
        return False

    async def candidates(self) -> tuple[str, ...]:
        return ()

    async def compared(self, style: str) -> bytes:
        raise UnknownStyle(style)

    async def choose(self, style: str, *, new: bool) -> None:  # noqa: ARG002 - the seam's
        raise UnknownStyle(style)

    async def metrics(self) -> list[tuple[str, bytes]]:
        """What every replica measures, each with its name."""
        measures: list[tuple[str, bytes]] = await self._handle.broadcast("metrics").results_async()
        return measures

    async def _ask(self, job: Job, progress: Progress | None) -> Result:
        chosen = self._handle.options(stream=True, session_id=self._key(job))
        answers: Any = chosen.stylize.remote(job, progress is not None)  # one thing or another, as the options say
        try:
            async for said in answers:
                match said:
                    case Result():
                        return said
                    case Refusal():
                        raise said.error()
                    case Queued() | Running() if progress:
                        progress(said)
        except BaseException:
            answers.cancel()
            raise
        raise NotReady("The service is stopping.")

    @contextmanager
    def _admitted(self, user: str) -> Iterator[None]:
        if self._under_way[user] >= self._limits.user_jobs:
            raise Busy(SOON_S)
        self._under_way[user] += 1
        try:
            yield
        finally:
            self._under_way[user] -= 1
            if not self._under_way[user]:
                del self._under_way[user]


async def _answer(answer: Awaitable[Any]) -> Any:
    with _refusals():
        said = await answer
        if isinstance(said, Refusal):
            raise said.error()
        return said


@contextmanager
def _refusals() -> Iterator[None]:
    """What Ray says when it cannot, in the service's words."""
    try:
        yield
    except BackPressureError as full:
        raise Busy(full.retry_after_s or SOON_S) from None
    except DeploymentUnavailableError as error:
        raise NotReady("The service is not ready.") from error
    except NotReady:
        raise
    except LOST as error:
        raise NotReady("The service is not ready.") from error


def _remaining(job: Job, began_s: float) -> Job:
    """The job with what is left of its time."""
    if job.deadline_s is None:
        return job
    left_s = job.deadline_s - (_now() - began_s)
    if left_s <= 0:
        raise DeadlinePassed("The time given for this picture was over before its turn came.")
    return replace(job, deadline_s=left_s)


def _now() -> float:
    return asyncio.get_running_loop().time()
