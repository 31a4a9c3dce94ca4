"""Telegram's flood limits: kept by us, and obeyed where they are met all the same."""

import asyncio
import dataclasses
import time

from bots.message import Answer, Text
from tests.bots.telegram.conftest import QUICK, Recorder, photo, running
from tests.emulators.telegram import ALICE, BOB, GROUP, TelegramEmulator

HERE = {"chat": ALICE["id"], "thread": None, "message": None}
THERE = {"chat": BOB["id"], "thread": None, "message": None}
PAINTERS = {"chat": GROUP["id"], "thread": None, "message": None}


async def test_asked_to_wait_the_chat_waits_and_the_others_do_not(
    telegram: TelegramEmulator, listener: Recorder
) -> None:
    async with running(telegram, listener) as bot:
        await bot.say(HERE, Text("hello"))
        telegram.refuse("sendPhoto", 429, "Too Many Requests: retry after 1", retry_after=1)
        began = time.monotonic()
        showing = asyncio.create_task(bot.show(HERE, Answer((photo(),)), "key"))
        await telegram.until(lambda: bool(telegram.called("sendPhoto")))
        await bot.say(THERE, Text("not waiting"))
        await bot.busy(HERE)  # not now
        await showing
    assert time.monotonic() - began >= 1.0
    assert [sent.chat for sent in telegram.sent] == [1001, 1002, 1001]
    assert not telegram.called("sendChatAction")


async def test_our_own_limits_keep_telegrams_from_being_met(telegram: TelegramEmulator, listener: Recorder) -> None:
    telegram.flood = (5, 0.2)  # far less than our own, so that one that is late on its way meets nobody
    pace = dataclasses.replace(QUICK, per_chat=(100, 1.0), per_group=(5, 1.0))
    async with running(telegram, listener, pace=pace) as bot:
        began = time.monotonic()
        for n in range(12):
            await bot.say(PAINTERS, Text(str(n)))
    assert time.monotonic() - began >= 1.9
    assert len(telegram.sent) == len(telegram.called("sendMessage")) == 12  # none was refused and sent again


async def test_showing_that_we_are_busy_costs_no_turn(telegram: TelegramEmulator, listener: Recorder) -> None:
    pace = dataclasses.replace(QUICK, per_chat=(2, 60.0), per_group=(2, 60.0))
    async with running(telegram, listener, pace=pace) as bot:
        await bot.say(PAINTERS, Text("one"))
        for _ in range(20):
            await bot.busy(PAINTERS)
        await bot.say(PAINTERS, Text("two"))
    assert len(telegram.called("sendChatAction")) == 20
    assert len(telegram.sent) == 2


async def test_progress_leaves_room_for_answers(telegram: TelegramEmulator, listener: Recorder) -> None:
    pace = dataclasses.replace(QUICK, per_group=(8, 60.0))
    async with running(telegram, listener, pace=pace) as bot:
        sent = await bot.say(PAINTERS, Text("You are 9th."))
        progress = asyncio.create_task(_count_down(bot.change, sent))
        await telegram.until(lambda: len(telegram.called("editMessageText")) == 5)
        await asyncio.sleep(0.05)
        assert len(telegram.called("editMessageText")) == 5  # of eight, six are used and two are kept
        await bot.show(PAINTERS, Answer((photo(), photo())), "key")
        progress.cancel()
    assert telegram.sent[-1].method == "sendMediaGroup"


async def _count_down(change: object, sent: str) -> None:
    assert callable(change)
    for position in range(8, 0, -1):
        await change(PAINTERS, sent, Text(f"You are {position}th."))


async def test_an_album_counts_as_its_pictures(telegram: TelegramEmulator, listener: Recorder) -> None:
    pace = dataclasses.replace(QUICK, per_chat=(4, 0.5))
    async with running(telegram, listener, pace=pace) as bot:
        began = time.monotonic()
        await bot.show(HERE, Answer(tuple(photo() for _ in range(3))), "key")
        await bot.show(HERE, Answer(tuple(photo() for _ in range(3))), "key")
    assert time.monotonic() - began >= 0.5
