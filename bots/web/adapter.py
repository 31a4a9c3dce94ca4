"""The web chat as a platform: one private chat per browser, kept apart by a cookie."""

import asyncio
import contextlib
import secrets
from collections.abc import Collection
from pathlib import Path

from aiohttp import web

from bots.adapter import Adapter, Listener, SendFailed
from bots.message import Address, Answer, Person, Photo, Picture, Text
from bots.web import frames
from bots.web.guard import Guard
from bots.web.rooms import Parcel, Room, Rooms
from bots.web.site import Site
from bots.web.spool import Spool

_ANSWERS_WAITING = 20
_SWEEP_S = 300.0
_WORDS_ARRIVE_S = 2.0


class WebAdapter(Adapter):
    """Implements ``bots.adapter.Adapter``; its ``routes`` go into the one HTTP server.

    ``spool`` is a folder for uploads. ``token``, where set, is asked for once per browser. ``hosts`` are the names,
    beside loopback's, by which people reach the server. ``patience_s`` is how long an answer waits for a person
    who left.
    """

    platform = "web"
    repeatable = True  # the page knows each answer by its key

    def __init__(
        self, *, spool: Path, token: str | None = None, hosts: Collection[str] = (), patience_s: float = 3600.0
    ) -> None:
        self._spool = Spool(spool)
        self._rooms = Rooms()
        self._site = Site(Guard(token, hosts), self._rooms, self._spool)
        self._patience_s = patience_s

    def routes(self) -> list[web.RouteDef]:
        """The page at "/", and all it speaks to under "/chat/"."""
        return self._site.routes()

    async def run(self, listener: Listener) -> None:
        self._site.listener = listener
        try:
            while True:
                # Sleep first: after a long stop the conversation still fetches what it had accepted.
                await asyncio.sleep(_SWEEP_S)
                await self._spool.sweep()
                self._rooms.sweep(self._patience_s)
        finally:
            self._site.listener = None
            self._rooms.end()

    async def fetch(self, picture: Picture) -> bytes:
        try:
            return await self._spool.get(picture.ref)
        except FileNotFoundError:
            raise SendFailed("the picture is no longer here") from None

    async def administers(self, person: Person, address: Address) -> bool:  # noqa: ARG002  everybody's room is their own
        return True

    def home(self, address: Address) -> Address | None:
        return {**address, "message": ""}

    async def say(self, address: Address, text: Text) -> str:
        key = secrets.token_hex(8)
        room = self._room(address)
        parcel = room.post(key, _words("say", text))
        if room.visit is not None:  # with somebody there, having said it means that they have it
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(parcel.arrived.wait(), _WORDS_ARRIVE_S)
        return key

    async def change(self, address: Address, sent: str, text: Text) -> None:
        room = self._room(address)
        waiting = room.parcels.get(sent)
        kind = "say" if waiting is not None and waiting.frame["type"] == "say" else "change"
        room.post(sent, _words(kind, text))

    async def remove(self, address: Address, sent: str | None) -> None:
        if sent is not None:  # the sign that we are busy ends by itself
            self._room(address).post(sent, {"type": "remove"})

    async def busy(self, address: Address) -> None:
        room = self._rooms.find(str(address["chat"]))
        if room is not None and room.visit is not None:
            room.visit.put({"type": "busy"})

    async def show(self, address: Address, answer: Answer, key: str) -> str:
        """Wait for the page to have it, through reloads and lost connections."""
        room = self._room(address)
        parcel = room.parcels.get(key) or self._post(room, key, address, answer)
        try:
            await asyncio.wait_for(parcel.arrived.wait(), self._patience_s)
        except TimeoutError:
            raise SendFailed("the person did not come back for the answer") from None
        finally:
            _withdraw(room, key, parcel)
        return key

    def _post(self, room: Room, key: str, address: Address, answer: Answer) -> Parcel:
        if sum(bool(parcel.photos) for parcel in room.parcels.values()) >= _ANSWERS_WAITING:
            raise SendFailed("too many answers wait for this person to come back")
        return room.post(key, _pictures(answer, address), answer.photos)

    def _room(self, address: Address) -> Room:
        return self._rooms.of(str(address["chat"]))


def _words(kind: str, text: Text) -> dict[str, object]:
    return {"type": kind, "text": text.text, "buttons": frames.rows(text.buttons), "whispered": text.whispered}


def _pictures(answer: Answer, address: Address) -> dict[str, object]:
    # Without the bytes: these are fetched by HTTP, for a large picture must not hold up the words.
    before = [picture.ref for picture in answer.before]
    if len(before) != len(answer.photos):  # not one for each: the page knows best what it has sent
        before = [""] * len(answer.photos)
    return {
        "type": "answer",
        "to": address["message"],
        "caption": answer.caption,
        "buttons": frames.rows(answer.buttons),
        "file": answer.as_file,
        "photos": [_photo(photo, ref) for photo, ref in zip(answer.photos, before, strict=True)],
    }


def _photo(photo: Photo, before: str) -> dict[str, object]:
    """``before`` is the ref of the person's own upload that it was made of, or ""."""
    size = {"width": photo.width, "height": photo.height}
    return {"name": photo.name, **size, "animated": photo.animated, "before": before}


def _withdraw(room: Room, key: str, parcel: Parcel) -> None:
    if room.parcels.get(key) is parcel:
        del room.parcels[key]
