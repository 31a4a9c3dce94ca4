"""Discord's gateway: one zlib stream of events, heartbeats, resuming after a drop."""

import asyncio
import contextlib
import json
import secrets
import zlib
from typing import Any

from aiohttp import WSMsgType, web

from tests.emulators.discord_objects import JSON, User, guild

HEARTBEAT_MS = 30_000


class _Stream:
    """One connection. Compressed as one zlib stream that is flushed after every event, if the client asks for that."""

    def __init__(self, socket: web.WebSocketResponse, *, compressed: bool) -> None:
        self.socket = socket
        self._compressor = zlib.compressobj() if compressed else None

    async def send(self, payload: JSON) -> None:
        text = json.dumps(payload)
        if self._compressor is None:
            await self.socket.send_str(text)
        else:
            data = self._compressor.compress(text.encode()) + self._compressor.flush(zlib.Z_SYNC_FLUSH)
            await self.socket.send_bytes(data)


class Gateway:
    """Delivers events to the connected bot; keeps them for a bot that resumes."""

    def __init__(self, token: str, bot: User, guild_id: int, channel_id: int) -> None:
        self.token = token
        self.sessions = 0
        self.resumed = 0
        self.heartbeats = 0
        self.compressed = False
        self.intents = 0
        self.icon: str | None = None
        self.ready = asyncio.Event()
        self._bot = bot
        self._guild, self._channel = guild_id, channel_id
        self._session = ""
        self._events: list[JSON] = []
        self._stream: _Stream | None = None
        self._url = ""

    def at(self, url: str) -> None:
        self._url = url

    async def event(self, name: str, data: JSON) -> None:
        """Tell the bot; if it is away, it hears of it when it resumes."""
        payload = {"op": 0, "t": name, "s": len(self._events) + 1, "d": data}
        self._events.append(payload)
        if self._stream is not None and not self._stream.socket.closed:
            with contextlib.suppress(ConnectionError):
                await self._stream.send(payload)

    def last(self, name: str) -> JSON:
        """What was told last under this name."""
        found: JSON = next(payload["d"] for payload in reversed(self._events) if payload["t"] == name)
        return found

    async def drop(self, code: int = 4000) -> None:
        """Close the connection as Discord does now and then."""
        if self._stream is not None:
            self.ready.clear()
            await self._stream.socket.close(code=code)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.compressed = request.query.get("compress") == "zlib-stream"
        stream = _Stream(socket, compressed=self.compressed)
        await stream.send({"op": 10, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._received(stream, json.loads(message.data))
        return socket

    async def _received(self, stream: _Stream, payload: JSON) -> None:
        match payload["op"]:
            case 1:
                self.heartbeats += 1
                await stream.send({"op": 11})
            case 2:
                await self._identify(stream, payload["d"])
            case 6:
                await self._resume(stream, payload["d"])

    async def _identify(self, stream: _Stream, data: JSON) -> None:
        if data["token"] != self.token:
            await stream.socket.close(code=4004)
            return
        self.sessions, self.intents = self.sessions + 1, data["intents"]
        self._session, self._events, self._stream = secrets.token_hex(8), [], stream
        await self.event("READY", self._ready())
        await self.event("GUILD_CREATE", guild(self._guild, self._channel, self._bot, self.icon))
        self.ready.set()

    async def _resume(self, stream: _Stream, data: JSON) -> None:
        if data["session_id"] != self._session or data["token"] != self.token:
            await stream.send({"op": 9, "d": False})
            return
        self.resumed, self._stream = self.resumed + 1, stream
        for payload in self._events[data["seq"] :]:
            await stream.send(payload)
        await self.event("RESUMED", {})
        self.ready.set()

    def _ready(self) -> dict[str, Any]:
        return {
            "v": 10, "user": self._bot.json, "session_id": self._session, "resume_gateway_url": self._url,
            "guilds": [{"id": str(self._guild), "unavailable": True}],
            "application": {"id": str(self._bot.id), "flags": 0},
        }  # fmt: skip
