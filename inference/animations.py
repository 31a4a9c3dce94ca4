"""What moves, frame by frame: each queues like a picture, so that long animations keep nobody else waiting.

::

    read a frame ─▶ queue it ─▶ device ─▶ steady it ─▶ keep it      … and at the end: encode all
    as many ahead as a batch holds        in their order

Frames of one person take turns with other people's pictures, and batch with each other and with theirs.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from PIL import Image

from inference import pictures
from inference.call import Call
from inference.desk import Desk, Order
from inference.job import Event, Job, Progress, Queued, Result
from inference.parts import restyle_in_parts, still_due
from inference.pictures import Finished, Frame, Header
from inference.work import Part

Ahead = deque[tuple[Call, Part, int]]
"""Frames that were queued, and for how many milliseconds each is shown."""


async def restyle_moving(desk: Desk, order: Order, header: Header, progress: Progress | None) -> Result:
    """Run what moves; the Result moves at the same pace.

    Raises:
        TooManyFrames: it is too long or too large to be followed; said before anything is decoded.
        ServiceError: the queue is full, or what befell the first of its frames that failed.
    """
    pictures.judge_moving(header, desk.limits)
    return await restyle_in_parts(desk, order, _Animation(desk, order, header, progress))


class _Animation:
    """One animation on its way. What it holds at most: its finished frames, and as many ahead as a batch."""

    def __init__(self, desk: Desk, order: Order, header: Header, progress: Progress | None) -> None:
        size = pictures.moving_size(header, order.options)
        options = replace(order.options, faces=False, max_side=max(size))  # faces found now and then would flicker
        self._desk, self._order, self._header = desk, replace(order, options=options), header
        self._progress = progress
        self._size = Header("", *size)
        self._steady = pictures.Steady()
        self._done: list[Frame] = []
        self.began_s, self.batch_size = 0.0, 0

    @property
    def frames(self) -> int:
        return len(self._done)

    @property
    def seconds(self) -> float:
        """How long all frames take on the device, by what was measured."""
        key = self._desk.key(self._order, self._size)
        return self._desk.throughput.seconds(key.style, key.pixels * self._header.frames)

    def tell(self, event: Event) -> None:
        """Say how it stands; once it runs there is nothing more to say."""
        if self._progress:
            self._progress(event)

    async def run(self, waited_s: float) -> Finished:
        """Paint every frame, and encode them. ``waited_s`` of the deadline are over."""
        size = self._size.width, self._size.height
        reader = pictures.frames(self._order.job.picture, self._header, size)
        ahead: Ahead = deque()
        try:
            while frame := await self._read(reader):
                ahead.append(self._queued(frame, waited_s, first=not (ahead or self._done)))
                if len(ahead) >= self._desk.limits.batch_jobs:
                    await self._settle(*ahead.popleft())
            while ahead:
                await self._settle(*ahead.popleft())
        finally:
            for call, _, _ in ahead:
                call.answer.cancel()
        self._desk.metrics.finish(self._order.card.id)
        return await self._desk.worker.beside(self._encoded)

    async def _read(self, reader: Iterator[Frame]) -> Frame | None:
        return await self._desk.worker.beside(next, reader, None)

    def _queued(self, frame: Frame, waited_s: float, *, first: bool) -> tuple[Call, Part, int]:
        part = Part(frame.picture, self._order.options)
        own = replace(self._order, job=self._job(waited_s, first=first))
        call = self._desk.queue(own, self._size, part, self._hear_first if first else None, follows=not first)
        return call, part, frame.shown_ms

    def _job(self, waited_s: float, *, first: bool) -> Job:
        """Once it has begun, it is finished: only the first frame can be too late. The files count once, too."""
        job = self._order.job
        if not first:
            return replace(job, picture=b"", references=(), deadline_s=None)
        return still_due(job, waited_s)

    def _hear_first(self, event: Event) -> None:
        if isinstance(event, Queued):
            rest_s = self.seconds * (1 - 1 / max(1, self._header.frames))
            event = Queued(event.position, event.eta_s + rest_s)
        self.tell(event)

    async def _settle(self, call: Call, part: Part, shown_ms: int) -> None:
        """Wait for one frame, and keep it."""
        result = await call.answer
        if not self._done:
            self.began_s = call.started_s or call.waiting.accepted_s
        self.batch_size = max(self.batch_size, result.batch_size)
        if part.painted is not None:
            picture = await self._desk.worker.beside(self._finished, part.painted, part)
            self._done.append(Frame(picture, shown_ms))

    def _finished(self, painted: Image.Image, part: Part) -> Image.Image:
        steady = self._steady.next(painted, pictures.flattened(part.photo)[0])
        return pictures.marked(steady) if self._order.options.mark else steady

    def _encoded(self) -> Finished:
        info = self._order.info
        return pictures.play(self._done, self._header, pictures.xmp(f"{info.id} {info.version}", self._desk.labels))
