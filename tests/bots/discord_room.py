"""A small Discord with our adapter connected to it, and a listener that remembers what it was told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bots.discord import DiscordAdapter
from bots.message import Answer, Button, Message, Photo
from tests.emulators.discord import Asked, DiscordEmulator

BRISKLY_S = 0.02
"""How long acknowledgements wait for what is said first, where nobody says anything."""
STYLES = (("ukiyoe", "Ukiyo-e"), ("starry-night", "Starry Night"))


@dataclass
class Listener:
    """Records like the conversation; ``first`` is called before a message counts as recorded."""

    messages: list[Message] = field(default_factory=list)
    moves: list[tuple[str, str, str]] = field(default_factory=list)
    first: Callable[[Message], Awaitable[None]] | None = None
    styles: tuple[tuple[str, str], ...] = STYLES
    heard: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def receive(self, message: Message) -> None:
        if self.first:
            await self.first(message)
        async with self.heard:
            self.messages.append(message)
            self.heard.notify_all()

    async def moved(self, platform: str, chat: str, to: str) -> None:
        self.moves.append((platform, chat, to))

    async def preview(self, style: str) -> bytes:
        return b"a preview of " + style.encode()

    async def suggest(self, beginning: str, language: str, place: str = "") -> tuple[tuple[str, str], ...]:
        return tuple((style, title) for style, title in self.styles if style.startswith(beginning))

    async def next(self, number: int = 1) -> Message:
        """The latest message, once there are ``number``."""
        async with asyncio.timeout(10), self.heard:
            await self.heard.wait_for(lambda: len(self.messages) >= number)
        return self.messages[number - 1]


@dataclass
class Room:
    dc: DiscordEmulator
    adapter: DiscordAdapter
    listener: Listener

    async def ask(self, **way: Any) -> tuple[Asked, Message]:
        """Somebody asks for a picture; returns the interaction, acknowledged, and its Message."""
        asked = await self.dc.slash("style", image=b"photo", style="ukiyoe", **way)
        await self.dc.until(lambda: asked.response is not None)
        return asked, await self.listener.next(len(self.listener.messages) or 1)


@contextlib.asynccontextmanager
async def connected(
    dc: DiscordEmulator, listener: Listener, token: str | None = None, hesitate_s: float = BRISKLY_S
) -> AsyncIterator[DiscordAdapter]:
    """Our adapter, running. Leaving it is a stop; entering it again is a restart: nothing is kept in between."""
    urls = {"api_url": dc.api_url, "gateway_url": dc.gateway_url, "cdn_url": dc.cdn_url}
    adapter = DiscordAdapter(token or dc.token, **urls, hesitate_s=hesitate_s)
    dc.gateway.ready.clear()
    running = asyncio.create_task(adapter.run(listener))
    try:
        yield adapter
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@contextlib.asynccontextmanager
async def room(hesitate_s: float = BRISKLY_S) -> AsyncIterator[Room]:
    """A Discord with the adapter connected; leaving it, every exchange must have been as Discord describes it."""
    async with DiscordEmulator() as dc:
        listener = Listener()
        async with connected(dc, listener, hesitate_s=hesitate_s) as adapter:
            yield Room(dc, adapter, listener)
        assert dc.violations == [], dc.violations


def photo(data: bytes = b"painted", name: str = "ukiyoe.jpg") -> Photo:
    return Photo(data, name=name)


def answer(*pictures: bytes, caption: str = "made with AI · Ukiyo-e", commands: tuple[str, ...] = ()) -> Answer:
    return Answer(tuple(photo(data) for data in pictures or (b"painted",)), caption, (buttons(*commands),))


def buttons(*commands: str) -> tuple[Button, ...]:
    return tuple(Button(command.strip("/"), command) for command in commands)
