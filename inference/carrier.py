"""Carries one batch: decode, load, run on the device, encode, answer.

While one batch runs, the next is decoded and the one before is encoded; the device waits for neither.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from functools import partial

from torch import Tensor

from inference import pictures
from inference.batch import Batch, Key
from inference.cache import Cache
from inference.call import Call
from inference.codes import Codes
from inference.device import is_out_of_memory
from inference.errors import Failed
from inference.job import Job, Result
from inference.metrics import Metrics
from inference.pictures import Pixels
from inference.scheduler import Scheduler
from inference.throughput import FRESHNESS, Throughput
from inference.worker import Ran, Turn, Worker, restyle_apart
from styles.style import Style

log = logging.getLogger(__name__)

MARGIN = 2.0  # the next batch is chosen this many times its usual decoding before the device needs it

Decoded = tuple[Call, pictures.Prepared]
Ready = tuple[Call, pictures.Prepared, Tensor | None]
"""With the code of its style pictures or of its words, where the style takes such."""
Restyled = tuple[Call, pictures.Prepared, Pixels, Sequence[Pixels | None]]


@dataclass(frozen=True, slots=True)
class Painted:
    """What the device made of those who still waited when it began, and of their faces."""

    alive: list[Ready]
    ran: Ran
    faces: list[list[Pixels | None]]
    began_s: float
    ended_s: float
    share: float


class NoMemory(Failed):
    """The device has no room for the picture, even alone."""


class Carrier:
    """For one event loop. ``scheduler`` estimates by ``throughput``, which is taught here."""

    def __init__(
        self,
        scheduler: Scheduler,
        throughput: Throughput,
        cache: Cache,
        codes: Codes,
        worker: Worker,
        metrics: Metrics,
    ) -> None:
        self._scheduler, self._throughput = scheduler, throughput
        self._cache, self._codes, self._worker = cache, codes, worker
        self._metrics = metrics
        self._decoding_s = 0.0  # of the last batches, newest counting most
        self._freed_s = 0.0  # when the device was last done

    def needed_s(self, now: float) -> float:
        """When the next batch must be chosen, so that the device need not wait for its decoding."""
        if not self._worker.lanes.are_full:
            return now
        return now + self._scheduler.free_in_s(now) - MARGIN * self._decoding_s

    async def carry(
        self, batch: Batch, calls: list[Call], begun: Callable[[], None], freed: Callable[[], None]
    ) -> None:
        """Answer every call.

        ``begun`` is called once, when the device begins with it or never will; ``freed`` when it is done.
        """
        try:
            restyled = await self._restyle(batch, calls, begun)
            freed()
            await self._encode(restyled)
        except Exception as error:  # the border around one batch: its callers are told, the others are not harmed
            for call in calls:
                call.fail(error)
        finally:
            self._scheduler.done(batch)

    async def _restyle(self, batch: Batch, calls: list[Call], begun: Callable[[], None]) -> list[Restyled]:
        async with AsyncExitStack() as held:
            with ExitStack() as waiting:
                waiting.callback(begun)  # at the latest on leaving; what it does is done once
                decoded = await self._decode(batch.key, calls)
                style = await held.enter_async_context(self._cache.use(batch.key.style, batch.key.version))
                ready = await self._make_codes(style, decoded)
                painting = partial(self._paint, batch, style, ready, waiting.close)
                painted = await self._worker.on_device(painting, self._others(style))
            return self._restyled(batch, painted) if painted else []

    async def _decode(self, key: Key, calls: Iterable[Call]) -> list[Decoded]:
        began_s = _now()

        async def one(call: Call) -> list[Decoded]:
            if call.dead:
                return []
            try:
                return [(call, await self._worker.beside(call.work.prepare, key.height, key.width))]
            except Exception as error:  # of this picture alone
                call.fail(error)
                return []

        decoded = await asyncio.gather(*(one(call) for call in calls))
        self._decoding_s += FRESHNESS * (_now() - began_s - self._decoding_s)
        return [each for found in decoded for each in found]

    async def _make_codes(self, style: Style, decoded: Iterable[Decoded]) -> list[Ready]:
        """Each with its own code: what differs between their style pictures or words stands in no one's way."""

        async def one(call: Call, prepared: pictures.Prepared) -> list[Ready]:
            try:
                return [(call, prepared, await self._code(style, call))]
            except Exception as error:  # of these style pictures or words alone
                call.fail(error)
                return []

        ready = await asyncio.gather(*(one(*each) for each in decoded))
        return [each for found in ready for each in found]

    async def _code(self, style: Style, call: Call) -> Tensor | None:
        job = call.waiting.job
        if job.words:
            return await self._worker.beside(_imagined, style, job)
        return await self._codes.mixed(style, call.references) if call.references else None

    def _others(self, style: Style) -> float:
        """The batches that want the device, too; a crowd until this style is prepared: see ``Lanes``."""
        others = self._scheduler.batches_to_come - 1
        return math.inf if others and not style.is_prepared else others

    def _paint(
        self, batch: Batch, style: Style, ready: Sequence[Ready], begun: Callable[[], None], turn: Turn
    ) -> Painted | None:
        """In a thread of the device: paint for those who still wait, if anybody does."""
        alive = [each for each in ready if not each[0].dead]
        if not alive:
            return None
        began_s = turn.loop.time()
        turn.loop.call_soon_threadsafe(self._begin, batch, alive, began_s, turn.share, begun)
        codes = [code for _, _, code in alive if code is not None]  # of all or of none: they share a style
        painter = alive[0][0].work.painter(style)
        ran = turn.run(painter, [prepared.pixels for _, prepared, _ in alive], codes or None)
        faces = _faces(style, alive, ran.most * batch.key.pixels)
        return Painted(alive, ran, faces, began_s, turn.loop.time(), turn.share)

    def _begin(self, batch: Batch, alive: list[Ready], now: float, share: float, begun: Callable[[], None]) -> None:
        begun()
        self._scheduler.started(batch, now, share)
        for call, *_ in alive:
            call.start(now)

    def _restyled(self, batch: Batch, painted: Painted) -> list[Restyled]:
        if painted.ran.too_many:
            self._scheduler.keep_below(batch.key, painted.ran.too_many)
        self._note(batch, painted)
        restyled: list[Restyled] = []
        for (call, prepared, _), picture, fine in zip(painted.alive, painted.ran.pictures, painted.faces, strict=True):
            if isinstance(picture, Exception):
                call.fail(NoMemory() if is_out_of_memory(picture) else picture)
            else:
                restyled.append((call, prepared, picture, fine))
        return restyled

    def _note(self, batch: Batch, painted: Painted) -> None:
        """Measure and log what ran."""
        calls, key = [call for call, *_ in painted.alive], batch.key
        waited_for_it = batch.taken_s < self._freed_s  # the device was free while this was still being decoded
        busy_s = painted.ended_s - (self._freed_s if waited_for_it else painted.began_s)
        self._scheduler.done(batch, painted.share * busy_s, len(calls))
        self._freed_s = painted.ended_s
        ran_s = painted.ended_s - painted.began_s
        self._metrics.batch_jobs.observe(len(calls))
        self._metrics.run_s.labels(key.style).observe(ran_s)
        for call in calls:
            self._metrics.wait_s.observe(painted.began_s - call.waiting.accepted_s)
        users = " ".join(dict.fromkeys(call.waiting.user for call in calls))
        log.info("%.2fs ← %s %d×%d ×%d ● %s", ran_s, key.style, key.width, key.height, len(calls), users)

    async def _encode(self, restyled: list[Restyled]) -> None:
        began_s = _now()

        async def one(call: Call, prepared: pictures.Prepared, pixels: Pixels, faces: Sequence[Pixels | None]) -> None:
            finished = self._worker.beside(call.work.finish, prepared, pixels, faces)
            try:
                call.succeed(_result(call, await finished, len(restyled)))
            except Exception as error:  # of this picture alone
                call.fail(error)

        await asyncio.gather(*(one(*each) for each in restyled))
        self._throughput.learn_encoding(_now() - began_s)


def _faces(style: Style, alive: Sequence[Ready], pixels: int) -> list[list[Pixels | None]]:
    """What becomes of each picture's faces. They take no more memory than the pictures did, ``pixels`` at once."""
    patches = [face.pixels for _, prepared, _ in alive for face in prepared.faces]
    codes = [code for _, prepared, code in alive for _ in prepared.faces if code is not None]
    painted = iter(restyle_apart(style, patches, pixels, codes or None) if patches else ())
    return [[next(painted) for _ in prepared.faces] for _, prepared, _ in alive]


def _imagined(style: Style, job: Job) -> Tensor:
    return style.imagine(job.words, job.seed)[0].cpu()


def _result(call: Call, done: pictures.Finished, batch_size: int) -> Result:
    started_s = call.started_s or call.waiting.accepted_s
    return Result(
        picture=done.picture,
        media_type=done.media_type,
        width=done.width,
        height=done.height,
        style=call.info.id,
        style_version=call.info.version,
        waited_s=started_s - call.waiting.accepted_s,
        ran_s=_now() - started_s,
        batch_size=batch_size,
    )


def _now() -> float:
    return asyncio.get_running_loop().time()
