"""One photo in the style of other pictures: sent together, one after another, or in answer to one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bots import replies
from bots.commands import Wish
from bots.conversation import Conversation
from bots.conversation.like import understood
from bots.ledger import Ledger
from bots.ledger.chats import Rules
from bots.message import Person
from inference.errors import BadReference, ReferenceMissing
from inference.job import Job, Result
from inference.service import StyleInfo
from tests.bots.console import BROKEN, ENDLESS, STYLES, Chat, Console, Inverting, inverted
from tests.bots.talking import ask, said, submitted

PHOTO, FIRST, SECOND, THIRD = b"a photo", b"a painting", b"a drawing", b"a print"
ANY = StyleInfo("any", "1.0.0", {"en": "Any Style", "zh": "任意风格"}, "photo+reference", "Apache-2.0")
OTHER = replace(ANY, id="other", title={"en": "Other Way"})
ALL_STYLES = ("/style ukiyoe", "/style starry-night", "/style anime")


def like(photo: bytes, *paintings: bytes) -> bytes:
    return inverted(photo) + b" like " + b" and ".join(paintings)


class Likening(Inverting):
    """The service with styles that take style pictures: what it makes names them."""

    def _made(self, job: Job) -> Result:
        if job.style not in ("any", "other"):
            return super()._made(job)
        if not job.references:
            raise ReferenceMissing("This style needs a style picture.")
        made, paintings = super()._made(job), [reference.picture for reference in job.references]
        if BROKEN in paintings:
            raise BadReference("That style picture is no picture.")
        return replace(made, picture=like(job.picture, *paintings))


@asynccontextmanager
async def talking(
    path: Path, console: Console, service: Inverting, **about: Any
) -> AsyncIterator[tuple[Conversation, Ledger]]:
    async with Ledger(path) as ledger, Conversation(service, ledger, [console], **about) as conversation:
        yield conversation, ledger


@pytest.fixture
def service() -> Likening:
    return Likening(infos=(*STYLES, ANY, OTHER))


@pytest.fixture
async def talk(tmp_path: Path, console: Console, service: Likening) -> AsyncIterator[tuple[Conversation, Ledger]]:
    async with talking(tmp_path / "ledger.sqlite3", console, service) as talk:
        yield talk


@pytest.fixture
def ann(console: Console, talk: tuple[Conversation, Ledger]) -> Chat:
    return Chat(console, talk[0])


@pytest.fixture
def ben(console: Console, talk: tuple[Conversation, Ledger]) -> Chat:
    """Somebody in a group, who is heard only where he addresses us."""
    return Chat(console, talk[0], chat="group", person="8", private=False, addressed=False)


@pytest.mark.parametrize(
    ("words", "wish", "shares"),
    [
        ("", Wish(), ()),
        ("70%", Wish(strength=0.7), ()),
        ("70", Wish(strength=0.7), ()),
        ("0.7 keep", Wish(strength=0.7, keep_colours=True), ()),
        ("70% 30%", Wish(), (0.7, 0.3)),
        ("70 + 30", Wish(), (0.7, 0.3)),
        ("50%,25%，25% match sharp no faces", Wish(match_colours=True, sharp=True, faces=False), (0.5, 0.25, 0.25)),
        ("７０％ 保留颜色", Wish(strength=0.7, keep_colours=True), ()),
        ("any style 40%", Wish("any style", 0.4), ()),
        ("style-2 40%", Wish("style-2", 0.4), ()),
        ("-5% 150%", Wish(), (-0.05, 1.5)),
    ],
)
def test_one_percentage_is_the_strength_and_several_are_shares(words: str, wish: Wish, shares: tuple[float]) -> None:
    assert understood(words) == (wish, shares)


async def test_of_two_pictures_the_first_comes_in_the_style_of_the_second(
    ann: Chat, console: Console, service: Likening
) -> None:
    answer = await ask(ann, "/like", PHOTO, FIRST)
    assert (answer.pictures, answer.names) == ((like(PHOTO, FIRST),), ("any.jpg",))
    assert answer.text == "made with AI · in the style of your picture"
    assert answer.before == (PHOTO,)
    (job,) = service.jobs
    assert (job.picture, job.style, job.options.mark) == (PHOTO, "any", True)
    assert [(each.picture, each.weight) for each in job.references] == [(FIRST, 1.0)]


async def test_a_picture_that_answers_another_is_the_photo_for_it(ann: Chat) -> None:
    assert (await ask(ann, "/like", PHOTO, replied=[FIRST])).pictures == (like(PHOTO, FIRST),)
    both = await ask(ann, "/like", PHOTO, SECOND, replied=[FIRST])
    assert both.pictures == (like(PHOTO, SECOND),), "two of one's own say all"


async def test_after_both_were_sent(ann: Chat) -> None:
    await ask(ann, "", THIRD)
    await ask(ann, "", PHOTO)
    await ask(ann, "", FIRST)
    assert (await ask(ann, "/like")).pictures == (like(PHOTO, FIRST),), "the last two"


async def test_after_both_were_sent_in_one_album(ann: Chat) -> None:
    await ask(ann, "", THIRD)
    await ask(ann, "", PHOTO, FIRST, SECOND)
    assert (await ask(ann, "/like")).pictures == (like(PHOTO, FIRST, SECOND),)


async def test_one_picture_is_remembered_and_the_style_picture_asked_for(ann: Chat) -> None:
    asked = await ask(ann, "/like 40% keep", PHOTO, as_file=True)
    assert asked.text == said("like-style", count=1)
    answer = await ask(ann, "", FIRST)
    assert (answer.pictures, answer.as_file) == ((like(PHOTO, FIRST),), True)
    assert answer.text == "made with AI · in the style of your picture · 40 % · your colours"
    gallery = await ask(ann, "", SECOND)
    assert gallery.buttons == ALL_STYLES, "the next photo is a photo again"


@pytest.mark.parametrize("before", ["replied to", "sent"])
async def test_a_photo_alone_wherever_it_is(ann: Chat, before: str) -> None:
    if before == "sent":
        await ask(ann, "", PHOTO)
    asked = await ask(ann, "/like", replied=[PHOTO] if before == "replied to" else [])
    assert asked.text == said("like-style", count=1)
    assert (await ask(ann, "/like", replied=[FIRST])).pictures == (like(PHOTO, FIRST),)


async def test_without_any_picture_the_photo_is_asked_for_first(ann: Chat) -> None:
    assert (await ask(ann, "/like 40%")).text == said("like-photo")
    assert (await ask(ann, "", PHOTO)).text == said("like-style", count=1)
    answer = await ask(ann, "", FIRST)
    assert answer.pictures == (like(PHOTO, FIRST),)
    assert answer.text.endswith(" · 40 %")


async def test_style_pictures_are_mixed_by_their_shares(ann: Chat, service: Likening) -> None:
    mixed = await ask(ann, "/like 70% 30% sharp", PHOTO, FIRST, SECOND)
    assert mixed.pictures == (like(PHOTO, FIRST, SECOND),)
    assert mixed.text == "made with AI · in the styles of your pictures, 70 % + 30 % · sharper"
    equal = await ask(ann, "/like", PHOTO, FIRST, SECOND, THIRD)
    assert equal.text == "made with AI · in the styles of your 3 pictures"
    assert [[each.weight for each in job.references] for job in service.jobs] == [[0.7, 0.3], [1.0, 1.0, 1.0]]
    assert service.jobs[0].options.strength is None


async def test_shares_say_how_many_style_pictures_are_to_come(ann: Chat) -> None:
    assert (await ask(ann, "/like 70% 30%", PHOTO)).text == said("like-style", count=2)
    assert (await ask(ann, "", FIRST)).text == said("like-style", count=1)
    assert (await ask(ann, "/like", SECOND)).pictures == (like(PHOTO, FIRST, SECOND),)


async def test_shares_that_do_not_fit_are_told_and_the_pictures_kept(ann: Chat) -> None:
    asked = await ask(ann, "/like 70% 30%", PHOTO, FIRST, SECOND, THIRD)
    assert asked.text == said("like-shares-wrong", shares=2, pictures=3)
    answer = await ask(ann, "/like 50% 25% 25%")
    assert answer.pictures == (like(PHOTO, FIRST, SECOND, THIRD),)


@pytest.mark.parametrize(
    ("words", "key", "values"),
    [
        ("150%", "like-range", {}),
        ("100% 0%", "like-range", {}),
        ("van gogh", "like-words", {}),
        ("10% 20% 30% 40%", "like-too-many", {"most": 3}),
    ],
)
async def test_words_that_make_no_sense_are_explained(
    ann: Chat, service: Likening, words: str, key: str, values: dict[str, int]
) -> None:
    assert (await ask(ann, f"/like {words}", PHOTO, FIRST)).text == said(key, **values)
    assert service.jobs == []
    assert (await ask(ann, "/like 70%")).pictures == (like(PHOTO, FIRST),), "of the same pictures"


async def test_more_style_pictures_than_can_be_mixed(ann: Chat, service: Likening) -> None:
    assert (await ask(ann, "/like", PHOTO, FIRST, SECOND, THIRD, FIRST)).text == said("like-too-many", most=3)
    assert (await ask(ann, "/like", PHOTO, FIRST)).pictures == (like(PHOTO, FIRST),)


async def test_what_was_said_last_counts(ann: Chat) -> None:
    await ask(ann, "/like", PHOTO)
    await ask(ann, "/style anime", replied=[PHOTO])
    await ask(ann, "/style ukiyoe")
    await ask(ann, "/like", PHOTO)
    assert (await ask(ann, "/cancel")).text == said("never-mind")
    assert (await ask(ann, "", FIRST)).buttons == ALL_STYLES


async def test_another_way_of_doing_it_is_named(ann: Chat, service: Likening) -> None:
    assert (await ask(ann, "/like other way 40%", PHOTO, FIRST)).names == ("other.jpg",)
    asked = await ask(ann, "/style other 30%", PHOTO)
    assert asked.text == said("like-style", count=1)
    assert (await ask(ann, "", FIRST)).names == ("other.jpg",)
    assert [(job.style, job.options.strength) for job in service.jobs] == [("other", 0.4), ("other", 0.3)]


class TestGroup:
    """Where only what is addressed to us is seen."""

    async def test_the_second_picture_comes_with_the_command_or_by_itself(self, ben: Chat, console: Console) -> None:
        assert (await ask(ben, "/like", addressed=True)).text == said("like-photo-group")
        asked = await ask(ben, "/like", PHOTO, addressed=True)
        assert asked.text == said("like-style-group", count=1)
        assert (await ask(ben, "/like", FIRST, addressed=True)).pictures == (like(PHOTO, FIRST),)
        await ask(ben, "/like", PHOTO, addressed=True)
        assert (await ask(ben, "", SECOND)).pictures == (like(PHOTO, SECOND),)
        await ben.say("", THIRD)
        assert (await ask(ben, "/queue", addressed=True)).text == said("queue-empty"), "chatter is left alone"

    async def test_another_members_picture_is_not_taken(
        self, ben: Chat, console: Console, talk: tuple[Conversation, Ledger]
    ) -> None:
        await ask(ben, "/like", PHOTO, addressed=True)
        eve = Chat(console, talk[0], chat="group", person="9", private=False, addressed=False)
        await eve.say("", SECOND)
        assert (await ask(eve, "/queue", addressed=True)).text == said("queue-empty")
        assert (await ask(ben, "", FIRST)).pictures == (like(PHOTO, FIRST),)

    async def test_a_members_picture_is_a_picture_and_nobody_is_asked(self, ben: Chat, service: Likening) -> None:
        eve = Person("9", "Eve")
        answer = await ask(ben, "/like", PHOTO, replied=[FIRST], mentioned=(eve,), addressed=True)
        assert answer.pictures == (like(PHOTO, FIRST),)

    async def test_the_chats_rules_hold(self, ben: Chat, talk: tuple[Conversation, Ledger]) -> None:
        await ask(ben, "/help", addressed=True)
        rule = talk[1].chats.rule
        await rule("console", "group", Rules(people="admins"))
        assert (await ask(ben, "/like", PHOTO, FIRST, addressed=True)).text == said("admins-alone")
        await rule("console", "group", Rules(styles=("anime",)))
        assert (await ask(ben, "/like", PHOTO, FIRST, addressed=True)).text == said("like-none")
        await rule("console", "group", Rules(styles=("anime", "other"), style="other"))
        assert (await ask(ben, "/like", PHOTO, FIRST, addressed=True)).names == ("other.jpg",)
        asked = await ask(ben, "/style 40%", PHOTO, addressed=True)
        assert asked.text == said("like-style-group", count=1), "the chat's any style takes a style picture"


class TestButtons:
    """What stands under a result."""

    async def test_both_pictures_are_fetched_again(self, ann: Chat, service: Likening) -> None:
        answer = await ask(ann, "/like 60% 40% keep", PHOTO, FIRST, SECOND)
        assert answer.labels == (
            *("Weaker", "Sharper", "Style’s colours"),
            *("Full size as a file", "Delete", "Other style"),
        )
        weaker = await ask(ann, answer.buttons[0])
        assert weaker.pictures == (like(PHOTO, FIRST, SECOND),)
        assert weaker.text == "made with AI · in the styles of your pictures, 60 % + 40 % · 75 % · your colours"
        file = await ask(ann, weaker.buttons[4])
        assert (file.pictures, file.as_file) == ((like(PHOTO, FIRST, SECOND),), True)
        assert {tuple(each.weight for each in job.references) for job in service.jobs} == {(0.6, 0.4)}

    async def test_another_style_is_of_the_photo_alone(self, ann: Chat, service: Likening) -> None:
        answer = await ask(ann, "/like", PHOTO, FIRST)
        gallery = await ask(ann, answer.buttons[-1])
        assert [button.rpartition(" ")[2] for button in gallery.buttons] == ["ukiyoe", "starry-night", "anime"]
        anime = await ask(ann, gallery.buttons[2])
        assert (anime.pictures, anime.text) == ((inverted(PHOTO),), "made with AI · Anime")
        assert service.jobs[-1].references == ()
        assert "“any”" in (await ask(ann, f"{anime.buttons[-1]} any")).text

    async def test_deleted(self, ann: Chat, console: Console) -> None:
        answer = await ask(ann, "/like", PHOTO, FIRST)
        delete = next(button for button in answer.buttons if button.endswith("delete"))
        await ann.say(delete)
        await console.until(lambda: not any(seen.pictures for seen in console.sent))

    async def test_they_work_after_a_restart(self, tmp_path: Path, service: Likening) -> None:
        console, path = Console(), tmp_path / "ledger.sqlite3"
        async with talking(path, console, service) as (conversation, _):
            answer = await ask(Chat(console, conversation), "/like", PHOTO, FIRST)
        async with talking(path, console, service) as (conversation, _):
            again = await ask(Chat(console, conversation), answer.buttons[0], id="press")
        assert again.pictures == (like(PHOTO, FIRST),)


class TestTrouble:
    """What goes wrong, and what is stopped."""

    async def test_a_style_picture_that_is_none(self, ann: Chat, service: Likening) -> None:
        assert (await ask(ann, "/like", PHOTO, BROKEN)).text == said("error-bad_reference")
        assert (await ask(ann, "/like", BROKEN, FIRST)).text == said("error-not_a_picture")
        assert (await ask(ann, "/queue")).text == said("queue-empty")

    async def test_what_moves_for_too_long_can_be_had_as_its_first_frame(self, ann: Chat) -> None:
        answer = await ask(ann, "/like", ENDLESS, FIRST)
        assert answer.text == said("error-too_many_frames")
        assert (await ask(ann, answer.buttons[0])).pictures == (like(ENDLESS, FIRST),)

    async def test_a_style_picture_that_is_gone(self, ann: Chat, console: Console, service: Likening) -> None:
        message = ann.message("/like", PHOTO, FIRST)
        del console.pictures[message.pictures[1].ref]
        await ann.listener.receive(message)
        assert (await console.answers(1))[0].text == said("error-gone")
        assert service.jobs == []

    async def test_one_picture_is_counted_and_given_back_if_it_fails(
        self, tmp_path: Path, console: Console, service: Likening
    ) -> None:
        async with talking(tmp_path / "other.sqlite3", console, service, person_quota=1) as (conversation, _):
            ann = Chat(console, conversation)
            await ask(ann, "/like", PHOTO, BROKEN)
            assert (await ask(ann, "/like", PHOTO, FIRST, SECOND)).pictures == (like(PHOTO, FIRST, SECOND),)
            over = await ask(ann, "/like", PHOTO, FIRST)
            assert over.text.startswith("One picture a day is for you, and you have had it.")

    async def test_cancelled(self, ann: Chat, talk: tuple[Conversation, Ledger], service: Likening) -> None:
        service.gate.clear()
        await ann.say("/like", PHOTO, FIRST)
        await submitted(service, 1)
        assert (await ask(ann, "/cancel")).text == said("cancelled", count=1)
        service.gate.set()
        assert service.jobs == []
        assert await talk[1]._database.rows("SELECT * FROM job_references") == []

    async def test_stopped_while_it_waits_it_is_made_at_the_next_start(self, tmp_path: Path, service: Likening) -> None:
        console, path = Console(), tmp_path / "ledger.sqlite3"
        service.gate.clear()
        async with talking(path, console, service) as (conversation, _):
            await Chat(console, conversation).say("/like 70% 30%", PHOTO, FIRST, SECOND)
            await submitted(service, 1)
        console.pictures.clear()  # so that they come out of the ledger
        service.gate.set()
        async with talking(path, console, service):
            (answer,) = await console.answers(1)
        assert answer.pictures == (like(PHOTO, FIRST, SECOND),)
        assert [each.weight for each in service.jobs[0].references] == [0.7, 0.3]

    async def test_stopped_between_the_pictures(self, tmp_path: Path, service: Likening) -> None:
        console, path = Console(), tmp_path / "ledger.sqlite3"
        async with talking(path, console, service) as (conversation, _):
            await ask(ann := Chat(console, conversation), "/like 40%", PHOTO)
        async with talking(path, console, service) as (ann.listener, _):
            answer = await ask(ann, "", FIRST)
        assert (answer.pictures, answer.text[-4:]) == ((like(PHOTO, FIRST),), "40 %")

    async def test_killed_before_it_asked_it_does_not_take_the_photo_for_its_own_style(
        self, tmp_path: Path, service: Likening
    ) -> None:
        console, path = Console(), tmp_path / "ledger.sqlite3"

        def pulled(kind: str) -> None:
            raise asyncio.CancelledError

        console.before_sending = pulled
        async with talking(path, console, service) as (conversation, ledger):
            ann = Chat(console, conversation)
            await ann.say("/like", PHOTO)
            async with asyncio.timeout(5):
                while not await ledger._database.rows("SELECT * FROM messages WHERE state = 'sending'"):
                    await asyncio.sleep(0.005)
            await ledger._database.rows("UPDATE messages SET state = 'received'")
        console.before_sending = lambda kind: None
        async with talking(path, console, service) as (ann.listener, _):
            (asked,) = await console.answers(1)
            assert asked.text == said("like-style", count=1)
            answer = await ask(ann, "", FIRST)
        assert answer.pictures == (like(PHOTO, FIRST),)


class TestOthers:
    """Styles that take a style picture are nowhere else in the way."""

    async def test_they_stand_in_no_gallery_and_on_no_sheet(self, ann: Chat, service: Likening) -> None:
        assert (await ask(ann, "/styles")).buttons == ALL_STYLES
        assert (await ask(ann, "", PHOTO)).buttons == ALL_STYLES
        await ask(ann, "/try", PHOTO)
        assert service.jobs[-1].style == "ukiyoe,starry-night,anime"
        assert await ann.listener.suggest("", "en") == (
            *(("ukiyoe", "Ukiyo-e"), ("starry-night", "Starry Night"), ("anime", "Anime")),
        )

    async def test_help_tells_of_it_where_it_is_there(self, ann: Chat, service: Likening) -> None:
        assert (await ask(ann, "/help")).text == said("help") + "\n" + said("help-like")
        service.infos = STYLES
        assert (await ask(ann, "/help")).text == said("help")

    @pytest.mark.parametrize("said", ["", "/styles", "/style", "/style anime", "/try", "/avatar", "/avatar anime"])
    async def test_where_every_style_takes_a_second_picture_a_photo_alone_is_told_so(
        self, ann: Chat, talk: tuple[Conversation, Ledger], said: str
    ) -> None:
        await ask(ann, "/help")
        await talk[1].chats.rule("console", "1", Rules(styles=("any", "other")))
        assert (await ask(ann, said, PHOTO)).text == replies.text("en", "no-styles-but-like")
        if said in ("", "/style", "/try"):  # they keep the photo for what is said next
            assert (await ask(ann, "/like")).text == replies.text("en", "like-style", count=1)
            assert (await ask(ann, "", FIRST)).pictures == (like(PHOTO, FIRST),)

    async def test_where_no_allowed_style_is_there_that_is_said(
        self, ann: Chat, talk: tuple[Conversation, Ledger]
    ) -> None:
        await ask(ann, "/help")
        await talk[1].chats.rule("console", "1", Rules(styles=("long-gone",)))
        assert (await ask(ann, "", PHOTO)).text == replies.text("en", "no-styles-allowed")

    async def test_where_no_style_takes_pictures_that_is_said(self, ann: Chat, service: Likening) -> None:
        service.infos = STYLES
        assert (await ask(ann, "/like", PHOTO, FIRST)).text == said("like-none")
        service.infos = ()
        assert (await ask(ann, "/like")).text == said("like-none")

    async def test_what_was_begun_while_it_was_there_gets_that_answer_too(self, ann: Chat, service: Likening) -> None:
        await ask(ann, "/like", PHOTO)
        service.infos = STYLES
        assert (await ask(ann, "", FIRST)).text == said("like-none")
