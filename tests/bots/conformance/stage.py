"""A platform as the suite sees it: people who write and look, and an adapter between them and a listener.

A new platform gives one ``Stage``, over its emulator or a real server. What the platform cannot do stands in ``lacks``
with the reason; the stories that need it are skipped with these words, so that nothing is missing in silence.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import ClassVar, Self

import pytest

from bots.adapter import Adapter, Listener, SendFailed
from bots.message import Message, Photo

WITHIN_S = 20.0


@dataclass(frozen=True)
class Seen:
    """One thing of ours that stands in a chat: its words, the bytes of its pictures, what its buttons say.

    ``id`` is the platform's own, ``answers`` the Message's id that it stands under, or "".
    """

    id: str
    text: str = ""
    pictures: tuple[bytes, ...] = ()
    commands: tuple[str, ...] = ()
    answers: str = ""


@dataclass
class Heard:
    """Records like the conversation: what has the same platform, chat and id, once.

    ``fails`` times it breaks before it records; while ``gate`` is clear, recording takes its time.
    """

    messages: list[Message] = field(default_factory=list)
    told: int = 0
    fails: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.gate.set()

    async def receive(self, message: Message) -> None:
        async with self.news:
            self.told += 1
            self.news.notify_all()
        await self.gate.wait()
        if self.fails:
            self.fails -= 1
            raise OSError("no space left on device")
        async with self.news:
            if _key(message) not in map(_key, self.messages):
                self.messages.append(message)
            self.news.notify_all()

    async def suggest(self, beginning: str, language: str, place: str = "") -> tuple[tuple[str, str], ...]:
        return (("ukiyoe", "Ukiyo-e"),)

    async def preview(self, style: str) -> bytes:
        return b"a preview"

    async def moved(self, platform: str, chat: str, to: str) -> None:
        """No story of this suite."""

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(WITHIN_S), self.news:
            await self.news.wait_for(lambda: bool(holds()))


def _key(message: Message) -> tuple[str, str, str]:
    return message.platform, message.chat, message.id


class Stage(ABC):
    """``async with`` sets the platform up and the adapter running; leaving it takes all down.

    People are "ada" and "bob", both in a group with the bot; only Ada writes to it in private. ``secrets`` are what no
    log may hold. ``too_large`` is a picture that the platform does not take in any way.
    """

    platform: ClassVar[str]
    lacks: ClassVar[Mapping[str, str]] = {}
    too_large: ClassVar[Photo] = Photo(b"")

    def __init__(self) -> None:
        self.heard = Heard()
        self.listener: Listener | None = None  # in the place of ``heard``
        self.adapter: Adapter
        self.secrets: tuple[str, ...] = ()
        self._exits = AsyncExitStack()
        self._running: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.open(self._exits)
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.stop()
        await self._exits.aclose()

    # What every platform gives

    @abstractmethod
    async def open(self, exits: AsyncExitStack) -> None:
        """Set up the platform and its people."""

    @abstractmethod
    def make(self, *, wrong: bool = False) -> Adapter:
        """Our adapter, not running; ``wrong``: with secrets that the platform does not know."""

    @abstractmethod
    async def say(
        self,
        text: str,
        *pictures: bytes,
        by: str = "ada",
        private: bool = False,
        reply_to: Message | Seen | None = None,
        naming: Sequence[str] = (),
        chatter: bool = False,
    ) -> None:
        """Somebody writes, in the group or in private: to the bot, or (``chatter``) to nobody in particular."""

    @abstractmethod
    async def seen(self) -> list[Seen]:
        """All of ours that stands in the chats now, in order."""

    @abstractmethod
    async def press(self, seen: Seen, command: str, *, by: str = "ada") -> None:
        """Somebody presses the button that says this command."""

    # What some platforms give; the others name it in ``lacks``

    async def knock(self) -> Callable[[], bool]:
        """Write to the bot; what is returned says whether the platform has our acknowledgement."""
        raise NotImplementedError

    async def repeat(self, message: Message) -> None:
        """The platform delivers the same once more."""
        raise NotImplementedError

    async def drop(self) -> None:
        """The connection by which we hear breaks."""
        raise NotImplementedError

    async def accident(self, kind: str, *, pictures: bool = False) -> None:
        """What is sent next (words, or ``pictures``) meets "flood", "refusal", "gone" or "cut" (done, unanswered)."""
        raise NotImplementedError

    async def give_avatar(self, name: str, picture: bytes) -> None:
        raise NotImplementedError

    async def give_chat_picture(self, picture: bytes) -> None:
        raise NotImplementedError

    async def appoint(self, name: str) -> None:
        """Make somebody an admin of the group."""
        raise NotImplementedError

    def person(self, name: str) -> str:
        """The id of somebody."""
        raise NotImplementedError

    # What follows from it

    async def start(self, adapter: Adapter | None = None) -> None:
        """Run this adapter, or a new one."""
        self.adapter = adapter or self.make()
        self._running = asyncio.create_task(self.run(self.adapter, self.listener or self.heard))

    async def run(self, adapter: Adapter, listener: Listener) -> None:
        await adapter.run(listener)

    async def stop(self) -> None:
        if self._running:
            self._running.cancel()
            await asyncio.wait({self._running}, timeout=WITHIN_S)
            assert self._running.done(), "it does not stop when it is told to"

    async def restart(self) -> None:
        """Stop our program and start it anew; nothing but its data folder outlives it."""
        await self.stop()
        await self.start()

    async def told(self, text: str, *pictures: bytes, **way: object) -> Message:
        """Somebody writes, and this is the Message that we heard."""
        return await self._next(lambda: self.say(text, *pictures, **way))  # type: ignore[arg-type]  # as ``say`` takes

    async def pressed(self, seen: Seen, command: str, *, by: str = "ada") -> Message:
        return await self._next(lambda: self.press(seen, command, by=by))

    async def sees(self, holds: Callable[[list[Seen]], object]) -> list[Seen]:
        """Look until it is so."""
        async with asyncio.timeout(WITHIN_S):
            while not holds(seen := await self.seen()):
                await asyncio.sleep(0.02)
        return seen

    def needs(self, *what: str) -> None:
        """Skip the story where the platform cannot do this, with the reason."""
        for one in what:
            if one in self.lacks:
                pytest.skip(f"{self.platform} lacks {one}: {self.lacks[one]}")

    async def turned_away(self) -> SendFailed:
        """Run an adapter with wrong secrets until the platform turns it away."""
        async with asyncio.timeout(WITHIN_S):
            with pytest.raises(SendFailed) as refusal:
                await self.run(self.make(wrong=True), Heard())
        return refusal.value

    async def _next(self, act: Callable[[], Awaitable[None]]) -> Message:
        known = len(self.heard.messages)
        await act()
        await self.heard.until(lambda: len(self.heard.messages) > known)
        return self.heard.messages[known]
