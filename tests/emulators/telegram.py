"""A Bot API server in small: enough of Telegram to talk with a bot over a real socket, in this process or another.

    async with TelegramEmulator() as telegram:
        start_the_bot(api_url=telegram.url, token=telegram.token)
        photo = telegram.photo(jpeg, caption="/style ukiyoe")
        answer = await telegram.answer()
        assert answer.files and answer.replies_to == photo["message_id"]

It keeps updates until a later one is asked for, calls webhooks one update per chat at a time, refuses what Telegram
refuses, and can be told to fail. Every exchange is checked against the machine-readable Bot API where it is given; what
was found is in ``violations``.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.emulators.telegram_objects import (
    ALICE,
    BOB,
    BOT,
    FORUM,
    GROUP,
    Call,
    Json,
    Refusal,
    Sent,
    captioned,
    entities,
)
from tests.emulators.telegram_server import SPEC, TOKEN, TelegramServer

__all__ = ["ALICE", "BOB", "BOT", "FORUM", "GROUP", "SPEC", "TOKEN", "Call", "Refusal", "Sent", "TelegramEmulator"]


class TelegramEmulator(TelegramServer):
    """The server, with people who use it and eyes that see what the bot does."""

    def __init__(self, token: str = TOKEN, *, port: int = 0, spec: Path = SPEC, webhook_retry_s: float = 0.05) -> None:
        super().__init__(token, port=port, spec=spec, webhook_retry_s=webhook_retry_s)
        self._read = 0

    def say(self, text: str, *, naming: Sequence[Json] = (), **where: Any) -> Json:
        """``naming`` are people whose first names in the text are links to them, as of those without a @name."""
        return self.post({"text": text} | entities("entities", text, naming), **where)

    def photo(self, picture: bytes, caption: str | None = None, *, naming: Sequence[Json] = (), **where: Any) -> Json:
        return self.post({"photo": self.world.photo_sizes(picture)} | captioned(caption, naming), **where)

    def document(
        self,
        content: bytes,
        name: str = "photo.png",
        mime: str = "image/png",
        caption: str | None = None,
        size: int | None = None,
        **where: Any,
    ) -> Json:
        document = self.world.file(content, size) | {"file_name": name, "mime_type": mime}
        return self.post({"document": document} | captioned(caption), **where)

    def sticker(self, content: bytes, *, kind: str = "webp", thumbnail: bytes | None = None, **where: Any) -> Json:
        """A static sticker, or a moving one: a "webm" or a "tgs"."""
        sticker = self.world.file(content) | {"type": "regular", "width": 512, "height": 512}
        sticker |= {"is_animated": kind == "tgs", "is_video": kind == "webm"}
        if thumbnail:
            sticker["thumbnail"] = self.world.photo_sizes(thumbnail)[0]
        return self.post({"sticker": sticker}, **where)

    def animation(self, mp4: bytes, thumbnail: bytes, caption: str | None = None, **where: Any) -> Json:
        """What people call a GIF: Telegram makes an MP4 of it."""
        file = self.world.file(mp4) | {"file_name": "cat.mp4", "mime_type": "video/mp4"}
        file["thumbnail"] = self.world.photo_sizes(thumbnail)[1]
        animation = file | {"width": 320, "height": 240, "duration": 2}
        return self.post({"animation": animation, "document": file} | captioned(caption), **where)

    def album(
        self, pictures: Sequence[bytes], caption: str | None = None, *, captioned_item: int = 0, **where: Any
    ) -> list[Json]:
        """Photos sent together: one update each, the caption on one of them."""
        group = str(10**16 + self.world.number())
        return [
            self.post(self._album_item(picture, group) | (captioned(caption) if n == captioned_item else {}), **where)
            for n, picture in enumerate(pictures)
        ]

    def _album_item(self, picture: bytes, group: str) -> Json:
        return {"media_group_id": group, "photo": self.world.photo_sizes(picture)}

    def migrate(self, group: Json, to: Json, *, told: bool = True) -> None:
        """A group becomes a supergroup; ``told`` in both of them, as Telegram does."""
        self.moved[group["id"]] = to["id"]
        if told:
            self.post({"migrate_to_chat_id": to["id"]}, chat=group)
            self.post({"migrate_from_chat_id": group["id"]}, chat=to)

    def post(
        self,
        content: Json,
        *,
        user: Json | None = ALICE,
        chat: Json | None = None,
        reply_to: Json | None = None,
        thread: int | None = None,
        kind: str = "message",
    ) -> Json:
        """Anything that a person (or a channel: ``user=None``) posts."""
        person = user or ALICE
        chat = chat or {"id": person["id"], "type": "private", "first_name": person["first_name"]}
        sender = {"from": user} if user else {}
        message = self.world.message(chat, sender | content, reply_to["message_id"] if reply_to else None, thread)
        self.update({kind: message})
        return message

    def press(self, message: Json, data: str, *, user: Json = ALICE, forgotten: bool = False) -> str:
        """Press a button under a message. One that is ``forgotten`` is too old for the server to show."""
        number = str(10**17 + self.world.number())
        shown = {"chat": message["chat"], "message_id": message["message_id"], "date": 0} if forgotten else message
        query = {"id": number, "from": user, "chat_instance": "1", "data": data, "message": shown}
        self.methods.presses.add(number)
        self.update({"callback_query": query})
        return number

    def ask_inline(self, words: str, *, user: Json = ALICE) -> None:
        """Somebody types the bot's name and these words in any chat."""
        number = str(10**17 + self.world.number())
        self.update({"inline_query": {"id": number, "from": user, "query": words, "offset": ""}})

    @property
    def sent(self) -> list[Sent]:
        return self.methods.sent

    async def answer(self, method: str | None = None, timeout_s: float = 10.0) -> Sent:
        """The next thing the bot sent that was not asked for before; with ``method``, others are passed over."""
        async with asyncio.timeout(timeout_s):
            while True:
                while self._read < len(self.sent):
                    sent = self.sent[self._read]
                    self._read += 1
                    if method in (None, sent.method):
                        return sent
                await self._change()

    async def until(self, holds: Callable[[], bool], timeout_s: float = 10.0) -> None:
        """Wait for a condition on this emulator's state."""
        async with asyncio.timeout(timeout_s):
            while not holds():
                await self._change()
