"""A multipart form becomes a Job, read as it streams in and never beyond its bounds."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from aiohttp import BodyPartReader, web
from aiohttp.http import HttpProcessingError

from inference.errors import BadReference, Busy, InvalidOption, InvalidRequest, TooLarge
from inference.job import MOST_REFERENCES, Crop, Format, Job, Options, Reference
from inference.limits import Limits

Count = Callable[[int], None]
"""Is told of bytes as they come in; raises Busy when too much is coming in at once."""

TEXT_BYTES = 1_000
"""The most that any field but the pictures may hold."""
UPLOAD_S = 120.0
ALL_UPLOADS = 16
"""Uploads under way may together hold this many of the largest pictures; one more is told to come back."""
SOON_S = 2.0
WANTED = "the fields “style”, and “image” or “words”"
OF_THE_JOB = ("style", "user", "chat", "deadline_s", "words", "seed")
"""The fields that are no options."""
ENVELOPE_BYTES = 64_000
"""What the form may weigh beside the pictures."""


class Inflow:
    """Counts the bytes of the uploads under way. What is whole is counted by the service's queue."""

    def __init__(self, bound: int) -> None:
        self.bound, self.held = bound, 0

    def take(self, count: int) -> None:
        """Raises Busy when too much is coming in at once."""
        if self.held + count > self.bound:
            raise Busy(SOON_S)
        self.held += count


@dataclass(slots=True)
class _Fields:
    """What has come in of a form."""

    picture: bytes | None = None
    references: list[bytes] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def refuse(self, name: str) -> None:
        """Refuse what is no field, or one too many."""
        if name not in FIELDS:
            raise InvalidRequest(f"There is no field “{name[:40]}”.")
        if name in self.texts or (name == "image" and self.picture is not None):
            raise InvalidRequest(f"The field “{name}” is there twice.")
        if name == "reference" and len(self.references) == MOST_REFERENCES:
            raise InvalidOption(f"At most {MOST_REFERENCES} style pictures can be mixed, each a “reference”.")


async def read_job(request: web.Request, limits: Limits, inflow: Inflow) -> Job:
    """Read one job.

    Raises:
        InvalidRequest: not a form, broken, too slow, or a field that is missing, unknown or there twice.
        TooLarge: a picture of more than ``limits.picture_bytes``; said before the rest is read.
        BadReference: the same of a style picture.
        InvalidOption: an option that is not what it should be; whether it is in range, the service says.
    """
    if (request.content_length or 0) > (1 + MOST_REFERENCES) * limits.picture_bytes + ENVELOPE_BYTES:
        raise too_large(limits)
    fields = _Fields()

    async def take(part: BodyPartReader, count: Count) -> None:
        fields.refuse(name := part.name or "")
        if name == "image":
            fields.picture = await read_part(part, limits.picture_bytes, count, too_large(limits))
        elif name == "reference":
            refusal = BadReference(f"The style picture cannot be used. {too_large(limits).message}")
            fields.references.append(await read_part(part, limits.picture_bytes, count, refusal))
        else:
            fields.texts[name] = await _read_text(part, name, count)

    await read_form(request, inflow, take, WANTED)
    return _job(fields)


async def read_form(
    request: web.Request, inflow: Inflow, take: Callable[[BodyPartReader, Count], Awaitable[None]], wanted: str
) -> None:
    """Hand each part of a multipart form to ``take``, which reads it with ``read_part``.

    Raises:
        InvalidRequest: not a form, broken, or too slow; ``wanted`` says what it should hold.
        Busy: too much is coming in at once.
    """
    if request.content_type != "multipart/form-data":
        raise InvalidRequest(f"The request must be a multipart form with {wanted}.")
    taken = 0

    def count(size: int) -> None:
        nonlocal taken
        inflow.take(size)
        taken += size

    try:
        async with asyncio.timeout(UPLOAD_S):
            async for part in await request.multipart():
                if not isinstance(part, BodyPartReader):
                    raise InvalidRequest("The form must not hold forms.")
                await take(part, count)
    except TimeoutError:
        raise InvalidRequest("The upload took too long.") from None
    except (ValueError, AssertionError, HttpProcessingError, web.RequestPayloadError) as error:
        raise InvalidRequest("The form is broken.") from error
    finally:
        inflow.held -= taken


async def read_part(part: BodyPartReader, bound: int, count: Count, refusal: Exception) -> bytes:
    """All of a part. Raises ``refusal`` as soon as it has more than ``bound`` bytes."""
    data = bytearray()
    while chunk := await part.read_chunk(1 << 16):
        count(len(chunk))
        data += chunk
        if len(data) > bound:
            raise refusal
    return bytes(data)


async def _read_text(part: BodyPartReader, name: str, count: Count) -> str:
    """A part of words. It is told its ``name``, for a part that is asked reads its own header anew each time."""
    refusal = InvalidRequest(f"The field “{name}” is too long.")
    try:
        return (await read_part(part, TEXT_BYTES, count, refusal)).decode()
    except UnicodeDecodeError:
        raise InvalidRequest(f"The field “{name}” is not UTF-8.") from None


def _job(fields: _Fields) -> Job:
    if "style" not in fields.texts or (fields.picture is None and "words" not in fields.texts):
        raise InvalidRequest(f"The form needs {WANTED}.")
    values = {name: _parse(name, text) for name, text in fields.texts.items()}
    own = {name: values.pop(name) for name in OF_THE_JOB if name in values}
    references = _references(fields.references, values.pop("weights", None))
    return Job(fields.picture or b"", options=Options(**values), references=references, **own)


def _references(found: list[bytes], weights: list[float] | None) -> tuple[Reference, ...]:
    if weights is not None and len(weights) != len(found):
        raise InvalidOption("“weights” must be as many numbers as there are style pictures, each a “reference”.")
    return tuple(Reference(data, weight) for data, weight in zip(found, weights or [1.0] * len(found), strict=True))


def _parse(name: str, text: str) -> Any:
    parse, wanted = FIELDS[name]
    try:
        return parse(text)
    except (ValueError, KeyError):
        raise InvalidOption(f"“{name}” must be {wanted}.") from None


def _number(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise ValueError(text)
    return value


def _numbers(text: str) -> list[float]:
    return [_number(part) for part in text.split(",")]


def _one_line(text: str) -> str:
    if not text.isprintable():  # it stands in a line of the log, which nobody may break or colour
        raise ValueError(text)
    return text


def _yes_or_no(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text.lower()]


def too_large(limits: Limits) -> TooLarge:
    return TooLarge(f"The file is larger than {limits.picture_bytes // 1_000_000} MB.")


FIELDS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "image": (str, "a picture"),
    "reference": (str, "a picture"),
    "weights": (_numbers, "numbers with commas between them"),
    "style": (str, "a style's name"),
    "words": (str, "text"),
    "seed": (int, "a whole number"),
    "user": (_one_line, "one line of text"),
    "chat": (_one_line, "one line of text"),
    "strength": (_number, "a number from 0 to 1"),
    "keep_colours": (_yes_or_no, "true or false"),
    "match_colours": (_yes_or_no, "true or false"),
    "detail": (_number, "a number from 0 to 1"),
    "faces": (_yes_or_no, "true or false"),
    "max_side": (int, "a whole number of pixels"),
    "format": (Format, "jpeg, png or webp"),
    "crop": (Crop, "none or avatar"),
    "mark": (_yes_or_no, "true or false"),
    "still": (_yes_or_no, "true or false"),
    "deadline_s": (_number, "a number of seconds"),
}
"""Every field, how its text is read, and what to say when it cannot be."""
