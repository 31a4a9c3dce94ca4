"""The HTTP face of the web chat: the page and its files, the session, uploads, results, and the socket."""

import asyncio
import json
from pathlib import Path

from aiohttp import WSCloseCode, web

from bots.adapter import Listener
from bots.web.frames import FRAME_BYTES
from bots.web.guard import Guard
from bots.web.rooms import Rooms, Visit
from bots.web.serving import file, headers, sealed
from bots.web.spool import LIMIT_BYTES, Spool, SpoolFull
from bots.web.talk import Talk, language_of
from inference.errors import TooLarge

_STATIC = Path(__file__).parent / "static"
_UPLOAD_S = 300.0
_VISITS = 500
_CLOSE_S = 2.0  # how long a page may take to answer a farewell
_HEADERS = headers("img-src 'self' blob:; media-src blob:; form-action 'none'", "no-referrer")


class Site:
    """``listener`` is set while the adapter runs; before and after, the socket answers 503 and the page tries again."""

    def __init__(self, guard: Guard, rooms: Rooms, spool: Spool) -> None:
        self.listener: Listener | None = None
        self._guard = guard
        self._rooms = rooms
        self._spool = spool

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", sealed(self.page, _HEADERS)),
            web.get("/chat/static/{name}", sealed(self.static, _HEADERS)),
            web.post("/chat/session", sealed(self.session, _HEADERS)),
            web.post("/chat/pictures", sealed(self.upload, _HEADERS)),
            web.get("/chat/answers/{handle}/{index:[0-9]{1,2}}", sealed(self.answer, _HEADERS)),
            web.get("/chat/socket", self.socket),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        self._guard.check_host(request)
        return file(_STATIC, "index.html")

    async def static(self, request: web.Request) -> web.StreamResponse:
        self._guard.check_host(request)
        return file(_STATIC, request.match_info["name"])

    async def session(self, request: web.Request) -> web.StreamResponse:
        """``{"token": …}`` or ``{}`` in; a session cookie out."""
        self._guard.check_origin(request)
        return self._guard.admit(request, await _token(request))

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """A picture's bytes in; ``{"ref", "bytes"}`` out. The bytes are not looked at here."""
        self._guard.check_origin(request)
        person = self._guard.person(request)
        if (request.content_length or 0) > LIMIT_BYTES:
            return _refusal(413, "too_large", f"A picture may have at most {LIMIT_BYTES >> 20} MB.")
        try:
            async with asyncio.timeout(_UPLOAD_S):
                ref, byte_count = await self._spool.put(person, request.content.iter_any())
        except TooLarge as error:
            return _refusal(error.status, error.code, error.message)
        except SpoolFull:
            return _refusal(503, "not_ready", "Too many pictures have been sent; try again in a few minutes.")
        except TimeoutError:
            return _refusal(408, "too_slow", "The picture took too long to arrive.")
        return web.json_response({"ref": ref, "bytes": byte_count}, status=201)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """A result, for the one session that it is meant for, until its page has acknowledged it."""
        self._guard.check_host(request)
        room = self._rooms.find(self._guard.person(request))
        photo = room and room.photo(request.match_info["handle"], int(request.match_info["index"]))
        if not photo:
            raise web.HTTPNotFound(text="This picture was delivered, or is not yours.\n")
        return web.Response(body=photo.picture, content_type=photo.media_type, headers={"Cache-Control": "no-store"})

    async def socket(self, request: web.Request) -> web.StreamResponse:
        self._guard.check_origin(request)
        person = self._guard.person(request)
        if self.listener is None or self._rooms.visits >= _VISITS:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "2"}, text="Not ready; try again soon.\n")
        socket = web.WebSocketResponse(heartbeat=25, timeout=_CLOSE_S, max_msg_size=FRAME_BYTES, compress=False)
        await socket.prepare(request)
        if self.listener is None:  # we began to stop meanwhile, and nobody else would close it
            await socket.close(code=WSCloseCode.SERVICE_RESTART)
            return socket
        visit = Visit(socket)
        talk = Talk(person, language_of(request.query.get("language", "")), self.listener, self._spool, visit)
        room = self._rooms.enter(person, visit)
        try:
            await talk.run(room)
        finally:
            self._rooms.leave(person, visit)
        return socket


async def _token(request: web.Request) -> str | None:
    body = await request.content.read(1025)
    try:
        token = json.loads(body).get("token")
    except (ValueError, RecursionError, AttributeError):
        raise web.HTTPBadRequest(text="This is not a JSON object.\n") from None
    if len(body) > 1024 or not isinstance(token, str | None):
        raise web.HTTPBadRequest(text="This is not a token.\n")
    return token


def _refusal(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status)
