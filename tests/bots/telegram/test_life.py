"""Starting, being turned away, being offline; and the token, which nobody ever sees."""

import asyncio
import logging
import socket

import pytest

from bots import replies
from bots.adapter import SendFailed
from bots.message import Picture, Text
from bots.telegram import TelegramAdapter
from tests.bots.telegram.conftest import QUICK, Recorder, picture, running
from tests.emulators.telegram import ALICE, TelegramEmulator

HERE = {"chat": ALICE["id"], "thread": None, "message": None}


async def test_a_wrong_token_ends_the_run_with_a_sentence(telegram: TelegramEmulator, listener: Recorder) -> None:
    adapter = TelegramAdapter("1:wrong-and-secret", api_url=telegram.url, pace=QUICK)
    waiting = asyncio.create_task(adapter.say(HERE, Text("sent before it is known")))
    with pytest.raises(SendFailed, match="does not accept the bot's token") as refusal:
        await adapter.run(listener)
    assert "wrong-and-secret" not in repr(refusal.value)
    with pytest.raises(SendFailed, match="does not accept"):
        await waiting


async def test_a_bot_that_starts_offline_waits_for_telegram(
    listener: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bots.telegram")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    adapter = TelegramAdapter("1:x", api_url=f"http://127.0.0.1:{port}", pace=QUICK)
    run = asyncio.create_task(adapter.run(listener))
    said = asyncio.create_task(adapter.say(HERE, Text("Back again.")))
    async with asyncio.timeout(10):
        while not caplog.records:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)  # some more tries
    assert not run.done()
    assert not said.done()
    assert [record.levelname for record in caplog.records] == ["WARNING"]

    async with TelegramEmulator("1:x", port=port) as telegram:
        assert (await telegram.answer()).text == "Back again."
        assert await said
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run


async def test_the_menu_of_commands_is_offered_in_each_language(
    telegram: TelegramEmulator, bot: TelegramAdapter
) -> None:
    await telegram.until(lambda: len(telegram.methods.commands) == 3 * len(replies.LANGUAGES))
    for code, language in (("", "en"), ("zh", "zh")):
        everything = list(replies.commands(language))
        for scope in ("default", "all_chat_administrators"):
            assert _offered(telegram, scope, code) == everything
        in_groups = _offered(telegram, "all_group_chats", code)
        assert in_groups == [(name, description) for name, description in everything if name != "settings"]


def _offered(telegram: TelegramEmulator, scope: str, code: str) -> list[tuple[str, str]]:
    return [(each["command"], each["description"]) for each in telegram.methods.commands[scope, code]]


async def test_a_bot_without_its_menu_still_works(telegram: TelegramEmulator, listener: Recorder) -> None:
    telegram.refuse("setMyCommands", 400, "Bad Request: BOT_COMMAND_INVALID", times=6)
    async with running(telegram, listener):
        telegram.say("/help")
        await listener.hears()


async def test_the_environments_proxy_is_used(
    telegram: TelegramEmulator, listener: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", telegram.url)  # the emulator serves whatever host it is asked for
    monkeypatch.delenv("no_proxy", raising=False)
    telegram.say("/help")
    adapter = TelegramAdapter(telegram.token, api_url="http://telegram.invalid", pace=QUICK)
    run = asyncio.create_task(adapter.run(listener))
    await listener.hears()
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run


async def test_the_token_is_in_no_log_and_no_exception(
    telegram: TelegramEmulator, listener: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "telegram", "bots", "asyncio"):
        caplog.set_level(logging.DEBUG, name)
    errors: list[BaseException] = []
    async with running(telegram, listener) as bot:
        telegram.photo(picture(), caption="/style anime")
        (message,) = await listener.hears()
        await bot.fetch(message.pictures[0])
        telegram.refuse("sendMessage", 500, "Internal Server Error")
        telegram.lose("sendMessage")
        telegram.blocked.add(5)
        for call in (
            bot.say(HERE, Text("fails")),
            bot.say(HERE, Text("is lost")),
            bot.say(HERE | {"chat": 5}, Text("is blocked")),
            bot.fetch(Picture("no such file")),
        ):
            with pytest.raises(Exception) as caught:  # noqa: PT011 - each kind; what they say is looked at below
                await call
            errors.append(caught.value)
        telegram.token = "123456:another"
        with pytest.raises(SendFailed) as refused:
            await bot.say(HERE, Text("revoked"))
        errors.append(refused.value)

    secret = "AAF-emulated_token"
    said = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    assert "getUpdates" in said  # the libraries did log
    assert secret not in said
    for error in errors:
        assert secret not in _all_of(error)


def _all_of(error: BaseException) -> str:
    """An exception with everything that hangs on it."""
    chain, seen = [error], ""
    while chain:
        one = chain.pop()
        seen += f"{one!r} {one} {vars(one)} {getattr(one, 'request', '')!r}"
        chain += [linked for linked in (one.__cause__, one.__context__) if linked]
    return seen
