"""From the queue to the results, one batch ahead of the device.

::

    queue ─▶ choose ─▶ decode, load ─▶ device ─▶ encode ─▶ answer
             one batch ahead           one       one behind      … for each lane; ahead, for two

No more batches than these are ever decoded, so that memory does not grow with the queue. The next batch is chosen as
late as its decoding allows: until then it may fill, and whoever comes or goes still counts.
"""

import asyncio
import logging
import math
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from inference.batch import Batch, Key, Waiting
from inference.cache import Cache
from inference.call import Call
from inference.carrier import Carrier
from inference.errors import DeadlinePassed, Failed, NotReady, ServiceError
from inference.herald import Herald
from inference.job import Job, Progress, Queued
from inference.metrics import Metrics
from inference.references import StylePicture
from inference.scheduler import Scheduler
from inference.service import StyleInfo
from inference.work import Work
from inference.worker import Worker

log = logging.getLogger(__name__)

TIDY_AFTER_S = 20.0  # nobody must have come for so long before freed memory is handed back, which the next pays for


class Pipeline:
    """Enter it to start; leaving lets the running batch finish and refuses everybody else."""

    def __init__(self, scheduler: Scheduler, carrier: Carrier, cache: Cache, worker: Worker, metrics: Metrics) -> None:
        self._scheduler, self._carrier, self._worker, self._metrics = scheduler, carrier, worker, metrics
        self._cache = cache
        self._calls: dict[Waiting, Call] = {}
        self._herald = Herald(scheduler, self._calls)
        self._tasks: set[asyncio.Task[None]] = set()
        lanes = worker.lanes.count
        ahead = max(1, lanes // 2)  # batches that are decoded or wait for a lane
        self._ahead = asyncio.Semaphore(ahead)
        self._room = asyncio.Semaphore(ahead + lanes + lanes)  # as many run, and as many are encoded
        self._news = asyncio.Event()
        self._stopping = False
        self._tidying: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._pump = asyncio.create_task(self._choose_batches(), name="choose batches")
        self._pump.add_done_callback(self._pump_ended)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._refuse_everybody(NotReady("The service is stopping."))
        self._pump.cancel()
        await asyncio.gather(self._pump, *self._tasks, return_exceptions=True)
        self._herald.close()
        if self._tidying is not None:
            self._tidying.cancel()

    def submit(
        self,
        job: Job,
        key: Key,
        activation_bytes: float,
        work: Work,
        info: StyleInfo,
        progress: Progress | None,
        references: Sequence[StylePicture] = (),
        *,
        follows: bool = False,
    ) -> Call:
        """Queue one job. Its call's ``answer`` becomes the Result; cancelling that takes it out of the queue.

        One that ``follows`` belongs to what was accepted before, and is never refused as too many.

        Raises:
            Busy: the queue is full.
            NotReady: the pipeline is being left.
        """
        if self._stopping:
            raise NotReady("The service is stopping.")
        waiting = self._scheduler.submit(job, key, activation_bytes, self._loop.time(), follows=follows)
        call = Call(waiting, work, info, self._loop.create_future(), progress, references)
        self._calls[waiting] = call
        if math.isfinite(waiting.deadline_s):
            timer = self._loop.call_at(waiting.deadline_s, _expire, call)
            call.answer.add_done_callback(lambda _: timer.cancel())
        call.answer.add_done_callback(lambda _: self._answered(call))
        self._queue_changed()
        return call

    def refuse(self, style: str, error: ServiceError) -> None:
        """Refuse whoever waits for a style; what runs with it already is finished."""
        for call in self._calls.values():
            if call.info.id == style and call.started_s is None:
                call.fail(error)

    def _answered(self, call: Call) -> None:
        """However it ended, by whomever: from here on nobody knows it."""
        del self._calls[call.waiting]
        if self._scheduler.cancel(call.waiting):
            self._queue_changed()

    def _queue_changed(self) -> None:
        self._metrics.queue_jobs.set(len(self._scheduler))
        self._metrics.queue_bytes.set(self._scheduler.waiting_bytes)
        self._news.set()
        self._herald.changed()
        self._cache.load_ahead()

    def _refuse_everybody(self, error: ServiceError) -> None:
        """What runs is finished."""
        self._stopping = True
        for call in self._calls.values():
            if call.started_s is None:
                call.fail(error)

    async def _choose_batches(self) -> None:
        while True:
            await self._room.acquire()
            await self._ahead.acquire()
            self._start(self._carry(await self._next_batch()), "carry a batch")

    async def _next_batch(self) -> Batch:
        while True:
            self._news.clear()
            now = self._loop.time()
            look = self._scheduler.look(now, self._carrier.needed_s(now))
            for waiting in look.expired:
                _expire(self._calls[waiting])
            if look.batch is not None:
                self._tell_next(look.batch, now)
                self._queue_changed()
                return look.batch
            with suppress(TimeoutError):
                async with asyncio.timeout_at(look.again_s if math.isfinite(look.again_s) else None):
                    await self._news.wait()

    def _tell_next(self, batch: Batch, now: float) -> None:
        """Those who were taken are in the queue no more, and so hear here that they are next."""
        eta_s = self._scheduler.busy_for_s(now)
        for position, waiting in enumerate(batch.jobs, start=1):
            if waiting in self._calls:
                self._calls[waiting].tell(Queued(position, eta_s))

    async def _carry(self, batch: Batch) -> None:
        calls = [self._calls[waiting] for waiting in batch.jobs if waiting in self._calls]
        try:
            await self._carrier.carry(batch, calls, begun=self._ahead.release, freed=self._news.set)
        finally:
            for call in calls:
                call.fail(Failed())  # only those whom nothing answered, which means that this task was cancelled
            self._room.release()
            self._news.set()
            self._tidy_soon()

    def _pump_ended(self, pump: asyncio.Task[None]) -> None:
        if not pump.cancelled():
            log.critical("no more batches can be chosen", exc_info=pump.exception())
            self._refuse_everybody(Failed())

    def _tidy_soon(self) -> None:
        if self._tidying is not None:
            self._tidying.cancel()
        self._tidying = self._loop.call_later(TIDY_AFTER_S, self._tidy)

    def _tidy(self) -> None:
        if not self._calls and not self._stopping:
            self._start(self._worker.tidy(), "tidy")

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _expire(call: Call) -> None:
    if call.started_s is None:
        call.fail(DeadlinePassed("The time given for this picture was over before its turn came."))
