"""A group with its admin, and what a creator does there, step by step."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bots.conversation import Conversation
from bots.conversation.creators_policy import CreatorsPolicy
from bots.ledger import Ledger
from bots.message import Person
from tests.bots.console import Chat, Console, Inverting, Sent

OPERATOR = "console:olga"
STEPS = ("done", "right own", "for here", "days 30", "agree")
"""What a creator presses, one after another."""


@dataclass
class House:
    """Ann creates, Ben is a member, Ada is the admin, Olga runs it all. The ledger outlives ``running``."""

    path: Path
    console: Console = field(default_factory=Console)
    service: Inverting = field(default_factory=Inverting)
    key: str | None = None
    rules: CreatorsPolicy | None = None

    def __post_init__(self) -> None:
        self.console.admins = {"ada"}
        self.ledger = Ledger(self.path)
        self.listener = Conversation(self.service, self.ledger, [self.console])  # nobody listens yet
        self.ann, self.ben, self.ada, self.olga = (self.member(name) for name in ("Ann", "Ben", "Ada", "Olga"))

    def member(self, name: str, chat: str = "group") -> Chat:
        person = name.lower()
        found = Chat(self.console, self.listener, chat=chat, person=person, private=chat == person)
        found.person = Person(person, name)
        return found

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Ledger]:
        ledger = Ledger(self.path, pictures_key=self.key)
        talking = Conversation(self.service, ledger, [self.console], operators=[OPERATOR], creators=self.rules)
        async with ledger, talking as conversation:
            self.ledger, self.listener = ledger, conversation
            for chat in (self.ann, self.ben, self.ada, self.olga):
                chat.listener = conversation
            yield ledger

    async def rest(self) -> None:
        async with asyncio.timeout(10):
            while await self.ledger.open_entries():
                await asyncio.sleep(0.01)

    async def says(self, who: Chat, text: str, *pictures: bytes, **about: object) -> str:
        """Say something, and what comes of it, the answers joined."""
        who.listener, count = self.listener, len(self.console.history)
        await who.say(text, *pictures, **about)
        await self.rest()
        return "\n".join(seen.text for seen in self.console.history[count:])

    async def presses(self, who: Chat, words: str) -> str:
        """Press the last button that says this."""
        sent, button = self.button(words)
        return await self.says(who, button, pressed=sent)

    def button(self, words: str) -> tuple[str, str]:
        """The last button that says this, and the id of what bears it."""
        return next(
            (sent, button)
            for sent, seen in reversed(self.console.standing.items())
            for button in seen.buttons
            if words in f"{button} "
        )

    def stands(self, words: str) -> bool:
        return any(words in button for seen in self.console.sent for button in seen.buttons)

    async def asks(self, title: str, *pictures: bytes, steps: Collection[str] = STEPS, who: Chat | None = None) -> str:
        """A creator goes through all the steps; what is answered to the last one."""
        creator = who or self.ann
        told = await self.says(creator, f"/newstyle {title}", *pictures)
        for step in steps:
            told = await self.presses(creator, step)
        return told

    async def makes(self, title: str, *pictures: bytes, steps: Collection[str] = STEPS, who: Chat | None = None) -> str:
        """… and the admin approves."""
        await self.asks(title, *pictures, steps=steps, who=who)
        return await self.presses(self.ada, "yes")

    def last(self) -> Sent:
        return self.console.history[-1]
