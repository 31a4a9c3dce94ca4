"""Telegram as a stage, over the emulated Bot API."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, ClassVar

from bots.message import Message, Photo
from bots.telegram import TelegramAdapter
from bots.telegram.outgoing import FILE_BYTES
from tests.bots.conformance.stage import Seen, Stage
from tests.bots.telegram.conftest import QUICK
from tests.emulators.telegram import ALICE, BOB, BOT, GROUP, TelegramEmulator
from tests.emulators.telegram_objects import Json

PEOPLE = {"ada": ALICE, "bob": BOB}
WORDS, PICTURES = ("sendMessage",), ("sendPhoto", "sendDocument")
REFUSALS: Mapping[str, tuple[int, str]] = {
    "refusal": (400, "Bad Request: not enough rights to send photos to the chat"),
    "gone": (403, "Forbidden: bot was blocked by the user"),
}


class TelegramStage(Stage):
    platform = "telegram"
    lacks: ClassVar[Mapping[str, str]] = {
        "whole albums in presses": "an album bears no buttons; a press tells the words below it alone",
    }
    too_large = Photo(bytes(FILE_BYTES + 1))

    async def open(self, exits: AsyncExitStack) -> None:
        self.telegram = await exits.enter_async_context(TelegramEmulator())
        exits.callback(self._check)
        self.secrets = (self.telegram.token,)

    def _check(self) -> None:
        assert self.telegram.violations == []

    def make(self, *, wrong: bool = False) -> TelegramAdapter:
        token = "404:not-this-one" if wrong else self.telegram.token
        return TelegramAdapter(token, api_url=self.telegram.url, pace=QUICK)

    async def say(
        self,
        text: str,
        *pictures: bytes,
        by: str = "ada",
        private: bool = False,
        reply_to: Message | Seen | None = None,
        naming: Sequence[str] = (),
        chatter: bool = False,
    ) -> None:
        chat = None if private else GROUP
        where: dict[str, Any] = {"user": PEOPLE[by], "chat": chat, "naming": [PEOPLE[name] for name in naming]}
        if reply_to:
            where["reply_to"] = self._message(int(reply_to.id))
        words = " ".join([text, *(PEOPLE[name]["first_name"] for name in naming)])
        if len(pictures) > 1:
            self.telegram.album(pictures, words, user=PEOPLE[by], chat=chat)
        elif pictures:
            self.telegram.photo(pictures[0], words, **where)
        else:
            self.telegram.say(words, **where)

    def _message(self, number: int) -> Json:
        return next(message for (_, one), message in self.telegram.world.messages.items() if one == number)

    async def seen(self) -> list[Seen]:
        whispered = [Seen("", text) for text, _ in self.telegram.methods.whispers]
        ours = [one for one in self.telegram.world.messages.values() if one.get("from") == BOT]
        return [self._seen(one) for one in ours] + whispered

    def _seen(self, message: Json) -> Seen:
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        shown = message.get("photo", [{}])[-1] or message.get("animation") or message.get("document") or {}
        return Seen(
            str(message["message_id"]),
            message.get("text") or message.get("caption") or "",
            (self.telegram.world.files[shown["file_id"]][0],) if shown else (),
            tuple(button["callback_data"] for row in rows for button in row),
            str(message.get("reply_to_message", {}).get("message_id", "")),
        )

    async def press(self, seen: Seen, command: str, *, by: str = "ada") -> None:
        assert command in seen.commands
        self.telegram.press(self._message(int(seen.id)), command, user=PEOPLE[by])

    async def knock(self) -> Callable[[], bool]:
        self.telegram.say("/style", chat=GROUP)
        return lambda: not self.telegram.waiting

    async def repeat(self, message: Message) -> None:
        self.telegram.update({"message": self._message(int(message.id))})

    async def drop(self) -> None:
        self.telegram.lose("getUpdates")

    async def accident(self, kind: str, *, pictures: bool = False) -> None:
        for method in PICTURES if pictures else WORDS:
            if kind == "flood":
                self.telegram.refuse(method, 429, "Too Many Requests: retry after 1", retry_after=1)
            elif kind == "cut":
                self.telegram.lose(method)
            else:
                self.telegram.refuse(method, *REFUSALS[kind])

    async def give_avatar(self, name: str, picture: bytes) -> None:
        self.telegram.methods.avatars[PEOPLE[name]["id"]] = picture

    async def give_chat_picture(self, picture: bytes) -> None:
        self.telegram.methods.group_pictures[GROUP["id"]] = picture

    async def appoint(self, name: str) -> None:
        self.telegram.methods.admins.add((GROUP["id"], PEOPLE[name]["id"]))

    def person(self, name: str) -> str:
        return str(PEOPLE[name]["id"])
