"""What the emulated Telegram is made of: chats, messages, files, and the rules for what may be one."""

import io
import itertools
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

Json = dict[str, Any]

BOT: Json = {"id": 123456, "is_bot": True, "first_name": "Atelier", "username": "AtelierTestBot"}
ALICE: Json = {"id": 1001, "is_bot": False, "first_name": "Alice", "language_code": "en"}
BOB: Json = {"id": 1002, "is_bot": False, "first_name": "Bob", "username": "bob", "language_code": "zh-hans"}
GROUP: Json = {"id": -100200, "type": "supergroup", "title": "Painters"}
FORUM: Json = {"id": -100300, "type": "supergroup", "title": "Studio", "is_forum": True}


class Refusal(Exception):
    """What the server answers instead of a result."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


@dataclass(frozen=True)
class Call:
    """One request of the bot's: JSON parameters decoded, uploads by the name of their part."""

    method: str
    parameters: Json
    files: Mapping[str, tuple[str, bytes]]
    at: float


@dataclass(frozen=True)
class Sent:
    """What the bot sent in one request, as people see it. An album has several files."""

    method: str
    messages: tuple[Json, ...]
    files: tuple[tuple[str, bytes], ...] = ()
    parameters: Json = field(default_factory=dict)

    @property
    def chat(self) -> int:
        return int(self.messages[0]["chat"]["id"])

    @property
    def text(self) -> str:
        words = [message.get("text") or message.get("caption") for message in self.messages]
        return next((str(said) for said in words if said), "")

    @property
    def buttons(self) -> list[list[str]]:
        rows = self.messages[0].get("reply_markup", {}).get("inline_keyboard", [])
        return [[button["callback_data"] for button in row] for row in rows]

    @property
    def replies_to(self) -> int | None:
        replied = self.messages[0].get("reply_to_message")
        return int(replied["message_id"]) if replied else None


@dataclass
class Fault:
    """What goes wrong with the next calls of a method.

    "refuse" answers with the refusal; "lose" does what was asked and hangs up; "hang" does it and is silent.
    """

    method: str
    deed: str
    times: int
    refusal: Refusal | None = None


class World:
    """Messages and files."""

    def __init__(self) -> None:
        self.messages: dict[tuple[int, int], Json] = {}
        self.files: dict[str, tuple[bytes, int]] = {}
        self._ids = itertools.count(1)

    def number(self) -> int:
        return next(self._ids)

    def message(self, chat: Json, content: Json, reply_to: int | None = None, thread: int | None = None) -> Json:
        message: Json = {"message_id": self.number(), "date": int(time.time()), "chat": chat} | content
        if reply_to:
            replied = self.messages[chat["id"], reply_to]
            message["reply_to_message"] = {name: v for name, v in replied.items() if name != "reply_to_message"}
        if thread:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        self.messages[chat["id"], message["message_id"]] = message
        return message

    def file(self, content: bytes, size: int | None = None) -> Json:
        """``size`` may lie, so that a test needs no 21 MB."""
        file_id = f"file{self.number()}"
        self.files[file_id] = content, len(content) if size is None else size
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": self.files[file_id][1]}

    def photo_sizes(self, picture: bytes) -> list[Json]:
        """Smallest first, as Telegram lists them."""
        width, height = size_of(picture)
        small = {"width": max(1, width // 4), "height": max(1, height // 4)}
        return [self.file(picture[:100]) | small, self.file(picture) | {"width": width, "height": height}]

    def chat(self, chat_id: int) -> Json:
        known = (message["chat"] for message in self.messages.values() if message["chat"]["id"] == chat_id)
        return next(known, {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"})


def captioned(caption: str | None, people: Sequence[Json] = ()) -> Json:
    if not caption:
        return {}
    limit(caption, 1024, "message caption is too long")
    return {"caption": caption} | entities("caption_entities", caption, people)


def entities(name: str, text: str, people: Sequence[Json] = ()) -> Json:
    """What Telegram finds in a text: commands, @names, and ``people`` named by links, which have no @name."""
    found: list[Json] = []
    if text.startswith("/"):
        found.append({"type": "bot_command"} | _span(text, 0, text.split(maxsplit=1)[0]))
    for match in re.finditer(r"(?<![\w/])@\w+", text):
        found.append({"type": "mention"} | _span(text, match.start(), match[0]))
    for user in people:
        found.append(
            {"type": "text_mention", "user": user} | _span(text, text.index(user["first_name"]), user["first_name"])
        )
    return {name: found} if found else {}


def _span(text: str, start: int, words: str) -> Json:
    return {"offset": len(text[:start].encode("utf-16-le")) // 2, "length": len(words.encode("utf-16-le")) // 2}


def markup(call: Call) -> Json:
    given = call.parameters.get("reply_markup")
    rows = (given or {}).get("inline_keyboard", [])
    if any(len(row) > 8 for row in rows) or sum(map(len, rows)) > 100:
        raise Refusal(400, "Bad Request: reply markup is too long")
    for row in rows:
        if any(not 1 <= len(button["callback_data"].encode()) <= 64 for button in row):
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    return {"reply_markup": given} if given else {}


def limit(text: str, units: int, complaint: str) -> None:
    """Lengths count in UTF-16 units."""
    if not text:
        raise Refusal(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) > 2 * units:
        raise Refusal(400, f"Bad Request: {complaint}")


def as_photo(picture: bytes) -> bytes:
    """Telegram's rules for what may be a photo."""
    if len(picture) > 10 * 2**20:
        raise Refusal(400, f"Bad Request: file of size {len(picture)} bytes is too big for a photo")
    width, height = size_of(picture)
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise Refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    return picture


def size_of(picture: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(picture)) as image:
        return image.size
