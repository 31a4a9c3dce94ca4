"""What the bot sends, within Telegram's limits."""

import dataclasses
import itertools

import pytest

from bots.adapter import SendFailed, SendUncertain
from bots.message import Answer, Button, Photo, Text
from bots.telegram import TelegramAdapter
from tests.bots.telegram.conftest import QUICK, Recorder, photo, picture, running
from tests.emulators.telegram import ALICE, FORUM, Sent, TelegramEmulator

STRONGER = ((Button("Stronger", "/style ukiyoe 90%"), Button("Weaker", "/style ukiyoe 40%")),)


@pytest.fixture
def here(telegram: TelegramEmulator) -> dict[str, int | None]:
    """The address of a message that Alice wrote before the bot came."""
    asked = telegram.world.message(
        {"id": 1001, "type": "private", "first_name": "Alice"}, {"text": "/style", "from": ALICE}
    )
    return {"chat": 1001, "thread": None, "message": asked["message_id"]}


async def test_a_picture_goes_out_as_a_photo_in_answer_with_its_buttons(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None]
) -> None:
    shown = photo(name="ukiyoe.jpg")
    await bot.show(here, Answer((shown,), "Ukiyo-e", STRONGER), "key")
    sent = await telegram.answer()
    assert (sent.method, sent.text, sent.replies_to) == ("sendPhoto", "Ukiyo-e", here["message"])
    assert sent.files == (("ukiyoe.jpg", shown.picture),)
    assert sent.buttons == [["/style ukiyoe 90%", "/style ukiyoe 40%"]]


async def test_an_answer_in_a_topic_stays_there(telegram: TelegramEmulator, bot: TelegramAdapter) -> None:
    topic = {"chat": FORUM["id"], "thread": 42, "message": None}
    await bot.say(topic, Text("Waiting."))
    await bot.busy(topic)
    await bot.show(topic, Answer((photo(), photo())), "key")
    assert [sent.messages[0]["message_thread_id"] for sent in telegram.sent] == [42, 42]
    assert telegram.called("sendChatAction")[0].parameters["message_thread_id"] == "42"


async def test_a_deleted_question_is_answered_all_the_same(telegram: TelegramEmulator, bot: TelegramAdapter) -> None:
    await bot.show({"chat": 1001, "thread": None, "message": 555}, Answer((photo(),)), "key")
    assert (await telegram.answer()).replies_to is None


@pytest.mark.parametrize(
    ("width", "height", "known"),
    [(9_000, 1_001, True), (9_000, 1_001, False), (2_100, 100, True), (100, 2_100, False)],
    ids=["too large", "too large, size not known", "too long", "too tall, size not known"],
)
async def test_what_telegram_does_not_take_as_a_photo_goes_as_a_file(
    telegram: TelegramEmulator,
    bot: TelegramAdapter,
    here: dict[str, int | None],
    width: int,
    height: int,
    known: bool,
) -> None:
    shown = photo(width, height) if known else Photo(picture(width, height))
    await bot.show(here, Answer((shown,), "Ukiyo-e", STRONGER), "key")
    sent = await telegram.answer()
    assert (sent.method, sent.text, len(sent.buttons)) == ("sendDocument", "Ukiyo-e", 1)
    assert sent.files[0][1] == shown.picture
    assert len(telegram.called("sendPhoto")) == (0 if known else 1)


async def test_a_photo_of_more_than_ten_megabytes_goes_as_a_file(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None]
) -> None:
    heavy = picture() + bytes(10_500_000)  # what follows a JPEG's end is ignored by whoever reads it
    await bot.show(here, Answer((Photo(heavy, width=64, height=48),)), "key")
    assert (await telegram.answer()).method == "sendDocument"


async def test_what_is_too_large_even_for_a_file_is_not_sent(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None]
) -> None:
    with pytest.raises(SendFailed, match="50 MB"):
        await bot.show(here, Answer((Photo(bytes(50_000_001)),), as_file=True), "key")
    assert not telegram.called("sendDocument")


async def test_a_file_is_answered_with_a_file(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None]
) -> None:
    await bot.show(here, Answer((photo(name="ukiyoe.png"),), as_file=True), "key")
    sent = await telegram.answer()
    assert (sent.method, sent.files[0][0]) == ("sendDocument", "ukiyoe.png")
    assert sent.parameters["disable_content_type_detection"] == "true"


async def _shape(telegram: TelegramEmulator) -> list[tuple[str, int]]:
    return [(sent.method, max(1, len(sent.files))) for sent in telegram.sent]


@pytest.mark.parametrize(
    ("count", "shape"),
    [
        (2, [("sendMediaGroup", 2)]),
        (10, [("sendMediaGroup", 10)]),
        (11, [("sendMediaGroup", 10), ("sendPhoto", 1)]),
        (12, [("sendMediaGroup", 10), ("sendMediaGroup", 2)]),
    ],
)
async def test_several_pictures_are_albums_of_at_most_ten(
    telegram: TelegramEmulator,
    bot: TelegramAdapter,
    here: dict[str, int | None],
    count: int,
    shape: list[tuple[str, int]],
) -> None:
    pictures = tuple(photo(40 + n, 40, f"{n}.jpg") for n in range(count))
    await bot.show(here, Answer(pictures, "Ukiyo-e"), "key")
    assert await _shape(telegram) == shape
    assert [file for sent in telegram.sent for file in sent.files] == [(each.name, each.picture) for each in pictures]
    assert [sent.text for sent in telegram.sent] == ["Ukiyo-e"] + [""] * (len(shape) - 1)
    assert {sent.replies_to for sent in telegram.sent} == {here["message"]}


async def test_files_and_photos_are_not_mixed_in_an_album(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None]
) -> None:
    fits, does_not = photo(), photo(2_100, 100)
    await bot.show(here, Answer((fits, fits, does_not, does_not, fits)), "key")
    assert await _shape(telegram) == [("sendMediaGroup", 2), ("sendMediaGroup", 2), ("sendPhoto", 1)]
    kinds = ["photo" if "photo" in sent.messages[0] else "document" for sent in telegram.sent]
    assert kinds == ["photo", "document", "photo"]


async def test_an_album_refused_for_one_picture_goes_as_files(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None]
) -> None:
    await bot.show(here, Answer((photo(), Photo(picture(2_100, 100)))), "key")
    sent = await telegram.answer()
    assert all("document" in message for message in sent.messages)
    assert len(sent.messages) == 2


async def test_the_buttons_of_an_album_stand_under_words_of_their_own(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None]
) -> None:
    await bot.show(here, Answer((photo(), photo()), "Ukiyo-e", STRONGER), "key")
    album, words = await telegram.answer(), await telegram.answer()
    assert (album.method, album.text) == ("sendMediaGroup", "Ukiyo-e")
    assert (words.method, words.text, len(words.buttons[0])) == ("sendMessage", "🖼 × 2", 2)


@pytest.mark.parametrize("letter", ["a", "字", "🎨", "👩‍🎨"])
async def test_long_words_are_cut_where_telegram_would_refuse_them(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None], letter: str
) -> None:
    await bot.say(here, Text(letter * 5_000))
    await bot.show(here, Answer((photo(),), letter * 2_000), "key")
    text, caption = (sent.text for sent in telegram.sent)
    for said, limit in ((text, 4096), (caption, 1024)):
        units = len(said.encode("utf-16-le")) // 2
        assert said.endswith("…")
        assert said[:-1] == (letter * 5_000)[: len(said) - 1]
        assert limit - 12 <= units <= limit


async def test_words_that_fit_are_not_touched(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None]
) -> None:
    await bot.say(here, Text("*as* _it_ <is>"))
    await bot.say(here, Text("x" * 4096))
    assert [sent.text for sent in telegram.sent] == ["*as* _it_ <is>", "x" * 4096]


async def test_a_button_that_telegram_would_refuse_does_not_cost_the_message(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None], caplog: pytest.LogCaptureFixture
) -> None:
    rows = ((Button("fits", "/style " + "я" * 28), Button("not", "/style " + "я" * 29)),)
    await bot.say(here, Text("Which?", rows))
    assert (await telegram.answer()).buttons == [["/style " + "я" * 28]]
    assert "1–64 bytes" in caplog.text


async def test_words_are_changed_and_taken_back(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None]
) -> None:
    sent = await bot.say(here, Text("You are 3rd."))
    (message,) = (await telegram.answer()).messages
    await bot.change(here, sent, Text("You are 2nd.", STRONGER))
    assert (message["text"], len(message["reply_markup"]["inline_keyboard"][0])) == ("You are 2nd.", 2)
    await bot.change(here, sent, Text("You are 2nd.", STRONGER))  # again: nothing to change
    await bot.remove(here, sent)
    assert (1001, message["message_id"]) not in telegram.world.messages
    await bot.change(here, sent, Text("You are 1st."))
    await bot.remove(here, sent)


@pytest.mark.parametrize("trouble", ["lose", "hang", "500", "502"])
async def test_an_answer_that_never_came_back_is_uncertain_and_not_repeated(
    telegram: TelegramEmulator, listener: Recorder, here: dict[str, int | None], trouble: str
) -> None:
    if trouble == "lose":
        telegram.lose("sendPhoto")
    elif trouble == "hang":
        telegram.hang("sendPhoto")
    else:
        telegram.refuse("sendPhoto", int(trouble), "Something broke")
    async with running(telegram, listener, pace=dataclasses.replace(QUICK, read_s=0.5)) as bot:
        with pytest.raises(SendUncertain):
            await bot.show(here, Answer((photo(),)), "key")
    assert len(telegram.called("sendPhoto")) == 1


async def test_what_may_be_repeated_is(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None]
) -> None:
    sent = await bot.say(here, Text("You are 2nd."))
    telegram.lose("editMessageText", times=2)
    await bot.change(here, sent, Text("You are 1st."))  # the second try hears that there is nothing to change
    telegram.refuse("deleteMessage", 502, "Bad Gateway", times=2)
    await bot.remove(here, sent)
    assert (len(telegram.called("editMessageText")), len(telegram.called("deleteMessage"))) == (2, 3)


async def test_half_an_answer_is_never_called_none(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None]
) -> None:
    telegram.refuse("sendPhoto", 403, "Forbidden: bot was kicked from the supergroup chat")
    with pytest.raises(SendUncertain, match="Only a part was delivered"):
        await bot.show(here, Answer(tuple(photo() for _ in range(11))), "key")
    assert len(telegram.sent) == 1


async def test_a_picture_that_is_gone_fails_and_one_behind_a_hiccup_comes(
    telegram: TelegramEmulator, bot: TelegramAdapter
) -> None:
    from bots.message import Picture

    with pytest.raises(SendFailed, match="no longer on Telegram"):
        await bot.fetch(Picture("gone"))
    content = picture()
    ref = telegram.world.file(content)["file_id"]
    telegram.refuse("getFile", 500, "Internal Server Error", times=2)
    assert await bot.fetch(Picture(ref)) == content


async def test_messages_sent_by_the_emulator_have_what_a_test_needs(
    telegram: TelegramEmulator, bot: TelegramAdapter
) -> None:
    here = {"chat": 1001, "thread": None, "message": None}
    for words in ("one", "two", "three"):
        await bot.say(here, Text(words))
    await bot.show(here, Answer((photo(),)), "key")
    first, shown = await telegram.answer(), await telegram.answer("sendPhoto")
    assert (first.text, shown.method) == ("one", "sendPhoto")
    assert isinstance(shown, Sent)
    assert list(itertools.chain(shown.buttons)) == []


def moving(media_type: str = "image/gif", name: str = "ukiyoe.gif") -> Photo:
    return Photo(picture(64, 48, "GIF"), media_type, name, 64, 48, animated=True)


@pytest.mark.parametrize("media_type", ["image/gif", "video/mp4"])
async def test_what_moves_goes_out_moving_with_its_buttons(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None], media_type: str
) -> None:
    await bot.show(here, Answer((moving(media_type),), "Ukiyo-e", STRONGER), "key")
    sent = await telegram.answer()
    assert (sent.method, sent.text, sent.replies_to, len(sent.buttons)) == (
        *("sendAnimation", "Ukiyo-e", here["message"]),
        1,
    )
    assert (sent.files[0][0], sent.parameters["width"], sent.parameters["height"]) == ("ukiyoe.gif", "64", "48")


@pytest.mark.parametrize(("media_type", "as_file"), [("image/webp", False), ("image/gif", True), ("video/mp4", True)])
async def test_what_would_not_move_there_or_is_wanted_as_a_file_is_one(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None], media_type: str, as_file: bool
) -> None:
    await bot.show(here, Answer((moving(media_type),), "Ukiyo-e", as_file=as_file), "key")
    sent = await telegram.answer()
    assert (sent.method, sent.parameters["disable_content_type_detection"]) == ("sendDocument", "true")


async def test_what_moves_is_in_no_album(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None]
) -> None:
    shown = await bot.show(here, Answer((photo(), photo(), moving(), moving(), photo()), "Ukiyo-e", STRONGER), "key")
    assert await _shape(telegram) == [
        ("sendMediaGroup", 2),
        *([("sendAnimation", 1)] * 2),
        ("sendPhoto", 1),
        ("sendMessage", 1),
    ]
    assert [sent.text for sent in telegram.sent] == ["Ukiyo-e", "", "", "", "🖼 × 5"]
    await bot.remove(here, shown)
    assert [key for key in telegram.world.messages if key != (1001, here["message"])] == []


async def test_many_buttons_stand_in_rows_that_telegram_takes(
    telegram: TelegramEmulator, bot: TelegramAdapter, here: dict[str, int | None], caplog: pytest.LogCaptureFixture
) -> None:
    await bot.say(here, Text("Which?", (tuple(Button(str(n), f"/style {n}") for n in range(20)),)))
    assert [len(row) for row in (await telegram.answer()).buttons] == [8, 8, 4]
    assert not caplog.text
    await bot.say(here, Text("Which?", tuple((Button(str(n), f"/style {n}"),) * 3 for n in range(40))))
    shown = (await telegram.answer()).buttons
    assert [len(row) for row in shown] == [3] * 33 + [1]
    assert "there may be 100" in caplog.text
