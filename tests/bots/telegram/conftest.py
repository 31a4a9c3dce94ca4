"""A bot on an emulated Telegram, with a listener that remembers what it heard."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from PIL import Image

from bots.adapter import Listener, SendFailed
from bots.message import Message, Photo
from bots.telegram import Pace, TelegramAdapter, Webhook
from inference.errors import UnknownStyle
from tests.emulators.telegram import TelegramEmulator

QUICK = Pace(
    per_chat=(100, 1.0),
    per_group=(100, 1.0),
    overall=(200, 1.0),
    album_quiet_s=0.06,
    spinner_s=1.0,
    poll_s=5,
    connect_s=2.0,
    read_s=5.0,
    upload_s=5.0,
    first_retry_s=0.01,
    last_retry_s=0.05,
)


class Recorder:
    """A listener. ``fails`` says how many times it breaks before it records; ``hold`` stops it for some chats."""

    def __init__(self) -> None:
        self.moves: list[tuple[str, str, str]] = []
        self.heard: list[Message] = []
        self.previews: dict[str, bytes] = {}
        self.fails = 0
        self.tried = 0
        self.hold: set[str] = set()
        self.changed = asyncio.Event()

    async def receive(self, message: Message) -> None:
        self.tried += 1
        self.changed.set()
        if message.chat in self.hold:
            await asyncio.Event().wait()
        if self.fails:
            self.fails -= 1
            raise OSError("no space left on device")
        self.heard.append(message)
        self.changed.set()

    async def moved(self, platform: str, chat: str, to: str) -> None:
        self.moves.append((platform, chat, to))
        self.changed.set()

    async def preview(self, style: str) -> bytes:
        if style not in self.previews:
            raise UnknownStyle(style)
        return self.previews[style]

    async def suggest(self, beginning: str, language: str, place: str = "") -> tuple[tuple[str, str], ...]:
        titled = ((style, style.title()) for style in self.previews)
        return tuple((style, f"{title} ({language})") for style, title in titled if style.startswith(beginning))

    async def hears(self, count: int = 1) -> list[Message]:
        await self.until(lambda: len(self.heard) >= count)
        return self.heard

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def running(
    telegram: TelegramEmulator,
    listener: Listener,
    *,
    pace: Pace = QUICK,
    webhook: Webhook | None = None,
    staging_chat: int | None = None,
) -> AsyncIterator[TelegramAdapter]:
    """An adapter at work; leaving the block cuts it off in the middle of whatever it does."""
    adapter = TelegramAdapter(
        telegram.token, api_url=telegram.url, pace=pace, webhook=webhook, staging_chat=staging_chat
    )
    task = asyncio.create_task(adapter.run(listener))
    try:
        yield adapter
    finally:
        await stop(task)


async def stop(running: "asyncio.Task[None]") -> None:
    """Cut an adapter off; it may have ended by itself."""
    running.cancel()
    with suppress(asyncio.CancelledError, SendFailed):
        await running


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """Fails its test when an exchange breaks the Bot API's specification (where that is at hand)."""
    async with TelegramEmulator() as emulator:
        yield emulator
    assert emulator.violations == []


@pytest.fixture
def listener() -> Recorder:
    return Recorder()


@pytest.fixture
async def bot(telegram: TelegramEmulator, listener: Recorder) -> AsyncIterator[TelegramAdapter]:
    async with running(telegram, listener) as adapter:
        yield adapter


def picture(width: int = 64, height: int = 48, kind: str = "JPEG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (width % 256, height % 256, 90)).save(buffer, kind)
    return buffer.getvalue()


def photo(width: int = 64, height: int = 48, name: str = "ukiyoe.jpg") -> Photo:
    return Photo(picture(width, height), "image/jpeg", name, width, height)
