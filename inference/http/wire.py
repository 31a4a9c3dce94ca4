"""How events, results, styles and errors look as JSON. Each pair of functions is a round trip.

A progress stream is lines of JSON, each with its ``event``: ``queued`` and ``running`` as they come (an empty line
says that the service still lives), then either ``error``, or ``done`` with the count of the bytes that follow it.
"""

import json
from collections.abc import Mapping
from math import ceil
from typing import Any

from inference import errors
from inference.creation import Creation
from inference.errors import ServiceError
from inference.job import Event, Queued, Result, Running
from inference.service import StyleInfo

STREAM = "application/x-ndjson"
CLIENT = "Atelier-Client"
"""The header by which a program on this machine shows that it is no web page."""
ALIVE_EVERY_S = 15.0
"""How often a silent progress stream sends an empty line, so that a reader can tell waiting from dead."""

ERRORS: Mapping[str, type[ServiceError]] = {
    kind.code: kind
    for kind in (
        errors.InvalidRequest,
        errors.NotAuthorised,
        errors.StyleExists,
        errors.StyleWithdrawn,
        errors.TooLarge,
        errors.TooManyFrames,
        errors.NotAPicture,
        errors.TooSmall,
        errors.InvalidOption,
        errors.ReferenceMissing,
        errors.StyleUnavailable,
        errors.NotReady,
        errors.DeadlinePassed,
        errors.Failed,
    )
}
"""The kinds that carry a message and nothing else, by their code."""

Plain = Mapping[str, Any]


def line(values: Plain) -> bytes:
    """One line of a progress stream."""
    return json.dumps(values, ensure_ascii=False).encode() + b"\n"


def from_event(event: Event) -> Plain:
    if isinstance(event, Running):
        return {"event": "running"}
    return {"event": "queued", "position": event.position, "eta_s": round(event.eta_s, 3)}


def to_event(values: Plain) -> Event:
    if values["event"] == "running":
        return Running()
    return Queued(int(values["position"]), float(values["eta_s"]))


def from_result(result: Result) -> Plain:
    """The ``done`` line: everything of the result but its bytes, and how many these are."""
    names = [name for name in Result.__slots__ if name != "picture"]
    return {"event": "done", "bytes": len(result.picture), **{name: getattr(result, name) for name in names}}


def to_result(values: Plain, picture: bytes) -> Result:
    """A service older than ``frames`` does not send it: what it makes does not move."""
    return Result(picture, **{name: values[name] for name in Result.__slots__ if name in values and name != "picture"})


def from_style(info: StyleInfo) -> Plain:
    return {name: getattr(info, name) for name in StyleInfo.__slots__} | {"title": dict(info.title)}


def to_style(values: Plain) -> StyleInfo:
    """A service older than ``scope`` and ``expires`` does not send them: its styles have neither."""
    given = {name: values[name] for name in StyleInfo.__slots__ if name in values}
    return StyleInfo(**given | {"scope": tuple(given.get("scope", ()))})


def from_creation(creation: Creation) -> Plain:
    """Everything of it but the pictures. A service older than ``better`` would not know it, and need not."""
    names = [name for name in Creation.__slots__ if name != "pictures" and (name != "better" or creation.better)]
    return {name: getattr(creation, name) for name in names} | {"title": dict(creation.title)}


def to_creation(values: Plain, pictures: tuple[bytes, ...]) -> Creation:
    """Raises TypeError, KeyError: a value is missing, unknown or of another kind."""
    rest = dict(values)
    title, scope, better = rest.pop("title"), rest.pop("scope"), rest.pop("better", False)
    if not isinstance(title, dict) or not isinstance(scope, list) or not isinstance(better, bool):
        raise TypeError
    if not all(isinstance(text, str) for text in (*title.values(), *scope, *rest.values())):
        raise TypeError
    return Creation(pictures=pictures, title=title, scope=tuple(scope), better=better, **rest)


def from_error(error: ServiceError) -> Plain:
    """The body of an error answer; ``details`` are the attributes that some kinds carry."""
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    if isinstance(error, errors.UnknownStyle):
        body |= {"style": error.style, "suggestion": error.suggestion}
    if isinstance(error, errors.UnknownWords):
        body |= {"known": list(error.known)}
    if isinstance(error, errors.Busy):
        body |= {"retry_after_s": round(error.retry_after_s, 3)}
    if isinstance(error, errors.BadReference) and error.place:
        body |= {"place": error.place}
    return {"error": body}


def to_error(values: Plain) -> ServiceError:
    """The same kind of error with the same attributes. An unknown code, from a newer service, is a Failed."""
    body = values["error"]
    match body["code"]:
        case errors.UnknownStyle.code:
            return errors.UnknownStyle(body["style"], body["suggestion"])
        case errors.UnknownWords.code:
            return errors.UnknownWords(tuple(map(str, body["known"])))
        case errors.Busy.code:
            return errors.Busy(float(body["retry_after_s"]))
        case errors.BadReference.code:
            return errors.BadReference(str(body["message"]), int(body.get("place", 0)))
        case code:
            return ERRORS.get(code, errors.Failed)(str(body["message"]))


def error_headers(error: ServiceError) -> dict[str, str]:
    if isinstance(error, errors.Busy):
        return {"Retry-After": str(max(1, ceil(error.retry_after_s)))}
    return {"WWW-Authenticate": "Bearer"} if isinstance(error, errors.NotAuthorised) else {}


def result_headers(result: Result) -> dict[str, str]:
    return {
        "Atelier-Waited-S": f"{result.waited_s:.3f}",
        "Atelier-Ran-S": f"{result.ran_s:.3f}",
        "Atelier-Batch-Size": str(result.batch_size),
        "Atelier-Style-Version": result.style_version,
        "Atelier-Frames": str(result.frames),
    }
