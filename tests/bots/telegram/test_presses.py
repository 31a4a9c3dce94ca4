"""A pressed button spins until something is seen of the press, and words may be for its person alone."""

import asyncio
import dataclasses

import pytest

from bots.message import Address, Answer, Button, Text
from bots.telegram import TelegramAdapter
from tests.bots.telegram.conftest import QUICK, Recorder, photo, running
from tests.emulators.telegram import BOB, BOT, GROUP, TelegramEmulator

SOFTLY = Text("Only whose picture it is may delete it.", whispered=True)
PATIENT = dataclasses.replace(QUICK, spinner_s=60.0)


async def pressed(telegram: TelegramEmulator, listener: Recorder) -> Address:
    telegram.press(telegram.world.message(GROUP, {"text": "Sure?", "from": BOT}), "/delete", user=BOB)
    return (await listener.hears())[-1].address


async def test_a_whisper_is_seen_by_who_pressed_alone(telegram: TelegramEmulator, listener: Recorder) -> None:
    async with running(telegram, listener, pace=PATIENT) as bot:
        where = await pressed(telegram, listener)
        whispered = await bot.say(where, SOFTLY)
        assert telegram.methods.whispers == [(SOFTLY.text, True)]
        await bot.change(where, whispered, Text("nobody sees this"))
        await bot.remove(where, whispered)
        assert telegram.sent == []
        await bot.say(where, SOFTLY)  # a press is answered once; after that it is said aloud
        assert [sent.text for sent in telegram.sent] == [SOFTLY.text]
    assert len(telegram.called("answerCallbackQuery")) == 1


@pytest.mark.parametrize(
    "text", [Text("x" * 201, whispered=True), Text("Sure?", ((Button("Yes", "/delete yes"),),), whispered=True)]
)
async def test_what_cannot_be_whispered_is_said(telegram: TelegramEmulator, listener: Recorder, text: Text) -> None:
    async with running(telegram, listener, pace=PATIENT) as bot:
        await bot.say(await pressed(telegram, listener), text)
        assert (await telegram.answer()).text == text.text
    assert telegram.methods.whispers == []


async def test_a_whisper_that_comes_too_late_is_said(telegram: TelegramEmulator, listener: Recorder) -> None:
    async with running(telegram, listener, pace=PATIENT) as bot:
        where = await pressed(telegram, listener)
        telegram.methods.presses.clear()
        await bot.say(where, SOFTLY)
        assert (await telegram.answer()).text == SOFTLY.text


async def test_a_whisper_that_answers_no_press_is_said(telegram: TelegramEmulator, bot: TelegramAdapter) -> None:
    await bot.say({"chat": GROUP["id"], "thread": None, "message": None}, SOFTLY)
    assert (await telegram.answer()).text == SOFTLY.text


async def test_whatever_is_seen_of_a_press_ends_its_spinning(telegram: TelegramEmulator, listener: Recorder) -> None:
    async with running(telegram, listener, pace=PATIENT) as bot:
        for number, what in enumerate(("said", "changed", "shown", "busy"), 1):
            telegram.press(telegram.world.message(GROUP, {"text": "Sure?", "from": BOT}), "/delete")
            message = (await listener.hears(number))[-1]
            assert telegram.methods.presses
            match what:
                case "said":
                    await bot.say(message.address, Text("Deleted."))
                case "changed":
                    await bot.change(message.address, message.pressed, Text("Deleted.", panel=True))
                case "shown":
                    await bot.show(message.address, Answer((photo(),)), "key")
                case "busy":
                    await bot.busy(message.address)
            await telegram.until(lambda: not telegram.methods.presses)


async def test_a_button_does_not_spin_for_ever(telegram: TelegramEmulator, listener: Recorder) -> None:
    async with running(telegram, listener, pace=dataclasses.replace(QUICK, spinner_s=0.1)) as bot:
        where = await pressed(telegram, listener)
        await telegram.until(lambda: not telegram.methods.presses)
        await bot.say(where, SOFTLY)
        assert (await telegram.answer()).text == SOFTLY.text


async def test_a_press_that_cannot_be_answered_is_heard_all_the_same(
    telegram: TelegramEmulator, listener: Recorder
) -> None:
    telegram.refuse("answerCallbackQuery", 400, "Bad Request: query is too old")
    async with running(telegram, listener, pace=dataclasses.replace(QUICK, spinner_s=0.0)) as bot:
        where = await pressed(telegram, listener)
        await telegram.until(lambda: bool(telegram.called("answerCallbackQuery")))
        await asyncio.sleep(0)
        await bot.say(where, Text("Deleted."))
    assert [sent.text for sent in telegram.sent] == ["Deleted."]
