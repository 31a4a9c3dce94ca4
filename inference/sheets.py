"""One photo in several styles on one numbered sheet: each style a small picture that queues like any other."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from inference import pictures
from inference.desk import Desk, Order
from inference.job import Event, Job, Options, Progress, Queued, Result, Running
from inference.pictures import Header
from inference.work import Part


async def restyle_side_by_side(
    desk: Desk, orders: Sequence[Order], header: Header, progress: Progress | None
) -> Result:
    """Run all orders, of one photo, at small size; the Result is their sheet.

    A style that fails is crossed out on it. Cancelling cancels all.

    Raises:
        ServiceError: the queue has no room for all of them, or every one failed: then what the first one said.
    """
    accepted_s = asyncio.get_running_loop().time()
    options = orders[0].options
    photo = await desk.worker.beside(pictures.small, orders[0].job.picture, header, options, pictures.CELL)
    parts = [Part(photo, _small(order)) for order in orders]
    results = await _run(desk, orders, parts, progress)
    painted = [result for result in results if isinstance(result, Result)]
    if not painted:
        raise next(error for error in results if isinstance(error, BaseException))
    for result in painted:
        desk.metrics.finish(result.style)
    picture = await desk.worker.beside(_drawn, desk, orders, parts)
    waited_s = min(result.waited_s for result in painted)
    return Result(
        *picture,
        style=",".join(order.card.id for order in orders),
        style_version=",".join(order.card.version for order in orders),
        waited_s=waited_s,
        ran_s=asyncio.get_running_loop().time() - accepted_s - waited_s,
        batch_size=max(result.batch_size for result in painted),
    )


async def _run(
    desk: Desk, orders: Sequence[Order], parts: Sequence[Part], progress: Progress | None
) -> list[Result | BaseException]:
    size = Header("", *parts[0].photo.size)
    slowest = _Slowest(len(parts), progress)
    calls = []
    try:
        for place, (order, part) in enumerate(zip(orders, parts, strict=True)):
            own = replace(order, options=part.options, job=_job(order, first=place == 0))
            calls.append(desk.queue(own, size, part, slowest.listener(place)))
            calls[-1].answer.add_done_callback(slowest.ended(place))
        return await asyncio.gather(*(call.answer for call in calls), return_exceptions=True)
    finally:
        for call in calls:
            call.answer.cancel()


def _small(order: Order) -> Options:
    """Faces are too small to gain from a finer brush here."""
    return replace(order.options, max_side=pictures.CELL, faces=False)


def _job(order: Order, *, first: bool) -> Job:
    """The pictures count once in the queue, however many styles they wait for."""
    own = replace(order.job, style=order.card.id)
    return own if first else replace(own, picture=b"", references=())


def _drawn(desk: Desk, orders: Sequence[Order], parts: Sequence[Part]) -> tuple[bytes, str, int, int]:
    options, infos = orders[0].options, [order.info for order in orders]
    entries = [(info, part.painted) for info, part in zip(infos, parts, strict=True)]
    sheet = pictures.side_by_side(parts[0].photo, entries, mark=options.mark)
    named = ", ".join(f"{info.id} {info.version}" for info in infos)
    label = pictures.xmp(named, desk.labels)
    return pictures.encoded(sheet, options.format, label), options.format.media_type, *sheet.size


class _Slowest:
    """Tells the position of whichever part comes last, and that they run once none of them waits any more."""

    def __init__(self, count: int, progress: Progress | None) -> None:
        self._progress = progress
        self._waiting: dict[int, Queued | None] = dict.fromkeys(range(count))
        self._told: Event | None = None
        self._due = False

    def listener(self, place: int) -> Progress:
        """What part ``place`` tells its progress to."""

        def hear(event: Event) -> None:
            if isinstance(event, Queued):
                self._waiting[place] = event
            else:
                self._waiting.pop(place, None)
            self._tell_soon()

        return hear

    def ended(self, place: int) -> Callable[[object], None]:
        """What to call when part ``place`` is over, however it ended."""

        def hear(_: object) -> None:
            self._waiting.pop(place, None)
            self._tell_soon()

        return hear

    def _tell_soon(self) -> None:
        """Parts speak one after another, and are to be heard as one."""
        if not self._due:
            self._due = True
            asyncio.get_running_loop().call_soon(self._tell)

    def _tell(self) -> None:
        self._due = False
        if self._progress is None or self._told == Running():
            return
        heard = [queued for queued in self._waiting.values() if queued]
        if self._waiting and len(heard) < len(self._waiting):
            return  # not all have been given a position yet
        last: Event = max(heard, key=lambda queued: queued.position) if heard else Running()
        if last != self._told:
            self._told = last
            self._progress(last)
