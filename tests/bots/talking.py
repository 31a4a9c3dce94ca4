"""The conversation at work on a console, and people who talk with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bots import replies
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


async def ask(chat: Chat, text: str, *pictures: bytes, **about: object) -> Sent:
    """Say something and wait for what it brings."""
    count = len(chat.console.sent)
    await chat.say(text, *pictures, **about)
    return (await chat.console.answers(count + 1))[-1]


async def submitted(service: Inverting, count: int) -> None:
    async with asyncio.timeout(5):
        while service.submitted < count:
            await asyncio.sleep(0.005)


def said(key: str, **values: str | int) -> str:
    return replies.text("en", key, **values)
