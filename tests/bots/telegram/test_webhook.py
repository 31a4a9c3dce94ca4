"""Being called by Telegram: with the secret, again after a failure, and one update of a chat at a time."""

import asyncio
import dataclasses
import socket
from pathlib import Path

import aiohttp
import pytest

from bots.adapter import SendFailed
from bots.telegram import TelegramAdapter, Webhook
from bots.telegram.webhook import SECRET_HEADER
from tests.bots.telegram.conftest import QUICK, Recorder, picture, running
from tests.emulators.telegram import BOT, TelegramEmulator

CALM = dataclasses.replace(QUICK, album_quiet_s=1.0)  # each item is a call and a file, on a machine that may be busy


@pytest.fixture
def webhook(tmp_path: Path) -> Webhook:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Webhook(f"http://127.0.0.1:{port}/telegram", "s3cret-of-ours", tmp_path / "spool", "127.0.0.1", port)


async def test_messages_and_presses_come_by_webhook(
    telegram: TelegramEmulator, listener: Recorder, webhook: Webhook
) -> None:
    async with running(telegram, listener, webhook=webhook):
        said = telegram.photo(picture(), caption="/style anime")
        telegram.press(telegram.world.message(said["chat"], {"text": "Which?", "from": BOT}), "/styles")
        assert [message.text for message in await listener.hears(2)] == ["/style anime", "/styles"]
        await telegram.until(lambda: not telegram.waiting)
        await telegram.until(lambda: bool(telegram.called("answerCallbackQuery")))
    (registered,) = telegram.called("setWebhook")
    assert registered.parameters["secret_token"] == "s3cret-of-ours"
    assert registered.parameters["allowed_updates"] == ["message", "callback_query", "inline_query"]
    assert not telegram.called("getUpdates")


async def test_a_stranger_without_the_secret_is_turned_away(
    telegram: TelegramEmulator, listener: Recorder, webhook: Webhook
) -> None:
    async with running(telegram, listener, webhook=webhook), aiohttp.ClientSession() as session:
        await telegram.until(lambda: bool(telegram.webhook))
        forged = {"update_id": 1, "message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}}}
        for headers in ({}, {SECRET_HEADER: "guess"}, {SECRET_HEADER: "s3cret-of-our"}):
            async with session.post(webhook.url, json=forged, headers=headers) as response:
                assert response.status == 403
        reader, writer = await asyncio.open_connection("127.0.0.1", webhook.port)
        writer.write(b"POST /telegram HTTP/1.1\r\nHost: x\r\nX-Telegram-Bot-Api-Secret-Token: \xff\r\n\r\n")
        assert b" 403 " in await reader.readline()
        writer.close()
        for body in (b"not json", b"[]", b'{"message": {}}'):
            headers = {SECRET_HEADER: webhook.secret, "Content-Type": "application/json"}
            async with session.post(webhook.url, data=body, headers=headers) as response:
                assert response.status == 400
    assert listener.tried == 0


async def test_what_could_not_be_recorded_comes_again(
    telegram: TelegramEmulator, listener: Recorder, webhook: Webhook
) -> None:
    listener.fails = 2
    async with running(telegram, listener, webhook=webhook):
        telegram.say("/style anime")
        assert [message.text for message in await listener.hears()] == ["/style anime"]
        await telegram.until(lambda: not telegram.waiting)
    assert listener.tried == 3


async def test_an_album_is_one_message_though_its_items_come_one_by_one(
    telegram: TelegramEmulator, listener: Recorder, webhook: Webhook
) -> None:
    async with running(telegram, listener, webhook=webhook, pace=CALM):
        telegram.album([picture() for _ in range(4)], caption="/style anime")
        assert [len(message.pictures) for message in await listener.hears()] == [4]
        await telegram.until(lambda: not telegram.waiting)
        await asyncio.to_thread(_wait_until_empty, webhook.spool)
    assert len(listener.heard) == 1


async def test_an_album_acknowledged_before_a_crash_is_recorded_after_it(
    telegram: TelegramEmulator, listener: Recorder, webhook: Webhook
) -> None:
    async with running(telegram, listener, webhook=webhook, pace=dataclasses.replace(QUICK, album_quiet_s=60.0)):
        telegram.album([picture() for _ in range(3)], caption="/style anime")
        await telegram.until(lambda: bool(telegram.webhook) and not telegram.waiting)
    assert listener.tried == 0
    assert len(list(webhook.spool.glob("*.json"))) == 3

    async with running(telegram, listener, webhook=webhook):
        (message,) = await listener.hears()
        await asyncio.to_thread(_wait_until_empty, webhook.spool)
    assert (message.text, len(message.pictures)) == ("/style anime", 3)


async def test_an_item_that_comes_twice_is_in_its_album_once(
    telegram: TelegramEmulator, listener: Recorder, webhook: Webhook
) -> None:
    async with running(telegram, listener, webhook=webhook, pace=CALM), aiohttp.ClientSession() as session:
        await telegram.until(lambda: bool(telegram.webhook))
        items = telegram.album([picture() for _ in range(3)], caption="/style anime")
        again = {"update_id": telegram.waiting[1], "message": items[1]}

        async def repeat() -> None:
            headers = {SECRET_HEADER: webhook.secret}
            async with session.post(webhook.url, json=again, headers=headers) as response:
                assert response.status == 200

        await repeat()
        await listener.hears()
        await repeat()
        telegram.say("/help")
        assert [len(message.pictures) for message in await listener.hears(2)] == [3, 0]
        await asyncio.to_thread(_wait_until_empty, webhook.spool)


async def test_a_port_that_is_taken_is_said(telegram: TelegramEmulator, listener: Recorder, webhook: Webhook) -> None:
    with socket.socket() as other:
        other.bind((webhook.host, webhook.port))
        other.listen()
        adapter = TelegramAdapter(telegram.token, api_url=telegram.url, pace=QUICK, webhook=webhook)
        with pytest.raises(SendFailed, match=f"Cannot listen on 127.0.0.1:{webhook.port}"):
            await adapter.run(listener)


def test_the_secret_does_not_print(webhook: Webhook) -> None:
    assert "s3cret" not in repr(webhook)


def _wait_until_empty(folder: Path) -> None:
    import time

    until = time.monotonic() + 5
    while list(folder.iterdir()):
        assert time.monotonic() < until, "the spool keeps what is recorded"
        time.sleep(0.01)
