"""Pictures of words: made without a photo, made anew, restyled, and as safe from a restart as any other."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bots import replies
from bots.conversation import Conversation
from bots.conversation.creators_policy import DefaultPolicy
from bots.ledger import Ledger
from bots.ledger.chats import Rules
from bots.ledger.schema import STEPS
from inference.errors import Busy
from inference.job import Format
from styles.words import understood
from tests.bots.console import BROKEN, STYLES, Chat, Console, Inverting, Sent, inverted
from tests.bots.imagining import THEME, Imagining, imagined
from tests.bots.talking import ask, said, submitted

PHOTO, WORDS = b"a photo", "misty harbour"
ALL_STYLES = ("/style ukiyoe", "/style starry-night", "/style anime")
OLD = ('{"format": "jpeg", "crop": "none"}', PHOTO)  # a job's options and picture, as they stood in its row
OTHER = replace(THEME, id="dreams", title={"en": "Dreams"})

Talk = tuple[Conversation, Ledger]


@asynccontextmanager
async def talking(path: Path, console: Console, service: Inverting, **about: Any) -> AsyncIterator[Talk]:
    async with Ledger(path) as ledger, Conversation(service, ledger, [console], **about) as conversation:
        yield conversation, ledger


@pytest.fixture
def service() -> Imagining:
    return Imagining(infos=(THEME, *STYLES))


@pytest.fixture
async def talk(path: Path, console: Console, service: Imagining) -> AsyncIterator[Talk]:
    async with talking(path, console, service) as talk:
        yield talk


@pytest.fixture
def ann(console: Console, talk: Talk) -> Chat:
    return Chat(console, talk[0])


def labelled(shown: Sent, label: str) -> str:
    """The command of the button with this label."""
    return shown.buttons[shown.labels.index(label)]


async def restyled(chat: Chat, shown: Sent, style: str) -> Sent:
    """Press for another style under a picture, and the style in the gallery that comes."""
    gallery = await ask(chat, next(button for button in shown.buttons if len(button.split()) == 2))
    return await ask(chat, next(button for button in gallery.buttons if button.endswith(style)))


class TestWords:
    """What may be said with the command."""

    async def test_words_become_a_picture(self, ann: Chat, service: Imagining) -> None:
        answer = await ask(ann, f"/theme {WORDS}")
        (job,) = service.jobs
        assert (job.style, job.words, job.picture, job.user, job.chat) == (
            "theme",
            WORDS,
            b"",
            "console:7",
            "console:1",
        )
        assert (answer.pictures, answer.names) == ((imagined(WORDS, job.seed),), ("theme.jpg",))
        assert answer.text == "made with AI · “misty harbour”"
        assert answer.labels == ("Another", "In a style", "Full size as a file", "Delete")
        assert (job.options.mark, answer.as_file, answer.before) == (True, False, ())

    async def test_they_are_put_on_one_line_and_a_photo_beside_them_plays_no_part(
        self, ann: Chat, service: Imagining
    ) -> None:
        await ask(ann, "!theme  snowy\nvillage\u202e at\tnight ", PHOTO)
        assert [(job.words, job.picture) for job in service.jobs] == [("snowy village at night", b"")]

    async def test_in_chinese(self, console: Console, talk: Talk, service: Imagining) -> None:
        answer = await ask(Chat(console, talk[0], language="zh-hans"), "/theme 薄雾中的港口")
        assert service.jobs[0].words == "薄雾中的港口"
        assert (answer.text, answer.labels[:2]) == ("由 AI 生成 · “薄雾中的港口”", ("另画一幅", "换成某种风格"))

    async def test_without_any_it_teaches(self, ann: Chat, service: Imagining) -> None:
        assert (await ask(ann, "/theme")).text == said("theme-what")
        assert (await ask(ann, "/theme \u202e\n")).text == said("theme-what")
        assert service.jobs == []

    async def test_two_hundred_characters_are_the_most(self, ann: Chat, service: Imagining) -> None:
        assert (await ask(ann, f"/theme {'海' * 201}")).text == said("theme-long", most=200)
        assert (await ask(ann, f"/theme {'海' * 200}")).pictures
        assert len(service.jobs) == 1

    async def test_that_nobody_knows_are_told_with_some_that_are_known(self, ann: Chat) -> None:
        assert (await ask(ann, "/theme xyzzy")).text == said("error-unknown_words")

    async def test_the_examples_are_words_that_the_scenes_know(self) -> None:
        for language in replies.LANGUAGES:
            for key in ("theme-what", "error-unknown_words"):
                examples = replies.text(language, key).split("/theme ")[1:]
                assert examples
                assert all(len(understood(example)) >= 2 for example in examples)

    async def test_each_time_it_is_another_picture(self, ann: Chat) -> None:
        first, second = await ask(ann, f"/theme {WORDS}"), await ask(ann, f"/theme {WORDS}")
        assert first.pictures != second.pictures

    @pytest.mark.parametrize(
        "words",
        [
            "harbour by Banksy",
            "a B@nksy harbour",
            "sea, hayao miyazaki",
            "sea/d a v i d-hockney",
            "新海诚的天空",
            "fuck",
        ],
    )
    async def test_a_living_artists_name_among_them_is_refused(self, ann: Chat, service: Imagining, words: str) -> None:
        assert (await ask(ann, f"/theme {words}")).text == said("theme-refused")
        assert service.jobs == []

    @pytest.mark.parametrize("words", ["river banks yellow", "who reads at sea", "scunthorpe"])
    async def test_words_that_only_touch_are_no_name(self, ann: Chat, words: str) -> None:
        assert (await ask(ann, f"/theme {words}")).pictures

    async def test_an_operators_list_takes_the_place_of_ours(
        self, path: Path, console: Console, service: Imagining
    ) -> None:
        async with Ledger(path) as ledger:
            rules = DefaultPolicy(ledger.grants, ("Aunt Mary",))
            async with Conversation(service, ledger, [console], creators=rules) as conversation:
                ann = Chat(console, conversation)
                assert (await ask(ann, "/theme aunt mary at sea")).text == said("theme-refused")
                assert (await ask(ann, "/theme banksy")).pictures


class TestButtons:
    """What stands under a picture of words."""

    async def test_another_has_the_same_words_and_a_new_seed(self, ann: Chat, service: Imagining) -> None:
        first = await ask(ann, f"/theme {WORDS}")
        second = await ask(ann, labelled(first, "Another"))
        third = await ask(ann, labelled(second, "Another"))
        assert {job.words for job in service.jobs} == {WORDS}
        assert len({job.seed for job in service.jobs}) == 3
        assert (third.text, third.labels) == (first.text, first.labels)

    async def test_full_size_as_a_file_is_the_same_picture(self, ann: Chat, service: Imagining) -> None:
        first = await ask(ann, f"/theme {WORDS}")
        file = await ask(ann, labelled(first, "Full size as a file"))
        assert (file.pictures, file.as_file, file.names) == (first.pictures, True, ("theme.png",))
        assert (service.jobs[1].options.format, service.jobs[1].options.mark) == (Format.PNG, False)
        assert file.labels == ("Another", "In a style", "Delete")

    async def test_in_a_style_it_is_made_of_the_words_again_and_restyled(self, ann: Chat, service: Imagining) -> None:
        first = await ask(ann, f"/theme {WORDS}")
        gallery = await ask(ann, labelled(first, "In a style"))
        assert [button.rpartition(" ")[2] for button in gallery.buttons] == ["ukiyoe", "starry-night", "anime"]
        styled = await ask(ann, gallery.buttons[0])
        assert (styled.pictures, styled.names) == ((inverted(first.pictures[0]),), ("ukiyoe.jpg",))
        assert styled.text == "made with AI · Ukiyo-e · “misty harbour”"
        _, drawn, painted = service.jobs
        assert (drawn.style, drawn.options.format, drawn.options.mark) == ("theme", Format.PNG, False)
        assert (painted.style, painted.words, painted.options.mark) == ("ukiyoe", "", True)
        assert (painted.user, painted.chat) == (drawn.user, drawn.chat) == ("console:7", "console:1")
        assert drawn.deadline_s
        assert painted.deadline_s
        assert painted.deadline_s <= drawn.deadline_s, "one for both"

    async def test_under_a_restyled_one_the_usual_buttons_work(self, ann: Chat, service: Imagining) -> None:
        first = await ask(ann, f"/theme {WORDS}")
        styled = await restyled(ann, first, "ukiyoe")
        assert styled.labels == (
            *("Weaker", "Sharper", "Keep my colours"),
            *("Full size as a file", "Delete", "Other style", "Another"),
        )
        weaker = await ask(ann, labelled(styled, "Weaker"))
        assert (weaker.pictures, weaker.text) == (styled.pictures, f"{styled.text} · 75 %")
        assert service.jobs[-1].options.strength == 0.75
        anime = await restyled(ann, weaker, "anime")
        assert (anime.pictures, anime.names) == (styled.pictures, ("anime.jpg",))
        another = await ask(ann, labelled(anime, "Another"))
        assert (another.names, another.text) == (anime.names, anime.text)
        assert another.pictures == (inverted(imagined(WORDS, service.jobs[-2].seed)),) != anime.pictures

    async def test_back_from_a_style_to_the_words_alone(self, ann: Chat) -> None:
        first = await ask(ann, f"/theme {WORDS}")
        styled = await restyled(ann, first, "ukiyoe")
        plain = await ask(ann, f"{labelled(styled, 'Other style')} theme")
        assert (plain.pictures, plain.text, plain.labels) == (first.pictures, first.text, first.labels)

    async def test_a_style_in_answer_to_it_paints_it_like_any_picture(self, ann: Chat, service: Imagining) -> None:
        first = await ask(ann, f"/theme {WORDS}")
        styled = await ask(ann, "/style anime", replied=first.pictures)
        assert (styled.pictures, styled.text) == ((inverted(first.pictures[0]),), "made with AI · Anime")
        assert len(service.jobs) == 2, "its bytes came from the chat"

    async def test_deleted(self, ann: Chat, console: Console) -> None:
        answer = await ask(ann, f"/theme {WORDS}")
        await ann.say(labelled(answer, "Delete"))
        await console.until(lambda: not any(seen.pictures for seen in console.sent))

    async def test_they_work_after_a_restart(self, path: Path, service: Imagining) -> None:
        console = Console()
        async with talking(path, console, service) as (conversation, _):
            first = await ask(Chat(console, conversation), f"/theme {WORDS}")
        async with talking(path, console, service) as (conversation, _):
            styled = await ask(Chat(console, conversation), f"{labelled(first, 'In a style')} ukiyoe", id="press")
        assert styled.pictures == (inverted(first.pictures[0]),)

    async def test_somebody_elses_do_not(self, ann: Chat, console: Console, talk: Talk) -> None:
        answer = await ask(ann, f"/theme {WORDS}")
        ben = Chat(console, talk[0], person="8")
        assert (await ask(ben, labelled(answer, "Another"))).text == said("again-gone")


class TestWhoMay:
    """The chat's rules, quotas, and styles that are there."""

    async def test_where_no_style_takes_words_that_is_said(self, ann: Chat, service: Imagining) -> None:
        service.infos = STYLES
        assert (await ask(ann, f"/theme {WORDS}")).text == said("theme-none")

    async def test_of_several_the_first_that_the_chat_allows(self, ann: Chat, talk: Talk, service: Imagining) -> None:
        service.infos = (THEME, OTHER, *STYLES)
        await ask(ann, "/help")
        await talk[1].chats.rule("console", "1", Rules(styles=("dreams", "anime")))
        first = await ask(ann, f"/theme {WORDS}")
        assert (service.jobs[-1].style, first.names) == ("dreams", ("dreams.jpg",))
        await talk[1].chats.rule("console", "1", Rules(styles=("theme", "dreams", "anime")))
        await restyled(ann, first, "anime")
        assert service.jobs[-2].style == "dreams", "or it would be another picture"
        await talk[1].chats.rule("console", "1", Rules(styles=("anime",)))
        assert (await ask(ann, f"/theme {WORDS}")).text == said("theme-none")
        assert (await ask(ann, f"{labelled(first, 'In a style')} anime")).text == said("style-not-here")

    async def test_members_where_admins_alone_may(self, ann: Chat, console: Console, talk: Talk) -> None:
        ben = Chat(console, talk[0], chat="group", person="8", private=False)
        await ask(ben, "/help")
        await talk[1].chats.rule("console", "group", Rules(people="admins"))
        assert (await ask(ben, f"/theme {WORDS}")).text == said("admins-alone")

    async def test_each_counts_and_what_was_not_known_is_given_back(
        self, path: Path, console: Console, service: Imagining
    ) -> None:
        async with talking(path, console, service, person_quota=2) as (conversation, ledger):
            ann = Chat(console, conversation)
            await ask(ann, "/theme xyzzy")
            first = await ask(ann, f"/theme {WORDS}")
            await ask(ann, f"{labelled(first, 'In a style')} ukiyoe")
            over = await ask(ann, labelled(first, "Another"))
            assert over.text.startswith("You have had the 2 pictures a day")
            assert (await ledger.counting.statistics()).styles == {"theme": 1, "ukiyoe": 1}


class TestTrouble:
    """What is stopped, and what comes in between."""

    async def test_cancelled_while_it_waits(self, ann: Chat, service: Imagining, talk: Talk) -> None:
        service.gate.clear()
        await ann.say(f"/theme {WORDS}")
        await submitted(service, 1)
        assert (await ask(ann, "/queue")).text.startswith(said("queue-title"))
        assert (await ask(ann, "/cancel")).text == said("cancelled", count=1)
        assert (await ask(ann, "/queue")).text == said("queue-empty")
        assert service.jobs == []

    @pytest.mark.parametrize("style", ["theme", "ukiyoe"])
    async def test_stopped_while_it_waits_it_is_made_at_the_next_start(
        self, path: Path, service: Imagining, style: str
    ) -> None:
        console = Console()
        async with talking(path, console, service) as (conversation, _):
            ann = Chat(console, conversation)
            first = await ask(ann, f"/theme {WORDS}")
            service.gate.clear()
            await ann.say(f"{labelled(first, 'In a style')} {style}")
            await submitted(service, 2)
        service.gate.set()
        async with talking(path, console, service):
            answer = (await console.answers(2))[-1]
        assert answer.pictures == (first.pictures if style == "theme" else (inverted(first.pictures[0]),))

    async def test_its_words_go_when_it_is_made(self, path: Path, service: Imagining, console: Console) -> None:
        async with talking(path, console, service) as (conversation, ledger):
            await Chat(console, conversation).say("/theme secret garden")
            await console.answers(1)
            await ledger.tidy()
            (kept,) = await ledger._database.rows("SELECT what, value FROM remembered WHERE value GLOB '*secret*'")
            assert kept[0].startswith("result "), "for a day, for the buttons"
            await ledger._database.rows("DELETE FROM remembered")
            await ledger.tidy()
        assert [file for file in path.parent.iterdir() if b"secret" in file.read_bytes()] == []

    async def test_a_full_queue_between_the_two_steps_is_waited_for(self, ann: Chat, service: Imagining) -> None:
        first = await ask(ann, f"/theme {WORDS}")
        service.gate.clear()
        await ann.say(f"{labelled(first, 'In a style')} ukiyoe")
        await submitted(service, 2)
        service.refusals.append(Busy(0.01))
        service.gate.set()
        answer = (await ann.console.answers(2))[-1]
        assert answer.pictures == (inverted(first.pictures[0]),)

    async def test_the_deadline_is_for_both_steps_together(
        self, path: Path, console: Console, service: Imagining
    ) -> None:
        async with talking(path, console, service, deadline_s=0.3) as (conversation, _):
            ann = Chat(console, conversation)
            first = await ask(ann, f"/theme {WORDS}")
            service.seconds_each = 0.4  # it does not look at deadlines itself
            late = await ask(ann, f"{labelled(first, 'In a style')} ukiyoe")
        assert (late.text, len(service.jobs)) == (said("error-deadline_passed"), 2)

    async def test_all_of_it_is_forgotten(self, path: Path, console: Console, service: Imagining) -> None:
        async with talking(path, console, service) as (conversation, ledger):
            ann = Chat(console, conversation)
            answer = await ask(ann, "/theme secret garden")
            sure = await ask(ann, "/forgetme")
            await ask(ann, next(button for button in sure.buttons if button.startswith("/forgetme ")))
            gone = await ask(ann, labelled(answer, "Another"))
            assert gone.text == said("again-gone")
            assert await ledger._database.rows("SELECT * FROM remembered WHERE value GLOB '*secret*'") == []

    async def test_a_ledger_of_before_there_were_words_is_brought_up(self, path: Path, service: Imagining) -> None:
        before = next(number for number, step in enumerate(STEPS) if any("COLUMN words" in line for line in step))
        with closing(sqlite3.connect(path)) as db, db:
            for statement in (statement for step in STEPS[:before] for statement in step):
                db.execute(statement)
            db.execute(
                "INSERT INTO messages (number, platform, chat, message, person, state, body, changed) VALUES "
                """(1, 'console', '1', 'old', '7', 'accepted', '{"platform": "console", "chat": "1", "id": "old", """
                """"person": {"id": "7", "name": "Ann"}, "text": "/style anime", "address": {"chat": "1"}, """
                """"pictures": [], "replied": []}', 0)"""
            )
            db.execute("INSERT INTO jobs (number, item, style, options, picture) VALUES (1, 0, 'anime', ?, ?)", OLD)
            db.execute(f"PRAGMA user_version = {before}")
        console = Console()
        async with talking(path, console, service):
            (answer,) = await console.answers(1)
        assert answer.pictures == (inverted(PHOTO),)


class TestOthers:
    """A style that takes words is nowhere in the way of photos."""

    async def test_it_stands_in_no_gallery_and_on_no_sheet(self, ann: Chat, service: Imagining) -> None:
        assert (await ask(ann, "/styles")).buttons == ALL_STYLES
        assert (await ask(ann, "", PHOTO)).buttons == ALL_STYLES
        assert (await ask(ann, "/style 1", PHOTO)).names == ("ukiyoe.jpg",)
        await ask(ann, "/try", PHOTO)
        assert service.jobs[-1].style == "ukiyoe,starry-night,anime"
        assert await ann.listener.suggest("", "en") == (
            *(("ukiyoe", "Ukiyo-e"), ("starry-night", "Starry Night"), ("anime", "Anime")),
        )

    @pytest.mark.parametrize("words", ["/style theme", "/style Theme 70%", "/style 主题"])
    async def test_named_for_a_photo_one_sentence_says_how_it_is_used(self, ann: Chat, words: str) -> None:
        assert (await ask(ann, words, PHOTO)).text == said("style-takes-words")
        assert (await ask(ann, words)).text == said("style-takes-words")

    async def test_it_is_no_chats_default_and_may_be_allowed_or_not(self, ann: Chat) -> None:
        ann.console.admins = {ann.person.id}
        default = await ask(ann, "/settings style")
        assert not any(button.endswith("theme") for button in default.buttons)
        assert "“theme”" in (await ask(ann, "/settings style theme")).text
        allowed = await ask(ann, "/settings styles")
        assert "/settings styles -theme" in allowed.buttons
        await ask(ann, "/settings styles -theme")
        assert (await ask(ann, f"/theme {WORDS}")).text == said("theme-none")

    async def test_help_tells_of_it_where_it_is_there(self, ann: Chat, service: Imagining) -> None:
        assert (await ask(ann, "/help")).text == said("help") + "\n" + said("help-theme")
        service.infos = STYLES
        assert (await ask(ann, "/help")).text == said("help")

    async def test_where_it_is_the_only_one_photos_are_told_so(self, ann: Chat, service: Imagining) -> None:
        service.infos = (THEME,)
        assert (await ask(ann, "", PHOTO)).text == said("no-styles-but-theme")
        assert (await ask(ann, "/style anime", BROKEN)).text == said("no-styles-but-theme")
