"""What an event is about: the events that it answers, as they read now, and who may decide in a room."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import nio

from bots.adapter import SendUncertain
from bots.matrix import buttons
from bots.matrix.delivery import Delivery, Refused
from bots.matrix.place import Place
from bots.matrix.reading import Around, Raw, content_of, pictures_of, read, read_press, relation, words_of
from bots.message import Message

MODERATOR = 50
FOUNDERS_RULE = 12  # from this room version on, who made a room stands above all levels


class Lookup:
    """Asks the server through a Delivery."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    async def understand(self, raw: Raw, around: Around) -> Message | None:
        """The Message that an event is, with what it answers; None if it says nothing to us."""
        link = relation(raw)
        about = await self.event(around.room, link.about) if link.about else None
        number = buttons.chosen(link.reaction or words_of(raw))
        if about and number and about.get("sender") == around.me:
            command = buttons.command(content_of(about), number)
            if command:
                return await self._press(raw, around, about, command)
        return None if link.reaction else read(raw, around, about)

    async def event(self, room: str, event: str) -> Raw | None:
        """An event as it reads now, decrypted; None if it is not there for us. Waits for a server that is away."""
        try:
            answer = await self._delivery.ask(lambda client: client.room_get_event(room, event), patient=True)
        except Refused:
            return None
        raw = self._opened(answer.event, room)
        newest = _bundled_edit(answer.event.source)
        if raw is None or newest is None or newest.get("sender") != raw.get("sender"):
            return raw
        fresh = self._opened(nio.Event.parse_event(newest), room)
        content = content_of(fresh).get("m.new_content") if fresh else None
        related = {"m.relates_to": content_of(raw).get("m.relates_to")}
        return {**raw, "content": {**content, **related}} if isinstance(content, dict) else raw

    async def face(self, room: str) -> object:
        """The address of the room's picture, if it has one."""
        return content_of(await self._state(room, "m.room.avatar") or {}).get("url")

    async def moderates(self, room: str, user: str) -> bool:
        """Whether a member may moderate the room; False when it is unknown."""
        levels, made = await self._state(room, "m.room.power_levels"), await self._state(room, "m.room.create") or {}
        rules = content_of(levels or {})
        founders = (made.get("sender"), *_list(content_of(made).get("additional_creators")))
        if user in founders and (levels is None or _number(content_of(made).get("room_version")) >= FOUNDERS_RULE):
            return True
        users = rules.get("users")
        known = users.get(user) if isinstance(users, dict) else None
        return _number(rules.get("users_default") if known is None else known) >= MODERATOR

    async def _press(self, raw: Raw, around: Around, about: Raw, command: str) -> Message:
        origin = relation(about)
        original = await self.event(around.room, origin.about) if origin.about else None
        if original and not pictures_of(original) and (earlier := relation(original).about):
            original = await self.event(around.room, earlier) or original  # a command that answered a picture
        pressed = buttons.sent_id(content_of(about), about["event_id"])
        thread = relation(raw).thread or origin.thread
        answered = origin.about or about["event_id"]
        place = Place(around.room, answered, thread, raw["sender"], around.private)
        return read_press(raw, around, command, pressed, original, place)

    def _opened(self, event: Any, room: str) -> Raw | None:
        """What an event says, decrypted if it can be."""
        if isinstance(event, nio.MegolmEvent):
            event.room_id = room
            try:
                event = self._delivery.client.decrypt_event(event)
            except nio.EncryptionError:
                return None
        source: Any = event.source
        return source if isinstance(source, dict) else None

    async def _state(self, room: str, kind: str) -> Raw | None:
        """A state event, with who made it; None where there is none."""
        path = f"/_matrix/client/v3/rooms/{quote(room, safe='')}/state/{kind}/?format=event"
        try:
            return await self._delivery.raw("GET", path)
        except SendUncertain:
            return None


def _bundled_edit(source: Mapping[str, Any]) -> dict[str, Any] | None:
    """The latest edit of an event, as the server sends it along."""
    unsigned = source.get("unsigned")
    relations = unsigned.get("m.relations") if isinstance(unsigned, dict) else None
    edit = relations.get("m.replace") if isinstance(relations, dict) else None
    return edit if isinstance(edit, dict) and isinstance(edit.get("content"), dict) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: object) -> int:
    """A level or a version, which old rooms write as words; 0 for anything else."""
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else 0
