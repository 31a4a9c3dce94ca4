"""One visit's conversation with the page: read its frames, hand Messages on, acknowledge, suggest."""

import asyncio
import logging
import re
import time
from dataclasses import replace

from aiohttp import WSCloseCode, WSMsgType

from bots import replies
from bots.adapter import Listener
from bots.message import Message, Person, Picture
from bots.web.frames import Acked, BadFrame, Frame, Said, Spoken, Typed, parse
from bots.web.rooms import Room, Visit
from bots.web.spool import Spool
from inference.errors import ServiceError

_log = logging.getLogger(__name__)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
_BURST_FRAMES, _FRAMES_A_SECOND = 200, 20


def language_of(tag: str) -> str:
    """The tag if it is one, else English."""
    return tag.lower() if _LANGUAGE.fullmatch(tag) else "en"


class Pace:
    """Lets ``burst`` through at once and ``per_s`` a second after that."""

    def __init__(self, burst: float, per_s: float) -> None:
        self._burst, self._per_s = burst, per_s
        self._left, self._at = burst, time.monotonic()

    def allows(self) -> bool:
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._at) * self._per_s) - 1
        self._at = now
        return self._left >= 0


class Talk:
    """Reads one socket until it closes."""

    def __init__(self, person: str, language: str, listener: Listener, spool: Spool, visit: Visit) -> None:
        self._person = Person(person, "guest", language)
        self._listener = listener
        self._spool = spool
        self._visit = visit
        self._pace = Pace(_BURST_FRAMES, _FRAMES_A_SECOND)
        self._suggesting: asyncio.Task[None] | None = None

    async def run(self, room: Room) -> None:
        writer = asyncio.create_task(self._visit.write())
        self._welcome()
        try:
            await self._read(room)
        except BadFrame as bad:
            await self._visit.close(bad.code, bad.reason)
        except Exception:  # the one border: the page keeps what was not acknowledged and sends it again
            _log.exception("a message from web:%s was not recorded", self._person.id)
            await self._visit.close(WSCloseCode.INTERNAL_ERROR, "not recorded; send it again")
        finally:
            await _end(writer, self._suggesting)

    async def _read(self, room: Room) -> None:
        async for item in self._visit.socket:
            if item.type is not WSMsgType.TEXT:
                raise BadFrame(WSCloseCode.UNSUPPORTED_DATA, "only text frames")
            if not self._pace.allows():
                raise BadFrame(WSCloseCode.POLICY_VIOLATION, "too many frames")
            await self._take(parse(item.data), room)

    async def _take(self, frame: Frame, room: Room) -> None:
        match frame:
            case Said():
                await self._receive(frame)
            case Acked():
                room.acknowledge(frame.key, frame.version)
            case Typed():
                if self._suggesting is not None:
                    self._suggesting.cancel()  # they have typed on
                self._suggesting = asyncio.create_task(self._suggest(frame))

            case Spoken():
                self._person = replace(self._person, language=language_of(frame.tag))
                self._welcome()

    def _welcome(self) -> None:
        self._visit.put({"type": "welcome", "commands": _commands(self._person.language)})

    async def _receive(self, said: Said) -> None:
        """Acknowledge only what has been recorded."""
        try:
            pictures = [await self._spool.look(self._person.id, ref) for ref in said.pictures]
        except FileNotFoundError:
            self._visit.put({"type": "refused", "id": said.id, "code": "picture_gone"})
            return
        await self._listener.receive(self._message(said, tuple(pictures)))
        self._visit.put({"type": "received", "id": said.id})

    def _message(self, said: Said, pictures: tuple[Picture, ...]) -> Message:
        return Message(
            platform="web",
            chat=self._person.id,
            id=said.id,
            person=self._person,
            text=said.text.strip(),
            address={"chat": self._person.id, "message": said.id},
            pictures=pictures,
            private=True,
            pressed=said.pressed,
        )

    async def _suggest(self, typed: Typed) -> None:
        try:
            styles = await self._listener.suggest(typed.beginning, self._person.language, f"web:{self._person.id}")
        except ServiceError:  # typing goes on without
            styles = ()
        self._visit.put({"type": "suggestions", "id": typed.id, "styles": styles})


def _commands(language: str) -> list[tuple[str, str]]:
    """What is offered while "/" is typed: not /avatar, for nobody has a profile picture here."""
    return [command for command in replies.commands(language) if command[0] != "avatar"]


async def _end(*tasks: asyncio.Task[None] | None) -> None:
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
