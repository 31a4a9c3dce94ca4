"""What the bot sent has an id: by it words are changed, pictures taken back, and a pressed button found again."""

import pytest

from bots.adapter import SendFailed
from bots.message import Answer, Button, Text
from bots.telegram import TelegramAdapter
from tests.bots.telegram.conftest import Recorder, photo
from tests.emulators.telegram import BOB, GROUP, TelegramEmulator

HERE = {"chat": GROUP["id"], "thread": None, "message": None}
ROWS = ((Button("Delete", "/delete"),),)


def standing(telegram: TelegramEmulator) -> int:
    return sum(chat == GROUP["id"] for chat, _ in telegram.world.messages)


@pytest.mark.parametrize("count", [1, 2, 12])
@pytest.mark.parametrize("buttons", [(), ROWS], ids=["bare", "with buttons"])
async def test_an_answer_is_taken_back_whole(
    telegram: TelegramEmulator, bot: TelegramAdapter, count: int, buttons: tuple[tuple[Button, ...], ...]
) -> None:
    shown = await bot.show(HERE, Answer(tuple(photo() for _ in range(count)), "Ukiyo-e", buttons), "key")
    assert standing(telegram) == count + (1 if buttons and count > 1 else 0)
    await bot.remove(HERE, shown)
    assert standing(telegram) == 0
    await bot.remove(HERE, shown)  # gone already


async def test_a_press_names_what_bears_the_button(
    telegram: TelegramEmulator, bot: TelegramAdapter, listener: Recorder
) -> None:
    said = await bot.say(HERE, Text("Which?", ROWS))
    shown = await bot.show(HERE, Answer((photo(),), "", ROWS), "key")
    for sent in telegram.sent:
        telegram.press(sent.messages[0], "/delete", user=BOB)
    telegram.press(telegram.sent[0].messages[0], "/delete", user=BOB, forgotten=True)
    assert sorted(message.pressed for message in await listener.hears(3)) == sorted([said, shown, said])


async def test_a_panel_takes_the_place_of_the_words_that_asked_for_it(
    telegram: TelegramEmulator, bot: TelegramAdapter, listener: Recorder
) -> None:
    await bot.say(HERE, Text("Settings", ROWS))
    (panel,) = (await telegram.answer()).messages
    telegram.press(panel, "/settings language")
    (message,) = await listener.hears()
    await bot.change(message.address, message.pressed, Text("Language", ROWS, panel=True))
    assert (panel["text"], standing(telegram)) == ("Language", 1)


async def test_a_panel_asked_for_under_a_picture_is_said_beside_it(
    telegram: TelegramEmulator, bot: TelegramAdapter
) -> None:
    shown = await bot.show(HERE, Answer((photo(),), "made with AI", ROWS), "key")
    (picture,) = (await telegram.answer()).messages
    await bot.change(HERE, shown, Text("Language", ROWS, panel=True))
    assert (await telegram.answer("sendMessage")).text == "Language"
    assert picture["caption"] == "made with AI"


async def test_a_panel_asked_for_under_an_album_takes_the_place_of_the_words_below_it(
    telegram: TelegramEmulator, bot: TelegramAdapter
) -> None:
    shown = await bot.show(HERE, Answer((photo(), photo()), "made with AI", ROWS), "key")
    await bot.change(HERE, shown, Text("Sure?", ROWS))
    assert [sent.text for sent in telegram.sent] == ["made with AI", "Sure?"]


async def test_what_telegram_keeps_for_good_is_not_called_deleted(
    telegram: TelegramEmulator, bot: TelegramAdapter
) -> None:
    sent = await bot.say(HERE, Text("Two days ago."))
    telegram.refuse("deleteMessage", 400, "Bad Request: message can't be deleted for everyone")
    with pytest.raises(SendFailed, match="can't be deleted"):
        await bot.remove(HERE, sent)


async def test_an_id_that_is_no_message_is_left_alone(telegram: TelegramEmulator, bot: TelegramAdapter) -> None:
    await bot.change(HERE, "", Text("nowhere"))
    await bot.remove(HERE, "")
    await bot.remove(HERE, None)
    assert not [call for call in telegram.calls if "message_id" in call.parameters or "text" in call.parameters]
