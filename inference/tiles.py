"""Giants, tile by tile: each tile queues like a picture, so that a giant keeps nobody else waiting.

::

    decode ─▶ paint it whole, small ─▶ its statistics and broad strokes
                                          │
              cut a tile ─▶ queue it ─▶ device ─▶ refine the strokes ─▶ lay it back     … and at the end: encode

The giant is held once. A tile is laid back over the photo itself, as soon as no tile that is still to come sees that
part of it.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import ceil, lcm, sqrt

import numpy as np
from PIL import Image

from inference import pictures
from inference.batch import Key
from inference.call import Call
from inference.carrier import NoMemory
from inference.desk import Desk, Order
from inference.job import Crop, Event, Options, Progress, Queued, Result, Running
from inference.parts import restyle_in_parts, still_due
from inference.pictures import Broad, Finished, Header, Pixels, Prepared, Tile
from inference.work import Part, Whole
from styles.style import Style
from styles.tiling import Statistics, Thumbnail, reach
from styles.tiling import Tile as TileStyle

AHEAD = 3
"""Tiles of one giant on their way: one waits for its turn among other people's pictures, one is on the device, and of
one the strokes are refined."""

SMALL_SIDE = 512
"""Of the tiles of a picture that the device has no room for, and of the picture that gives them their statistics."""

_giants = itertools.count()

Refine = Callable[[Pixels, Tile], Image.Image]
"""What becomes of a window's styled pixels: those that lie in the picture."""


@dataclass(frozen=True, slots=True)
class TileKey(Key):
    """Of the tiles of one giant, which share its statistics, and so a batch with each other alone."""

    giant: int


@dataclass(eq=False, slots=True)
class _Small(Part):
    """A giant painted whole, small: keeps its statistics."""

    thumbnail: Thumbnail | None = None

    def painter(self, style: Style) -> Style:
        self.thumbnail = Thumbnail(style)
        return self.thumbnail

    @property
    def statistics(self) -> Statistics:
        return {} if self.thumbnail is None else self.thumbnail.statistics


@dataclass(eq=False, slots=True)
class _Tile:
    """Keeps what it was ``painted``: what the picture keeps of its window."""

    photo: Image.Image = field(repr=False)
    tile: Tile
    statistics: Statistics = field(repr=False)
    refine: Refine
    painted: Image.Image | None = field(default=None, repr=False)

    def prepare(self, height: int, width: int) -> Prepared:
        return Prepared(pictures.window(self.photo, self.tile.window), width, height)

    def painter(self, style: Style) -> Style:
        return TileStyle(style, self.statistics)

    def finish(self, prepared: Prepared, styled: Pixels, faces: object) -> Finished:  # noqa: ARG002  # a tile has none
        self.painted = self.refine(styled, self.tile).crop(self.tile.shown)
        return Finished(b"", "", prepared.width, prepared.height)


async def restyle_still(desk: Desk, order: Order, header: Header, progress: Progress | None) -> Result:
    """Run a picture that does not move: whole; or in tiles, if it is a giant or the device has no room for it.

    A giant is a result larger than ``limits.whole_side``. In a style that cannot paint tiles (``styles.tiling.reach``)
    it is painted whole and enlarged, like any other picture.

    Raises:
        ServiceError: the queue is full, or what befell the first of its parts that failed.
    """
    within = reach(order.card)
    width, height = pictures.result_size(header.width, header.height, order.options.max_side)
    if within is None:
        return await desk.take(order, header, progress).answer
    if max(width, height) > desk.limits.whole_side and order.options.crop is Crop.NONE:
        giant = Giant(desk, order, header, progress, within)
        return await restyle_in_parts(desk, order, giant, pixels=width * height)
    try:
        return await desk.take(order, header, progress).answer
    except NoMemory:
        cramped = Cramped(desk, order, header, progress, within)
        return await restyle_in_parts(desk, order, cramped, pixels=width * height)


class _Tiled:
    """One picture on its way in tiles. What it holds at most: itself, small, and a row of finished tiles."""

    frames = 1

    def __init__(self, desk: Desk, order: Order, header: Header, progress: Progress | None, within: int) -> None:
        self._desk, self._order, self._header, self._progress = desk, order, header, progress
        self._within = within
        self._number = next(_giants)
        self.began_s, self.batch_size = 0.0, 0

    @property
    def seconds(self) -> float:
        """How long it takes on the device, by what was measured, with half as much again for what overlaps."""
        width, height = pictures.result_size(self._header.width, self._header.height, self._order.options.max_side)
        return self._desk.throughput.seconds(self._order.card.id, int(1.5 * width * height))

    def tell(self, event: Event) -> None:
        """Say how it stands; ``Running`` once for each row of tiles."""
        if self._progress:
            self._progress(event)

    async def run(self, waited_s: float) -> Finished:
        """Paint it, and encode it. ``waited_s`` of the deadline are over."""
        raise NotImplementedError

    async def _paint_small(self, photo: Image.Image, options: Options, key: Key, waited_s: float) -> _Small:
        """Paint it whole, small; once that has begun, the picture is finished however late it is."""
        small = _Small(photo, replace(options, strength=1.0, keep_colours=False, match_colours=False, detail=0.0))
        own = replace(self._order, job=still_due(self._order.job, waited_s))
        call = self._desk.queue_tile(own, self._own(key), small, self._hear_first)
        try:
            await self._settle(call)
        finally:
            call.answer.cancel()
        self.began_s = call.started_s or call.waiting.accepted_s
        return small

    async def _paint_tiles(
        self, photo: Image.Image, side: int, halo: int, statistics: Statistics, refine: Refine
    ) -> None:
        """Paint every tile of the photo, in place."""
        step = lcm(8, self._order.card.size.multiple)
        left = deque(pictures.tiles(photo.size, side=side, halo=halo, step=step))
        ahead: deque[tuple[Call, _Tile]] = deque()
        done: list[_Tile] = []
        try:
            while left or ahead:
                if left and len(ahead) < AHEAD:
                    ahead.append(await self._begun(_Tile(photo, left.popleft(), statistics, refine)))
                    continue
                call, work = ahead[0]
                await self._settle(call)
                ahead.popleft()
                done.append(work)
                still = ahead[0][1].tile if ahead else left[0] if left else None
                if still is None or still.window[1] > work.tile.window[1]:
                    self.tell(Running())
                    done = await self._desk.worker.beside(_laid_back, photo, done, still)
        finally:
            for call, _ in ahead:
                call.answer.cancel()

    async def _begun(self, work: _Tile) -> tuple[Call, _Tile]:
        """Queue a tile, and return once it is on the device: of one giant no more than one tile waits in the queue.

        Two that wait would count as a fuller batch, which the scheduler prefers, than one picture of somebody else.
        """
        begun = asyncio.Event()

        def hear(event: Event) -> None:
            if isinstance(event, Running):
                begun.set()

        call = self._queued(work, hear)
        call.answer.add_done_callback(lambda _: begun.set())
        try:
            await begun.wait()
        except asyncio.CancelledError:
            call.answer.cancel()
            raise
        return call, work

    def _queued(self, work: _Tile, progress: Progress) -> Call:
        left, top, right, bottom = work.tile.window
        card = self._order.card
        key = Key(card.id, card.version, bottom - top, right - left)
        own = replace(self._order, job=replace(self._order.job, picture=b"", references=(), deadline_s=None))
        return self._desk.queue_tile(own, self._own(key), work, progress, follows=True)

    def _own(self, key: Key) -> TileKey:
        return TileKey(key.style, key.version, key.height, key.width, self._number)

    def _hear_first(self, event: Event) -> None:
        self.tell(Queued(event.position, event.eta_s + self.seconds) if isinstance(event, Queued) else event)

    async def _settle(self, call: Call) -> None:
        self.batch_size = max(self.batch_size, (await call.answer).batch_size)


class Giant(_Tiled):
    """A result larger than a picture that is painted whole: its broad strokes are that picture's."""

    async def run(self, waited_s: float) -> Finished:
        """See ``_Tiled.run``."""
        beside, options = self._desk.worker.beside, self._order.options
        photo, alpha = await beside(self._decoded)
        small_photo = await beside(_shrunk, photo, self._desk.limits.whole_side)
        key = self._desk.key(self._order, Header("", *small_photo.size))
        small = await self._paint_small(small_photo, options, key, waited_s)
        broad = Broad(small.painted or small_photo, photo.size, max(key.height, key.width))
        match = pictures.matching(broad.painted, small_photo) if options.match_colours else None
        halo = self._within + broad.reach + (pictures.detail_reach(max(photo.size)) if options.detail else 0)

        def refine(styled: Pixels, tile: Tile) -> Image.Image:
            picture = broad.refined(styled, tile.window)
            if not options.needs_photo:
                return picture
            own = photo.crop((*tile.window[:2], tile.window[0] + picture.width, tile.window[1] + picture.height))
            return pictures.toned(picture, own, options, match, max(photo.size))

        await self._paint_tiles(photo, self._side(), halo, small.statistics, refine)
        return await beside(self._closed, photo, alpha)

    def _decoded(self) -> tuple[Image.Image, Image.Image | None]:
        options = self._order.options
        image = pictures.small(self._order.job.picture, self._header, options, options.max_side)
        return pictures.flattened(image)

    def _side(self) -> int:
        """Of the tiles: as large as the limits allow, and as the generator has memory for."""
        size = self._order.card.size
        affordable = sqrt(pictures.ACTIVATION_BYTES / max(1.0, size.activation_bytes_per_pixel))
        return min(self._desk.limits.tile_side, int(affordable))

    def _closed(self, picture: Image.Image, alpha: Image.Image | None) -> Finished:
        if alpha is not None:
            picture.putalpha(alpha)
        return pictures.closed(picture, self._order.options, self._order.info, self._desk.labels)


class Cramped(_Tiled):
    """A picture of the usual size that the device has no room for; its small faces are left as they are."""

    async def run(self, waited_s: float) -> Finished:
        """See ``_Tiled.run``."""
        beside, key = self._desk.worker.beside, self._desk.key(self._order, self._header)
        options = replace(self._order.options, faces=False)
        job = self._order.job
        whole = Whole(job.picture, self._header, options, self._order.info, self._desk.labels)
        prepared = await beside(whole.prepare, key.height, key.width)
        photo = Image.fromarray(prepared.pixels)
        scale = min(0.5, SMALL_SIDE / max(photo.size))
        step = lcm(8, self._order.card.size.multiple)
        height, width = (ceil(side * scale / step) * step for side in (key.height, key.width))
        small_photo = photo.resize((width, height), Image.Resampling.BICUBIC)
        small = await self._paint_small(small_photo, options, replace(key, height=height, width=width), waited_s)

        def refine(styled: Pixels, _: Tile) -> Image.Image:
            return Image.fromarray(styled)

        await self._paint_tiles(photo, SMALL_SIDE, self._within, small.statistics, refine)
        return await beside(whole.finish, prepared, np.array(photo), ())


def _shrunk(photo: Image.Image, side: int) -> Image.Image:
    return photo.resize(pictures.result_size(*photo.size, side), Image.Resampling.BICUBIC, reducing_gap=2.0)


def _laid_back(photo: Image.Image, done: list[_Tile], still: Tile | None) -> list[_Tile]:
    """Lay tiles over the photo where no tile from ``still`` on looks at it; return the others."""
    seen_from = photo.height if still is None else still.window[1]
    later: list[_Tile] = []
    for work in done:
        if still is not None and work.tile.kept[3] > seen_from:
            later.append(work)
        elif work.painted is not None:
            photo.paste(work.painted, work.tile.kept[:2])
    return later
