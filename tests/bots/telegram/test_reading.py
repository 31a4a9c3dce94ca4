"""What people do on Telegram, and the Message that comes of it."""

import pytest

from bots.message import Message, Person, Picture
from bots.telegram import TelegramAdapter
from inference.errors import TooLarge
from tests.bots.telegram.conftest import Recorder, picture
from tests.emulators.telegram import BOB, BOT, FORUM, GROUP, TelegramEmulator

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_photo_with_a_command_as_its_caption(telegram: TelegramEmulator, listener: Recorder) -> None:
    said = telegram.photo(picture(), caption="/style ukiyoe")
    largest = said["photo"][-1]

    assert await listener.hears() == [
        Message(
            platform="telegram",
            chat="1001",
            id=str(said["message_id"]),
            person=Person("1001", "Alice", "en"),
            text="/style ukiyoe",
            address={"chat": 1001, "thread": None, "message": said["message_id"]},
            pictures=(Picture(largest["file_id"], "image/jpeg", largest["file_size"]),),
            private=True,
        )
    ]


async def test_a_command_in_answer_to_a_picture_of_any_kind(
    telegram: TelegramEmulator, bot: TelegramAdapter, listener: Recorder
) -> None:
    jpeg, png, webp = picture(40, 40), picture(41, 41, "PNG"), picture(42, 42, "WEBP")
    kinds = [(jpeg, "image/jpeg"), (png, "image/png"), (webp, "image/webp"), (b"an mp4", "video/mp4")]
    pictures = [
        telegram.photo(jpeg),
        telegram.document(png, "holiday.png"),
        telegram.sticker(webp),
        telegram.animation(b"an mp4", picture(43, 43)),
    ]
    for shown in pictures:
        telegram.say("/style anime", reply_to=shown)

    heard = await listener.hears(8)
    found = [message.replied[0] for message in heard if message.text]
    assert [(await bot.fetch(each), each.media_type) for each in found] == kinds
    assert [each.byte_count for each in found] == [len(content) for content, _ in kinds]
    assert [message.as_file for message in heard] == [False, True] + [False] * 6


async def test_what_moves_comes_whole_and_vectors_as_their_still(
    telegram: TelegramEmulator, bot: TelegramAdapter, listener: Recorder
) -> None:
    telegram.sticker(b"a webm", kind="webm", thumbnail=picture())
    still = telegram.sticker(b"gzipped vectors", kind="tgs", thumbnail=picture())
    telegram.animation(b"an mp4", picture())
    telegram.document(b"GIF89a", "cat.gif", "image/gif")
    moving, vectors, animation, gif = [message.pictures[0] for message in await listener.hears(4)]
    assert (moving.media_type, await bot.fetch(moving)) == ("video/webm", b"a webm")
    assert vectors.ref == still["sticker"]["thumbnail"]["file_id"]
    assert (animation.media_type, animation.byte_count, animation.name) == ("video/mp4", 6, "cat.mp4")
    assert (gif.media_type, gif.name) == ("image/gif", "cat.gif")


async def test_a_file_keeps_its_name_and_type_and_comes_back_as_a_file(
    telegram: TelegramEmulator, listener: Recorder
) -> None:
    sent = telegram.document(b"%PDF-1.7", "form.pdf", "application/pdf", caption="/style anime", user=BOB)
    (message,) = await listener.hears()
    assert message.as_file
    assert message.pictures == (Picture(sent["document"]["file_id"], "application/pdf", 8, "form.pdf"),)
    assert message.person == Person("1002", "Bob", "zh-hans")


@pytest.mark.parametrize(
    ("said", "heard", "addressed"),
    [
        ("/style@AtelierTestBot anime", "/style anime", True),
        ("/style@ateliertestbot anime", "/style anime", True),
        ("/style anime", "/style anime", True),
        ("nice weather", "nice weather", False),
        ("@AtelierTestBot anime please", "anime please", True),
        ("hello @AtelierTestBot2", "hello @AtelierTestBot2", False),
        ("@AtelierTestBot /style anime", "/style anime", True),
        ("mail me@AtelierTestBot", "mail me@AtelierTestBot", False),
        ("/styles@AtelierTestBot", "/styles", True),
    ],
)
async def test_what_is_said_in_a_group(
    telegram: TelegramEmulator, listener: Recorder, said: str, heard: str, addressed: bool
) -> None:
    telegram.say(said, chat=GROUP)
    (message,) = await listener.hears()
    assert (message.text, message.addressed, message.private, message.chat) == (heard, addressed, False, "-100200")


async def test_what_is_not_said_to_us_by_a_person_is_not_heard(telegram: TelegramEmulator, listener: Recorder) -> None:
    telegram.say("/style@SomeOtherBot anime", chat=GROUP)
    telegram.say("/style anime", user=BOT | {"id": 77, "username": "OtherBot"}, chat=GROUP)
    telegram.say(
        "/style anime", user=None, chat={"id": -100400, "type": "channel", "title": "News"}, kind="channel_post"
    )
    telegram.say("/style anime", kind="edited_message")
    channel = {"id": -100400, "type": "channel", "title": "News"}
    telegram.post({"text": "/style anime", "sender_chat": channel, "is_automatic_forward": True}, chat=GROUP)
    telegram.post({"new_chat_title": "Painters"}, chat=GROUP)
    telegram.say("/help")

    assert [message.text for message in await listener.hears()] == ["/help"]
    await telegram.until(lambda: not telegram.waiting)


async def test_an_anonymous_admin_speaks_for_the_group(telegram: TelegramEmulator, listener: Recorder) -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    telegram.post({"text": "/style anime", "sender_chat": GROUP}, user=anonymous, chat=GROUP)
    (message,) = await listener.hears()
    assert message.person == Person("-100200", "Painters")


async def test_an_answer_to_the_bot_is_said_to_it(
    telegram: TelegramEmulator, bot: TelegramAdapter, listener: Recorder
) -> None:
    theirs = telegram.say("what is this bot?", chat=GROUP, user=BOB)
    telegram.say("a bot", chat=GROUP, reply_to=theirs)
    ours = telegram.world.message(GROUP, {"text": "Send me a photo.", "from": BOT})
    telegram.photo(picture(), chat=GROUP, reply_to=ours)
    assert [message.addressed for message in await listener.hears(3)] == [False, False, True]


async def test_topics_are_kept_and_reply_threads_are_not_mistaken_for_them(
    telegram: TelegramEmulator, listener: Recorder
) -> None:
    telegram.say("/style one", chat=FORUM, thread=42)
    telegram.say("/style two", chat=FORUM)
    telegram.post({"text": "/style three", "message_thread_id": 7}, chat=GROUP)  # a comment, not a topic
    telegram.post({"text": "/style four", "message_thread_id": 1, "is_topic_message": True}, chat=FORUM)
    heard = await listener.hears(4)
    assert {message.text: message.address["thread"] for message in heard} == {
        "/style one": 42,
        "/style two": None,
        "/style three": None,
        "/style four": None,
    }


async def test_a_plain_message_in_a_topic_is_no_answer(telegram: TelegramEmulator, listener: Recorder) -> None:
    created = telegram.world.message(
        FORUM, {"from": BOT, "forum_topic_created": {"name": "Cats", "icon_color": 7322096}}
    )
    telegram.say("look at this", chat=FORUM, thread=42, reply_to=created)
    (message,) = await listener.hears()
    assert not message.addressed


async def test_a_pressed_button_is_its_command_about_the_original_picture(
    telegram: TelegramEmulator, listener: Recorder
) -> None:
    original = telegram.photo(picture(), chat=FORUM, thread=9)
    shown = telegram.world.message(FORUM, {"text": "Which style?", "from": BOT}, original["message_id"], 9)
    number = telegram.press(shown, "/style ukiyoe", user=BOB)

    message = next(message for message in await listener.hears(2) if message.text)
    assert (message.text, message.id, message.person.id, message.addressed) == ("/style ukiyoe", number, "1002", True)
    assert message.address == {
        "chat": FORUM["id"],
        "thread": 9,
        "message": original["message_id"],
        "press": number,
    }
    assert [each.ref for each in message.replied] == [original["photo"][-1]["file_id"]]
    await telegram.until(lambda: bool(telegram.called("answerCallbackQuery")))
    assert telegram.called("answerCallbackQuery")[0].parameters["callback_query_id"] == number


async def test_a_button_under_a_forgotten_message_still_works(telegram: TelegramEmulator, listener: Recorder) -> None:
    shown = telegram.world.message(GROUP, {"text": "Which style?", "from": BOT})
    number = telegram.press(shown, "/styles", forgotten=True)
    (message,) = await listener.hears()
    assert message.text == "/styles"
    assert message.address == {"chat": GROUP["id"], "thread": None, "message": shown["message_id"], "press": number}


async def test_an_album_is_one_message_with_its_pictures_in_order(
    telegram: TelegramEmulator, listener: Recorder
) -> None:
    items = telegram.album([picture(30 + n, 30) for n in range(3)], caption="/style anime", captioned_item=1)
    (message,) = await listener.hears()
    assert message.text == "/style anime"
    assert [each.ref for each in message.pictures] == [item["photo"][-1]["file_id"] for item in items]
    assert (message.id, message.address["message"]) == (str(items[0]["message_id"]), items[1]["message_id"])
    await telegram.until(lambda: not telegram.waiting)
    assert len(listener.heard) == 1


async def test_a_photo_and_its_style_picture_are_an_album_or_an_answer(
    telegram: TelegramEmulator, listener: Recorder
) -> None:
    items = telegram.album([picture(30, 30), picture(31, 30)], caption="/like 70%")
    album = (await listener.hears())[0]
    assert album.text == "/like 70%"
    assert [each.ref for each in album.pictures] == [item["photo"][-1]["file_id"] for item in items]
    painting = telegram.photo(picture(32, 30))
    photo = telegram.photo(picture(33, 30), "/like", reply_to=painting)
    answer = (await listener.hears(3))[2]
    assert (answer.text, album.replied) == ("/like", ())
    assert [each.ref for each in answer.pictures] == [photo["photo"][-1]["file_id"]]
    assert [each.ref for each in answer.replied] == [painting["photo"][-1]["file_id"]]


async def test_pictures_are_fetched_and_one_that_is_too_large_is_refused_at_once(
    telegram: TelegramEmulator, bot: TelegramAdapter, listener: Recorder
) -> None:
    telegram.document(b"not really", size=25_000_000)
    (message,) = await listener.hears()
    with pytest.raises(TooLarge, match="20 MB"):
        await bot.fetch(message.pictures[0])
    assert not telegram.called("getFile")
    with pytest.raises(TooLarge):
        await bot.fetch(Picture(message.pictures[0].ref))
    assert telegram.called("getFile")


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("/start", "/start"),
        ("/start ukiyoe", "/style ukiyoe"),
        ("/start@AtelierTestBot starry-night", "/style starry-night"),
        ("/start inline_", "/start inline_"),
        ("/start two words", "/start two words"),
    ],
)
async def test_a_link_with_a_style_asks_for_it(
    telegram: TelegramEmulator, listener: Recorder, said: str, heard: str
) -> None:
    telegram.say(said)
    assert (await listener.hears())[0].text == heard
