"""What the page may say over its socket, and how strictly it is read.

Every frame is one JSON object in a text frame. From the page:

    {"type": "message", "id", "text", "pictures": [ref, …], "pressed"}    answered by received or refused
    {"type": "ack", "key", "version"}                                     "I have it": of say, change, remove and answer
    {"type": "suggest", "id", "beginning"}                                answered by suggestions
    {"type": "language", "tag"}                                           answered by welcome

To the page: ``welcome``, ``received``, ``refused``, ``suggestions``, ``busy``, and the four that are repeated until
acknowledged: ``say`` and ``change`` (words and buttons), ``remove``, ``answer`` (pictures).
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import WSCloseCode

from bots.message import Button

FRAME_BYTES = 32 * 1024
TEXT_CHARACTERS = 4000
PICTURES = 10
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_KEY = re.compile(r"[A-Za-z0-9-]{0,64}")


@dataclass(frozen=True, slots=True)
class Said:
    """The person sent a message. ``id`` was made by the page and stays the same when it is sent again.

    ``pressed`` is the key of what bears the button that was pressed, or "".
    """

    id: str
    text: str
    pictures: tuple[str, ...]
    pressed: str = ""


@dataclass(frozen=True, slots=True)
class Acked:
    """The page has kept what it was sent."""

    key: str
    version: int


@dataclass(frozen=True, slots=True)
class Typed:
    """The person is typing a style's name."""

    id: int
    beginning: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """The person has chosen another language."""

    tag: str


Frame = Said | Acked | Typed | Spoken


class BadFrame(Exception):
    """Not a frame of ours; the socket is closed with this code and reason."""

    def __init__(self, code: WSCloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


def parse(data: str) -> Frame:
    """Read one text frame. Raises ``BadFrame``."""
    try:
        data.encode()  # half a surrogate pair can be neither stored nor sent on
        fields = json.loads(data)
        json.dumps(fields, ensure_ascii=False).encode()  # nor one that was escaped
    except (ValueError, RecursionError):
        raise BadFrame(WSCloseCode.INVALID_TEXT, "not JSON") from None
    try:
        return _READERS[fields["type"]](fields)
    except (KeyError, TypeError, ValueError):
        raise BadFrame(WSCloseCode.POLICY_VIOLATION, "not a frame of this chat") from None


def rows(buttons: tuple[tuple[Button, ...], ...]) -> list[list[dict[str, str]]]:
    """Rows of buttons as the page takes them."""
    return [[{"label": button.label, "command": button.command} for button in row] for row in buttons]


def _said(fields: Mapping[str, Any]) -> Said:
    pictures = fields["pictures"]
    if not isinstance(pictures, list) or len(pictures) > PICTURES:
        raise ValueError
    refs = tuple(_text(ref, 100) for ref in pictures)
    pressed = _like(_KEY, fields.get("pressed", ""))  # an older page, still open, does not tell it
    return Said(_like(_ID, fields["id"]), _text(fields["text"], TEXT_CHARACTERS), refs, pressed)


def _acked(fields: Mapping[str, Any]) -> Acked:
    return Acked(_text(fields["key"], 200), _whole(fields["version"]))


def _typed(fields: Mapping[str, Any]) -> Typed:
    return Typed(_whole(fields["id"]), _text(fields["beginning"], 64))


def _spoken(fields: Mapping[str, Any]) -> Spoken:
    return Spoken(_text(fields["tag"], 64))


def _text(value: object, characters: int) -> str:
    if not isinstance(value, str) or len(value) > characters:
        raise ValueError
    return value


def _like(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError
    return value


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 53:  # type, for True is an int too
        raise ValueError
    return value


_READERS: dict[str, Callable[[Mapping[str, Any]], Frame]] = {
    "message": _said,
    "ack": _acked,
    "suggest": _typed,
    "language": _spoken,
}
