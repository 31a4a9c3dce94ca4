"""One photo in every style on a numbered sheet, and a number that makes it in full size."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bots import replies
from bots.conversation import Conversation
from bots.conversation.tryout import named
from bots.ledger import Ledger
from bots.ledger.chats import Rules
from inference.job import Format
from inference.service import StyleInfo
from tests.bots.console import STYLES, Chat, Console, Inverting, inverted, sheet_of
from tests.bots.talking import ask

PHOTO, SECOND = b"a photo", b"another photo"
ALL = tuple(style.id for style in STYLES)
SHEET = sheet_of(PHOTO, *ALL)


@asynccontextmanager
async def talking(path: Path, console: Console, service: Inverting) -> AsyncIterator[tuple[Conversation, Ledger]]:
    async with Ledger(path) as ledger, Conversation(service, ledger, [console]) as conversation:
        yield conversation, ledger


@pytest.fixture
async def talk(tmp_path: Path, console: Console, service: Inverting) -> AsyncIterator[tuple[Conversation, Ledger]]:
    async with talking(tmp_path / "ledger.sqlite3", console, service) as talk:
        yield talk


@pytest.fixture
def ann(console: Console, talk: tuple[Conversation, Ledger]) -> Chat:
    return Chat(console, talk[0])


def test_styles_are_named_one_after_another() -> None:
    def ids(words: str) -> tuple[tuple[str, ...], str]:
        found, unknown = named(STYLES, words)
        return tuple(style.id for style in found), unknown

    assert ids("anime starry night ukiyo-e") == (("anime", "starry-night", "ukiyoe"), "")
    assert ids("3, 1，浮世绘、anime") == (("anime", "ukiyoe"), "")
    assert ids("  ") == ((), "")
    assert ids("anime nonsense ukiyoe") == (("anime",), "nonsense")


async def test_a_photo_is_shown_in_every_style_on_one_numbered_sheet(ann: Chat, service: Inverting) -> None:
    sheet = await ask(ann, "/try", PHOTO)
    assert (sheet.pictures, sheet.names, sheet.as_file) == ((SHEET,), ("sheet.jpg",), False)
    assert sheet.text.splitlines() == [
        replies.text("en", "try-caption"),
        *("1. Ukiyo-e", "2. Starry Night", "3. Anime"),
    ]
    assert sheet.labels == ("1. Ukiyo-e", "2. Starry Night", "3. Anime", "Delete")
    assert [button.rpartition(" ")[2] for button in sheet.buttons] == [*ALL, "delete"]
    assert sheet.before == (), "there is nothing to lay a sheet over"
    (job,) = service.jobs
    assert (job.style, job.options.mark) == ("ukiyoe,starry-night,anime", True)


async def test_a_press_on_a_number_makes_that_photo_in_full_size(ann: Chat, console: Console) -> None:
    sheet = await ask(ann, "/try", PHOTO)
    await ask(ann, "/style ukiyoe", SECOND)
    full = await ask(ann, sheet.buttons[1])
    assert (full.pictures, full.names) == ((inverted(PHOTO),), ("starry-night.jpg",))
    assert full.text == "made with AI · Starry Night"
    assert (await ask(ann, sheet.buttons[0])).names == ("ukiyoe.jpg",), "and another one after it"


async def test_after_a_restart_a_press_and_a_typed_number_still_mean_that_photo(
    tmp_path: Path, service: Inverting
) -> None:
    console, path = Console(), tmp_path / "ledger.sqlite3"
    async with talking(path, console, service) as (conversation, _):
        sheet = await ask(Chat(console, conversation), "/try", PHOTO)
    async with talking(path, console, service) as (conversation, _):
        ann = Chat(console, conversation)
        assert (await ask(ann, sheet.buttons[2], id="press")).names == ("anime.jpg",)
        assert (await ask(ann, "2", id="typed")).names == ("starry-night.jpg",)


async def test_a_typed_number_counts_on_the_last_sheet(ann: Chat) -> None:
    await ask(ann, "/try", PHOTO)
    await ask(ann, "/try anime, ukiyoe", SECOND)
    full = await ask(ann, " 1 ")
    assert (full.pictures, full.names) == ((inverted(SECOND),), ("anime.jpg",))
    wrong = await ask(ann, "3")
    assert "“3”" in wrong.text
    assert len(wrong.buttons) == len(STYLES)
    assert (await ask(ann, wrong.buttons[1])).pictures == (inverted(SECOND),), "which are for the same photo"


async def test_a_number_means_nothing_where_no_sheet_was_shown(
    ann: Chat, console: Console, talk: tuple[Conversation, Ledger]
) -> None:
    assert (await ask(ann, "3")).text == replies.text("en", "hint")
    await ask(ann, "/try", PHOTO)
    ben = Chat(console, talk[0], chat="group", person="8", private=False)
    assert (await ask(ben, "3")).text == replies.text("en", "hint"), "the sheet is Ann's, in her own chat"


async def test_in_a_group_a_number_that_replies_is_taken_and_chatter_is_not(
    console: Console, talk: tuple[Conversation, Ledger]
) -> None:
    ben = Chat(console, talk[0], chat="group", person="8", private=False, addressed=False)
    await ask(ben, "/try", PHOTO, addressed=True)
    await ben.say("3")
    full = await ask(ben, "1", replied=[b"the sheet"], addressed=True)
    assert (full.pictures, full.names) == ((inverted(PHOTO),), ("ukiyoe.jpg",))
    assert len(console.sent) == 2


async def test_only_the_styles_that_are_named(ann: Chat, service: Inverting) -> None:
    sheet = await ask(ann, "/try anime starry night 40% keep", PHOTO)
    assert sheet.pictures == (sheet_of(PHOTO, "anime", "starry-night"),)
    assert sheet.text.splitlines()[0].endswith(" · 40 % · your colours")
    full = await ask(ann, sheet.buttons[0])
    assert full.text == "made with AI · Anime · 40 % · your colours"
    assert {(job.options.strength, job.options.keep_colours) for job in service.jobs} == {(0.4, True)}
    assert (await ask(ann, "/try 3 1", PHOTO)).pictures == (sheet_of(PHOTO, "anime", "ukiyoe"),)


async def test_a_single_style_needs_no_sheet(ann: Chat) -> None:
    assert (await ask(ann, "/try anime", PHOTO)).names == ("anime.jpg",)


async def test_a_style_that_is_not_known_is_told_and_the_photo_is_kept(ann: Chat) -> None:
    told = await ask(ann, "/try anime ukioye", PHOTO)
    assert "“ukioye”" in told.text
    assert told.buttons == ("/try ukiyoe",)
    assert (await ask(ann, "/try")).pictures == (SHEET,)
    assert "0 to 100" in (await ask(ann, "/try 300%", PHOTO)).text


async def test_a_photo_that_was_just_sent_or_is_replied_to(ann: Chat) -> None:
    await ask(ann, "", PHOTO)
    assert (await ask(ann, "/try")).pictures == (SHEET,)
    assert (await ask(ann, "/try", replied=[SECOND])).pictures == (sheet_of(SECOND, *ALL),)


async def test_without_a_photo_one_is_asked_for(ann: Chat, console: Console, talk: tuple[Conversation, Ledger]) -> None:
    assert (await ask(ann, "/try anime ukiyoe keep")).text == replies.text(
        "en", "try-photo", command="/try anime ukiyoe keep"
    )
    assert (await ask(ann, "", PHOTO)).pictures == (sheet_of(PHOTO, "anime", "ukiyoe"),)
    wang = Chat(console, talk[0], chat="group", person="8", private=False, addressed=False, language="zh")
    asked = await ask(wang, "/try", addressed=True)
    assert asked.text == replies.text("zh", "try-photo-group", command="/try")
    assert (await ask(wang, "", SECOND, SECOND)).text.splitlines()[-1] == "这是你 2 张照片中的第一张。"


async def test_of_an_album_the_first_is_shown_and_that_is_said(ann: Chat, service: Inverting) -> None:
    sheet = await ask(ann, "/try", PHOTO, SECOND)
    assert sheet.pictures == (SHEET,)
    assert sheet.text.splitlines()[-1] == "This is the first of your 2 pictures."
    full = await ask(ann, sheet.buttons[0])
    assert full.pictures == (inverted(PHOTO),)
    assert len(service.jobs) == 2


async def test_a_file_is_looked_at_as_a_picture_and_comes_back_as_a_file(ann: Chat, service: Inverting) -> None:
    sheet = await ask(ann, "/try", PHOTO, as_file=True, media_type="image/png")
    full = await ask(ann, sheet.buttons[0])
    assert (sheet.as_file, full.as_file) == (False, True)
    assert [job.options.format for job in service.jobs] == [Format.JPEG, Format.PNG]


async def test_what_waits_is_named_as_a_sheet(ann: Chat, service: Inverting) -> None:
    service.gate.clear()
    await ann.say("/try", PHOTO)
    async with asyncio.timeout(5):
        while not service.submitted:
            await asyncio.sleep(0.005)
    assert "3 styles on one sheet" in (await ask(ann, "/queue")).text
    service.gate.set()


async def test_no_more_styles_than_a_sheet_has_buttons(ann: Chat, service: Inverting) -> None:
    service.infos = tuple(StyleInfo(f"style{n}", "1.0.0", {"en": f"Style {n}"}, "photo", "MIT") for n in range(30))
    sheet = await ask(ann, "/try", PHOTO)
    assert len(service.jobs[0].style.split(",")) == 24
    assert len(sheet.buttons) == 25


async def test_no_style_installed(ann: Chat, service: Inverting) -> None:
    service.infos = ()
    assert (await ask(ann, "/try", PHOTO)).text == replies.text("en", "no-styles")
    assert (await ask(ann, "/try anime", PHOTO)).text == replies.text("en", "no-styles")


class TestRules:
    """A chat whose admins chose a default style, or which styles there are."""

    @pytest.fixture
    async def ruled(self, ann: Chat, talk: tuple[Conversation, Ledger]) -> Ledger:
        await ask(ann, "/help")
        await talk[1].chats.rule("console", ann.chat, Rules(style="anime", styles=("anime", "ukiyoe")))
        return talk[1]

    async def test_a_bare_style_takes_the_chats_own(self, ann: Chat, ruled: Ledger) -> None:
        assert (await ask(ann, "/style", PHOTO)).names == ("anime.jpg",)
        strong = await ask(ann, "/style 40%", replied=[PHOTO])
        assert strong.text == "made with AI · Anime · 40 %"
        gallery = await ask(ann, "", SECOND)
        assert gallery.text.startswith(replies.text("en", "gallery-photo")), "a bare photo lets one choose"
        assert (await ask(ann, "/style")).pictures == (inverted(SECOND),)

    async def test_without_a_photo_a_bare_style_shows_the_gallery(self, ann: Chat, ruled: Ledger) -> None:
        assert (await ask(ann, "/style")).text.startswith(replies.text("en", "gallery-all"))

    async def test_a_chosen_style_that_is_gone_is_no_hindrance(self, ann: Chat, ruled: Ledger) -> None:
        await ruled.chats.rule("console", ann.chat, Rules(style="burnt"))
        assert (await ask(ann, "/style", PHOTO)).text.startswith(replies.text("en", "gallery-photo"))

    async def test_the_gallery_numbers_the_chats_styles_as_people_type_them(self, ann: Chat, ruled: Ledger) -> None:
        gallery = await ask(ann, "/styles")
        assert gallery.pictures == (b"contact sheet of ukiyoe anime",)
        assert "2. Anime" in gallery.text
        assert (await ask(ann, "/style 2", PHOTO)).names == ("anime.jpg",)

    async def test_a_sheet_and_its_buttons_keep_to_them(self, ann: Chat, ruled: Ledger) -> None:
        sheet = await ask(ann, "/try", PHOTO)
        assert sheet.pictures == (sheet_of(PHOTO, "ukiyoe", "anime"),)
        await ruled.chats.rule("console", ann.chat, Rules(styles=("anime",)))
        assert "“ukiyoe”" in (await ask(ann, sheet.buttons[0])).text
        assert (await ask(ann, sheet.buttons[1])).names == ("anime.jpg",)
        assert "“starry-night”" in (await ask(ann, sheet.buttons[0].replace("ukiyoe", "starry-night"))).text


async def test_a_title_without_the_language_is_its_id(ann: Chat, service: Inverting) -> None:
    service.infos = (replace(STYLES[0], title={}), STYLES[1])
    assert (await ask(ann, "/try", PHOTO)).labels[:2] == ("1. ukiyoe", "2. Starry Night")


async def test_numbers_before_other_words_are_styles_and_no_strength(ann: Chat, service: Inverting) -> None:
    sheet = await ask(ann, "/try 1 3 keep", PHOTO)
    assert sheet.pictures == (sheet_of(PHOTO, "ukiyoe", "anime"),)
    assert (service.jobs[-1].options.strength, service.jobs[-1].options.keep_colours) == (None, True)
    await ask(ann, "/try 1 3 70 keep", PHOTO)
    assert (service.jobs[-1].style, service.jobs[-1].options.strength) == ("ukiyoe,anime", 0.7)
