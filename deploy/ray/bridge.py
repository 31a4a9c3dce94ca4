"""An ASGI application that is our own aiohttp one: what comes in goes over a socket of this process, unread.

Ray Serve speaks ASGI to its applications. Ours keeps its one HTTP face, so that forms, errors, progress and
cancellation are the very same on one machine and on many.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import aiohttp
from aiohttp import web
from starlette.types import Receive, Scope, Send
from yarl import URL

from inference.errors import NotAuthorised
from inference.http import wire

HOP_BY_HOP = {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
"""Headers of one connection, which say nothing about the next."""
SERVERS_TO_SAY = {b"date", b"server"}
OURS_TO_SAY = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""What aiohttp's client would add where the caller said nothing."""
OPEN_S = 30.0

Opener = Callable[[], AbstractAsyncContextManager[web.Application]]


class Bridge:
    """``opener`` opens the application when the ASGI server starts us, and closes it when that stops.

    Without ``guarded``, which is to say without a token, callers from beyond this machine are refused, wherever the
    server listens.
    """

    def __init__(self, opener: Opener, *, guarded: bool) -> None:
        self._opener, self._guarded = opener, guarded
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the life-time of the server. Raises ValueError for what is neither."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        else:
            raise ValueError(f"there is no {scope['type']} here")

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as open_:
            self._session = await open_.enter_async_context(_served(self._opener))
            await send({"type": "lifespan.startup.complete"})
            await receive()
            self._session = None
        await send({"type": "lifespan.shutdown.complete"})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, until it is answered or the caller has gone."""
        if not (self._guarded or _from_here(scope)):
            await _refuse(send)
            return
        read = asyncio.Event()
        passing = asyncio.ensure_future(self._pass(scope, _body(receive, read), send))
        leaving = asyncio.ensure_future(_left(receive, read))
        try:
            await asyncio.wait({passing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            left = not passing.done()
            passing.cancel()  # which closes the connection, and so cancels the job
            leaving.cancel()
            await asyncio.gather(passing, leaving, return_exceptions=True)
        if not left:
            passing.result()

    async def _pass(self, scope: Scope, body: AsyncIterator[bytes], send: Send) -> None:
        if self._session is None:
            raise RuntimeError("the bridge is not open")
        headers = [(name.decode("latin-1"), _text(value)) for name, value in _lasting(scope["headers"])]
        async with self._session.request(
            scope["method"],
            _url(scope),
            headers=headers,
            data=body if _has_body(scope) else None,
            skip_auto_headers=OURS_TO_SAY,
            allow_redirects=False,
        ) as answer:
            await send(
                {
                    "type": "http.response.start",
                    "status": answer.status,
                    "headers": [each for each in _lasting(answer.raw_headers) if each[0].lower() not in SERVERS_TO_SAY],
                }
            )
            async for chunk in answer.content.iter_any():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


@asynccontextmanager
async def _served(opener: Opener) -> AsyncIterator[aiohttp.ClientSession]:
    """The application behind a socket that only this user may open, and a session that speaks to it."""
    with tempfile.TemporaryDirectory(prefix="atelier-") as folder:
        path = str(Path(folder) / "face")
        async with opener() as app:
            runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
            await runner.setup()
            try:
                await web.UnixSite(runner, path).start()
                async with aiohttp.ClientSession(
                    connector=aiohttp.UnixConnector(path, limit=0),  # every waiting job holds one
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=OPEN_S),
                    auto_decompress=False,
                    cookie_jar=aiohttp.DummyCookieJar(),
                ) as session:
                    yield session
            finally:
                await runner.cleanup()


async def _body(receive: Receive, read: asyncio.Event) -> AsyncIterator[bytes]:
    """The request's body; ``read`` is set once there is no more of it."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            read.set()
            raise ConnectionResetError("the caller has gone")
        more = message.get("more_body", False)
        if not more:
            read.set()
        if chunk := message.get("body", b""):
            yield chunk


async def _left(receive: Receive, read: asyncio.Event) -> None:
    """Return once the caller has gone."""
    await read.wait()
    while (await receive())["type"] != "http.disconnect":
        pass


def _url(scope: Scope) -> URL:
    """The path below the route that Ray mounted us at, exactly as it was written."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = raw.partition(b"?")[0].removeprefix(scope.get("root_path", "").encode()) or b"/"
    return URL.build(
        scheme="http",
        host="face",
        path=path.decode("latin-1"),
        query_string=scope.get("query_string", b"").decode("latin-1"),
        encoded=True,
    )


def _has_body(scope: Scope) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def _lasting(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    return ((name, value) for name, value in headers if name.lower() not in HOP_BY_HOP)


def _text(value: bytes) -> str:
    return value.decode(errors="replace")  # a header that is no text stays wrong, whatever it is compared with


def _from_here(scope: Scope) -> bool:
    try:
        return ip_address((scope.get("client") or ("",))[0]).is_loopback
    except ValueError:
        return False


async def _refuse(send: Send) -> None:
    error = NotAuthorised("Without a token, only programs on this machine are served.")
    headers = {"content-type": "application/json", **wire.error_headers(error)}
    start = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": error.status, "headers": start})
    await send({"type": "http.response.body", "body": wire.line(wire.from_error(error))})
