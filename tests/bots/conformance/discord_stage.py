"""Discord as a stage, over the emulator of it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import ClassVar

from bots.adapter import Adapter
from bots.discord import DiscordAdapter
from bots.discord.place import UPLOAD_LIMIT
from bots.message import Message, Photo
from tests.bots.conformance.stage import Seen, Stage
from tests.bots.discord_room import BRISKLY_S
from tests.emulators.discord import Asked, DiscordEmulator, Sent, User

ACCIDENTS = {"flood": "flood", "refusal": "refused", "gone": "blocked", "cut": "cut"}


class DiscordStage(Stage):
    platform = "discord"
    lacks: ClassVar[Mapping[str, str]] = {
        "chatter": "unless it is named, a bot is not told what is said in a server",
        "delivery until acknowledged": "Discord tells once; for a command, it tells the person that nobody answered",
    }
    too_large = Photo(bytes(UPLOAD_LIMIT + 1))

    async def open(self, exits: AsyncExitStack) -> None:
        self.dc = await exits.enter_async_context(DiscordEmulator())
        exits.callback(self._check)
        self._people = {"ada": self.dc.person, "bob": User("bob")}
        self.secrets = (self.dc.token,)

    def _check(self) -> None:
        assert self.dc.violations == []

    def make(self, *, wrong: bool = False) -> DiscordAdapter:
        urls = {"api_url": self.dc.api_url, "gateway_url": self.dc.gateway_url, "cdn_url": self.dc.cdn_url}
        return DiscordAdapter("not-this-one" if wrong else self.dc.token, **urls, hesitate_s=BRISKLY_S)

    async def start(self, adapter: Adapter | None = None) -> None:
        self.dc.gateway.ready.clear()  # who was connected before is not who is told
        await super().start(adapter)

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
        await self.dc.post(
            text,
            *pictures,
            private=private,
            mention=not private and not chatter,
            user=self._people[by],
            reply_to=self._sent(reply_to.id) if reply_to else None,
            names=tuple(self._people[name] for name in naming),
        )

    def _sent(self, number: str) -> Sent:
        return next(sent for sent in self.dc.rest.messages if str(sent.id) == number)

    async def seen(self) -> list[Seen]:
        ours = [sent for sent in self.dc.rest.messages if sent.author is self.dc.bot]
        return [
            Seen(str(sent.id), sent.content, tuple(sent.pictures), tuple(sent.commands), str(sent.reply_to or ""))
            for sent in ours
            if not (sent.deleted or sent.loading)
        ]

    async def press(self, seen: Seen, command: str, *, by: str = "ada") -> None:
        self._guard(await self.dc.press(self._sent(seen.id), command, user=self._people[by]))

    async def knock(self) -> Callable[[], bool]:
        asked = self._guard(await self.dc.slash("help"))
        return lambda: asked.response is not None

    def _guard(self, asked: Asked) -> Asked:
        """What answers an interaction is a secret, too."""
        self.secrets += (asked.token,)
        return asked

    async def repeat(self, message: Message) -> None:
        await self.dc.gateway.event("MESSAGE_CREATE", self.dc.gateway.last("MESSAGE_CREATE"))

    async def drop(self) -> None:
        await self.dc.gateway.drop()

    async def accident(self, kind: str, *, pictures: bool = False) -> None:
        self.dc.accident(ACCIDENTS[kind], "POST /channels/.*/messages")

    async def give_avatar(self, name: str, picture: bytes) -> None:
        seen = self.dc.person_with_avatar(picture)
        self._people[name] = replace(self._people[name], avatar=seen.avatar)

    async def give_chat_picture(self, picture: bytes) -> None:
        self.dc.hang_out(picture)
        await self.restart()  # the emulator tells of it when it is connected to

    async def appoint(self, name: str) -> None:
        self._people[name] = replace(self._people[name], admin=True)

    def person(self, name: str) -> str:
        return str(self._people[name].id)
