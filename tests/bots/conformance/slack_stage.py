"""Slack as a stage, over the emulator of it."""

import html
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import ClassVar

from bots.message import Message, Photo
from bots.slack import SlackAdapter
from tests.bots.conformance.stage import Seen, Stage
from tests.emulators.slack import SlackEmulator
from tests.emulators.slack_objects import BOT, CHANNEL, PRIVATE, Posted

UPLOAD_BYTES = 2**20
IDS = {"ada": "UADA", "bob": "UBOB"}
ACCIDENTS = {"flood": "flood", "refusal": "refused", "gone": "gone", "cut": "cut"}


class SlackStage(Stage):
    platform = "slack"
    lacks: ClassVar[Mapping[str, str]] = {"chat_picture": "channels have no picture of their own"}
    too_large = Photo(bytes(UPLOAD_BYTES + 1))

    async def open(self, exits: AsyncExitStack) -> None:
        self.slack = await exits.enter_async_context(SlackEmulator())
        exits.callback(self._check)
        self.slack.upload_limit = UPLOAD_BYTES
        self.secrets = (self.slack.token, self.slack.app_token)

    def _check(self) -> None:
        assert self.slack.violations == []

    def make(self, *, wrong: bool = False) -> SlackAdapter:
        token = "xoxb-not-this-one" if wrong else self.slack.token
        return SlackAdapter(token, self.slack.app_token, api_url=self.slack.api_url, ping_s=0.2)

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
        names = " ".join(f"<@{IDS[name]}>" for name in naming)
        called = "" if private or chatter else f"<@{BOT}> "
        thread = self._root(reply_to) if reply_to else ""
        channel = PRIVATE if private else CHANNEL
        await self.slack.post(f"{called}{text} {names}".strip(), pictures, user=IDS[by], channel=channel, thread=thread)

    def _root(self, about: Message | Seen) -> str:
        """A reply stands in the thread that the message began, or is part of."""
        return self.slack.posted(about.id).thread or about.id

    async def seen(self) -> list[Seen]:
        return [self._seen(one) for one in self.slack.ours]

    def _seen(self, one: Posted) -> Seen:
        pictures = tuple(self.slack.files[file][1] for file in one.files)
        return Seen(one.ts, html.unescape(one.text), pictures, one.commands, one.thread)

    async def press(self, seen: Seen, command: str, *, by: str = "ada") -> None:
        await self.slack.press(seen.id, command, user=IDS[by])

    async def knock(self) -> Callable[[], bool]:
        envelope = await self.slack.command("/style", "ukiyoe")
        return lambda: envelope not in self.slack.unacknowledged

    async def repeat(self, message: Message) -> None:
        await self.slack.tell_again(message.id)

    async def drop(self) -> None:
        await self.slack.drop()

    async def accident(self, kind: str, *, pictures: bool = False) -> None:
        method = "files.completeUploadExternal" if pictures else "chat.postMessage"
        self.slack.accident(ACCIDENTS[kind], method)

    async def give_avatar(self, name: str, picture: bytes) -> None:
        self.slack.members[IDS[name]].avatar = picture

    async def appoint(self, name: str) -> None:
        self.slack.members[IDS[name]].admin = True

    def person(self, name: str) -> str:
        return IDS[name]
