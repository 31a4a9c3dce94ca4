"""A multipart form becomes a Job, read as it streams in and never beyond its bounds."""

import asyncio
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from aiohttp import BodyPartReader, web
from aiohttp.http import HttpProcessingError

from inference.errors import Busy, InvalidOption, InvalidRequest, TooLarge
from inference.job import Crop, Format, Job, Options
from inference.limits import Limits

TEXT_BYTES = 1_000
"""The most that any field but the picture may hold."""
UPLOAD_S = 120.0
ALL_UPLOADS = 16
"""Uploads under way may together hold this many of the largest pictures; one more is told to come back."""
SOON_S = 2.0
ENVELOPE_BYTES = 64_000
"""What the form may weigh beside the picture."""


class Inflow:
    """Counts the bytes of the uploads under way. What is whole is counted by the service's queue."""

    def __init__(self, bound: int) -> None:
        self.bound, self.held = bound, 0

    def take(self, count: int) -> None:
        """Raises Busy when too much is coming in at once."""
        if self.held + count > self.bound:
            raise Busy(SOON_S)
        self.held += count


async def read_job(request: web.Request, limits: Limits, inflow: Inflow) -> Job:
    """Read one job.

    Raises:
        InvalidRequest: not a form, broken, too slow, or a field that is missing, unknown or there twice.
        TooLarge: a picture of more than ``limits.picture_bytes``; said before the rest is read.
        InvalidOption: an option that is not what it should be; whether it is in range, the service says.
    """
    if (request.content_length or 0) > limits.picture_bytes + ENVELOPE_BYTES:
        raise _too_large(limits)
    if request.content_type != "multipart/form-data":
        raise InvalidRequest("The request must be a multipart form with the fields “image” and “style”.")
    try:
        async with asyncio.timeout(UPLOAD_S):
            picture, texts = await _read_fields(request, limits, inflow)
    except TimeoutError:
        raise InvalidRequest("The upload took too long.") from None
    return _job(picture, texts)


async def _read_fields(request: web.Request, limits: Limits, inflow: Inflow) -> tuple[bytes, dict[str, str]]:
    picture: bytes | None = None
    texts: dict[str, str] = {}
    taken = 0

    def count(size: int) -> None:
        nonlocal taken
        inflow.take(size)
        taken += size

    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise InvalidRequest("The form must not hold forms.")
            if (name := part.name or "") not in FIELDS:
                raise InvalidRequest(f"There is no field “{name[:40]}”.")
            if name in texts or (name == "image" and picture is not None):
                raise InvalidRequest(f"The field “{name}” is there twice.")
            if name == "image":
                picture = await _read(part, limits.picture_bytes, count, _too_large(limits))
            else:
                texts[name] = await _read_text(part, count)
    except (ValueError, AssertionError, HttpProcessingError, web.RequestPayloadError) as error:
        raise InvalidRequest("The form is broken.") from error
    finally:
        inflow.held -= taken
    if picture is None or "style" not in texts:
        raise InvalidRequest("The form needs the fields “image” and “style”.")
    return picture, texts


async def _read(part: BodyPartReader, bound: int, count: Callable[[int], None], refusal: Exception) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(1 << 16):
        count(len(chunk))
        data += chunk
        if len(data) > bound:
            raise refusal
    return bytes(data)


async def _read_text(part: BodyPartReader, count: Callable[[int], None]) -> str:
    refusal = InvalidRequest(f"The field “{part.name}” is too long.")
    try:
        return (await _read(part, TEXT_BYTES, count, refusal)).decode()
    except UnicodeDecodeError:
        raise InvalidRequest(f"The field “{part.name}” is not UTF-8.") from None


def _job(picture: bytes, texts: Mapping[str, str]) -> Job:
    values = {name: _parse(name, text) for name, text in texts.items() if name not in ("style", "user", "chat")}
    deadline_s = values.pop("deadline_s", None)
    who = {name: _parse(name, texts[name]) for name in ("user", "chat") if name in texts}
    return Job(picture, texts["style"], Options(**values), deadline_s=deadline_s, **who)


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


def _one_line(text: str) -> str:
    if not text.isprintable():  # it stands in a line of the log, which nobody may break or colour
        raise ValueError(text)
    return text


def _yes_or_no(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text.lower()]


def _too_large(limits: Limits) -> TooLarge:
    return TooLarge(f"The file is larger than {limits.picture_bytes // 1_000_000} MB.")


FIELDS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "image": (str, "a picture"),
    "style": (str, "a style's name"),
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
