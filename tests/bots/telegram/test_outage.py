"""What goes wrong on Telegram's side, and what becomes of it."""

import asyncio
from typing import Any

import pytest

from bots.adapter import ChatGone, SendFailed
from bots.message import Answer, Picture, Text
from bots.telegram import TelegramAdapter
from tests.bots.telegram.conftest import Recorder, photo, running
from tests.emulators.telegram import ALICE, FORUM, GROUP, TelegramEmulator

OLD: dict[str, Any] = {"id": -55, "type": "group", "title": "Painters"}
IN_OLD = {"chat": OLD["id"], "thread": None, "message": None}
NO_NEWS = 0.05  # seconds in which nothing came


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (403, "Forbidden: bot is not a member of the channel chat"),
        (403, "Forbidden: the group chat was deleted"),
        (403, "Forbidden: bot can't initiate conversation with a user"),
        (400, "Bad Request: chat not found"),
    ],
)
async def test_where_nobody_can_be_reached_the_chat_is_gone(
    telegram: TelegramEmulator, bot: TelegramAdapter, status: int, description: str
) -> None:
    telegram.refuse("sendPhoto", status, description)
    telegram.refuse("sendMessage", status, description)
    reason = description.partition(": ")[2][1:]
    with pytest.raises(ChatGone, match=reason):
        await bot.show(IN_OLD, Answer((photo(),)), "key")
    with pytest.raises(ChatGone, match=reason):
        await bot.say(IN_OLD, Text("Waiting."))
    assert telegram.sent == []


@pytest.mark.parametrize("description", ["message thread not found", "not enough rights to send photos to the chat"])
async def test_where_this_alone_is_refused_the_chat_stays(
    telegram: TelegramEmulator, bot: TelegramAdapter, description: str
) -> None:
    telegram.refuse("sendPhoto", 400, f"Bad Request: {description}")
    with pytest.raises(SendFailed, match=description[1:]) as refused:
        await bot.show({"chat": FORUM["id"], "thread": 42, "message": None}, Answer((photo(),)), "key")
    assert not isinstance(refused.value, ChatGone)


async def test_who_blocked_us_sees_no_busy_sign_and_costs_no_error(
    telegram: TelegramEmulator, bot: TelegramAdapter
) -> None:
    telegram.blocked.add(ALICE["id"])
    here = {"chat": ALICE["id"], "thread": None, "message": None}
    await bot.busy(here)
    with pytest.raises(ChatGone):
        await bot.say(here, Text("Waiting."))
    telegram.blocked.clear()
    assert await bot.say(here, Text("Back again."))


async def test_a_group_that_moved_is_followed(
    telegram: TelegramEmulator, bot: TelegramAdapter, listener: Recorder
) -> None:
    telegram.moved[OLD["id"]] = GROUP["id"]
    sent = await bot.say(IN_OLD, Text("Waiting."))
    await bot.change(IN_OLD, sent, Text("Nearly."))
    await bot.show(IN_OLD, Answer((photo(),)), "key")
    await bot.busy(IN_OLD)
    await bot.remove(IN_OLD, sent)
    assert {each.chat for each in telegram.sent} == {GROUP["id"]}
    assert sum(call.parameters["chat_id"] == "-55" for call in telegram.calls if "chat_id" in call.parameters) == 1
    await listener.until(lambda: listener.moves == [("telegram", "-55", str(GROUP["id"]))])


async def test_a_group_that_says_that_it_moves_is_followed(
    telegram: TelegramEmulator, bot: TelegramAdapter, listener: Recorder
) -> None:
    telegram.migrate(OLD, GROUP)
    await listener.until(lambda: len(listener.moves) == 2)  # said in both; telling it twice changes nothing
    assert set(listener.moves) == {("telegram", "-55", str(GROUP["id"]))}
    await bot.say(IN_OLD, Text("Here."))
    assert not [call for call in telegram.calls if call.parameters.get("chat_id") == "-55"]
    assert listener.heard == []


@pytest.mark.parametrize("told", [True, False])
async def test_in_a_group_that_moved_old_numbers_mean_nothing(
    telegram: TelegramEmulator, bot: TelegramAdapter, listener: Recorder, told: bool
) -> None:
    asked = telegram.say("/style anime", chat=OLD)
    waiting = await bot.say(IN_OLD, Text("Waiting."))
    telegram.migrate(OLD, GROUP, told=told)
    await listener.until(lambda: len(listener.moves) == (2 if told else 0))
    for number in (asked["message_id"], int(waiting.rpartition(":")[2])):  # somebody else's, there
        telegram.world.messages[GROUP["id"], number] = {
            "message_id": number,
            "chat": GROUP,
            "date": 0,
            "text": "hands off",
        }

    await bot.change(IN_OLD, waiting, Text("Nearly."))
    with pytest.raises(SendFailed, match="group moved"):
        await bot.remove(IN_OLD, waiting)
    await bot.show(IN_OLD | {"message": asked["message_id"]}, Answer((photo(),)), "key")
    shown = await telegram.answer("sendPhoto")
    assert (shown.chat, shown.replies_to) == (GROUP["id"], None)
    kept = [message for message in telegram.world.messages.values() if message.get("text") == "hands off"]
    assert len(kept) == 2


async def test_a_moved_groups_admins_and_picture_are_found(
    telegram: TelegramEmulator, bot: TelegramAdapter, listener: Recorder
) -> None:
    telegram.moved[OLD["id"]] = GROUP["id"]
    telegram.methods.admins = {(GROUP["id"], ALICE["id"])}
    from bots.message import Person

    assert await bot.administers(Person(str(ALICE["id"]), "Alice"), IN_OLD)
    assert await bot.administers(Person(str(GROUP["id"]), "an anonymous admin"), IN_OLD)
    assert await bot.chat_picture(IN_OLD) is None
    await listener.until(lambda: bool(listener.moves))


async def test_another_program_with_our_token_is_said_once_and_waited_out(
    telegram: TelegramEmulator, listener: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "bots.telegram")
    async with running(telegram, listener):
        await telegram.until(lambda: bool(telegram.called("getUpdates")))
        conflict = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
        telegram.refuse("getUpdates", 409, conflict, times=4)
        telegram.say("/help")
        await listener.hears()  # which the open request still brought
        telegram.say("/styles")
        await listener.hears(2)
    assert caplog.text.count("Another program") == 1
    assert "cannot be reached" not in caplog.text


async def test_a_webhook_set_by_another_program_is_waited_out(
    telegram: TelegramEmulator, listener: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(telegram, listener):
        await telegram.until(lambda: bool(telegram.called("getUpdates")))
        telegram.webhook = "http://127.0.0.1:9/nowhere"
        telegram.say("/help")
        await listener.hears()  # which the open request still brought
        telegram.say("/styles")
        await asyncio.sleep(NO_NEWS)
        assert len(listener.heard) == 1
        telegram.webhook = ""
        await listener.hears(2)
    assert "Another program" in caplog.text


async def test_a_picture_that_telegram_has_no_more_is_gone_and_the_chat_is_not(
    telegram: TelegramEmulator, bot: TelegramAdapter
) -> None:
    with pytest.raises(SendFailed, match="no longer on Telegram") as gone:
        await bot.fetch(Picture("expired"))
    assert not isinstance(gone.value, ChatGone)
