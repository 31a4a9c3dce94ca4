"""Saying, changing, taking back and showing."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from bots.adapter import ChatGone, SendFailed, SendUncertain
from bots.matrix import outgoing
from bots.matrix.buttons import carried
from bots.matrix.delivery import Delivery, Refused
from bots.matrix.media import Media
from bots.matrix.place import Place
from bots.message import Answer, Button, Photo, Text

MESSAGE = "m.room.message"
PICTURES = "🖼"  # the buttons of an album stand under it, in words of their own

Rows = tuple[tuple[Button, ...], ...]


class Speaker:
    """Sends through a Delivery. Every method raises SendFailed or SendUncertain, as the adapter's interface says.

    What is sent has a transaction id, by which the server recognises a repetition from the same device for a day.
    """

    def __init__(self, delivery: Delivery, media: Media) -> None:
        self._delivery, self._media = delivery, media

    async def say(self, place: Place, text: Text) -> str:
        return await self._send(place, outgoing.words(text), uuid4().hex)

    async def change(self, place: Place, sent: str, text: Text) -> None:
        content = outgoing.edit(text, sent.rpartition(" ")[2])
        try:
            await self._put(place.room, lambda _: content, uuid4().hex)
        except Refused as error:
            if error.code != "M_NOT_FOUND":
                raise

    async def remove(self, place: Place, sent: str) -> None:
        for event in sent.split():
            await self._redact(place, event)

    async def show(self, place: Place, answer: Answer, key: str) -> str:
        """Send each picture as an event; the first bears the caption, words after an album bear its buttons."""
        sent: list[str] = []
        apart = bool(answer.buttons) and len(answer.photos) > 1
        try:
            for number, photo in enumerate(answer.photos):
                caption = "" if sent else answer.caption
                rows = () if apart else answer.buttons
                sent.append(await self._picture(place, photo, caption, rows, f"{key}-{number}", answer.as_file))
            if apart:
                sent.append(await self._buttons(place, answer, sent, f"{key}-buttons"))
        except SendFailed as error:
            if sent and not isinstance(error, ChatGone):
                raise SendUncertain(f"Only a part was delivered: {error}") from None
            raise
        return " ".join(sent)

    async def _picture(self, place: Place, photo: Photo, caption: str, rows: Rows, key: str, as_file: bool) -> str:
        client = await self._delivery.connected()
        room = client.rooms.get(self._delivery.present(place.room))
        where = await self._media.upload(photo, encrypted=bool(room and room.encrypted))
        content = outgoing.picture(photo, where, caption, rows, as_file=as_file)
        return await self._send(place, content | outgoing.mention(place.person), key)

    async def _buttons(self, place: Place, answer: Answer, sent: list[str], key: str) -> str:
        content = outgoing.words(Text(f"{PICTURES} × {len(answer.photos)}", answer.buttons))
        return await self._send(place, content | carried(answer.buttons, sent), key)

    async def _send(self, place: Place, content: Mapping[str, Any], key: str) -> str:
        """Send in answer to the place's event; in a room that took its place there is nothing to answer."""
        return await self._put(
            place.room, lambda room: {**content, **(place.relation if room == place.room else {})}, key
        )

    async def _put(self, room: str, content_in: Any, key: str) -> str:
        async def call(client: Any, present: str) -> Any:
            return await client.room_send(
                present, MESSAGE, content_in(present), tx_id=key, ignore_unverified_devices=True
            )

        return str((await self._delivery.send(room, call)).event_id)

    async def _redact(self, place: Place, event: str) -> None:
        async def call(client: Any, _: str) -> Any:  # it stays in the room where it was sent
            return await client.room_redact(place.room, event, tx_id=f"redact-{event}")

        try:
            await self._delivery.send(place.room, call)
        except Refused as error:
            if error.code != "M_NOT_FOUND":
                raise
        except ChatGone:
            return
