"""What happens on Discord while a picture is being made, with the real conversation and ledger."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bots.conversation import Conversation, Pace
from bots.discord import DiscordAdapter, delivery
from bots.ledger import Ledger
from tests.bots.console import Inverting, inverted
from tests.emulators.discord import DiscordEmulator, User
from tests.program import free_port

PHOTO, OTHER = b"a photo", b"another photo"
IN_CHANNEL = r"POST /channels/\d+/messages"
CALM = Pace(worth_after_s=30.0)
WITHIN_S = 20


@dataclass(frozen=True)
class Studio:
    """All of it at work; the service holds pictures back until its gate is opened."""

    dc: DiscordEmulator
    service: Inverting
    ledger: Ledger

    async def begun(self, count: int = 1) -> None:
        async with asyncio.timeout(WITHIN_S):
            while self.service.submitted < count:
                await asyncio.sleep(0.01)

    async def quiet(self) -> None:
        """Every message is answered, or has failed."""
        async with asyncio.timeout(WITHIN_S):
            while await self.ledger.open_entries():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def at_work(dc: DiscordEmulator, path: Path) -> AsyncIterator[Studio]:
    adapter, service = (
        DiscordAdapter(dc.token, api_url=dc.api_url, gateway_url=dc.gateway_url, cdn_url=dc.cdn_url),
        Inverting(),
    )
    service.gate.clear()
    async with Ledger(path) as ledger, Conversation(service, ledger, [adapter], pace=CALM) as conversation:
        running = asyncio.create_task(adapter.run(conversation))
        try:
            yield Studio(dc, service, ledger)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    async with DiscordEmulator() as dc:
        async with at_work(dc, tmp_path / "ledger.sqlite3") as studio:
            yield studio
        assert dc.violations == [], dc.violations


async def test_a_question_deleted_while_it_waited_is_answered_all_the_same(studio: Studio) -> None:
    asked = await studio.dc.post("/style ukiyoe", PHOTO)
    await studio.begun()
    studio.dc.rest.messages.remove(asked)
    studio.service.gate.set()
    assert (await studio.dc.answer(asked)).pictures == [inverted(PHOTO)]
    await studio.quiet()


@pytest.mark.parametrize("kind", ["blocked", "left"])
async def test_who_is_gone_meanwhile_is_not_tried_again_and_harms_nobody(studio: Studio, kind: str) -> None:
    await studio.dc.post("/style ukiyoe", PHOTO)
    await studio.begun()
    studio.dc.accident(kind, IN_CHANNEL)
    studio.service.gate.set()
    await studio.quiet()
    tries = [call for call in studio.dc.rest.calls if call.method == "POST" and call.path.endswith("/messages")]
    assert len(tries) == 1
    asked = await studio.dc.post("/style ukiyoe", OTHER, user=User("eve"))
    assert (await studio.dc.answer(asked)).pictures == [inverted(OTHER)]


@pytest.mark.parametrize("kind", ["flood", "error", "lost", "cut"])
@pytest.mark.parametrize("dropped", [False, True], ids=["connected", "dropped"])
async def test_flood_control_and_outages_only_delay_the_picture(studio: Studio, kind: str, dropped: bool) -> None:
    asked = await studio.dc.post("/style ukiyoe", PHOTO)
    await studio.begun()
    if dropped:
        await studio.dc.gateway.drop()
    studio.dc.accident(kind, IN_CHANNEL)
    studio.service.gate.set()
    assert (await studio.dc.answer(asked)).pictures == [inverted(PHOTO)]
    await studio.quiet()
    assert len(studio.dc.rest.messages) == 2, "the question and one answer"


async def test_where_no_connection_can_be_made_it_is_tried_until_one_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.through.PATIENCE_S", 0.1)
    port, app = free_port(), web.Application()

    async def hello(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    app.router.add_get("/", hello)
    async with aiohttp.ClientSession() as session:

        async def attempt() -> str:
            async with session.get(f"http://127.0.0.1:{port}/") as response:
                return await response.text()

        asking = asyncio.create_task(delivery.deliver(attempt, repeatable=False))
        await asyncio.sleep(0.6)
        assert not asking.done()
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        assert await asking == "hello"
        await runner.cleanup()
