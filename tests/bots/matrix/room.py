"""A room on a real server with our adapter in it, a person's client, and a listener that remembers what it was told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import nio

from bots.adapter import Listener
from bots.matrix import MatrixAdapter
from bots.matrix.pace import Pace
from bots.message import Message
from tests.emulators.synapse import PASSWORD, Synapse

QUICK = Pace(poll_s=5.0, first_retry_s=0.05, last_retry_s=0.5, uncertain_tries=6)
WITHIN_S = 30.0
Raw = dict[str, Any]


@dataclass
class Heard:
    """Records like the conversation; ``first`` is called before a message counts as recorded."""

    messages: list[Message] = field(default_factory=list)
    moves: list[tuple[str, str, str]] = field(default_factory=list)
    first: Callable[[Message], Awaitable[None]] | None = None
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def receive(self, message: Message) -> None:
        if self.first:
            await self.first(message)
        async with self.news:
            if message.id not in {known.id for known in self.messages}:
                self.messages.append(message)
            self.news.notify_all()

    async def moved(self, platform: str, chat: str, to: str) -> None:
        async with self.news:
            self.moves.append((platform, chat, to))
            self.news.notify_all()

    async def suggest(self, beginning: str, language: str, place: str = "") -> tuple[tuple[str, str], ...]:
        return ()

    async def preview(self, style: str) -> bytes:
        raise AssertionError("Matrix has nothing to preview for")

    async def until(self, enough: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN_S), self.news:
            await self.news.wait_for(enough)

    async def message(self, event: str) -> Message:
        """The Message that an event became."""
        await self.until(lambda: any(message.id == event for message in self.messages))
        return next(message for message in self.messages if message.id == event)


class Person:
    """Somebody with a client. ``folder`` keeps the keys of encrypted rooms."""

    def __init__(self, synapse: Synapse, name: str, folder: Path | None = None) -> None:
        self.id = synapse.person(name)
        config = nio.AsyncClientConfig(encryption_enabled=folder is not None, store_sync_tokens=False)
        self.client = nio.AsyncClient(synapse.url, self.id, store_path=str(folder or ""), config=config)

    async def __aenter__(self) -> "Person":
        await self.client.login(PASSWORD)
        await self.client.sync(timeout=0, full_state=True)
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.client.close()
        if self.client.store:
            self.client.store.database.close()

    async def make_room(self, *invited: str, **way: Any) -> str:
        return str((await self.client.room_create(invite=invited, **way)).room_id)

    async def say(self, room: str, content: Raw | str, kind: str = "m.room.message") -> str:
        """The id of the event."""
        said = {"msgtype": "m.text", "body": content} if isinstance(content, str) else content
        answer = await self.client.room_send(room, kind, said, ignore_unverified_devices=True)
        assert isinstance(answer, nio.RoomSendResponse), answer
        return str(answer.event_id)

    async def upload(self, picture: bytes, kind: str = "image/jpeg") -> str:
        answer, _ = await self.client.upload(lambda *_: picture, content_type=kind, filesize=len(picture))
        return str(answer.content_uri)

    async def photo(self, room: str, picture: bytes = b"photo", caption: str = "", **more: Any) -> str:
        """Send a picture as people's clients do; the id of the event."""
        named = {"body": caption, "filename": "cat.jpg"} if caption else {"body": "cat.jpg"}
        info = {"mimetype": "image/jpeg", "size": len(picture)}
        url = await self.upload(picture)
        return await self.say(room, {"msgtype": "m.image", "url": url, "info": info, **named, **more})

    async def download(self, content: Raw) -> bytes:
        return bytes((await self.client.download(content["url"])).body)

    async def event(self, room: str, event: str) -> Raw:
        """An event as it stands in the room now."""
        source: Raw = (await self.client.room_get_event(room, event)).event.source
        return source

    async def seen(self, room: str, *, of: str, count: int = 1, kind: str = "m.room.message") -> list[Raw]:
        """Wait until somebody has sent so many events, and return their ids and contents."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                page = await self.client.room_messages(room, "", limit=100)
                found = [one.source for one in page.chunk if one.sender == of and one.source["type"] == kind]
                if len(found) >= count:
                    return found[::-1]
                await asyncio.sleep(0.05)


@dataclass
class Room:
    synapse: Synapse
    folder: Path
    bot: str
    grace: Person
    id: str
    heard: Heard
    adapter: MatrixAdapter

    async def told(self, event: str) -> Message:
        return await self.heard.message(event)

    async def said(self, words: str = "!style ukiyoe") -> Message:
        """Grace says something, and we have heard it."""
        return await self.told(await self.grace.say(self.id, words))


def adapter_of(synapse: Synapse, bot: str, folder: Path) -> MatrixAdapter:
    return MatrixAdapter(synapse.url, bot, PASSWORD, folder=folder, pace=QUICK)


@contextlib.asynccontextmanager
async def running(adapter: MatrixAdapter, listener: Listener) -> AsyncIterator[MatrixAdapter]:
    """Our adapter, connected. Leaving it is a stop; a new one with the same folder is a restart."""
    task = asyncio.create_task(adapter.run(listener))
    settled = asyncio.create_task(adapter._connection.connected())
    try:
        await asyncio.wait({task, settled}, timeout=WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        yield adapter
    finally:
        for one in (task, settled):
            one.cancel()
        await asyncio.gather(task, settled, return_exceptions=True)


async def joined(person: Person, room: str, member: str) -> None:
    async with asyncio.timeout(WITHIN_S):
        while member not in {one.user_id for one in (await person.client.joined_members(room)).members}:
            await asyncio.sleep(0.05)


@contextlib.asynccontextmanager
async def room(synapse: Synapse, folder: Path, grace: Person, *, private: bool = False) -> AsyncIterator[Room]:
    bot, heard = synapse.person("atelier"), Heard()
    others = [] if private else [synapse.person("bystander")]
    async with running(adapter_of(synapse, bot, folder / "matrix"), heard) as adapter:
        here = await grace.make_room(bot, *others, name=f"room {uuid4().hex[:6]}")
        await joined(grace, here, bot)
        yield Room(synapse, folder / "matrix", bot, grace, here, heard, adapter)
