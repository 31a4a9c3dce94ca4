"""Who is meant, what they look like, and who decides in a group."""

from typing import Any

import pytest

from bots.message import Person
from bots.telegram import TelegramAdapter
from tests.bots.telegram.conftest import Recorder, picture
from tests.emulators.telegram import ALICE, BOB, BOT, FORUM, GROUP, TelegramEmulator

CARA: dict[str, Any] = {"id": 1003, "is_bot": False, "first_name": "Cära 🎨"}
BOB_HIMSELF = Person("1002", "Bob", "zh-hans")
CARA_HERSELF = Person("1003", "Cära 🎨")
HERE = {"chat": GROUP["id"], "thread": None, "message": None}


async def heard(listener: Recorder, count: int = 1) -> tuple[str, tuple[Person, ...]]:
    message = (await listener.hears(count))[-1]
    return message.text, message.mentioned


@pytest.mark.usefixtures("bot")
async def test_who_is_replied_to_is_meant(telegram: TelegramEmulator, listener: Recorder) -> None:
    theirs = telegram.say("hello", user=BOB, chat=GROUP)
    telegram.say("/avatar anime", chat=GROUP, reply_to=theirs)
    assert await heard(listener, 2) == ("/avatar anime", (BOB_HIMSELF,))


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    "said", ["/avatar Cära 🎨 anime", "/avatar anime Cära 🎨", "/avatar@AtelierTestBot anime Cära 🎨"]
)
async def test_a_name_that_is_a_link_means_its_person_and_no_style(
    telegram: TelegramEmulator, listener: Recorder, said: str
) -> None:
    telegram.say(said, naming=[CARA], chat=GROUP)
    assert await heard(listener) == ("/avatar anime", (CARA_HERSELF,))
    telegram.photo(picture(), said, naming=[CARA], chat=GROUP)
    assert await heard(listener, 2) == ("/avatar anime", (CARA_HERSELF,))


@pytest.mark.usefixtures("bot")
async def test_the_at_name_of_who_is_replied_to_is_no_style(telegram: TelegramEmulator, listener: Recorder) -> None:
    theirs = telegram.say("hello", user=BOB, chat=GROUP)
    telegram.say("/avatar anime @Bob", chat=GROUP, reply_to=theirs)
    assert await heard(listener, 2) == ("/avatar anime", (BOB_HIMSELF,))


@pytest.mark.usefixtures("bot")
async def test_an_at_name_alone_tells_nobody_who_it_is(telegram: TelegramEmulator, listener: Recorder) -> None:
    telegram.say("/avatar anime @bob", chat=GROUP)
    assert await heard(listener) == ("/avatar anime @bob", ())


@pytest.mark.usefixtures("bot")
async def test_neither_oneself_nor_a_bot_nor_an_unnamed_admin_is_meant(
    telegram: TelegramEmulator, listener: Recorder
) -> None:
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    said = [
        telegram.say("hello", chat=GROUP),
        telegram.world.message(GROUP, {"text": "Which style?", "from": BOT}),
        telegram.world.message(GROUP, {"text": "Quiet!", "from": anonymous, "sender_chat": GROUP}),
        telegram.world.message(
            FORUM, {"from": BOB, "forum_topic_created": {"name": "Cats", "icon_color": 7322096}}, thread=42
        ),
    ]
    for each in said:
        telegram.say("/avatar Alice anime", naming=[ALICE], chat=each["chat"], reply_to=each)
    messages = [message for message in await listener.hears(5) if message.text.startswith("/")]
    assert [(message.text, message.mentioned) for message in messages] == [("/avatar anime", ())] * 4


async def test_ones_own_picture_and_a_members(telegram: TelegramEmulator, bot: TelegramAdapter) -> None:
    telegram.methods.avatars = {ALICE["id"]: picture(160, 160), CARA["id"]: picture(320, 320)}
    for person, face in ((Person("1001", "Alice"), picture(160, 160)), (CARA_HERSELF, picture(320, 320))):
        found = await bot.avatar(person, HERE)
        assert found is not None
        assert await bot.fetch(found) == face
    assert await bot.avatar(Person("1002", "Bob hides his"), HERE) is None
    assert await bot.avatar(Person("-100200", "an anonymous admin"), HERE) is None
    telegram.refuse("getUserProfilePhotos", 400, "Bad Request: user not found")
    assert await bot.avatar(Person("1001", "Alice has left"), HERE) is None


async def test_a_groups_own_picture(telegram: TelegramEmulator, bot: TelegramAdapter) -> None:
    assert await bot.chat_picture(HERE) is None
    telegram.methods.group_pictures[GROUP["id"]] = picture(160, 160)
    found = await bot.chat_picture(HERE)
    assert found is not None
    assert await bot.fetch(found) == picture(160, 160)
    telegram.refuse("getChat", 400, "Bad Request: chat not found")
    assert await bot.chat_picture(HERE) is None


async def test_who_decides_in_a_chat(telegram: TelegramEmulator, bot: TelegramAdapter) -> None:
    telegram.methods.admins = {(GROUP["id"], ALICE["id"])}
    alice, private = Person("1001", "Alice"), {"chat": BOB["id"], "thread": None, "message": None}
    assert await bot.administers(alice, HERE)
    assert await bot.administers(Person(str(GROUP["id"]), "Painters"), HERE)  # an anonymous admin
    assert await bot.administers(BOB_HIMSELF, private)
    assert not await bot.administers(BOB_HIMSELF, HERE)
    assert not await bot.administers(Person("-100777", "a channel"), HERE)
    telegram.refuse("getChatMember", 400, "Bad Request: member list is inaccessible")
    assert not await bot.administers(alice, HERE)


async def test_a_chat_is_spoken_to_later_where_it_was_spoken_in(
    telegram: TelegramEmulator, bot: TelegramAdapter, listener: Recorder
) -> None:
    said = telegram.say("/help", chat=FORUM, thread=42)
    telegram.press(telegram.world.message(FORUM, {"text": "?", "from": BOT}, said["message_id"], 42), "/styles")
    for message in await listener.hears(2):
        assert bot.home(message.address) == {"chat": FORUM["id"], "thread": 42, "message": None}
