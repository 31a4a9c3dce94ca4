"""What a person says and what they get, told as conversations on a real ledger."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots import replies
from bots.conversation import Conversation
from inference.job import Crop, Format
from tests.bots.console import BROKEN, Chat, Console, Inverting, Sent, inverted
from tests.bots.talking import talking

PHOTO, SECOND, THIRD = b"a photo", b"another photo", b"a third"
ALL_STYLES = ("/style ukiyoe", "/style starry-night", "/style anime")


@pytest.fixture
async def conversation(tmp_path: Path, console: Console, service: Inverting) -> AsyncIterator[Conversation]:
    async with talking(tmp_path / "ledger.sqlite3", console, service) as conversation:
        yield conversation


@pytest.fixture
def ann(console: Console, conversation: Conversation) -> Chat:
    return Chat(console, conversation)


async def last(console: Console, count: int = 1) -> Sent:
    return (await console.answers(count))[-1]


async def test_a_photo_with_a_caption_comes_back_in_that_style(ann: Chat, console: Console, service: Inverting) -> None:
    await ann.say("/style ukiyoe", PHOTO)
    answer = await last(console)
    assert answer.pictures == (inverted(PHOTO),)
    assert answer.text == "made with AI · Ukiyo-e"
    assert answer.names == ("ukiyoe.jpg",)
    assert not answer.as_file
    (job,) = service.jobs
    assert (job.user, job.chat) == ("console:7", "console:1")
    assert job.options.mark
    assert job.options.strength is None
    assert job.deadline_s == pytest.approx(600, abs=5)
    assert console.busy_count >= 1


async def test_a_person_is_answered_in_their_language(conversation: Conversation, console: Console) -> None:
    wang = Chat(console, conversation, language="zh-hans")
    await wang.say("/style 浮世绘", PHOTO)
    assert (await last(console)).text == "由 AI 生成 · 浮世绘"


async def test_a_reply_to_a_picture_restyles_that_picture(ann: Chat, console: Console) -> None:
    await ann.say("/style starry night", replied=[PHOTO])
    assert (await last(console)).pictures == (inverted(PHOTO),)


async def test_strength_and_colours_reach_the_service(ann: Chat, console: Console, service: Inverting) -> None:
    await ann.say("!STYLE Ukiyo-e 70% keep my colours", PHOTO)
    await console.answers(1)
    assert service.jobs[0].options.strength == 0.7
    assert service.jobs[0].options.keep_colours is True


async def test_tones_detail_and_faces_reach_the_service(ann: Chat, console: Console, service: Inverting) -> None:
    await ann.say("/style ukiyoe match sharp no faces")
    assert "/style ukiyoe match sharp noface" in (await last(console)).text
    await ann.say("", PHOTO)
    await console.answers(2)
    options = service.jobs[0].options
    assert (options.match_colours, options.keep_colours, options.faces) == (True, None, False)
    assert 0 < options.detail <= 1


@pytest.mark.parametrize("words", ["150%", "-10%", "7000"])
async def test_a_strength_out_of_range_is_explained(ann: Chat, console: Console, words: str) -> None:
    await ann.say(f"/style ukiyoe {words}", PHOTO)
    answer = await last(console)
    assert answer.text == replies.text("en", "strength-range", style="ukiyoe")


async def test_a_style_first_and_the_photos_after(ann: Chat, console: Console) -> None:
    await ann.say("/style ukiyoe 70%")
    assert "/style ukiyoe 70%" in (await last(console)).text
    await ann.say("", PHOTO)
    assert (await last(console, 2)).pictures == (inverted(PHOTO),)
    await ann.say("", SECOND)
    assert (await last(console, 3)).pictures == (inverted(SECOND),)


async def test_a_style_and_its_photo_said_in_one_breath_stay_in_order(ann: Chat, console: Console) -> None:
    for style in ("ukiyoe", "anime", "ukiyoe", "anime"):
        await ann.say(f"/style {style}")
    await ann.say("", PHOTO)
    answers = await console.answers(5)
    assert [answer.names for answer in answers if answer.pictures] == [("anime.jpg",)]


async def test_a_bare_photo_in_private_gets_the_gallery_and_a_press_gets_the_photo(ann: Chat, console: Console) -> None:
    await ann.say("", PHOTO)
    gallery = await last(console)
    assert gallery.pictures == (b"contact sheet",)
    assert gallery.buttons == ALL_STYLES
    assert "2. Starry Night (starry-night)" in gallery.text
    await ann.say(gallery.buttons[2])
    answer = await last(console, 2)
    assert (answer.pictures, answer.names) == ((inverted(PHOTO),), ("anime.jpg",))
    await ann.say(gallery.buttons[0])
    assert (await last(console, 3)).names == ("ukiyoe.jpg",), "another press tries another style"


async def test_a_photo_with_style_alone_gets_the_gallery_with_its_strength(ann: Chat, console: Console) -> None:
    await ann.say("/style 40% keep", replied=[PHOTO])
    gallery = await last(console)
    assert gallery.text.startswith(replies.text("en", "gallery-photo"))
    assert gallery.buttons[0] == "/style ukiyoe 40% keep"


async def test_the_photo_that_waits_for_its_style_survives_a_restart(tmp_path: Path, service: Inverting) -> None:
    console, path = Console(), tmp_path / "ledger.sqlite3"
    async with talking(path, console, service) as conversation:
        await Chat(console, conversation).say("", PHOTO, as_file=True, media_type="image/png")
        await console.answers(1)
    async with talking(path, console, service) as conversation:
        await Chat(console, conversation).say("/style anime", id="press")
        answer = (await console.answers(2))[-1]
    assert answer.pictures == (inverted(PHOTO),)
    assert answer.as_file


async def test_an_unknown_style_is_answered_with_the_nearest_and_the_photo_is_kept(ann: Chat, console: Console) -> None:
    await ann.say("/style ukioye 70%", PHOTO)
    answer = await last(console)
    assert "ukioye" in answer.text
    assert answer.buttons == ("/style ukiyoe 70%",)
    await ann.say(answer.buttons[0])
    assert (await last(console, 2)).pictures == (inverted(PHOTO),)


async def test_a_style_like_no_other_is_answered_with_all_of_them(ann: Chat, console: Console) -> None:
    await ann.say("/style " + "x" * 500, PHOTO)
    answer = await last(console)
    assert answer.buttons == ALL_STYLES
    assert len(answer.text) < 200


async def test_the_name_of_a_style_is_enough(ann: Chat, console: Console) -> None:
    await ann.say("Starry Night", PHOTO)
    assert (await last(console)).names == ("starry-night.jpg",)


async def test_the_contact_sheet_of_all_styles(ann: Chat, console: Console) -> None:
    await ann.say("/styles")
    sheet = await last(console)
    assert (sheet.pictures, sheet.buttons) == ((b"contact sheet",), ALL_STYLES)
    await ann.say(sheet.buttons[0])
    assert (await last(console, 2)).text.startswith("Ukiyo-e it is.")


async def test_no_style_installed(ann: Chat, console: Console, service: Inverting) -> None:
    service.infos = ()
    for count, text in enumerate(("/styles", "/style", "/style ukiyoe", "/avatar", "/avatar ukiyoe"), 1):
        await ann.say(text, PHOTO)
        assert (await last(console, count)).text == replies.text("en", "no-styles")


async def test_ones_own_avatar(ann: Chat, console: Console, service: Inverting) -> None:
    console.avatars["7"] = PHOTO
    await ann.say("/avatar anime 80%")
    assert (await last(console)).pictures == (inverted(PHOTO),)
    assert service.jobs[0].options.crop is Crop.AVATAR
    assert service.jobs[0].options.strength == 0.8


async def test_an_avatar_without_a_style_lets_one_choose(ann: Chat, console: Console) -> None:
    console.avatars["7"] = PHOTO
    await ann.say("/avatar")
    gallery = await last(console)
    assert gallery.buttons[1] == "/avatar starry-night"
    await ann.say(gallery.buttons[1])
    assert (await last(console, 2)).pictures == (inverted(PHOTO),)


async def test_an_avatar_that_cannot_be_seen_is_explained_and_a_photo_does_instead(
    ann: Chat, console: Console, service: Inverting
) -> None:
    await ann.say("/avatar anime")
    assert (await last(console)).text == replies.text("en", "avatar-missing", command="/avatar anime")
    await ann.say("/avatar anime", PHOTO)
    assert (await last(console, 2)).pictures == (inverted(PHOTO),)
    assert service.jobs[0].options.crop is Crop.AVATAR


async def test_an_album_comes_back_as_an_album_in_order(ann: Chat, console: Console) -> None:
    await ann.say("/style ukiyoe", PHOTO, SECOND, THIRD)
    answer = await last(console)
    assert answer.pictures == (inverted(PHOTO), inverted(SECOND), inverted(THIRD))
    assert answer.names == ("ukiyoe-1.jpg", "ukiyoe-2.jpg", "ukiyoe-3.jpg")


async def test_one_bad_picture_of_an_album_fails_alone_and_is_named(ann: Chat, console: Console) -> None:
    album = ann.message("/style ukiyoe", PHOTO, BROKEN, THIRD, SECOND)
    del console.pictures[album.pictures[3].ref]
    await ann.listener.receive(album)
    answer = await last(console)
    assert answer.pictures == (inverted(PHOTO), inverted(THIRD))
    assert answer.names == ("ukiyoe-1.jpg", "ukiyoe-3.jpg")
    assert answer.text.splitlines()[1:] == [
        f"Picture 2: {replies.text('en', 'error-not_a_picture')}",
        f"Picture 4: {replies.text('en', 'error-gone')}",
    ]


@pytest.mark.parametrize(
    ("media_type", "format_"), [("image/png", Format.PNG), ("image/jpeg", Format.JPEG), ("", Format.JPEG)]
)
async def test_a_file_comes_back_as_a_file_without_the_visible_mark(
    ann: Chat, console: Console, service: Inverting, media_type: str, format_: Format
) -> None:
    await ann.say("/style ukiyoe", PHOTO, as_file=True, media_type=media_type)
    answer = await last(console)
    assert answer.as_file
    assert answer.names == ("ukiyoe.png" if format_ is Format.PNG else "ukiyoe.jpg",)
    assert service.jobs[0].options.format is format_
    assert not service.jobs[0].options.mark


async def test_the_operator_may_leave_the_mark_out(tmp_path: Path, console: Console, service: Inverting) -> None:
    async with talking(tmp_path / "ledger.sqlite3", console, service, mark=False) as conversation:
        await Chat(console, conversation).say("/style ukiyoe", PHOTO)
        await console.answers(1)
    assert not service.jobs[0].options.mark


@pytest.mark.parametrize("command", ["start", "help"])
async def test_a_newcomer_is_taught_in_five_lines(ann: Chat, console: Console, command: str) -> None:
    await ann.say(f"/{command}")
    assert len((await last(console)).text.splitlines()) == 5


async def test_words_and_unknown_commands_get_a_hint_in_private(ann: Chat, console: Console) -> None:
    await ann.say("hello")
    assert (await last(console)).text == replies.text("en", "hint")
    await ann.say("/frobnicate")
    assert (await last(console, 2)).text == replies.text("en", "unknown-command", command="frobnicate")


async def test_a_message_delivered_twice_is_answered_once(ann: Chat, console: Console, service: Inverting) -> None:
    message = await ann.say("/style ukiyoe", PHOTO)
    await ann.listener.receive(message)
    await console.answers(1)
    await ann.listener.receive(message)
    await ann.say("/queue")
    assert len(await console.answers(2)) == 2
    assert len(service.jobs) == 1


async def test_suggestions_while_typing(conversation: Conversation) -> None:
    assert await conversation.suggest("st", "zh") == (("starry-night", "星夜"),)
    assert [style for style, _ in await conversation.suggest("", "en")] == ["ukiyoe", "starry-night", "anime"]


class TestGroup:
    """In a group only those who speak to the bot are heard."""

    @pytest.fixture
    def ben(self, console: Console, conversation: Conversation) -> Chat:
        return Chat(console, conversation, chat="group", person="8", private=False, addressed=False)

    async def test_chatter_and_photos_of_others_are_ignored(self, ben: Chat, console: Console) -> None:
        await ben.say("what a day", PHOTO)
        await ben.say("", SECOND)
        await ben.say("anime")
        await ben.say("/otherbot", addressed=True)
        await ben.say("lovely", replied=[PHOTO], addressed=True)
        await ben.say("/help", addressed=True)
        assert len(await console.answers(1)) == 1
        assert console.busy_count == 0

    async def test_an_announced_style_says_that_a_bare_photo_may_go_unseen(self, ben: Chat, console: Console) -> None:
        await ben.say("/style anime", addressed=True)
        assert "only what is addressed to me" in (await last(console)).text

    async def test_a_photo_that_was_announced_is_taken_and_the_next_one_is_not(
        self, ben: Chat, console: Console
    ) -> None:
        await ben.say("/style ukiyoe", addressed=True)
        await console.answers(1)
        await ben.say("", PHOTO)
        assert (await last(console, 2)).pictures == (inverted(PHOTO),)
        await ben.say("", SECOND)
        await ben.say("/help", addressed=True)
        assert (await last(console, 3)).text == replies.text("en", "help")

    async def test_another_persons_photo_is_not_taken(self, ben: Chat, console: Console) -> None:
        await ben.say("/style ukiyoe", addressed=True)
        await console.answers(1)
        eve = Chat(console, ben.listener, chat="group", person="9", private=False, addressed=False)
        await eve.say("", SECOND)
        await eve.say("/queue", addressed=True)
        assert (await last(console, 2)).text == replies.text("en", "queue-empty")

    async def test_a_mention_with_a_photo_gets_the_gallery(self, ben: Chat, console: Console) -> None:
        await ben.say("", PHOTO, addressed=True)
        assert (await last(console)).buttons == ALL_STYLES
