"""Three bot processes before one service, as when a platform's shards or a balancer share the people out."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.bots.web_chat import Visitor
from tests.conftest import photo
from tests.program import Program

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]  # four processes start, twice

PATIENCE_S = 60
TOKEN = {"ATELIER_INFERENCE_TOKEN": "between-us"}
RAN = re.compile(r"← \S+ \d+×\d+ ×(\d+) ● (.*)")
"""What the service logs of a batch: how many pictures, and whose."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Program]:
    async with Program("serve", tmp_path_factory.mktemp("service"), TOKEN) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bots(service: Program, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Program]]:
    """Each with its own ledger and its own people."""
    settings = {**TOKEN, "ATELIER_INFERENCE_URL": service.url}
    programs = [Program("bot", tmp_path_factory.mktemp(f"bot{n}"), settings) for n in range(3)]
    async with AsyncExitStack() as running:
        await asyncio.gather(*(program.start() for program in programs))
        for program in programs:
            running.push_async_callback(program.stop)
        yield programs
    for program in programs:
        assert "between-us" not in program.printed()


@dataclass
class Person:
    """Somebody with a page of one bot process: one cookie, kept over restarts."""

    visitor: Visitor

    async def ask(self, pictures: int = 1) -> str:
        """Ask for so many pictures in one style. Returns when the bot has recorded it; gives the message's id."""
        references = [(await self.visitor.upload(photo("cat")))[1]["ref"] for _ in range(pictures)]
        said = {"type": "message", "id": secrets.token_hex(8), "text": "/style ukiyoe", "pictures": references}
        async with self.visitor.socket() as socket:
            await socket.send_json(said)
            await self._until(socket, "received")
        return str(said["id"])

    async def answer(self) -> dict[str, Any]:
        """The next pictures that come, acknowledged."""
        async with asyncio.timeout(PATIENCE_S), self.visitor.socket() as socket:
            return await self._until(socket, "answer")

    async def _until(self, socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
        while True:
            frame: dict[str, Any] = await socket.receive_json()
            if "key" in frame and "version" in frame:
                await socket.send_json({"type": "ack", "key": frame["key"], "version": frame["version"]})
            if frame["type"] == kind:
                return frame


@asynccontextmanager
async def person(bot: Program) -> AsyncIterator[Person]:
    jar = aiohttp.CookieJar(unsafe=True)  # the host is an address, not a name
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        visitor = Visitor(bot.url, http)
        assert await visitor.enter() == 204
        yield Person(visitor)


@asynccontextmanager
async def people(bots: list[Program], each: int) -> AsyncIterator[list[Person]]:
    async with AsyncExitStack() as here:
        yield [await here.enter_async_context(person(bot)) for bot in bots for _ in range(each)]


async def test_everybody_is_answered_whichever_process_hears_them(bots: list[Program]) -> None:
    async with people(bots, each=2) as everybody:
        await asyncio.gather(*(one.ask() for one in everybody))
        answers = await asyncio.gather(*(one.answer() for one in everybody))
    assert all(answer["photos"] for answer in answers)


def ran(service: Program, since: int) -> tuple[int, set[str]]:
    """How many pictures the device has made, and whose they were."""
    batches = RAN.findall(service.printed()[since:])
    return sum(int(count) for count, _ in batches), {user for _, users in batches for user in users.split()}


async def test_one_persons_heap_does_not_keep_the_others_waiting(service: Program, bots: list[Program]) -> None:
    since = len(service.printed())
    async with person(bots[0]) as greedy, people(bots[1:], each=1) as polite:
        await greedy.ask(pictures=10)
        await asyncio.gather(*(one.ask() for one in polite))
        await asyncio.gather(*(one.answer() for one in polite))
        made, _ = ran(service, since)
        assert (await greedy.answer())["photos"]
    assert made < 10 + 2, "the polite ones were answered before the heap was done"
    assert len(ran(service, since)[1]) == 3  # people to the one queue, whichever process they came by


async def test_a_killed_process_loses_nothing_and_the_others_do_not_notice(bots: list[Program]) -> None:
    async with people(bots, each=1) as (unlucky, *others):
        for one in (unlucky, *others):
            await one.ask()
        await bots[0].kill()
        answers = await asyncio.gather(*(one.answer() for one in others))
        assert all(answer["photos"] for answer in answers)
        await bots[0].start()
        assert (await unlucky.answer())["photos"]
