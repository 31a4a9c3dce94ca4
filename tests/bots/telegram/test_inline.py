"""Inline mode: the bot's name typed in any chat offers the styles, and leads to where a photo can be sent."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bots import replies
from bots.telegram import TelegramAdapter
from tests.bots.telegram.conftest import Recorder, picture, running
from tests.emulators.telegram import ALICE, BOB, TelegramEmulator

STAGING: dict[str, Any] = {"id": -100900, "type": "supergroup", "title": "Behind the scenes"}


@pytest.fixture
def listener() -> Recorder:
    """Knows three styles."""
    recorder = Recorder()
    recorder.previews = {style: picture(60 + n, 60) for n, style in enumerate(("anime", "ukiyoe", "underwater"))}
    return recorder


@pytest.fixture
async def staged(telegram: TelegramEmulator, listener: Recorder) -> AsyncIterator[TelegramAdapter]:
    async with running(telegram, listener, staging_chat=STAGING["id"]) as bot:
        yield bot


async def offered(telegram: TelegramEmulator, words: str, user: dict[str, Any] = ALICE) -> dict[str, Any]:
    before = len(telegram.methods.offered)
    telegram.ask_inline(words, user=user)
    await telegram.until(lambda: len(telegram.methods.offered) > before)
    return telegram.methods.offered[-1]


@pytest.mark.usefixtures("staged")
async def test_the_styles_that_were_typed_are_offered_as_pictures_with_a_way_to_ones_own(
    telegram: TelegramEmulator, listener: Recorder
) -> None:
    offer = await offered(telegram, "u")
    assert [result["id"] for result in offer["results"]] == ["ukiyoe", "underwater"]
    first = offer["results"][0]
    assert telegram.world.files[first["photo_file_id"]][0] == listener.previews["ukiyoe"]
    assert first["caption"].startswith("made with AI · Ukiyoe (en)\n")
    ((button,),) = first["reply_markup"]["inline_keyboard"]
    assert button == {"text": "Repaint my photo like this", "url": "https://t.me/AtelierTestBot?start=ukiyoe"}
    assert (offer["is_personal"], int(offer["cache_time"]) > 0) == ("true", True)

    telegram.say("/start ukiyoe")  # what the app says behind that button
    assert (await listener.hears())[0].text == "/style ukiyoe"


@pytest.mark.usefixtures("staged")
async def test_each_preview_is_sent_to_the_staging_chat_once(telegram: TelegramEmulator) -> None:
    for words in ("", "a", "u", ""):
        await offered(telegram, words)
    assert [sent.chat for sent in telegram.sent] == [STAGING["id"]] * 3
    assert all(sent.parameters["disable_notification"] == "true" for sent in telegram.sent)


@pytest.mark.usefixtures("staged")
async def test_an_offer_speaks_the_language_of_who_types(telegram: TelegramEmulator) -> None:
    offer = await offered(telegram, "anime", BOB)
    assert offer["results"][0]["title"] == "Anime (zh-hans)"
    assert offer["button"]["text"] == replies.text("zh", "inline-open")


@pytest.mark.usefixtures("staged")
async def test_what_no_style_is_called_offers_the_way_to_us_alone(telegram: TelegramEmulator) -> None:
    offer = await offered(telegram, "no such style")
    assert (offer["results"], offer["button"]["start_parameter"]) == ([], "inline_")


async def test_without_a_staging_chat_there_is_the_way_to_us(telegram: TelegramEmulator, listener: Recorder) -> None:
    async with running(telegram, listener):
        offer = await offered(telegram, "anime")
    assert (offer["results"], offer["button"]["text"]) == ([], replies.text("en", "inline-open"))
    assert telegram.sent == []


@pytest.mark.usefixtures("staged")
async def test_a_staging_chat_that_refuses_is_left_alone_for_a_while(
    telegram: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.refuse("sendPhoto", 403, "Forbidden: bot is not a member of the supergroup chat", times=99)
    for _ in range(3):
        offer = await offered(telegram, "anime")
        assert (offer["results"], offer["cache_time"]) == ([], "0")
    assert len(telegram.called("sendPhoto")) == 1
    assert "inline mode" in caplog.text


@pytest.mark.usefixtures("staged")
async def test_a_style_without_a_preview_does_not_cost_the_others(
    telegram: TelegramEmulator, listener: Recorder
) -> None:
    await offered(telegram, "u")
    listener.previews["ungainly"] = b"not a picture"
    telegram.refuse("sendPhoto", 400, "Bad Request: IMAGE_PROCESS_FAILED")
    offer = await offered(telegram, "u")
    assert [result["id"] for result in offer["results"]] == ["ukiyoe", "underwater"]


@pytest.mark.usefixtures("staged")
async def test_an_offer_nobody_waits_for_any_more_harms_nothing(telegram: TelegramEmulator, listener: Recorder) -> None:
    telegram.refuse("answerInlineQuery", 400, "Bad Request: query is too old and response timeout expired")
    telegram.ask_inline("anime")
    await telegram.until(lambda: bool(telegram.called("answerInlineQuery")))
    telegram.say("/help")
    await listener.hears()
