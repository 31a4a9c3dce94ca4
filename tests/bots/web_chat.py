"""A web chat to test against: the real adapter on a real socket, and a listener that remembers what it was told."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from PIL import Image, ImageOps

from bots.adapter import Listener, SendFailed
from bots.message import Answer, Button, Message, Photo, Text
from bots.web import WebAdapter

STYLES = (("ukiyoe", "Ukiyo-e"), ("starry-night", "Starry night"), ("anime", "Anime"))


class Recorder:
    """A listener that records each message once, as a ledger does. ``broken`` makes recording fail."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.moves: list[tuple[str, str, str]] = []
        self.deliveries = 0
        self.broken = False

    async def receive(self, message: Message) -> None:
        if self.broken:
            raise OSError("no space left on device")
        self.deliveries += 1
        if message.id not in {known.id for known in self.messages}:
            self.messages.append(message)
            self.recorded(message)

    async def moved(self, platform: str, chat: str, to: str) -> None:
        self.moves.append((platform, chat, to))

    async def preview(self, style: str) -> bytes:
        return b"a preview of " + style.encode()

    async def suggest(self, beginning: str, language: str, place: str = "") -> tuple[tuple[str, str], ...]:
        return tuple(style for style in STYLES if style[0].startswith(beginning.lower()))

    def recorded(self, message: Message) -> None:
        """What follows from a message; nothing here."""


class Painter(Recorder):
    """Answers a picture with its negative, words with the same words, and ``/theme`` with a picture.

    While clear, ``gate`` holds answers back.
    """

    def __init__(self) -> None:
        super().__init__()
        self.adapter: WebAdapter | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.delivered: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def recorded(self, message: Message) -> None:
        self.follow(self._answer(message))

    def follow(self, answering: Coroutine[Any, Any, None]) -> None:
        """Answer beside what else goes on, until ``close``."""
        task = asyncio.create_task(answering)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _answer(self, message: Message) -> None:
        if self.adapter is None:
            raise RuntimeError("the painter has no adapter to answer by")
        if message.text.startswith(("/theme", "/again")):
            button = Button("In a style", "/again key ukiyoe")
            await self.adapter.show(message.address, replace(answer(IMAGINED), buttons=((button,),)), message.id)
            return
        if not message.pictures:
            buttons = ((Button("Ukiyo-e", "/style ukiyoe"), Button("Anime", "/style anime")),)
            await self.adapter.say(message.address, Text(f"You said: {message.text}", buttons))
            return
        await self.adapter.busy(message.address)
        sent = await self.adapter.say(message.address, Text("2nd in line, about 4 s"))
        await self.gate.wait()
        await self.adapter.change(message.address, sent, Text("1st in line, about 2 s"))
        negatives = [await asyncio.to_thread(negative, await self.adapter.fetch(one)) for one in message.pictures]
        await self.adapter.remove(message.address, sent)
        with contextlib.suppress(SendFailed):
            await self.adapter.show(message.address, answer(*negatives), message.id)
            self.delivered.append(message.id)


def answer(*pictures: bytes) -> Answer:
    photos = tuple(Photo(picture, "image/jpeg", "ukiyoe.jpg") for picture in pictures)
    return Answer(photos, "Ukiyo-e · made with AI", ((Button("Stronger", "/style ukiyoe 90%"),),))


def negative(picture: bytes) -> bytes:
    photo = ImageOps.exif_transpose(Image.open(io.BytesIO(picture)))
    return jpeg(ImageOps.invert(photo.convert("RGB")))


def jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=92)
    return file.getvalue()


IMAGINED = jpeg(Image.new("RGB", (240, 160), "teal"))


@dataclass
class Visitor:
    """A browser without a screen: one cookie jar."""

    url: str
    http: aiohttp.ClientSession
    origin: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Origin": self.origin or self.url, **self.headers}

    async def enter(self, token: str | None = None) -> int:
        body = {} if token is None else {"token": token}
        async with self.http.post(f"{self.url}/chat/session", json=body, headers=self._headers) as response:
            return response.status

    async def upload(self, picture: Any) -> tuple[int, dict[str, Any]]:
        """Status and JSON. ``picture`` is bytes or an async iterator of them."""
        body = io.BytesIO(picture) if isinstance(picture, bytes) else picture
        async with self.http.post(f"{self.url}/chat/pictures", data=body, headers=self._headers) as response:
            is_json = response.content_type == "application/json"
            return response.status, await response.json() if is_json else {}

    async def get(self, path: str) -> tuple[int, bytes]:
        async with self.http.get(f"{self.url}{path}", headers=self.headers) as response:
            return response.status, await response.read()

    @contextlib.asynccontextmanager
    async def socket(self, language: str = "en") -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        address = f"{self.url}/chat/socket?language={language}"
        async with self.http.ws_connect(address, headers=self._headers) as socket:
            yield socket


async def hear(socket: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next frame of this type; others are passed over."""
    while True:
        frame: dict[str, Any] = await socket.receive_json(timeout=5)
        if frame["type"] == kind:
            return frame


async def acknowledge(socket: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]) -> None:
    await socket.send_json({"type": "ack", "key": frame["key"], "version": frame["version"]})


@dataclass
class Chat:
    """A running web chat. ``restart`` ends it and starts a new one at the same port, with the same spool."""

    adapter: WebAdapter
    listener: Listener
    make: Callable[[], WebAdapter]
    port: int = 0
    _runner: web.AppRunner | None = None
    _task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        app = web.Application()
        app.add_routes(self.adapter.routes())
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._task = asyncio.create_task(self.adapter.run(self.listener))
        await asyncio.sleep(0)
        if isinstance(self.listener, Painter):
            self.listener.adapter = self.adapter

    async def stop_listening(self) -> None:
        """End the adapter's run; the HTTP server stays."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def stop(self) -> None:
        await self.stop_listening()
        if self._runner is not None:
            await self._runner.cleanup()

    async def restart(self) -> None:
        await self.stop()
        self.adapter = self.make()
        await self.start()


@contextlib.asynccontextmanager
async def open_chat(folder: Path, listener: Recorder, **options: Any) -> AsyncIterator[Chat]:
    def make() -> WebAdapter:
        return WebAdapter(spool=folder / "uploads", **options)

    chat = Chat(make(), listener, make)
    await chat.start()
    try:
        yield chat
    finally:
        if isinstance(listener, Painter):
            await listener.close()
        await chat.stop()


@contextlib.asynccontextmanager
async def visitor(chat: Chat, **options: Any) -> AsyncIterator[Visitor]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Visitor(chat.url, http, **options)
