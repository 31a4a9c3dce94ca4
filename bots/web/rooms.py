"""One room per person: the socket that is open now, and what they have not yet acknowledged.

People reload, lose their network and shut the lid. So whatever must arrive is a Parcel that stays in its room until
the page says "I have it", and is sent again, in order, to the next socket that opens. The page knows each by its key
and shows it once.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, web

from bots.message import Photo

TAKEN_OVER = 4001  # our close code: the chat was opened in another tab, so do not reconnect from this one
_WRITE_S = 20.0  # a page that takes nothing for so long is gone
_WORDS_KEPT = 100


class Visit:
    """One open socket. Frames are queued here and written by one task, so their order is that of ``put``."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self._farewell: tuple[int, str] | None = None
        # Without a bound of its own: what may come in is paced, and a page that takes nothing is let go soon.
        self._frames: asyncio.Queue[Mapping[str, Any] | None] = asyncio.Queue()

    def put(self, frame: Mapping[str, Any]) -> None:
        self._frames.put_nowait(frame)

    async def write(self) -> None:
        """Write what is queued until told to end or the page stops taking it; then close the socket."""
        try:
            while (frame := await self._frames.get()) is not None:
                await asyncio.wait_for(self.socket.send_str(json.dumps(frame, ensure_ascii=False)), _WRITE_S)
        except (TimeoutError, ConnectionError):
            self._farewell = (WSCloseCode.TRY_AGAIN_LATER, "too slow")
        if self._farewell is not None:
            await self.close(*self._farewell)

    def end(self, code: int, reason: str) -> None:
        """Have the socket closed after what is queued. Nobody waits for it: the page may be long gone."""
        self._farewell = (code, reason)
        self._frames.put_nowait(None)

    async def close(self, code: int, reason: str = "") -> None:
        await self.socket.close(code=code, message=reason.encode(), drain=False)


@dataclass(slots=True)
class Parcel:
    """Something that must arrive. ``version`` tells the newest wording of a key from older ones."""

    frame: Mapping[str, Any]
    version: int
    photos: tuple[Photo, ...] = ()
    handle: str = ""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)


class Room:
    """What one person's pages are sent."""

    def __init__(self) -> None:
        self.visit: Visit | None = None
        self.parcels: dict[str, Parcel] = {}
        self.left_at = time.monotonic()
        self._version = 0

    def post(self, key: str, frame: Mapping[str, Any], photos: tuple[Photo, ...] = ()) -> Parcel:
        """Send now if somebody is there, and again until it is acknowledged. Replaces an older parcel of this key."""
        self._version += 1
        handle = secrets.token_urlsafe(12) if photos else ""
        marks = {"key": key, "version": self._version} | ({"handle": handle} if photos else {})
        parcel = Parcel({**frame, **marks}, self._version, photos, handle)
        older = self.parcels.pop(key, None)
        if older is not None:
            older.arrived.set()
        self.parcels[key] = parcel
        self._forget_old_words()
        if self.visit is not None:
            self.visit.put(parcel.frame)
        return parcel

    def acknowledge(self, key: str, version: int) -> None:
        parcel = self.parcels.get(key)
        if parcel is not None and parcel.version == version:
            del self.parcels[key]
            parcel.arrived.set()

    def photo(self, handle: str, index: int) -> Photo | None:
        """A picture of an answer that is still to be acknowledged."""
        for parcel in self.parcels.values():
            if parcel.photos and secrets.compare_digest(parcel.handle, handle) and index < len(parcel.photos):
                return parcel.photos[index]
        return None

    def _forget_old_words(self) -> None:
        words = [key for key, parcel in self.parcels.items() if not parcel.photos]
        for key in words[:-_WORDS_KEPT]:
            del self.parcels[key]


class Rooms:
    """All rooms, by person. Empty ones are not kept."""

    def __init__(self) -> None:
        self._rooms: dict[str, Room] = {}

    def of(self, person: str) -> Room:
        return self._rooms.setdefault(person, Room())

    def find(self, person: str) -> Room | None:
        return self._rooms.get(person)

    @property
    def visits(self) -> int:
        """How many sockets are open."""
        return sum(room.visit is not None for room in self._rooms.values())

    def enter(self, person: str, visit: Visit) -> Room:
        """Make this the person's one open socket and repeat to it what has not arrived."""
        room = self.of(person)
        older, room.visit = room.visit, visit
        for parcel in room.parcels.values():
            visit.put(parcel.frame)
        if older is not None:
            older.end(TAKEN_OVER, "opened elsewhere")
        return room

    def leave(self, person: str, visit: Visit) -> None:
        room = self._rooms.get(person)
        if room is not None and room.visit is visit:
            room.visit, room.left_at = None, time.monotonic()
            if not room.parcels:
                del self._rooms[person]

    def sweep(self, away_s: float) -> None:
        """Give up the rooms of people who have been away for so long; answers on their way keep a room open."""
        before = time.monotonic() - away_s
        for person, room in list(self._rooms.items()):
            if room.visit is None and room.left_at < before and not any(p.photos for p in room.parcels.values()):
                del self._rooms[person]

    def end(self) -> None:
        """Have every socket closed: we are stopping, and the pages will come back to whoever starts next."""
        for room in self._rooms.values():
            if room.visit is not None:
                room.visit.end(WSCloseCode.SERVICE_RESTART, "restarting")
