"""What the operator can say, and nobody else: block, count, announce."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots import replies
from bots.adapter import ChatGone, SendFailed, SendUncertain
from bots.commands import MENU
from bots.conversation import Conversation
from bots.ledger import Ledger
from bots.message import Address, Person, Text
from tests.bots.console import BROKEN, Chat, Console, Inverting, inverted
from tests.bots.talking import alone, answer, in_group, talking

PHOTO = b"a photo"
OPERATOR = "console:op"
COMMANDS = ("/block console:ann", "/unblock console:ann", "/stats", "/announce hello")


@pytest.fixture
async def conversation(path: Path, console: Console, service: Inverting) -> AsyncIterator[Conversation]:
    async with talking(path, console, service, operators=[OPERATOR]) as conversation:
        yield conversation


@pytest.fixture
def op(console: Console, conversation: Conversation) -> Chat:
    return alone(console, conversation, "op")


@pytest.fixture
def ann(console: Console, conversation: Conversation) -> Chat:
    return alone(console, conversation, "ann")


def read(console: Console, chat: str, words: str) -> int:
    """How often words were said in a chat."""
    return len([seen for seen in console.history if (seen.chat, seen.text) == (chat, words)])


@pytest.mark.parametrize("text", COMMANDS)
async def test_for_others_these_commands_do_not_exist(
    ann: Chat, console: Console, conversation: Conversation, text: str
) -> None:
    name = text.split(maxsplit=1)[0].removeprefix("/")
    assert (await answer(ann, text)).text == replies.text("en", "unknown-command", command=name)
    assert name not in MENU
    ben = in_group(console, conversation, "ben")
    await ben.say(text)
    assert (await answer(ben, "/help")).text == replies.text("en", "help")


async def test_a_blocked_person_gets_silence_until_they_are_unblocked(
    path: Path, op: Chat, ann: Chat, console: Console
) -> None:
    assert (await answer(op, "/block console:ann")).text == replies.text("en", "blocked", people="console:ann")
    await ann.say("/style anime", PHOTO)
    await ann.say("/help")
    assert (await answer(op, "/unblock console:ann")).text == replies.text("en", "unblocked", people="console:ann")
    assert [seen for seen in console.sent if seen.chat == "ann"] == []
    assert console.busy_count == 0, "nothing was recorded that could be answered later"
    assert (await answer(ann, "/style anime", PHOTO)).pictures == (inverted(PHOTO),)


async def test_whoever_is_named_or_replied_to_is_blocked(
    op: Chat, console: Console, conversation: Conversation
) -> None:
    troll = Person("troll", "Troll")
    said = await answer(in_group(console, conversation, "op"), "/block", mentioned=(troll,))
    assert said.text == replies.text("en", "blocked", people="console:troll")
    await in_group(console, conversation, "troll").say("/help")
    await answer(op, "/help")
    assert len(console.sent) == 2


async def test_the_operator_is_not_blocked_and_wrong_words_get_an_example(op: Chat) -> None:
    assert (await answer(op, "/block console:op")).text == replies.text("en", "block-operator")
    for text in ("/block", "/block ann", "/unblock somebody else"):
        assert "platform:17" in (await answer(op, text)).text


async def test_statistics_count_what_was_made(
    op: Chat, ann: Chat, console: Console, conversation: Conversation
) -> None:
    assert "Pictures: 0 in 24 hours" in (await answer(op, "/stats")).text
    await answer(ann, "/style anime", PHOTO, PHOTO)
    await answer(ann, "/style anime", BROKEN)
    await answer(ann, "/try", PHOTO)
    await answer(in_group(console, conversation, "ben"), "/style ukiyoe", PHOTO)
    counted = await answer(op, "/stats")
    assert counted.text.splitlines() == [
        "Pictures: 4 in 24 hours, 4 in 7 days, 4 in 30 days.",
        "Where, in 30 days: console 4.",
        "Most used, in 30 days: anime 2, /try 1, ukiyoe 1.",
        "2 people in 2 chats had pictures made in 30 days.",
        "Now: 0 messages with pictures waiting; 3 chats can be reached.",
        "Messages in 30 days that could not be delivered: 0; perhaps not delivered: 0; cancelled: 0.",
    ]


async def preview(op: Chat, words: str) -> str:
    """Have an announcement shown; the command of its button."""
    shown = await answer(op, f"/announce {words}")
    assert words in shown.text
    send, drop = shown.buttons
    assert re.fullmatch(r"/announce send [0-9a-f]{24}", send)
    assert drop == send.replace("send", "drop")
    return send


async def test_an_announcement_is_shown_first_and_reaches_every_chat_once(
    op: Chat, ann: Chat, console: Console, conversation: Conversation
) -> None:
    for chat in (ann, in_group(console, conversation, "ben"), in_group(console, conversation, "eve")):
        await answer(chat, "/queue")
    send = await preview(op, "We are *back*.")
    assert read(console, "ann", "We are *back*.") == 0
    assert "3 chats" in console.sent[-1].text
    await op.say(send)
    await op.say(send)
    report = replies.text("en", "announce-report", sent=3, failed=0, uncertain=0, waiting=0)
    await console.until(lambda: read(console, "op", report) == 1)
    assert [read(console, chat, "We are *back*.") for chat in ("ann", "group", "op")] == [1, 1, 1]
    assert "3 chats" in (await answer(op, send)).text, "pressed again, it is not sent again"
    assert read(console, "ann", "We are *back*.") == 1


async def test_an_announcement_can_be_dropped(op: Chat, ann: Chat, console: Console) -> None:
    await answer(ann, "/queue")
    send = await preview(op, "Never mind")
    assert (await answer(op, send.replace("send", "drop"))).text == replies.text("en", "announce-dropped")
    assert (await answer(op, send)).text == replies.text("en", "announce-gone")
    assert (await answer(op, "/announce")).text == replies.text("en", "announce-what")
    assert read(console, "ann", "Never mind") == 0


async def test_nobody_else_can_press_send(op: Chat, ann: Chat, console: Console) -> None:
    send = await preview(op, "Mine")
    assert (await answer(ann, send)).text == replies.text("en", "unknown-command", command="announce")
    assert read(console, "ann", "Mine") == 0


async def test_chats_that_cannot_be_reached_are_counted_and_those_that_are_gone_marked(
    path: Path, service: Inverting
) -> None:
    class Patchy(Console):
        async def say(self, address: Address, text: Text) -> str:
            trouble = {"gone": ChatGone("removed"), "full": SendFailed("no"), "unsure": SendUncertain("perhaps")}
            if text.text == "News" and (error := trouble.get(str(address["chat"]))):
                raise error
            return await super().say(address, text)

    console = Patchy()
    async with talking(path, console, service, operators=[OPERATOR]) as conversation:
        for person in ("gone", "full", "unsure", "well"):
            await answer(alone(console, conversation, person), "/queue")
        op = alone(console, conversation, "op")
        await op.say(await preview(op, "News"))
        report = replies.text("en", "announce-report", sent=2, failed=2, uncertain=1, waiting=0)
        await console.until(lambda: read(console, "op", report) == 1)
    async with Ledger(path) as ledger:
        assert {chat.chat for chat in await ledger.chats.reachable()} == {"full", "unsure", "well", "op"}
        assert await ledger.announcements.unfinished() == ()


async def test_a_restart_in_the_middle_neither_repeats_nor_forgets(path: Path, service: Inverting) -> None:
    people = [f"p{number}" for number in range(4)]

    class Stuck(Console):
        """The words to the second person leave, and the program ends before it is known whether they arrived."""

        async def say(self, address: Address, text: Text) -> str:
            sent = await super().say(address, text)
            if (address["chat"], text.text) == ("p1", "News"):
                await asyncio.Event().wait()
            return sent

    before, after = Stuck(), Console()
    async with talking(path, before, service, operators=[OPERATOR]) as conversation:
        for person in people:
            await answer(alone(before, conversation, person), "/queue")
        op = alone(before, conversation, "op")
        await op.say(await preview(op, "News"))
        await before.until(lambda: read(before, "p1", "News") == 1)
        (sending,) = [task for task in asyncio.all_tasks() if task.get_name().startswith("announcement")]
        sending.cancel()  # as a kill does, which waits for nothing
    async with talking(path, after, service, operators=[OPERATOR]):
        report = replies.text("en", "announce-report", sent=4, failed=0, uncertain=1, waiting=0)
        await after.until(lambda: read(after, "op", report) == 1)
    said = [read(before, person, "News") + read(after, person, "News") for person in (*people, "op")]
    assert said == [1, 1, 1, 1, 1]
