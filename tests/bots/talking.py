"""The conversation at work on a console, and people who talk with it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bots.conversation import Conversation
from bots.ledger import Ledger
from tests.bots.console import Chat, Console, Inverting, Sent


@asynccontextmanager
async def talking(path: Path, console: Console, service: Inverting, **about: Any) -> AsyncIterator[Conversation]:
    async with Ledger(path) as ledger, Conversation(service, ledger, [console], **about) as conversation:
        yield conversation


def alone(console: Console, conversation: Conversation, person: str) -> Chat:
    return Chat(console, conversation, chat=person, person=person)


def in_group(console: Console, conversation: Conversation, person: str, **about: Any) -> Chat:
    """Somebody in a group, whose admin is the boss."""
    console.admins.add("boss")
    return Chat(console, conversation, chat="group", person=person, private=False, addressed=True, **about)


async def answer(chat: Chat, text: str, *pictures: bytes, **about: Any) -> Sent:
    """What stands in the chat next once a person has said something."""
    before = len(chat.console.standing)
    await chat.say(text, *pictures, **about)
    return (await chat.console.answers(before + 1))[-1]
