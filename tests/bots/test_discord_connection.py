"""Connecting to Discord, staying connected, and keeping quiet about secrets."""

import asyncio
import contextlib
import logging

import pytest

from bots.adapter import SendFailed
from bots.discord import DiscordAdapter, connection
from bots.discord.client import Client
from bots.discord.intake import Intake
from bots.discord.original import KNOWN_S, LIFE_S, Originals
from bots.discord.place import Place
from bots.discord.redaction import Redaction
from bots.message import Text
from tests.bots.discord_room import Listener, answer, connected, room
from tests.emulators.discord import DiscordEmulator


def adapter_for(dc: DiscordEmulator, token: str) -> DiscordAdapter:
    return DiscordAdapter(token, api_url=dc.api_url, gateway_url=dc.gateway_url, cdn_url=dc.cdn_url)


async def test_a_wrong_token_is_said_in_a_sentence_to_everyone_who_waits() -> None:
    async with DiscordEmulator() as dc:
        adapter = adapter_for(dc, "wrong.token")
        waiting = asyncio.create_task(adapter.say(Place(1, 2, 3).address, Text("hello")))
        with pytest.raises(SendFailed, match="does not accept the bot's token") as refusal:
            await adapter.run(Listener())
        assert "wrong.token" not in str(refusal.value)
        with pytest.raises(SendFailed, match="does not accept"):
            await waiting


async def test_a_token_that_the_gateway_refuses() -> None:
    async with DiscordEmulator() as dc:
        dc.gateway.token = "another"
        with pytest.raises(SendFailed, match="does not accept the bot's token"):
            await adapter_for(dc, dc.token).run(Listener())


async def test_a_token_that_is_revoked_ends_the_run_and_everyone_who_waits() -> None:
    async with DiscordEmulator() as dc:
        listener = Listener()
        adapter = adapter_for(dc, dc.token)
        running = asyncio.create_task(adapter.run(listener))
        await dc.post("/style ukiyoe", b"photo")
        address, old = (await listener.next()).address, dc.token
        dc.rest.token = dc.gateway.token = "another"
        with pytest.raises(SendFailed, match="HTTP 401") as refusal:
            await adapter.show(address, answer(), "key")
        assert old not in str(refusal.value)
        await dc.gateway.drop(4004)
        with pytest.raises(SendFailed, match="does not accept the bot's token"):
            await running
        with pytest.raises(SendFailed, match="does not accept the bot's token"):
            await adapter.say(address, Text("hello"))


async def test_an_unreachable_discord_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connection, "FIRST_PAUSE_S", 0.01)
    async with DiscordEmulator() as dc:
        dc.accident("lost", "GET /users/@me", times=4)
        listener = Listener()
        async with connected(dc, listener):
            asked = await dc.slash("help")
            await dc.until(lambda: asked.response)
        lines = [record for record in caplog.records if "cannot be reached" in record.message]
        assert 1 <= len(lines) <= 4  # aiohttp may repeat a request by itself
        assert {line.levelname for line in lines} == {"WARNING"}


async def test_a_list_of_commands_that_is_refused_does_not_stop_the_bot() -> None:
    async with room() as there:
        await there.dc.slash("help")
        await there.listener.next()
    async with DiscordEmulator() as dc:
        dc.accident("refused", "PUT /applications")
        listener = Listener()
        async with connected(dc, listener):
            asked = await dc.slash("help")
            await dc.until(lambda: asked.response)


async def test_after_a_drop_the_session_is_resumed_and_nothing_is_missed() -> None:
    async with room() as there:
        await there.ask()
        await there.dc.gateway.drop()
        await there.dc.gateway.event("MESSAGE_CREATE", (await there.dc.post("/help", tell=False)).json)
        message = await there.listener.next(2)
        assert message.text == "/help"
        assert (there.dc.gateway.resumed, there.dc.gateway.sessions) == (1, 1)
        assert there.dc.gateway.heartbeats >= 1
        assert there.dc.gateway.compressed


async def test_only_harmless_intents_are_asked_for() -> None:
    async with room() as there:
        await there.ask()
        guilds, guild_messages, private_messages = 1 << 0, 1 << 9, 1 << 12
        assert there.dc.gateway.intents == guilds | guild_messages | private_messages


async def test_what_is_said_before_the_connection_stands_waits_for_it() -> None:
    async with DiscordEmulator() as dc:
        adapter = adapter_for(dc, dc.token)
        place = Place(dc.private_channel, 2, 3)
        saying = asyncio.create_task(adapter.say(place.address, Text("hello")))
        await asyncio.sleep(0.05)
        assert not saying.done()
        running = asyncio.create_task(adapter.run(Listener()))
        await saying
        assert dc.rest.messages[-1].content == "hello"
        running.cancel()


async def test_a_client_that_is_closed_tells_nobody_that_it_is_ready() -> None:
    """Its library waits two seconds for servers to arrive, and would then use a loop that it no longer has."""
    intake = Intake(Listener(), Originals(), "life", sending=contextlib.nullcontext, hesitate_s=0.0)
    async with Client(intake) as client:
        pass
    client.dispatch("ready")


async def test_stopping_lets_an_answer_finish_leaving() -> None:
    async with DiscordEmulator() as dc:
        listener = Listener()
        async with connected(dc, listener) as adapter:
            asked = await dc.slash("style", image=b"photo")
            message = await listener.next()
            dc.accident("flood", "PATCH /webhooks", retry_after_s=0.3)
            showing = asyncio.create_task(adapter.show(message.address, answer(), "key"))
            await dc.until(lambda: dc.rest.accidents[0].times == 0)
        await showing
        assert (await dc.answer(asked)).pictures == [b"painted"]


async def test_no_token_is_ever_logged(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("discord", "aiohttp", "bots"):
        caplog.set_level(logging.DEBUG, name)
    caplog.set_level(logging.DEBUG)
    async with room() as there:
        asked, message = await there.ask()
        for accident in ("flood", "cut"):
            there.dc.accident(accident, "PATCH /webhooks")
        await there.adapter.show(message.address, answer(commands=("/style ukiyoe",)), "key")
        pressed = await there.dc.press(await there.dc.answer(asked), "/style ukiyoe")
        await there.listener.next(2)
        await there.dc.gateway.drop()
        there.dc.expire(asked)
        await there.adapter.show(message.address, answer(), "another")
        secrets = (there.dc.token, asked.token, pressed.token)
    lines = [logging.Formatter().format(record) for record in caplog.records]
    assert any("WebSocket Event" in line and "INTERACTION_CREATE" in line for line in lines)  # it was worth looking
    assert any("/webhooks/" in line for line in lines)
    assert [line for line in lines if any(secret in line for secret in secrets)] == []


def test_a_traceback_is_cleaned_too() -> None:
    try:
        raise OSError("https://discord.com/api/v10/webhooks/17/sEcReT/messages/@original by bot.token")
    except OSError as error:
        trouble = (OSError, error, error.__traceback__)
    record = logging.LogRecord("discord.http", logging.ERROR, __file__, 1, "%s broke", ("bot.token",), trouble)
    Redaction("bot.token").filter(record)
    line = logging.Formatter().format(record)
    assert "sEcReT" not in line
    assert "bot.token" not in line.replace("[secret]", "")
    assert "/webhooks/17/[secret]/messages/@original by [secret]" in line


def test_interactions_are_forgotten_when_they_are_over(monkeypatch: pytest.MonkeyPatch) -> None:
    originals = Originals()
    first = Place(1, 2, 3, token="first", expires=LIFE_S)
    monkeypatch.setattr("time.time", lambda: 0.0)
    known = originals.open(first)
    assert originals.of(first) is known
    monkeypatch.setattr("time.time", lambda: LIFE_S + KNOWN_S + 1.0)
    originals.open(Place(1, 2, 4, token="second", expires=2 * LIFE_S + KNOWN_S))
    assert originals.of(first) is not known
