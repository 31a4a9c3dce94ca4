"""The buttons under a result on Telegram, with the real conversation and ledger."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bots import replies
from bots.conversation import Conversation
from bots.ledger import Ledger
from bots.telegram import TelegramAdapter
from tests.bots.blending import Blending
from tests.bots.telegram.conftest import QUICK, picture, stop
from tests.emulators.telegram import ALICE, BOB, GROUP, Sent, TelegramEmulator


@contextlib.asynccontextmanager
async def atelier(telegram: TelegramEmulator, ledger: Path) -> AsyncIterator[None]:
    adapter = TelegramAdapter(telegram.token, api_url=telegram.url, pace=QUICK)
    async with Ledger(ledger) as book, contextlib.AsyncExitStack() as stack:
        conversation = Conversation(Blending(), book, [adapter])
        stack.push_async_callback(stop, asyncio.create_task(adapter.run(conversation)))
        await stack.enter_async_context(conversation)  # left while the adapter is connected
        yield


@pytest.fixture
async def ledger(telegram: TelegramEmulator, tmp_path: Path) -> AsyncIterator[Path]:
    async with atelier(telegram, tmp_path / "ledger.sqlite3"):
        yield tmp_path / "ledger.sqlite3"


def button(shown: Sent, label: str) -> str:
    rows = shown.messages[0]["reply_markup"]["inline_keyboard"]
    (found,) = [each["callback_data"] for row in rows for each in row if each["text"] == label]
    return str(found)


def grey(shown: Sent) -> int:
    pixel = Image.open(io.BytesIO(shown.files[0][1])).convert("L").getpixel((2, 2))
    assert isinstance(pixel, int)
    return pixel


@pytest.mark.usefixtures("ledger")
async def test_weaker_is_a_new_picture_in_answer_to_the_same_photo(telegram: TelegramEmulator) -> None:
    asked = telegram.photo(picture(), caption="/style ukiyoe")
    shown = await telegram.answer("sendPhoto")
    assert [len(row) for row in shown.buttons] == [2, 2, 2]
    telegram.press(shown.messages[0], button(shown, "Weaker"))
    weaker = await telegram.answer("sendPhoto")
    assert weaker.text == "made with AI · Ukiyo-e · 75 %"
    assert weaker.replies_to == asked["message_id"]
    assert grey(weaker) != grey(shown)
    assert button(weaker, "Stronger").endswith(" 100%")


@pytest.mark.usefixtures("ledger")
async def test_a_command_in_reply_to_a_photo_finds_that_photo_again(telegram: TelegramEmulator) -> None:
    shared = telegram.photo(picture(), user=BOB, chat=GROUP)
    telegram.say("/style ukiyoe", chat=GROUP, reply_to=shared)
    shown = await telegram.answer("sendPhoto")
    telegram.press(shown.messages[0], button(shown, "Keep my colours"), forgotten=True)
    kept = await telegram.answer("sendPhoto")
    assert kept.text == "made with AI · Ukiyo-e · your colours"
    assert button(kept, "Style’s colours")


@pytest.mark.usefixtures("ledger")
async def test_other_people_are_told_to_send_their_own(telegram: TelegramEmulator) -> None:
    telegram.photo(picture(), caption="/style ukiyoe", chat=GROUP)
    shown = await telegram.answer("sendPhoto")
    telegram.press(shown.messages[0], button(shown, "Weaker"), user=BOB)
    await telegram.until(lambda: telegram.methods.whispers == [(replies.text("zh", "again-gone"), True)])
    assert len(telegram.sent) == 1


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("who", [ALICE, BOB], ids=["its person", "an admin"])
async def test_an_album_is_deleted_whole_by_those_who_may(telegram: TelegramEmulator, who: dict[str, Any]) -> None:
    telegram.methods.admins = {(GROUP["id"], BOB["id"])}
    telegram.album([picture(), picture(80, 80)], caption="/style ukiyoe", chat=GROUP)
    album, below = await telegram.answer("sendMediaGroup"), await telegram.answer("sendMessage")
    delete = button(below, "Delete")
    telegram.press(below.messages[0], delete, user=BOB | {"id": 1003})
    await telegram.until(lambda: telegram.methods.whispers == [(replies.text("zh", "delete-not-yours"), True)])
    telegram.press(below.messages[0], delete, user=who)
    await telegram.until(lambda: len(telegram.methods.whispers) == 2)
    deleted = {(GROUP["id"], message["message_id"]) for message in (*album.messages, *below.messages)}
    assert not deleted & telegram.world.messages.keys()


@pytest.mark.usefixtures("ledger")
async def test_a_photo_that_telegram_has_no_more_is_told(telegram: TelegramEmulator) -> None:
    telegram.photo(picture(), caption="/style ukiyoe")
    shown = await telegram.answer("sendPhoto")
    telegram.world.files.clear()
    telegram.press(shown.messages[0], button(shown, "Weaker"))
    assert (await telegram.answer("sendMessage")).text == replies.text("en", "error-gone")


@pytest.mark.usefixtures("ledger")
async def test_an_album_keeps_its_label_and_has_its_buttons_below(telegram: TelegramEmulator) -> None:
    telegram.album([picture(), picture(80, 80)], caption="/style ukiyoe")
    album, below = await telegram.answer("sendMediaGroup"), await telegram.answer("sendMessage")
    assert album.text == "made with AI · Ukiyo-e"
    telegram.press(below.messages[0], button(below, "Weaker"))
    weaker = await telegram.answer("sendMediaGroup")
    assert (len(weaker.files), weaker.text) == (2, "made with AI · Ukiyo-e · 75 %")


async def test_after_a_restart_the_buttons_still_work(telegram: TelegramEmulator, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite3"
    telegram.methods.avatars[ALICE["id"]] = picture()
    async with atelier(telegram, ledger):
        telegram.say("/avatar anime")
        shown = await telegram.answer("sendPhoto")
    telegram.methods.avatars.clear()  # the picture that was restyled is meant, whatever they show now
    async with atelier(telegram, ledger):
        telegram.press(shown.messages[0], button(shown, "Weaker"))
        assert (await telegram.answer("sendPhoto")).text == "made with AI · Anime · 75 %"
