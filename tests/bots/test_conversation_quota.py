"""Quotas: counted when pictures are accepted, given back when they fail or are cancelled, free again after a day."""

import asyncio
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from bots import replies
from bots.adapter import Listener, SendFailed
from bots.conversation import Conversation, policy
from bots.ledger import Ledger
from bots.ledger.chats import OF_CHATS
from bots.ledger.debits import Over
from bots.ledger.questions import Permission, Question
from bots.message import Message, Person, Picture
from tests.bots.console import BROKEN, Chat, Console, Inverting, inverted
from tests.bots.talking import answer, in_group, talking

PHOTO, SECOND, THIRD = b"a photo", b"another photo", b"a third"


async def rule(console: Console, conversation: Conversation, *typed: str) -> None:
    boss = in_group(console, conversation, "boss")
    for number, words in enumerate(typed):
        await answer(boss, f"/settings {words}", id=f"rule {words} {number}")


def counted(path: Path) -> int:
    """What stands in the file once the program is over."""
    with closing(sqlite3.connect(path)) as db:
        ((pictures,),) = db.execute("SELECT coalesce(sum(pictures), 0) FROM debits")
    return int(pictures)


def age(path: Path, by_s: float) -> None:
    """Time passes while the program is off."""
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE debits SET at = at - ?", (by_s,))


async def test_over_ones_quota_one_sentence_says_when_there_is_room_again(
    path: Path, console: Console, service: Inverting
) -> None:
    async with talking(path, console, service) as conversation:
        await rule(console, conversation, "quota 2")
        ben = in_group(console, conversation, "ben")
        await answer(ben, "/style anime", PHOTO)
        await answer(ben, "/style anime", SECOND)
        refused = await answer(ben, "/style anime", THIRD)
        assert (
            refused.text
            == "You have had the 2 pictures a day that are for you here. There is room again in about 24 hours."
        )
        other = in_group(console, conversation, "eve")
        assert (await answer(other, "/style anime", PHOTO)).pictures == (inverted(PHOTO),)
        alone = Chat(console, conversation, chat="ben", person="ben")
        assert (await answer(alone, "/style anime", PHOTO, id="alone")).pictures == (inverted(PHOTO),)
    assert len(service.jobs) == 4


async def test_after_a_day_there_is_room_again(path: Path, console: Console, service: Inverting) -> None:
    async with talking(path, console, service) as conversation:
        await rule(console, conversation, "quota 1")
        await answer(in_group(console, conversation, "ben"), "/style anime", PHOTO)
    age(path, 86_400 - 20 * 60 + 5)
    async with talking(path, console, service) as conversation:
        refused = await answer(in_group(console, conversation, "ben"), "/style anime", PHOTO, id="early")
        assert (
            refused.text == "One picture a day is for you here, and you have had it. There is room again in 20 minutes."
        )
    age(path, 20 * 60)
    async with talking(path, console, service) as conversation:
        assert (await answer(in_group(console, conversation, "ben"), "/style anime", PHOTO, id="late")).pictures


async def test_an_album_counts_each_picture_and_more_than_a_days_at_once_is_explained(
    path: Path, console: Console, service: Inverting
) -> None:
    async with talking(path, console, service) as conversation:
        await rule(console, conversation, "quota 2")
        ben = in_group(console, conversation, "ben")
        refused = await answer(ben, "/style anime", PHOTO, SECOND, THIRD)
        assert refused.text == replies.text("en", "quota-at-once", quota=2)
        assert len((await answer(ben, "/style anime", PHOTO, SECOND)).pictures) == 2
        assert not (await answer(ben, "/style anime", THIRD)).pictures
    assert counted(path) == 2


async def test_a_sheet_of_all_styles_counts_as_one_picture(path: Path, console: Console, service: Inverting) -> None:
    async with talking(path, console, service) as conversation:
        assert (await answer(Chat(console, conversation), "/try", PHOTO)).pictures
    assert counted(path) == 1


async def test_a_chats_quota_is_everybodys_together(path: Path, console: Console, service: Inverting) -> None:
    async with talking(path, console, service) as conversation:
        await rule(console, conversation, "chatquota 1")
        await answer(in_group(console, conversation, "ben"), "/style anime", PHOTO)
        refused = await answer(in_group(console, conversation, "eve"), "/style anime", PHOTO)
    assert refused.text == replies.text("en", "quota-chat", quota=1, time=replies.text("en", "in-hours", hours=24))


async def test_the_operators_quota_holds_in_all_chats_together(
    path: Path, console: Console, service: Inverting
) -> None:
    async with talking(path, console, service, person_quota=1) as conversation:
        await answer(in_group(console, conversation, "ben"), "/style anime", PHOTO)
        refused = await answer(Chat(console, conversation, chat="ben", person="ben"), "/style anime", PHOTO, id="alone")
    assert refused.text.startswith("One picture a day is for you, and you have had it.")


@pytest.mark.parametrize("quota", ["here", "everywhere"])
async def test_who_is_forgotten_gets_no_new_quota_and_nobody_else_loses_theirs(
    path: Path, console: Console, service: Inverting, quota: str
) -> None:
    about = {"person_quota": 1} if quota == "everywhere" else {}
    async with talking(path, console, service, **about) as conversation:
        if quota == "here":
            await rule(console, conversation, "quota 1")
        ben, eve = (in_group(console, conversation, person) for person in ("ben", "eve"))
        for time in ("first", "second"):
            await answer(ben, "/style anime", PHOTO, id=f"photo {time}")
            (button,) = (await answer(ben, "/forgetme", id=f"forget {time}")).buttons
            assert replies.text("en", "forgetme-stays") in (await answer(ben, button, id=f"sure {time}")).text
        assert len(service.jobs) == 1
        await answer(eve, "/style anime", SECOND)
        assert len(service.jobs) == 2
    age(path, 86_400)
    async with talking(path, console, service, **about) as conversation:
        assert (await answer(in_group(console, conversation, "ben"), "/style anime", PHOTO, id="tomorrow")).pictures


async def test_pictures_that_fail_are_given_back(path: Path, console: Console, service: Inverting) -> None:
    async with talking(path, console, service) as conversation:
        await rule(console, conversation, "quota 2")
        ben = in_group(console, conversation, "ben")
        refused = await answer(ben, "/style anime", PHOTO, BROKEN, THIRD)
        assert not refused.pictures, "three are more than two a day, whatever becomes of them"
        for data in (BROKEN, BROKEN, BROKEN):
            assert (await answer(ben, "/style anime", data)).text == replies.text("en", "error-not_a_picture")
        assert (await answer(ben, "/style anime", PHOTO, BROKEN)).pictures == (inverted(PHOTO),)
        assert (await answer(ben, "/style anime", SECOND)).pictures == (inverted(SECOND),)
        assert not (await answer(ben, "/style anime", THIRD)).pictures
    assert counted(path) == 2


async def test_a_picture_that_cannot_be_fetched_or_delivered_is_given_back(
    path: Path, console: Console, service: Inverting
) -> None:
    async with talking(path, console, service) as conversation:
        ann = Chat(console, conversation)
        lost = ann.message("/style anime", PHOTO)
        console.pictures.clear()
        await conversation.receive(lost)
        await console.answers(1)

        def refuse(kind: str) -> None:
            if kind == "photos":
                raise SendFailed("too large")

        console.before_sending = refuse
        assert (await answer(ann, "/style anime", PHOTO)).text == replies.text("en", "not-delivered")
    assert counted(path) == 0


async def test_what_is_cancelled_is_not_delivered_and_is_given_back(
    path: Path, console: Console, service: Inverting
) -> None:
    async with talking(path, console, service) as conversation:
        await rule(console, conversation, "quota 2")
        service.gate.clear()
        ben = in_group(console, conversation, "ben")
        await ben.say("/style anime", PHOTO, SECOND)
        async with asyncio.timeout(5):
            while service.submitted < 2:
                await asyncio.sleep(0.005)
        assert (await answer(ben, "/cancel")).text == replies.text("en", "cancelled", count=2)
        service.gate.set()
        assert (await answer(ben, "/style anime", THIRD, SECOND)).pictures == (inverted(THIRD), inverted(SECOND))
    assert [seen.kind for seen in console.history].count("photos") == 1
    assert counted(path) == 2


async def test_a_restart_in_the_middle_counts_nothing_twice(path: Path, service: Inverting) -> None:
    class Interrupted(Console):
        """Fetches its first pictures and stops there, as if the program were killed."""

        async def fetch(self, picture: Picture) -> bytes:
            if picture.ref.endswith("/1"):
                await asyncio.Event().wait()
            return await super().fetch(picture)

    console = Interrupted()
    album: Message
    async with Ledger(path) as ledger, Conversation(service, ledger, [console], person_quota=2) as conversation:
        album = await Chat(console, conversation).say("/style anime", PHOTO, SECOND)
        async with asyncio.timeout(5):
            while not await ledger.kept(1):
                await asyncio.sleep(0.005)
    assert counted(path) == 2
    after = Console()
    after.pictures = console.pictures
    async with talking(path, after, service, person_quota=2) as conversation:
        await conversation.receive(album)
        assert len((await after.answers(1))[0].pictures) == 2
        refused = await answer(Chat(after, conversation), "/style anime", THIRD, id="more")
        assert not refused.pictures
    assert counted(path) == 2


async def test_ten_requests_in_one_breath_do_not_slip_past_the_quota(
    path: Path, console: Console, service: Inverting
) -> None:
    async with talking(path, console, service, person_quota=3) as conversation:
        chats = [Chat(console, conversation, chat=f"room {number}", person="7", private=False) for number in range(10)]
        await asyncio.gather(*(chat.say("/style anime", PHOTO, id="once") for chat in chats))
        answers = await console.answers(10)
    assert len([seen for seen in answers if seen.pictures]) == 3
    assert counted(path) == 3


async def test_over_the_cap_of_one_message_the_first_ones_are_made_and_it_is_said(
    path: Path, console: Console, service: Inverting
) -> None:
    async with talking(path, console, service, max_items=2) as conversation:
        said = await answer(Chat(console, conversation), "/style anime", PHOTO, SECOND, THIRD)
        assert said.pictures == (inverted(PHOTO), inverted(SECOND))
        assert said.text.endswith("You sent 3 pictures; I make the first 2 of one message.")
        again = await answer(Chat(console, conversation), said.buttons[0], id="again")
        assert len(again.pictures) == 2
        assert "You sent" not in again.text
    assert counted(path) == 4


async def test_debits_are_forgotten_after_a_month(path: Path, console: Console, service: Inverting) -> None:
    async with talking(path, console, service) as conversation:
        await answer(Chat(console, conversation), "/style anime", PHOTO)
    age(path, 29 * 86_400)
    async with Ledger(path) as ledger:
        await ledger.debits.tidy()
    assert counted(path) == 1
    age(path, 2 * 86_400)
    async with Ledger(path) as ledger:
        await ledger.debits.tidy()
    assert counted(path) == 0


async def test_everything_follows_a_chat_to_its_new_id(path: Path, console: Console, service: Inverting) -> None:
    """The group becomes a larger one while a picture waits: rules, quota and the open message go with it."""
    async with talking(path, console, service) as conversation:
        await rule(console, conversation, "quota 2", "styles anime")
        ben = in_group(console, conversation, "ben")
        first = await answer(ben, "/style anime", PHOTO)
        service.gate.clear()
        waiting = await ben.say("/style anime", SECOND, id="5")
        async with asyncio.timeout(5):
            while service.submitted < 2:
                await asyncio.sleep(0.005)
        for _ in range(2):  # the platform delivers both once more, the message under its old name
            await conversation.receive(waiting)
            await conversation.moved("console", "group", "supergroup")
        larger = Chat(console, conversation, chat="supergroup", person="ben", private=False)
        await larger.say("/queue", id="5")  # which counts anew, and is another message
        await console.until(lambda: any("Your pictures:" in seen.text for seen in console.sent))
        assert (await answer(larger, "/cancel", id="6")).text == replies.text("en", "cancelled", count=1)
        service.gate.set()
        assert (await answer(larger, first.buttons[0], id="7")).pictures, "an earlier result's buttons go along"
        over = await answer(larger, "/style anime", THIRD, id="8")
        assert over.text.startswith("You have had the 2 pictures a day")
        assert "ukiyoe" in (await answer(larger, "/style ukiyoe", THIRD, id="9")).text
    assert service.submitted == 3
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT chat FROM chats").fetchall() == [("supergroup",)]
        assert db.execute("SELECT count(*) FROM debits WHERE chat = 'group'").fetchone() == (0,)


async def test_a_message_that_waits_through_a_move_and_a_restart_is_answered_once(
    path: Path, console: Console, service: Inverting
) -> None:
    service.gate.clear()
    async with talking(path, console, service) as conversation:
        ben = in_group(console, conversation, "ben")
        waiting = await ben.say("/style anime", PHOTO, id="5")
        async with asyncio.timeout(5):
            while service.submitted < 1:
                await asyncio.sleep(0.005)
        await conversation.moved("console", "group", "supergroup")
    service.gate.set()
    async with talking(path, console, service) as conversation:
        await conversation.receive(waiting)
        await console.answers(1)
        await answer(Chat(console, conversation, chat="supergroup", person="ben"), "/help", id="6")
    assert [seen.kind for seen in console.history].count("photos") == 1


async def test_no_table_is_left_behind_when_a_chat_moves(path: Path, console: Console) -> None:
    ben = Chat(console, cast(Listener, None), chat="group", person="ben", private=False)
    asks = ben.message("/avatar anime", mentioned=(Person("ann", "Ann"),))
    async with Ledger(path) as ledger:
        await ledger.chats.note(asks, {"chat": "group"})
        await ledger.questions.ask(Question("key", "group", asks, "en", time.time() + 60))
        await ledger.questions.answer("key", Permission.ALWAYS)
        await ledger.shown.keep("result", asks, "sent", None)
        await ledger.memory.remember(asks, "choice", "anime", 60)
        await ledger.chats.move("console", "group", "supergroup")
        question = await ledger.questions.find("key")
        assert question
        assert (question.chat, question.waiting.chat, question.allowed) == ("supergroup", "supergroup", True)
        assert await ledger.consents.standing("console", "supergroup", "ann")
        assert await ledger.shown.find("console", "supergroup", "result")
        assert await ledger.memory.recall(replace(asks, chat="supergroup"), "choice") == "anime"
    with closing(sqlite3.connect(path)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {name: [row[1] for row in db.execute(f"PRAGMA table_info({name})")] for name in tables}
        with_chats = {name for name in tables if "chat" in columns[name]}
        assert with_chats == {*OF_CHATS, "chats", "messages"}, "a table with chats must move with them"
        for name in with_chats:
            assert db.execute(f"SELECT count(*) FROM {name} WHERE chat = 'group'").fetchone() == (0,)


@pytest.mark.parametrize(
    ("before", "after", "stands"),
    [
        *(((True, 1), (False, 2), False), ((False, 1), (True, 2), True)),  # the answer of the new place is newer
        *(((True, 2), (False, 1), True), ((False, 2), (True, 1), False)),  # that of the old one is
        *(((True, 1), (False, 1), False), ((False, 1), (True, 1), False)),  # both at once: no
    ],
)
async def test_when_a_chat_moves_the_newer_answer_about_a_picture_holds(
    path: Path, before: tuple[bool, int], after: tuple[bool, int], stands: bool
) -> None:
    async with Ledger(path) as ledger:
        for chat, answered in (("group", before), ("supergroup", after)):
            await ledger._database.rows("INSERT INTO consents VALUES ('console', ?, 'ann', ?, ?)", chat, *answered)
            await ledger._database.rows("INSERT INTO consents VALUES ('console', ?, ?, 1, 1)", chat, f"of {chat}")
        for _ in range(2):
            await ledger.chats.move("console", "group", "supergroup")
            assert await ledger.consents.standing("console", "supergroup", "ann") is stands
        for other in ("of group", "of supergroup"):
            assert await ledger.consents.standing("console", "supergroup", other)


@pytest.mark.parametrize(
    ("free_in_s", "key", "count"),
    [
        *((1, "minutes", 1), (61, "minutes", 2), (59 * 60, "minutes", 59)),
        *((3600, "hours", 1), (89 * 60, "hours", 1), (119 * 60, "hours", 2), (86400, "hours", 24)),
    ],
)
def test_when_there_is_room_again_is_told_to_the_nearest_hour(free_in_s: float, key: str, count: int) -> None:
    when = replies.text("en", f"in-{key}", **{key: count})
    assert policy._over("en", Over("chat", 3, free_in_s)) == replies.text("en", "quota-chat", quota=3, time=when)
