"""Results are deleted by those who may, and by themselves when their time is over."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bots import replies
from bots.adapter import ChatGone, SendFailed, SendUncertain
from bots.conversation import Conversation, afterwards, conversation
from bots.conversation.afterwards import Afterwards
from bots.ledger import Ledger
from bots.ledger.chats import Rules
from bots.message import Address
from inference.job import Format
from tests.bots.console import Chat, Console, Inverting, Sent, inverted, sheet_of

FULL_SIDE = 4096

PHOTO, SECOND = b"a photo", b"another photo"
DELETED, GONE = replies.text("en", "deleted"), replies.text("en", "delete-gone")
FAILED = replies.text("en", "delete-failed")


@dataclass(frozen=True)
class Group:
    """Ann and Ben in a group, whose admin is Eve."""

    console: Console
    conversation: Conversation
    ledger: Ledger
    members: dict[str, Chat] = field(default_factory=dict)

    def member(self, person: str) -> Chat:
        new = Chat(self.console, self.conversation, chat="group", person=person, private=False)
        return self.members.setdefault(person, new)

    async def rule(self, rules: Rules) -> None:
        await self.ledger.chats.rule("console", "group", rules)

    async def tidy(self) -> None:
        await Afterwards(self.ledger, {"console": self.console}).tidy()

    @property
    def pictures(self) -> list[tuple[bytes, ...]]:
        return [seen.pictures for seen in self.console.sent if seen.pictures]


@asynccontextmanager
async def meeting(path: Path, console: Console, service: Inverting) -> AsyncIterator[Group]:
    console.admins = {"eve"}
    async with Ledger(path) as ledger, Conversation(service, ledger, [console]) as listener:
        yield Group(console, listener, ledger)


@pytest.fixture
async def group(path: Path, service: Inverting) -> AsyncIterator[Group]:
    async with meeting(path, Console(), service) as group:
        yield group


async def ask(chat: Chat, text: str, *pictures: bytes, **about: object) -> Sent:
    """Say something and wait for what it brings, and until that is accounted for."""
    count = len(chat.console.history)
    message = await chat.say(text, *pictures, **about)
    await chat.console.until(lambda: any(seen.kind != "remove" for seen in chat.console.history[count:]))
    assert isinstance(chat.listener, Conversation)
    while message.id in {entry.message.id for entry in await chat.listener._ledger.open_entries()}:
        await asyncio.sleep(0.005)
    return [seen for seen in chat.console.history[count:] if seen.kind != "remove"][-1]


def pressing(shown: Sent, words: str) -> str:
    return next(button for button in shown.buttons if button.endswith(words))


def refusing(error: Exception) -> Callable[[str], None]:
    """What a console runs before sending: it refuses to remove anything."""

    def before_sending(kind: str) -> None:
        if kind == "remove":
            raise error

    return before_sending


async def test_full_size_comes_as_a_file_of_the_same_wish(group: Group, service: Inverting) -> None:
    ann = group.member("ann")
    shown = await ask(ann, "/style ukiyoe 50% keep", PHOTO)
    file = await ask(ann, pressing(shown, " file"))
    assert (file.as_file, file.pictures, file.text) == (True, (inverted(PHOTO),), shown.text)
    options = service.jobs[-1].options
    assert (options.max_side, options.format, options.mark) == (FULL_SIDE, Format.JPEG, False)
    assert not [button for button in file.buttons if button.endswith(" file")]
    await ask(ann, pressing(file, " 75%"))
    assert service.jobs[-1].options.max_side == FULL_SIDE
    shown = await ask(ann, "/style ukiyoe", SECOND, media_type="image/png")
    await ask(ann, pressing(shown, " file"))
    assert service.jobs[-1].options.format is Format.PNG, "lossless, as the source was"


async def test_a_result_is_deleted_and_forgotten(group: Group) -> None:
    ann = group.member("ann")
    first = await ask(ann, "/style ukiyoe", PHOTO)
    second = await ask(ann, "/style anime", SECOND)
    said = await ask(ann, pressing(first, " delete"))
    assert (said.text, said.whispered) == (DELETED, True)
    assert group.pictures == [(inverted(SECOND),)]
    assert (await ask(ann, pressing(first, " 75%"))).text == replies.text("en", "again-gone")
    assert (await ask(ann, pressing(second, " 75%"))).pictures == (inverted(SECOND),)


async def test_pressing_delete_twice_does_no_harm(group: Group) -> None:
    ann = group.member("ann")
    first = await ask(ann, "/style ukiyoe", PHOTO)
    await ask(ann, "/style anime", SECOND)
    assert (await ask(ann, pressing(first, " delete"))).text == DELETED
    assert (await ask(ann, pressing(first, " delete"))).text == GONE
    assert group.pictures == [(inverted(SECOND),)]


async def test_a_sheet_can_be_deleted_as_well(group: Group) -> None:
    ann = group.member("ann")
    sheet = await ask(ann, "/try anime ukiyoe", PHOTO)
    assert group.pictures == [(sheet_of(PHOTO, "anime", "ukiyoe"),)]
    await ask(ann, pressing(sheet, " delete"))
    assert group.pictures == []
    assert (await ask(ann, "1")).text == replies.text("en", "again-gone")


async def test_after_a_restart_a_press_still_deletes(path: Path, service: Inverting) -> None:
    console = Console()
    async with meeting(path, console, service) as group:
        shown = await ask(group.member("ann"), "/style ukiyoe", PHOTO)
    async with meeting(path, console, service) as group:
        assert (await ask(group.member("ann"), pressing(shown, " delete"), id="press")).text == DELETED
        assert group.pictures == []


async def test_others_delete_nothing_and_admins_may(group: Group) -> None:
    shown = await ask(group.member("ann"), "/style ukiyoe", PHOTO)
    refused = await ask(group.member("ben"), pressing(shown, " delete"))
    assert (refused.text, refused.whispered) == (replies.text("en", "delete-not-yours"), True)
    assert group.pictures == [(inverted(PHOTO),)]
    assert (await ask(group.member("eve"), pressing(shown, " delete"))).text == DELETED
    assert group.pictures == []
    assert (await ask(group.member("ann"), pressing(shown, " 75%"))).text == replies.text("en", "again-gone")


async def test_an_admins_press_makes_a_result_for_the_admin(path: Path, service: Inverting) -> None:
    console = Console()
    async with meeting(path, console, service) as group:
        shown = await ask(group.member("ann"), "/style ukiyoe 50%", PHOTO)
    async with meeting(path, console, service) as group:
        ann, eve = group.member("ann"), group.member("eve")
        stronger = await ask(eve, pressing(shown, " 75%"))
        assert (stronger.pictures, stronger.text) == ((inverted(PHOTO),), "made with AI · Ukiyo-e · 75 %")
        assert service.jobs[-1].user == "console:eve"
        gallery = await ask(eve, next(button for button in shown.buttons if len(button) == len("/again ") + 24))
        assert (await ask(eve, pressing(gallery, " anime"))).names == ("anime.jpg",)
        assert (await ask(ann, pressing(stronger, " 50%"), id="press")).text == replies.text("en", "again-gone")
        assert (await ask(eve, pressing(stronger, " 50%"))).pictures == (inverted(PHOTO),)


async def test_an_admin_of_another_chat_finds_nothing(group: Group) -> None:
    shown = await ask(group.member("ann"), "/style ukiyoe", PHOTO)
    elsewhere = Chat(group.console, group.conversation, chat="eve", person="eve")
    assert (await ask(elsewhere, pressing(shown, " 75%"))).text == replies.text("en", "again-gone")
    assert (await ask(elsewhere, pressing(shown, " delete"))).text == GONE
    assert group.pictures == [(inverted(PHOTO),)]


@pytest.mark.parametrize("error", [SendFailed("older than two days"), SendUncertain("the connection broke")])
async def test_what_cannot_be_deleted_is_told_and_may_be_tried_again(group: Group, error: Exception) -> None:
    ann = group.member("ann")
    shown = await ask(ann, "/style ukiyoe", PHOTO)
    group.console.before_sending = refusing(error)
    assert (await ask(ann, pressing(shown, " delete"))).text == FAILED
    group.console.before_sending = lambda kind: None
    assert (await ask(ann, pressing(shown, " delete"))).text == DELETED


async def test_an_answer_whose_place_is_not_known_cannot_be_deleted(group: Group) -> None:
    ann = group.member("ann")
    shown = await ask(ann, "/style ukiyoe", PHOTO)
    await group.ledger._database.rows("DELETE FROM shown")
    assert (await ask(ann, pressing(shown, " delete"))).text == FAILED


class TestInTime:
    """A chat whose results are deleted after a while."""

    @pytest.fixture
    async def ann(self, group: Group) -> Chat:
        ann = group.member("ann")
        await ask(ann, "/help")
        return ann

    async def test_results_go_when_their_time_is_over_and_not_before(self, group: Group, ann: Chat) -> None:
        await ask(ann, "/style ukiyoe", PHOTO)
        await group.rule(Rules(delete_after_s=3600))
        await ask(ann, "/style ukiyoe", PHOTO)
        await group.rule(Rules(delete_after_s=0))
        over = await ask(ann, "/style anime", SECOND)
        await group.tidy()
        assert group.pictures == [(inverted(PHOTO),)] * 2
        assert (await ask(ann, pressing(over, " 75%"))).text == replies.text("en", "again-gone")

    async def test_the_conversation_tidies_by_itself_also_after_a_restart(
        self, path: Path, service: Inverting, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        console, other = Console(), path.with_name("other.sqlite3")
        async with meeting(other, console, service) as group:
            ann = group.member("ann")
            await ask(ann, "/help")
            await group.rule(Rules(delete_after_s=0))
            await ask(ann, "/style ukiyoe", PHOTO)
            assert len(console.sent) == 2
        monkeypatch.setattr(conversation, "_TIDY_EVERY_S", 0.02)
        async with meeting(other, console, service):
            await console.until(lambda: len(console.standing) == 1)

    async def test_what_cannot_be_deleted_now_is_deleted_later(self, group: Group, ann: Chat) -> None:
        await group.rule(Rules(delete_after_s=0))
        await ask(ann, "/style ukiyoe", PHOTO)
        group.console.before_sending = refusing(SendUncertain("the connection broke"))
        await group.tidy()
        assert group.pictures == [(inverted(PHOTO),)]
        group.console.before_sending = lambda kind: None
        await group.tidy()
        assert group.pictures == []

    @pytest.mark.parametrize("error", [SendFailed("too old"), ChatGone("the bot was removed"), RuntimeError("a bug")])
    async def test_what_can_never_be_deleted_is_tried_once_and_costs_the_others_nothing(
        self, group: Group, ann: Chat, error: Exception
    ) -> None:
        await group.rule(Rules(delete_after_s=0))
        await ask(ann, "/style ukiyoe", PHOTO)
        await ask(ann, "/style ukiyoe", SECOND)
        left = [error]

        def before_sending(kind: str) -> None:
            if kind == "remove" and left:
                raise left.pop()

        group.console.before_sending = before_sending
        await group.tidy()
        await group.tidy()
        assert group.pictures == [(inverted(PHOTO),)]

    async def test_a_platform_that_is_not_connected_holds_nobody_up(
        self, group: Group, ann: Chat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Away(Console):
            platform = "away"

            async def remove(self, address: Address, sent: str | None) -> None:
                await asyncio.Event().wait()

        monkeypatch.setattr(afterwards, "_PATIENCE_S", 0.05)
        await group.rule(Rules(delete_after_s=0))
        await ask(ann, "/style ukiyoe", PHOTO)
        away = Away()
        await group.ledger.shown.keep("key", Chat(away, group.conversation).message("/style"), "1", 0)
        await Afterwards(group.ledger, {"away": away, "console": group.console}).tidy()
        assert group.pictures == []
        assert len(await group.ledger.shown.over("away")) == 1, "it is deleted when it is there again"

    async def test_a_full_disk_is_survived(self, group: Group, ann: Chat, caplog: pytest.LogCaptureFixture) -> None:
        await group.rule(Rules(delete_after_s=0))
        await ask(ann, "/style ukiyoe", PHOTO)
        await group.ledger._database.rows("PRAGMA query_only = ON")
        await group.tidy()
        await group.ledger._database.rows("PRAGMA query_only = OFF")
        assert "could not be deleted" in caplog.text
        await group.tidy()
        assert await group.ledger.shown.over("console") == ()


async def test_places_are_forgotten_after_a_month(path: Path, service: Inverting) -> None:
    console = Console()
    async with meeting(path, console, service) as group:
        old = await ask(group.member("ann"), "/style ukiyoe", PHOTO)
        young = await ask(group.member("ann"), "/style ukiyoe", SECOND)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE shown SET at = at - 31 * 86400 WHERE key = ?", (old.key,))
    db.close()
    async with meeting(path, console, service) as group:
        await group.tidy()
        assert await group.ledger.shown.find("console", "group", old.key) is None
        assert await group.ledger.shown.find("console", "group", young.key)


async def test_a_disk_that_was_full_for_a_while_ends_no_deleting(
    path: Path, service: Inverting, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(conversation, "_TIDY_EVERY_S", 0.02)
    async with meeting(path, Console(), service) as group:
        await ask(group.member("ann"), "/style ukiyoe", PHOTO)
        await group.ledger._database.rows("PRAGMA query_only = ON")  # SQLite refuses to write, as on a full disk
        async with asyncio.timeout(5):
            while caplog.text.count("could not be") < 4:  # twice around
                await asyncio.sleep(0.01)
        await group.ledger._database.rows("PRAGMA query_only = OFF")
        await group.ledger._database.rows("UPDATE shown SET delete_at = 0")
        await group.console.until(lambda: not group.pictures)


async def test_where_only_admins_have_pictures_made_everybody_still_deletes_their_own(group: Group) -> None:
    ann = group.member("ann")
    shown = await ask(ann, "/style ukiyoe", PHOTO)
    await group.rule(Rules(people="admins"))
    assert (await ask(ann, pressing(shown, " 75%"))).text == replies.text("en", "admins-alone")
    assert (await ask(group.member("ben"), pressing(shown, " delete"))).text == replies.text("en", "delete-not-yours")
    assert (await ask(ann, pressing(shown, " delete"))).text == DELETED
    assert group.pictures == []
