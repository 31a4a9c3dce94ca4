"""Nothing is acknowledged before it is recorded, and nobody waits for somebody else's trouble."""

import asyncio
import dataclasses

import pytest

from bots.adapter import SendFailed
from bots.telegram import TelegramAdapter
from tests.bots.telegram.conftest import QUICK, Recorder, picture, running
from tests.emulators.telegram import ALICE, BOB, TelegramEmulator


async def _asks_again(telegram: TelegramEmulator) -> None:
    """Let the bot ask for updates twice more: each time it could acknowledge what it should not."""
    before = len(telegram.called("getUpdates"))
    await telegram.until(lambda: len(telegram.called("getUpdates")) >= before + 2)


async def test_what_could_not_be_recorded_stays_with_telegram(telegram: TelegramEmulator, listener: Recorder) -> None:
    listener.fails = 1000
    async with running(telegram, listener, pace=dataclasses.replace(QUICK, record_tries=1000)):
        telegram.say("/style anime")
        await listener.until(lambda: listener.tried == 3)
        await _asks_again(telegram)
        assert telegram.waiting
        listener.fails = 0
        await listener.hears()
        await telegram.until(lambda: not telegram.waiting)
    assert [message.text for message in listener.heard] == ["/style anime"]


async def test_a_bot_killed_while_recording_hears_it_again(telegram: TelegramEmulator, listener: Recorder) -> None:
    listener.hold = {"1001"}
    async with running(telegram, listener):
        telegram.say("/style anime")
        await listener.until(lambda: listener.tried == 1)
        await _asks_again(telegram)
    assert telegram.waiting

    after = Recorder()
    async with running(telegram, after):
        assert [message.text for message in await after.hears()] == ["/style anime"]


async def test_a_bot_killed_in_the_middle_of_an_album_hears_all_of_it_again(
    telegram: TelegramEmulator, listener: Recorder
) -> None:
    slow = dataclasses.replace(QUICK, album_quiet_s=60.0)
    async with running(telegram, listener, pace=slow):
        telegram.album([picture() for _ in range(3)], caption="/style anime")
        telegram.say("something else", user=BOB)
        await listener.hears()  # Bob, who came after the album
        await _asks_again(telegram)
    assert len(telegram.waiting) == 4

    after = Recorder()
    async with running(telegram, after):
        heard = await after.hears(2)
    assert sorted(len(message.pictures) for message in heard) == [0, 3]


async def test_an_album_that_trickles_in_is_still_one(telegram: TelegramEmulator, listener: Recorder) -> None:
    pace = dataclasses.replace(QUICK, album_quiet_s=1.0)
    async with running(telegram, listener, pace=pace):
        first = telegram.album([picture()], caption="/style anime")[0]
        for _ in range(3):
            await asyncio.sleep(0.4)
            telegram.post({"media_group_id": first["media_group_id"], "photo": telegram.world.photo_sizes(picture())})
        assert [len(message.pictures) for message in await listener.hears()] == [4]
        await telegram.until(lambda: not telegram.waiting)
    assert len(listener.heard) == 1


async def test_ten_items_are_a_whole_album_without_waiting(telegram: TelegramEmulator, listener: Recorder) -> None:
    telegram.album([picture() for _ in range(10)], caption="/style anime")
    async with running(telegram, listener, pace=dataclasses.replace(QUICK, album_quiet_s=60.0)):
        assert [len(message.pictures) for message in await listener.hears()] == [10]


async def test_two_albums_at_once_do_not_mix(telegram: TelegramEmulator, listener: Recorder) -> None:
    ours, theirs = [
        telegram.album([picture() for _ in range(count)], caption=f"/style {count}", user=user)
        for user, count in ((ALICE, 2), (BOB, 3))
    ]
    async with running(telegram, listener):
        heard = await listener.hears(2)
    assert {message.id: len(message.pictures) for message in heard} == {
        str(ours[0]["message_id"]): 2,
        str(theirs[0]["message_id"]): 3,
    }


async def test_one_slow_chat_keeps_nobody_else_waiting(telegram: TelegramEmulator, listener: Recorder) -> None:
    listener.hold = {"1001"}
    async with running(telegram, listener):
        telegram.say("/style slow")
        for n in range(3):
            telegram.say(f"/style {n}", user=BOB)
            await listener.hears(n + 1)
    assert [message.text for message in listener.heard] == ["/style 0", "/style 1", "/style 2"]
    assert len(telegram.waiting) == 4  # the first is not recorded, so all stay; what comes again is recognised


async def test_each_chat_is_heard_in_its_order_and_only_once(telegram: TelegramEmulator, listener: Recorder) -> None:
    said = [str(n) for n in range(30)]
    async with running(telegram, listener):
        for words in said:
            telegram.say(words)
        await listener.hears(30)
        await telegram.until(lambda: not telegram.waiting)
    assert [message.text for message in listener.heard] == said


async def test_an_update_that_cannot_be_read_blocks_nothing(
    telegram: TelegramEmulator, listener: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.update({"message": {"message_id": "what?", "chat": 5}})
    telegram.say("/help")
    async with running(telegram, listener):
        await listener.hears()
        await telegram.until(lambda: not telegram.waiting)
    assert "cannot be read" in caplog.text
    telegram.violations.clear()  # of this very update


async def test_what_can_never_be_recorded_is_let_go_in_the_end(
    telegram: TelegramEmulator, listener: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    listener.fails = 4
    async with running(telegram, listener, pace=dataclasses.replace(QUICK, record_tries=4)):
        telegram.say("/style poison")
        telegram.say("/style anime")
        assert [message.text for message in await listener.hears()] == ["/style anime"]
        await telegram.until(lambda: not telegram.waiting)
    assert "no space left on device" in caplog.text
    assert "is let go" in caplog.text


async def test_an_outage_is_said_once_and_waited_out(
    telegram: TelegramEmulator, listener: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bots.telegram")
    async with running(telegram, listener):
        await telegram.until(lambda: bool(telegram.called("getUpdates")))
        telegram.refuse("getUpdates", 502, "Bad Gateway", times=5)
        telegram.say("first")
        telegram.say("second")
        await listener.hears(2)
        telegram.say("third")
        await listener.hears(3)
    assert caplog.text.count("cannot be reached") == 1
    assert caplog.text.count("can be reached again") == 1


async def test_a_token_revoked_while_running_ends_the_run(telegram: TelegramEmulator, listener: Recorder) -> None:
    adapter = TelegramAdapter(telegram.token, api_url=telegram.url, pace=QUICK)
    run = asyncio.create_task(adapter.run(listener))
    await telegram.until(lambda: bool(telegram.called("getUpdates")))
    telegram.token = "123456:another"
    telegram.say("hello")
    with pytest.raises(SendFailed, match="does not accept the bot's token"):
        await run
