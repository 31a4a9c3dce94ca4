"""What the ledger hands out, and how Messages and Options become text and back."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from bots.message import Message, Person, Picture
from inference.job import Crop, Format, Options, Result


class State(StrEnum):
    """Where a message stands. The first four are open; the others keep only the message's key."""

    RECEIVED = "received"  # recorded, not yet understood
    ACCEPTED = "accepted"  # its pictures are recorded; the service is to make, or makes, their results
    READY = "ready"  # every result (or failure) is recorded
    SENDING = "sending"  # the answer is leaving: after a restart nobody knows whether it arrived
    SENT = "sent"
    FAILED = "failed"  # the platform refused the answer
    CANCELLED = "cancelled"
    UNCERTAIN = "uncertain"  # the person was told that the answer may be lost


class Reply(StrEnum):
    """What is being sent; only pictures carry a key by which a platform can recognise a repetition."""

    WORDS = "words"
    PANEL = "panel"  # words that take the place of others, which can be done twice without harm
    GALLERY = "gallery"
    PICTURES = "pictures"


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in the ledger. ``progress`` is the adapter's id of the progress line, if one is shown.

    ``as_file`` is how its pictures were sent, which may have been with an earlier message.
    """

    number: int
    message: Message
    state: State
    reply: Reply | None = None
    progress: str | None = None
    as_file: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One picture of a message: its result, or the code of its failure, or neither yet."""

    item: int
    style: str
    failure: str | None
    result: Result | None


def message_to_json(message: Message) -> str:
    return json.dumps(asdict(message), ensure_ascii=False, default=dict)


def message_from_json(text: str) -> Message:
    values: dict[str, Any] = json.loads(text)
    values["person"] = Person(**values["person"])
    for name in ("pictures", "replied"):
        values[name] = pictures(values[name])
    values["mentioned"] = tuple(Person(**person) for person in values.get("mentioned", ()))
    return Message(**values)


def pictures(values: Iterable[dict[str, Any]]) -> tuple[Picture, ...]:
    return tuple(Picture(**value) for value in values)


def options_to_json(options: Options) -> str:
    return json.dumps(asdict(options))


def options_from_json(text: str) -> Options:
    values: dict[str, Any] = json.loads(text)
    return Options(**(values | {"format": Format(values["format"]), "crop": Crop(values["crop"])}))


def result_to_json(result: Result) -> str:
    """Everything of a result but its bytes, which have their own column."""
    return json.dumps({name: getattr(result, name) for name in Result.__slots__ if name != "picture"})


def result_from_json(text: str, picture: bytes) -> Result:
    return Result(picture=picture, **json.loads(text))


def entry(number: int, body: str, state: str, reply: str | None, progress: str | None, as_file: int) -> Entry:
    """An Entry from its row."""
    sending = Reply(reply) if reply else None
    return Entry(number, message_from_json(body), State(state), sending, progress, bool(as_file))


def item(number: int, style: str, failure: str | None, about: str | None, picture: bytes) -> Item:
    """An Item from its row."""
    return Item(number, style, failure, result_from_json(about, picture) if about else None)
