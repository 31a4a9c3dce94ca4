"""The service in this process: the default, and what stands behind HTTP."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Self

from inference import pictures
from inference.animations import restyle_moving
from inference.asked import resolved
from inference.bettering import Bettering, Training
from inference.cache import Cache
from inference.carrier import Carrier
from inference.codes import Codes
from inference.creating import Studio
from inference.creation import Creation
from inference.desk import Desk, Order, info
from inference.device import choose
from inference.errors import (
    Failed,
    InvalidOption,
    NotReady,
    ServiceError,
    StyleUnavailable,
    StyleWithdrawn,
)
from inference.gate import Gate
from inference.job import TAKES_REFERENCE, TAKES_WORDS, Crop, Job, Progress, Result
from inference.limits import Limits
from inference.metrics import Metrics
from inference.offer import Offer
from inference.pipeline import Pipeline
from inference.references import StylePicture, judged
from inference.scheduler import Scheduler
from inference.service import StyleInfo
from inference.sheets import restyle_side_by_side
from inference.throughput import Throughput
from inference.tiles import restyle_still
from inference.warmup import warm_up
from inference.worker import Worker
from styles.card import Card
from styles.errors import BrokenPack, NoSuchStyle
from styles.library import Library

log = logging.getLogger(__name__)

MOST_PREVIEWS = 100
"""That are drawn on a sheet when somebody names them; what follows is left out."""
MOST_STYLES = 24
"""In which one job may want its photo."""


class EmbeddedService:
    """Implements ``inference.service.Service``. Enter it to start; it has warmed up when it is entered.

    Leaving lets the running batch finish and refuses whoever waits with NotReady.
    """

    def __init__(
        self,
        library: Library,
        *,
        device: str = "auto",
        runtime: str = "auto",
        limits: Limits | None = None,
        labels: pictures.Labels | None = None,
        training: Training | None = None,
    ) -> None:
        """``device`` is auto, cpu or cuda; ``runtime`` is auto, torch, openvino or cudagraphs.

        ``labels`` name the operator in the results' metadata.

        ``training``: make creators' styles better in the background.
        """
        self.limits = limits or Limits()
        self.library, self.metrics = library, Metrics()
        self._wanted, self._labels = (device, runtime), labels or pictures.Labels()
        self._running: tuple[Desk, Cache, Codes, Studio] | None = None
        self._training, self._bettering = training, Bettering(library, None, "cpu", self.limits, self._labels)
        self._offered = Offer(library)
        self._sheet: tuple[tuple[StyleInfo, ...], bytes] | None = None
        self._drawing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Start. Raises NotReady where the device is not there, and what a generator raises while warming up."""
        async with AsyncExitStack() as starting:
            self._running = await self._start(starting)
            self._until_stopped = starting.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._running = None
        await self._until_stopped.aclose()

    async def stylize(self, job: Job, progress: Progress | None = None) -> Result:
        """Run one job; see ``inference.service.Service``."""
        try:
            with self._bettering.people():
                return await self._stylize(job, progress)
        except ServiceError as error:
            self.metrics.failed.labels(error.code).inc()
            raise
        except asyncio.CancelledError:
            self.metrics.cancelled.inc()
            raise
        except Exception as error:  # the border: whole to the log, one calm sentence to the caller
            if self._running is None:
                raise NotReady("The service is stopping.") from error  # its threads went first
            log.exception("a job of %s went wrong", job.user)
            self.metrics.failed.labels(Failed.code).inc()
            raise Failed from error

    async def styles(self) -> tuple[StyleInfo, ...]:
        """The installed styles, in the order to show them. Raises NotReady."""
        self._ready()
        return tuple(info(card) for card in self.library.cards())

    async def preview(self, style: str) -> bytes:
        """The style's preview, a JPEG. Raises UnknownStyle, StyleUnavailable, NotReady."""
        self._ready()
        card = self._card(style)
        try:
            return await asyncio.to_thread(self.library.preview, card.id)
        except (BrokenPack, NoSuchStyle) as error:
            log.error("%s has no preview: %s", style, error)
            raise StyleUnavailable(f"The style “{card.id}” has no preview right now.") from error

    async def sheet(self, styles: Sequence[str] = ()) -> bytes:
        """These styles on one numbered contact sheet, a JPEG; all that take a photo when none are named.

        That of all is kept until the styles change.
        """
        self._ready()
        if styles:
            return await self._draw(tuple(info(self._card(style)) for style in styles[:MOST_PREVIEWS]))
        async with self._drawing:
            infos = tuple(each for each in await self.styles() if each.takes != TAKES_WORDS)
            if self._sheet is None or self._sheet[0] != infos:
                self._sheet = infos, await self._draw(infos)
            return self._sheet[1]

    async def _draw(self, infos: Sequence[StyleInfo]) -> bytes:
        desk, *_ = self._ready()
        entries = [(each, await self.preview(each.id)) for each in infos]
        return await desk.worker.beside(pictures.sheet, entries)

    async def draft(self, pictures: Sequence[bytes]) -> bytes:
        """Sample photos in the style of these pictures; see ``inference.service.Service``."""
        with self._calmly("a draft"), self._bettering.people():
            *_, studio = self._ready()
            return await studio.draft(pictures)

    async def create(self, creation: Creation) -> StyleInfo:
        """Make a creator's style; see ``inference.service.Service``."""
        with self._calmly("a creation"), self._bettering.people():
            *_, studio = self._ready()
            card = await studio.create(creation)
            self._offer()
            if creation.better:
                await self._bettering.keep(card, creation.pictures)
            return info(card)

    async def withdraw(self, style: str) -> None:
        """Take a creator's style back; see ``inference.service.Service``. A batch that runs in it is finished."""
        with self._calmly("a withdrawal"):
            *_, studio = self._ready()
            await self._bettering.forget(style)
            await studio.withdraw(style)
            self._offer()

    async def trains(self) -> bool:
        """Whether creators' styles are made better here. Raises NotReady."""
        self._ready()
        return self._bettering.trains

    async def candidates(self) -> tuple[str, ...]:
        """The styles whose better generator waits for a choice. Raises NotReady."""
        self._ready()
        return await asyncio.to_thread(self._bettering.candidates)

    async def compared(self, style: str) -> bytes:
        """Sample photos in both generators; see ``inference.service.Service``."""
        with self._calmly("a comparison"):
            self._ready()
            return await self._bettering.compared(style)

    async def choose(self, style: str, *, new: bool) -> None:
        """Keep one of the two generators; see ``inference.service.Service``. A batch that runs is finished."""
        with self._calmly("a choice"):
            self._ready()
            await self._bettering.choose(style, new=new)
            await asyncio.to_thread(self.library.rescan)
            self._offer()

    async def rescan(self) -> None:
        """Look at the folders of packs again; generators that were removed or replaced leave at once."""
        *_, studio = self._ready()
        known = self.library.broken()
        await asyncio.to_thread(self.library.rescan)
        self._offered.tell_broken(known)
        self._offer()
        await self._bettering.sweep()
        await asyncio.to_thread(studio.clear_lapsed)

    def _offer(self) -> None:
        desk, cache, codes, _ = self._ready()
        gone = self._offered.renew()
        if gone is None:
            return
        for card in gone:
            cache.revoke(card.id, card.version)
            codes.forget(card.id, card.version)
            if self.library.withdrawn(card.id):
                desk.pipeline.refuse(card.id, StyleWithdrawn())
        self._sheet = None

    @contextmanager
    def _calmly(self, what: str) -> Iterator[None]:
        """The border of what is no job: what goes wrong is whole in the log, and one calm sentence to the caller."""
        try:
            yield
        except ServiceError:
            raise
        except Exception as error:
            if self._running is None:
                raise NotReady("The service is stopping.") from error  # its threads went first
            log.exception("%s went wrong", what)
            raise Failed("Something went wrong on our side; nothing was changed.") from error

    async def _start(self, starting: AsyncExitStack) -> tuple[Desk, Cache, Codes, Studio]:
        device = await asyncio.to_thread(choose, *self._wanted)
        limits = replace(self.limits, batch_bytes=device.batch_bytes(self.limits.batch_bytes))
        worker = await starting.enter_async_context(Worker(device, limits.lanes))
        cache = Cache(
            partial(device.load, self._offered.load),
            budget_bytes=limits.cache_bytes,
            broken_for_s=limits.broken_for_s,
            metrics=self.metrics,
            ahead=device.loads_ahead if limits.loads_ahead is None else limits.loads_ahead,
        )
        starting.push_async_callback(cache.settle)
        throughput = Throughput()
        studio = Studio(self.library, cache, worker, limits, self._labels)
        await asyncio.to_thread(studio.clear_lapsed)
        self._offered.tell_broken()
        self._offered.renew()
        training = Bettering(self.library, self._training, device.name.type, limits, self._labels)
        self._bettering = await starting.enter_async_context(training)
        await self._bettering.sweep()
        await warm_up(self._offered.cards, cache, worker, throughput)
        scheduler = Scheduler(limits, throughput, cache.residency)
        cache.wanted = lambda: scheduler.styles(asyncio.get_running_loop().time())
        codes = Codes(worker, limits, self.metrics)
        carrier = Carrier(scheduler, throughput, cache, codes, worker, self.metrics)
        pipeline = await starting.enter_async_context(Pipeline(scheduler, carrier, cache, worker, self.metrics))
        starting.callback(asyncio.create_task(self._keep_looking(), name="look for styles").cancel)
        desk = Desk(pipeline, worker, Gate(limits), throughput, self.metrics, limits, self._labels)
        return desk, cache, codes, studio

    async def _keep_looking(self) -> None:
        """What is imported or removed while we run shows without a restart."""
        while True:
            await asyncio.sleep(self.limits.rescan_every_s)
            await self.rescan()

    async def _stylize(self, job: Job, progress: Progress | None) -> Result:
        """Judge the job, all before anything is decoded, and run it: still, moving, in several styles, or of words."""
        desk, *_ = self._ready()
        names = [name.strip() for name in job.style.split(",")]
        if len(names) > MOST_STYLES:
            raise InvalidOption(f"At most {MOST_STYLES} styles stand on one sheet.")
        orders = self._orders(job, [self._card(name) for name in names])
        if orders[0].card.takes == TAKES_WORDS:
            result = await desk.make(orders[0], progress).answer
            self.metrics.finish(result.style)
            return result
        header, references = await asyncio.to_thread(_headers, job, self.limits)
        orders = [replace(order, references=references if order.job.references else ()) for order in orders]
        desk, *_ = self._ready()  # it may have stopped while the header was read
        if len(orders) > 1:
            return await restyle_side_by_side(desk, orders, header, progress)
        if header.frames > 1 and not job.options.still and job.options.crop is Crop.NONE:
            return await restyle_moving(desk, orders[0], header, progress)
        result = await restyle_still(desk, orders[0], header, progress)
        self.metrics.finish(result.style)
        return result

    def _orders(self, job: Job, cards: Sequence[Card]) -> list[Order]:
        """The job in each style. Style pictures go to those that take them, if any does; else they are refused.

        So is a sheet with a style that takes words.
        """
        of_words = [card for card in cards if card.takes == TAKES_WORDS]
        if of_words and len(cards) > 1:
            raise InvalidOption(f"The style “{of_words[0].id}” makes pictures of words, and stands on no sheet.")
        taken = any(card.takes == TAKES_REFERENCE for card in cards)
        plain = replace(job, references=()) if taken else job
        jobs = [job if card.takes == TAKES_REFERENCE else plain for card in cards]
        return [Order(own, card, resolved(own, card, self.limits)) for own, card in zip(jobs, cards, strict=True)]

    def _ready(self) -> tuple[Desk, Cache, Codes, Studio]:
        if self._running is None:
            raise NotReady("The service is not running.")
        return self._running

    def _card(self, style: str) -> Card:
        return self._offered.card(style)


def _headers(job: Job, limits: Limits) -> tuple[pictures.Header, tuple[StylePicture, ...]]:
    """The photo's, and the style pictures', judged: together, since each hop to a thread costs the event loop time.

    Blocks. Raises NotAPicture, TooSmall, TooLarge, BadReference.
    """
    return pictures.inspect(job.picture, limits), judged(job.references, limits)
