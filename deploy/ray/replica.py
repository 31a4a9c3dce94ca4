"""One replica: the embedded service, with our own scheduler, cache and device, spoken to through Ray."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from deploy import logs
from deploy.garbage import spare_what_stays
from deploy.settings import Settings
from inference.errors import NotReady, ServiceError
from inference.http import wire
from inference.job import Event, Job, Result
from inference.service import StyleInfo

if TYPE_CHECKING:
    from inference.embedded import EmbeddedService

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A ServiceError as plain values, which survive the way between processes."""

    body: wire.Plain

    @classmethod
    def of(cls, error: ServiceError) -> "Refusal":
        return cls(wire.from_error(error))

    def error(self) -> ServiceError:
        return wire.to_error(self.body)


class Replica:
    """What Ray makes copies of. Ray calls a replica ready after its first health check, which is where ours starts.

    Every method answers a Refusal where the service raises a ServiceError.
    """

    def __init__(self) -> None:
        self._service: EmbeddedService | None = None
        self._starting = asyncio.Lock()
        self._until_stopped = AsyncExitStack()
        self._ended: NotReady | None = None

    async def check_health(self) -> None:
        """Start, the first time. Raises what is wrong for good, and Ray puts another replica in this one's place."""
        async with self._starting:
            if self._service is None:
                self._service = await self._start()
        if self._ended:
            raise RuntimeError("the service in this replica has ended") from self._ended

    async def close(self) -> None:
        """End the service. Ray does not ask for it: it ends the process, when that has answered its last job."""
        await self._until_stopped.aclose()

    async def stylize(self, job: Job, tell: bool) -> AsyncIterator[Event | Result | Refusal]:
        """Progress, if it is to be told, and then the Result. Cancelling takes the job out of the queue."""
        events: asyncio.Queue[Event | None] = asyncio.Queue()
        work = asyncio.ensure_future(self._ready().stylize(job, events.put_nowait if tell else None))
        work.add_done_callback(lambda _: events.put_nowait(None))
        try:
            while (event := await events.get()) is not None:
                yield event
            yield await self._answered(work)
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

    async def styles(self) -> tuple[StyleInfo, ...] | Refusal:
        return await self._answered(self._ready().styles())

    async def preview(self, style: str) -> bytes | Refusal:
        return await self._answered(self._ready().preview(style))

    async def sheet(self, styles: Sequence[str]) -> bytes | Refusal:
        return await self._answered(self._ready().sheet(styles))

    async def metrics(self) -> tuple[str, bytes]:
        """This replica's name and its measures, in Prometheus' text format."""
        from ray import serve

        return serve.get_replica_context().replica_id.unique_id, self._ready().metrics.text()

    async def _answered(self, answer: Awaitable[T]) -> T | Refusal:
        try:
            return await answer
        except ServiceError as error:
            if isinstance(error, NotReady):  # it was ready: something in it has ended, and the next check says so
                self._ended = error
            return Refusal.of(error)

    async def _start(self) -> "EmbeddedService":
        from deploy.app import open_embedded

        settings = Settings.load()
        logs.configure(settings.secrets())
        service = await self._until_stopped.enter_async_context(open_embedded(settings))
        spare_what_stays()
        return service

    def _ready(self) -> "EmbeddedService":
        if self._service is None:
            raise RuntimeError("the service has not started")
        return self._service
