"""A small real service without torch or a queue: its one style inverts. And a place to serve it from."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from inference.creation import Creation
from inference.errors import UnknownStyle
from inference.http import application
from inference.job import Job, Progress, Queued, Result, Running
from inference.limits import Limits
from inference.pictures import bucket, finish, inspect, prepare, sheet
from inference.service import Service, StyleInfo
from styles.card import Size
from tests.hostile import encoded, photo

INVERT = StyleInfo("invert", "2.0.1", {"en": "Inverted", "zh": "反相"}, "photo", "CC0-1.0")


class InvertingService:
    """Styles at once, or when ``gate`` opens; raises ``trouble`` if there is any, before or after it spoke."""

    def __init__(self) -> None:
        self.gate, self.started, self.cancelled = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.gate.set()
        self.trouble: Exception | None = None
        self.speaks_first = True
        self.jobs: list[Job] = []
        self.drafts: list[tuple[bytes, ...]] = []
        self.creations: list[Creation] = []
        self.withdrawn: list[str] = []
        self.choices: list[tuple[str, bool]] = []

    async def stylize(self, job: Job, progress: Progress | None = None) -> Result:
        self.jobs.append(job)
        if progress and self.speaks_first:
            progress(Queued(3, 1.5))
        try:
            self.started.set()
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        if self.trouble:
            raise self.trouble
        if job.style != INVERT.id:
            raise UnknownStyle(job.style, INVERT.id)
        if progress:
            progress(Running())
        return await asyncio.to_thread(_invert, job)

    async def styles(self) -> tuple[StyleInfo, ...]:
        if self.trouble:
            raise self.trouble
        return (INVERT,)

    async def preview(self, style: str) -> bytes:
        if style != INVERT.id:
            raise UnknownStyle(style, INVERT.id)
        return encoded(photo())

    async def sheet(self, styles: Sequence[str] = ()) -> bytes:
        if unknown := set(styles) - {INVERT.id}:
            raise UnknownStyle(unknown.pop(), INVERT.id)
        return sheet([(INVERT, encoded(photo()))])

    async def draft(self, pictures: Sequence[bytes]) -> bytes:
        self.drafts.append(tuple(pictures))
        return encoded(photo())

    async def create(self, creation: Creation) -> StyleInfo:
        self.creations.append(creation)
        return StyleInfo(creation.id, "1.0.0", creation.title, "photo", "CC0-1.0", creation.scope, creation.expires)

    async def withdraw(self, style: str) -> None:
        if style == INVERT.id:
            raise UnknownStyle(style)
        self.withdrawn.append(style)

    async def trains(self) -> bool:
        return True

    async def candidates(self) -> tuple[str, ...]:
        return tuple(each for each in ("ada", "bob") if (each, True) not in self.choices)

    async def compared(self, style: str) -> bytes:
        if style not in await self.candidates():
            raise UnknownStyle(style)
        return encoded(photo())

    async def choose(self, style: str, *, new: bool) -> None:
        await self.compared(style)
        self.choices.append((style, new))


def _invert(job: Job) -> Result:
    header = inspect(job.picture, Limits())
    work = prepare(job.picture, header, job.options, *bucket(header, job.options, Size()))
    done = finish(work, 255 - work.pixels, job.options, INVERT)
    return Result(done.picture, done.media_type, done.width, done.height, INVERT.id, INVERT.version, 0.25, 0.5, 4)


@asynccontextmanager
async def served(
    service: Service, token: str | None = None, metrics: Callable[[], bytes] | None = None
) -> AsyncIterator[str]:
    """Serve over a real socket of this machine; gives the URL."""
    async with listening(application(service, token=token, metrics=metrics)) as url:
        yield url


@asynccontextmanager
async def listening(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
