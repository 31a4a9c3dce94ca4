"""The buttons under a result: the same photo once more, with one thing changed."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bots import replies
from bots.commands import Wish
from bots.conversation import Conversation, again
from bots.conversation.again import Past
from bots.message import Picture, answer_key
from inference.job import Crop, Format, Options
from tests.bots.console import STYLES, Chat, Console, Inverting, Sent, inverted
from tests.bots.talking import talking

PHOTO, SECOND = b"a photo", b"another photo"
KEY = "0123456789abcdef01234567"
AT_HAND = Picture("photo", "image/jpeg")
GONE = replies.text("en", "again-gone")


@pytest.fixture
async def conversation(tmp_path: Path, console: Console, service: Inverting) -> AsyncIterator[Conversation]:
    async with talking(tmp_path / "ledger.sqlite3", console, service) as conversation:
        yield conversation


@pytest.fixture
def ann(console: Console, conversation: Conversation) -> Chat:
    return Chat(console, conversation)


async def last(console: Console, count: int) -> Sent:
    return (await console.answers(count))[-1]


async def ask(chat: Chat, text: str, *pictures: bytes, **about: object) -> Sent:
    """Say something and wait for what it brings."""
    count = len(chat.console.sent)
    await chat.say(text, *pictures, **about)
    return await last(chat.console, count + 1)


def labels(wish: Wish, **about: Any) -> list[str]:
    return [button.label for row in again.buttons("en", KEY, Past(wish, (AT_HAND,), **about)) for button in row]


def command(shown: Sent, words: str) -> str:
    """What the button that says these words carries."""
    (found,) = [button for button in shown.buttons if button.partition(" ")[2][25:] == words]
    return found


@pytest.mark.parametrize(
    ("strength", "weaker", "stronger"),
    [
        (None, "75%", None),
        (1.0, "75%", None),
        (0.75, "50%", "100%"),
        (0.7, "50%", "75%"),
        (0.25, None, "50%"),
        (0.1, None, "25%"),
        (0.0, None, "25%"),
    ],
)
def test_strength_goes_by_quarters(strength: float | None, weaker: str | None, stronger: str | None) -> None:
    past = Past(Wish("ukiyoe", strength, sharp=True), (AT_HAND,))
    row = {button.label: button.command for button in again.buttons("en", KEY, past)[0]}
    wanted = {"Weaker": weaker, "Stronger": stronger}
    assert row == {label: f"/again {KEY} {words}" for label, words in wanted.items() if words}


def test_only_what_is_not_so_already_is_offered() -> None:
    always = ["Delete", "Other style"]
    assert labels(Wish("ukiyoe")) == ["Weaker", "Sharper", "Keep my colours", "Full size as a file", *always]
    kept = Wish("ukiyoe", 0.5, keep_colours=True, sharp=True)
    assert labels(kept, full=True) == ["Weaker", "Stronger", "Style’s colours", *always]


async def test_weaker_is_the_same_photo_at_three_quarters(ann: Chat, service: Inverting) -> None:
    shown = await ask(ann, "/style ukiyoe", PHOTO)
    await ask(ann, "/style anime", SECOND)
    weaker = await ask(ann, command(shown, "75%"))
    assert weaker.pictures == (inverted(PHOTO),), "and not the photo that came after it"
    assert weaker.text == "made with AI · Ukiyo-e · 75 %"
    assert (service.jobs[-1].style, service.jobs[-1].options) == ("ukiyoe", Options(strength=0.75, mark=True))
    assert (await ask(ann, command(weaker, "100%"))).text == "made with AI · Ukiyo-e · 100 %"


async def test_each_press_adds_to_what_was_asked_before(ann: Chat, service: Inverting) -> None:
    shown = await ask(ann, "/style ukiyoe 70% match no faces", PHOTO)
    assert shown.text == "made with AI · Ukiyo-e · 70 % · near your colours"
    sharper = await ask(ann, command(shown, "sharp"))
    kept = await ask(ann, command(sharper, "keep"))
    assert kept.text == "made with AI · Ukiyo-e · 70 % · your colours · sharper"
    own = await ask(ann, command(kept, "own"))
    assert own.text == "made with AI · Ukiyo-e · 70 % · sharper"
    options = [(job.options.keep_colours, job.options.match_colours, job.options.detail > 0) for job in service.jobs]
    assert options == [(None, True, False), (None, True, True), (True, False, True), (None, False, True)]
    assert {(job.options.strength, job.options.faces) for job in service.jobs} == {(0.7, False)}


async def test_another_style_is_chosen_for_that_photo_with_the_same_wishes(ann: Chat, service: Inverting) -> None:
    shown = await ask(ann, "/style ukiyoe 50% keep", PHOTO)
    await ask(ann, "", SECOND)
    gallery = await ask(ann, command(shown, ""))
    assert gallery.text.startswith(replies.text("en", "gallery-photo"))
    result = await ask(ann, command(gallery, "starry-night"))
    assert (result.pictures, result.names) == ((inverted(PHOTO),), ("starry-night.jpg",))
    assert result.text == "made with AI · Starry Night · 50 % · your colours"


async def test_an_album_a_file_and_an_avatar_stay_what_they_are(
    ann: Chat, console: Console, service: Inverting
) -> None:
    album = await ask(ann, "/style ukiyoe", PHOTO, SECOND)
    assert (await ask(ann, command(album, "75%"))).pictures == (inverted(PHOTO), inverted(SECOND))
    file = await ask(ann, "/style ukiyoe", PHOTO, as_file=True, media_type="image/png")
    assert (await ask(ann, command(file, "75%"))).as_file
    assert service.jobs[-1].options == Options(strength=0.75, format=Format.PNG)
    console.avatars["7"] = PHOTO
    avatar = await ask(ann, "/avatar anime")
    await ask(ann, command(avatar, "75%"))
    assert service.jobs[-1].options.crop is Crop.AVATAR


async def test_after_a_restart_a_press_finds_its_photo(tmp_path: Path, service: Inverting) -> None:
    console, path = Console(), tmp_path / "ledger.sqlite3"
    async with talking(path, console, service) as conversation:
        shown = await ask(Chat(console, conversation), "/style ukiyoe", PHOTO)
    async with talking(path, console, service) as conversation:
        await Chat(console, conversation).say(command(shown, "75%"), id="press")
        answer = await last(console, 2)
    assert (answer.pictures, answer.text) == ((inverted(PHOTO),), "made with AI · Ukiyo-e · 75 %")


async def test_somebody_elses_buttons_paint_nothing(console: Console, conversation: Conversation) -> None:
    ann = Chat(console, conversation, chat="group", private=False)
    ben = Chat(console, conversation, chat="group", person="8", private=False)
    shown = await ask(ann, "/style ukiyoe", PHOTO)
    for button in shown.buttons:
        told = "delete-not-yours" if button.endswith("delete") else "again-gone"
        assert (await ask(ben, button)).text == replies.text("en", told)
    assert (await ask(ann, command(shown, "75%"))).pictures == (inverted(PHOTO),)


async def test_a_photo_that_is_gone_is_told_in_one_sentence(
    ann: Chat, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "_REMEMBERED_S", 0.0)
    assert (await ask(ann, "/style ukiyoe", PHOTO)).buttons == (), "buttons that would find nothing are not shown"
    monkeypatch.undo()
    shown = await ask(ann, "/style ukiyoe", PHOTO)
    console.pictures.clear()
    assert (await ask(ann, command(shown, "75%"))).text == replies.text("en", "error-gone")
    assert (await ask(ann, f"/again {KEY} 75%")).text == GONE


async def test_what_is_remembered_holds_no_picture(tmp_path: Path, console: Console, service: Inverting) -> None:
    async with talking(tmp_path / "ledger.sqlite3", console, service) as conversation:
        await ask(Chat(console, conversation), "/style ukiyoe", PHOTO * 100)
    kept = await asyncio.to_thread(lambda: b"".join(path.read_bytes() for path in tmp_path.iterdir()))
    assert b"result " in kept
    assert PHOTO * 3 not in kept
    assert inverted(PHOTO) * 3 not in kept


@pytest.mark.parametrize("word", ["own", "file", "still", "keep", "match", "sharp", "face", "noface"])
def test_a_word_that_changes_something_is_no_styles_name_under_a_result(word: str) -> None:
    past = Past(Wish("ukiyoe", keep_colours=False), ())
    changed = again.changed(past, word)
    assert changed.wish.style == "ukiyoe"
    assert changed != past


async def test_a_style_called_as_a_word_can_be_asked_for_but_not_under_a_result(ann: Chat, service: Inverting) -> None:
    service.infos = (*STYLES, replace(STYLES[0], id="file", title={"en": "File"}))
    assert (await ask(ann, "/style file", PHOTO)).names == ("file.jpg",)
    shown = await ask(ann, "/style ukiyoe", PHOTO)
    file = await ask(ann, command(shown, "file"))
    assert (file.names, file.as_file) == (("ukiyoe.jpg",), True)


async def test_words_that_cannot_be_are_explained_and_what_is_near_is_for_the_same_photo(ann: Chat) -> None:
    shown = await ask(ann, "/style ukiyoe 70%", PHOTO)
    assert (await ask(ann, f"/again {shown.key} 170%")).text == replies.text("en", "strength-range", style="ukiyoe")
    near = await ask(ann, f"/again {shown.key} anyme")
    result = await ask(ann, command(near, "anime"))
    assert (result.pictures, result.text) == ((inverted(PHOTO),), "made with AI · Anime · 70 %")


async def test_what_was_remembered_before_there_were_files_and_sheets_still_serves(
    tmp_path: Path, console: Console, service: Inverting
) -> None:
    path = tmp_path / "ledger.sqlite3"
    async with talking(path, console, service) as conversation:
        shown = await ask(Chat(console, conversation), "/style ukiyoe", PHOTO)
    with sqlite3.connect(path) as db:
        new = ("full", "still", "among")
        paths = ", ".join(f"'$.{name}'" for name in new)
        db.execute(f"UPDATE remembered SET value = json_remove(value, {paths}) WHERE what LIKE 'result %'")
    db.close()
    async with talking(path, console, service) as conversation:
        assert (await ask(Chat(console, conversation), command(shown, "75%"), id="press")).pictures == (
            inverted(PHOTO),
        )


async def test_a_command_of_that_name_that_is_not_ours_is_left_alone(ann: Chat, conversation: Conversation) -> None:
    ben = Chat(ann.console, conversation, chat="group", private=False)
    await ben.say("/again please")
    unknown = replies.text("en", "unknown-command", command="again")
    assert (await ask(ann, "/again")).text == unknown
    assert [sent.chat for sent in ann.console.sent] == [ann.chat]


def test_every_button_fits_the_narrowest_platform() -> None:
    longest = "x" * 32  # of a style's id
    key = answer_key(Chat(Console(), None).message("/style"))  # type: ignore[arg-type]  # says nothing to anybody
    every = [again.buttons("zh", key, Past(Wish(style.id, 0.5), (AT_HAND,))) for style in STYLES]
    every += [again.still_button("zh", key), again.sheet_buttons("zh", key, [(longest, "title")])]
    commands = [button.command for rows in every for row in rows for button in row]
    assert max(len(text.encode()) for text in commands) == 64


async def test_buttons_that_help_after_a_slip_fit_as_well(ann: Chat, service: Inverting) -> None:
    shown = await ask(ann, "/style starry-night 75% match sharp no faces", PHOTO)
    slip = await ask(ann, command(shown, "50%").replace("50%", "stary nigt"))
    assert slip.text.startswith("I have no style called “stary nigt”.")
    assert max(len(button.encode()) for button in slip.buttons) <= 64
    await ask(ann, command(slip, "starry-night"))
    options = service.jobs[-1].options
    assert (options.strength, options.match_colours, options.faces) == (0.75, True, False)
    assert options.detail > 0
