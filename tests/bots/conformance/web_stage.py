"""The web chat as a stage: a page without a screen, that keeps what it is sent and says so."""

import asyncio
import secrets
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar

import aiohttp

from bots.adapter import Adapter, Listener
from bots.message import Message
from bots.web import WebAdapter
from tests.bots.conformance.stage import WITHIN_S, Seen, Stage
from tests.bots.web_chat import Chat, Recorder, Visitor, visitor
from tests.program import free_port

ALONE = "everybody is alone with the bot in a room of their own"
KEPT = ("say", "change", "answer", "remove")


class WebStage(Stage):
    platform = "web"
    lacks: ClassVar[Mapping[str, str]] = {
        "group": ALONE,
        "members": ALONE,
        "chat_picture": ALONE,
        "chatter": ALONE,
        "gone": "whoever left may come back for the answer",
        "replies": "a page has pictures and buttons to point at, and no replies",
        "avatar": "nobody has a profile picture there",
        "flood control": "it is our own server",
        "refusal": "it is our own server",
        "upload limit": "it is our own server, which hands out what was made",
        "stated sizes": "pictures lie on our own disk, where their sizes are known",
        "secrets": "the chat is ours, and knows nobody to be turned away by",
        "answers": "words stand below those before them",
    }

    async def open(self, exits: AsyncExitStack) -> None:
        self._folder = Path(exits.enter_context(tempfile.TemporaryDirectory()))
        self._shown: dict[str, Seen] = {}
        self._unanswered: dict[str, dict[str, Any]] = {}
        self._cuts = 0
        self._listening = asyncio.Event()
        self._page: asyncio.Task[None] | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._chat = Chat(self.make(), Recorder(), self.make, port=free_port())
        self._ada: Visitor = await exits.enter_async_context(visitor(self._chat))

    def make(self, *, wrong: bool = False) -> WebAdapter:
        return WebAdapter(spool=self._folder / "uploads")

    async def run(self, adapter: Adapter, listener: Listener) -> None:
        """The server serves this adapter's routes for as long as it runs."""
        assert isinstance(adapter, WebAdapter)
        self._chat.adapter, self._chat.listener = adapter, listener
        try:
            await self._chat.start()
            self._listening.set()
            await asyncio.Event().wait()
        finally:
            self._listening.clear()
            await self._close_page()
            await self._chat.stop()

    async def start(self, adapter: Adapter | None = None) -> None:
        await super().start(adapter)
        await self._listening.wait()
        self._page = asyncio.create_task(self._read())

    async def say(
        self,
        text: str,
        *pictures: bytes,
        by: str = "ada",
        private: bool = False,
        reply_to: Message | Seen | None = None,
        naming: Sequence[str] = (),
        chatter: bool = False,
        pressed: str = "",
    ) -> None:
        refs = [(await self._upload(picture))["ref"] for picture in pictures]
        said = {"type": "message", "id": secrets.token_hex(8), "text": text, "pictures": refs}
        await self._tell(said | ({"pressed": pressed} if pressed else {}))

    async def _upload(self, picture: bytes) -> dict[str, Any]:
        await self._connected()
        _, answer = await self._ada.upload(picture)
        return answer

    async def seen(self) -> list[Seen]:
        return list(self._shown.values())

    async def press(self, seen: Seen, command: str, *, by: str = "ada") -> None:
        assert command in seen.commands
        await self.say(command, pressed=seen.id)

    async def knock(self) -> Callable[[], bool]:
        await self.say("/style")
        return lambda: not self._unanswered

    async def repeat(self, message: Message) -> None:
        refs = [picture.ref for picture in message.pictures]
        await self._tell({"type": "message", "id": message.id, "text": message.text, "pictures": refs})

    async def drop(self) -> None:
        socket = await self._connected()
        await socket.close()

    async def accident(self, kind: str, *, pictures: bool = False) -> None:
        assert (kind, pictures) == ("cut", True)
        self._cuts += 1

    # The page

    async def _tell(self, frame: dict[str, Any]) -> None:
        """As the page does: what was not received is sent again over the next socket."""
        self._unanswered[frame["id"]] = frame
        await (await self._connected()).send_json(frame)

    async def _connected(self) -> aiohttp.ClientWebSocketResponse:
        async with asyncio.timeout(WITHIN_S):
            while self._socket is None or self._socket.closed:
                await asyncio.sleep(0.01)
        return self._socket

    async def _read(self) -> None:
        while True:
            try:
                await self._ada.enter()
                async with self._ada.socket() as socket:
                    for frame in list(self._unanswered.values()):
                        await socket.send_json(frame)
                    self._socket = socket
                    async for item in socket:
                        await self._take(socket, item.json())
            except (aiohttp.ClientError, OSError):
                await asyncio.sleep(0.02)

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]) -> None:
        if frame["type"] == "received":
            self._unanswered.pop(frame["id"], None)
        if frame["type"] not in KEPT:
            return
        if frame["type"] == "answer" and self._cuts:  # it came, and the page is reloaded before it can say so
            self._cuts -= 1
            await socket.close()
        known = frame["key"] in self._shown
        if frame["type"] == "remove":
            self._shown.pop(frame["key"], None)
        elif known if frame["type"] == "change" else not known:
            self._shown[frame["key"]] = await self._drawn(frame)
        if not socket.closed:
            await socket.send_json({"type": "ack", "key": frame["key"], "version": frame["version"]})

    async def _drawn(self, frame: dict[str, Any]) -> Seen:
        commands = tuple(button["command"] for row in frame["buttons"] for button in row)
        if frame["type"] != "answer":
            return Seen(frame["key"], frame["text"], (), commands)
        paths = [f"/chat/answers/{frame['handle']}/{number}" for number in range(len(frame["photos"]))]
        pictures = tuple([(await self._ada.get(path))[1] for path in paths])
        return Seen(frame["key"], frame["caption"], pictures, commands, frame["to"])

    async def _close_page(self) -> None:
        if self._page:
            self._page.cancel()
            await asyncio.gather(self._page, return_exceptions=True)
