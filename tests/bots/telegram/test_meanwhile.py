"""What happens on Telegram while a picture is being made, with the real conversation and ledger."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bots.adapter import SendFailed
from bots.conversation import Conversation
from bots.ledger import Ledger
from bots.telegram import TelegramAdapter
from tests.bots.blending import Blending
from tests.bots.telegram.conftest import QUICK, picture, stop
from tests.emulators.telegram import ALICE, BOB, GROUP, TelegramEmulator
from tests.emulators.telegram_objects import Json

OLD: Json = {"id": -55, "type": "group", "title": "Painters"}


@dataclass(frozen=True)
class Atelier:
    """All of it at work; the service holds pictures back until its gate is opened."""

    service: Blending
    ledger: Ledger
    running: asyncio.Task[None]

    async def begun(self, count: int = 1) -> None:
        async with asyncio.timeout(20):
            while self.service.submitted < count:
                await asyncio.sleep(0.01)

    async def quiet(self) -> None:
        """Every message is answered, or has failed."""
        async with asyncio.timeout(20):
            while await self.ledger.open_entries():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def at_work(telegram: TelegramEmulator, path: Path) -> AsyncIterator[Atelier]:
    adapter, service = TelegramAdapter(telegram.token, api_url=telegram.url, pace=QUICK), Blending()
    service.gate.clear()
    async with Ledger(path) as ledger, AsyncExitStack() as stack:
        conversation = Conversation(service, ledger, [adapter])
        running = asyncio.create_task(adapter.run(conversation))
        stack.push_async_callback(stop, running)
        await stack.enter_async_context(conversation)  # left while the adapter is connected
        yield Atelier(service, ledger, running)


@pytest.fixture
async def atelier(telegram: TelegramEmulator, tmp_path: Path) -> AsyncIterator[Atelier]:
    async with at_work(telegram, tmp_path / "ledger.sqlite3") as atelier:
        yield atelier


async def test_a_photo_deleted_while_it_waited_is_answered_without_it(
    telegram: TelegramEmulator, atelier: Atelier
) -> None:
    asked = telegram.photo(picture(), caption="/style ukiyoe", chat=GROUP)
    await atelier.begun()
    del telegram.world.messages[GROUP["id"], asked["message_id"]]
    atelier.service.gate.set()
    shown = await telegram.answer("sendPhoto")
    assert (shown.chat, shown.replies_to) == (GROUP["id"], None)


@pytest.mark.parametrize("told", [True, False])
async def test_a_group_that_becomes_a_supergroup_gets_its_picture_and_keeps_its_rules(
    telegram: TelegramEmulator, atelier: Atelier, told: bool
) -> None:
    telegram.photo(picture(), caption="/style ukiyoe", chat=OLD)
    await atelier.begun()
    chats = atelier.ledger.chats
    await chats.rule("telegram", "-55", replace(await chats.rules("telegram", "-55"), language="zh"))
    telegram.migrate(OLD, GROUP, told=told)
    atelier.service.gate.set()
    shown = await telegram.answer("sendPhoto")
    assert (shown.chat, shown.replies_to) == (GROUP["id"], None)
    await atelier.quiet()
    async with asyncio.timeout(10):
        while (await chats.rules("telegram", str(GROUP["id"]))).language != "zh":
            await asyncio.sleep(0.01)
    assert (await chats.rules("telegram", "-55")).language is None


async def test_who_blocked_us_meanwhile_is_not_tried_again_and_harms_nobody(
    telegram: TelegramEmulator, atelier: Atelier
) -> None:
    telegram.photo(picture(), caption="/style ukiyoe")
    telegram.photo(picture(), caption="/style ukiyoe", user=BOB)
    await atelier.begun(2)
    telegram.blocked.add(ALICE["id"])
    atelier.service.gate.set()
    await atelier.quiet()
    assert [sent.chat for sent in telegram.sent] == [BOB["id"]]
    tries = [call for call in telegram.called("sendPhoto") if call.parameters["chat_id"] == str(ALICE["id"])]
    assert len(tries) == 1


async def test_flood_control_and_an_outage_only_delay_the_picture(telegram: TelegramEmulator, atelier: Atelier) -> None:
    telegram.photo(picture(), caption="/style ukiyoe")
    await atelier.begun()
    telegram.refuse("sendPhoto", 429, "Too Many Requests: retry after 1", retry_after=1)
    telegram.refuse("getUpdates", 502, "Bad Gateway", times=3)
    atelier.service.gate.set()
    assert (await telegram.answer("sendPhoto")).chat == ALICE["id"]
    telegram.say("/help")
    assert (await telegram.answer("sendMessage")).text
    await atelier.quiet()
    assert len(telegram.called("sendPhoto")) == 2


async def test_a_picture_that_was_waiting_when_the_token_expired_comes_with_the_new_one(
    telegram: TelegramEmulator, tmp_path: Path
) -> None:
    path, expired = tmp_path / "ledger.sqlite3", telegram.token
    asked: dict[str, Any] = telegram.photo(picture(), caption="/style ukiyoe")
    async with at_work(telegram, path) as atelier:
        await atelier.begun()
        telegram.token = "123456:another"
        telegram.say("anybody there?")
        with pytest.raises(SendFailed, match="does not accept the bot's token"):
            await atelier.running
    assert telegram.token != expired
    async with at_work(telegram, path) as atelier:
        atelier.service.gate.set()
        assert (await telegram.answer("sendPhoto")).replies_to == asked["message_id"]
