"""Requests, answers and accidents of the Discord emulator, and the interactions they are about."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.emulators.discord_objects import Sent, User, snowflake

GUILD_UPLOAD_LIMIT = 10 * 2**20
"""Bytes per file."""


class Refusal(Exception):
    """An error of Discord's own: HTTP status and its code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.body = status, {"code": code, "message": message}


@dataclass
class Asked:
    """An interaction, and what became of it. ``kind`` is Discord's number: 2 command, 3 component, 4 autocomplete.

    ``bears`` is the message that bears the component, ``original`` the new message that the interaction got.
    """

    kind: int
    user: User
    channel: int
    private: bool = False
    user_installed: bool = False
    limit: int = GUILD_UPLOAD_LIMIT
    id: int = field(default_factory=snowflake)
    token: str = ""
    asked_at: float = field(default_factory=time.monotonic)
    response: int | None = None
    waited_s: float = 0.0
    expired: bool = False
    original: Sent | None = None
    bears: Sent | None = None
    follow_ups: list[Sent] = field(default_factory=list)
    choices: list[tuple[str, str]] | None = None


@dataclass
class Call:
    """One request of the bot."""

    method: str
    path: str
    query: dict[str, str]
    media_type: str
    body: Any = None
    files: list[tuple[str, bytes]] = field(default_factory=list)


@dataclass
class Accident:
    """What goes wrong with the next ``times`` requests that match ``pattern``.

    ``kind``: flood (429), error (500), refused (403), blocked (403: the person takes nothing from the bot), left (404:
    the channel is gone), lost (the connection breaks before the request arrives), cut (it breaks after the request was
    carried out).
    """

    kind: str
    pattern: str
    times: int
    retry_after_s: float = 0.1


def mishap(accident: Accident) -> tuple[int, Any]:
    match accident.kind:
        case "flood":
            flood = {"message": "You are being rate limited.", "code": 0, "global": False}
            return 429, {**flood, "retry_after": accident.retry_after_s}
        case "refused":
            return 403, {"message": "Missing Permissions", "code": 50013}
        case "blocked":
            return 403, {"message": "Cannot send messages to this user", "code": 50007}
        case "left":
            return 404, {"message": "Unknown Channel", "code": 10003}
        case _:
            return 500, {"message": "Internal Server Error", "code": 0}


async def read(request: web.Request, path: str) -> Call:
    call = Call(request.method, path, dict(request.query), request.content_type)
    if request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            if part.name == "payload_json":
                call.body = json.loads(await part.text())
            else:
                call.files.append((part.filename or "", bytes(await part.read())))
    elif text := await request.text():
        call.body = json.loads(text)
    return call


def reply(status: int, body: Any) -> web.Response:
    headers = {"Via": "1.1 emulator"}  # without it a 429 counts as a ban
    if body is None:
        return web.Response(status=status, headers=headers)
    headers["Content-Type"] = "application/json"  # exactly: with a charset the library takes the body for text
    return web.Response(status=status, body=json.dumps(body).encode(), headers=headers)


def cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
