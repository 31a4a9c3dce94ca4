"""The operator's page in front of a real service with small real generators, and a real ledger."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from aiohttp import web

from bots.ledger import Ledger
from bots.message import Message, Person
from deploy.operator import Platforms, Sight, open_page
from deploy.operator.engine import embedded_engine
from deploy.operator.watch import Watched
from deploy.settings import Settings
from inference.embedded import EmbeddedService
from inference.http import refuse_as_json
from inference.job import Job, Result
from inference.limits import Limits
from inference.metrics import Metrics
from tests.hostile import encoded, photo
from tests.inference.inverting import InvertingService, listening
from tests.inference.watched import WatchedLibrary

PHOTO = encoded(photo())
GROUP, PRIVATE, PERSON = "-100777666", "4242424242", "31337"


@dataclass(frozen=True)
class Room:
    """A page at ``url``. ``service`` is what the conversation would use."""

    url: str
    service: Watched
    platforms: Platforms

    def ask(self, style: str, user: str = "telegram:1", picture: bytes = PHOTO) -> asyncio.Task[Result]:
        return asyncio.create_task(self.service.stylize(Job(picture, style, user=user)))


@contextlib.asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[EmbeddedService, WatchedLibrary]]:
    """Small real generators, "ash" and "birch"; the library's gate holds the device."""
    library = WatchedLibrary(folder / "packs", "ash", "birch")
    limits = Limits(batch_jobs=1, fill_wait_s=0, user_jobs=2)
    async with EmbeddedService(library, device="cpu", limits=limits) as service:
        library.entered.clear()
        try:
            yield service, library
        finally:
            library.gate.set()


def light_sight() -> Sight:
    """Of a service without generators, whose one style is "invert"."""
    return Sight(Watched(InvertingService()), embedded_engine(Metrics().text))


@contextlib.asynccontextmanager
async def open_room(
    folder: Path, sight: Sight | None = None, *, token: str | None = None, **settings: object
) -> AsyncIterator[Room]:
    """Without a token it is as on this machine alone; ``settings`` are the operator's."""
    chosen = Settings.model_validate({"data": folder / "data", "operator_token": token, **settings})
    platforms, sight = Platforms(("web", "telegram", "matrix")), sight or light_sight()
    async with Ledger(chosen.data / "ledger.sqlite3") as ledger:
        await remember_use(ledger)
        page = open_page(chosen, sight, ledger, platforms)
        app = web.Application(middlewares=[refuse_as_json])
        app.add_routes(page.routes() if page else [])
        async with listening(app) as url:
            yield Room(url, sight.service, platforms)


async def remember_use(ledger: Ledger) -> None:
    """Three pictures in a group, one in a private chat, from two people."""
    for key, chat, pictures in (("1", GROUP, 3), ("2", PRIVATE, 1)):
        message = Message(
            "telegram", chat, key, Person(PERSON, "Ann Example"), "/style ash", {}, private=chat == PRIVATE
        )
        await ledger.chats.note(message, {})
        if entry := await ledger.receive(message):
            await ledger.debits.take(entry, "ash", pictures, {})


@contextlib.asynccontextmanager
async def visiting() -> AsyncIterator[aiohttp.ClientSession]:
    """A browser without a screen, which keeps its cookies."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield http


async def until(true: Callable[[], object]) -> None:
    ends = time.monotonic() + 20
    while not true():
        assert time.monotonic() < ends
        await asyncio.sleep(0.01)
