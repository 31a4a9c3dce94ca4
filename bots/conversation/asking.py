"""What a Message asks for. Nothing is shown here and no picture is fetched: understanding it twice does no harm."""

import logging
from collections.abc import Mapping
from dataclasses import replace

from bots import replies
from bots.adapter import Adapter
from bots.commands import Command, Wish, parse
from bots.conversation import naming
from bots.conversation.again import Past
from bots.conversation.announced import Announced
from bots.conversation.gallery import Gallery
from bots.conversation.policy import Policy
from bots.conversation.request import Handler, Reply, request, sentence, unknown
from bots.ledger.memory import Memory
from bots.message import Message, Text
from inference.errors import ServiceError

log = logging.getLogger(__name__)


class Asking:
    """Understands Messages: plain words itself, commands by their ``handlers``."""

    def __init__(self, policy: Policy, gallery: Gallery, memory: Memory, handlers: Mapping[str, Handler]) -> None:
        self._policy, self._gallery, self._handlers = policy, gallery, handlers
        self._announced = Announced(memory)

    async def concerns(self, message: Message) -> bool:
        """Whether a message is for us at all: chatter in a group is not, but a photo somebody announced is."""
        if message.addressed or message.private:
            return True
        return bool(message.pictures) and await self._announced.awaits_picture(message)

    async def understand(self, message: Message, adapter: Adapter) -> Reply:
        """What to say, to show or to make; None if silence is the answer.

        Raises:
            ServiceError: the styles cannot be listed.
        """
        command = parse(message.text)
        if command is None:
            return await self._plain(message, adapter)
        handler = self._handlers.get(command.name)
        if handler:
            return await handler(message, command, adapter)
        match command.name:
            case "styles":
                return await self._gallery.show(message, "gallery-all", "style", Wish())
            case "start":
                return sentence(message, "start")
            case "help":
                return await self._help(message)
            case _:
                return unknown(message, command)

    async def forget(self, message: Message) -> bool:
        """The person has changed their mind about what they announced. False if they had announced nothing."""
        return await self._announced.forget(message)

    async def _plain(self, message: Message, adapter: Adapter) -> Reply:
        """Words without a command, or a bare picture."""
        if meant := await self._meant(message):
            return await self._handlers[meant.name](message, meant, adapter)
        if message.pictures:
            return await self._bare_picture(message, adapter)
        return None if message.replied and not message.private else sentence(message, "hint")

    async def _meant(self, message: Message) -> Command | None:
        """The command that plain words stand for: the name of a style, or a number on the sheet just shown."""
        words = message.text.strip()
        if not words or not (message.private or message.addressed):
            return None
        if words.isdecimal():
            key = None if message.pictures else await self._announced.sheet(message)
            return Command("again", f"{key} {words}") if key else None
        style = naming.exact(await self._policy.styles(message), words)
        return Command("style", style.id) if style else None

    async def _help(self, message: Message) -> Text:
        """What there is to say; of style pictures and of words only where some style takes them."""
        said = ["help"]
        try:
            said += ["help-like"] if await self._policy.reference_styles(message) else []
            said += ["help-theme"] if await self._policy.word_styles(message) else []
        except ServiceError as error:
            log.info("no more help: %s", error)
        return Text("\n".join(replies.text(message.person.language, key) for key in said))

    async def _bare_picture(self, message: Message, adapter: Adapter) -> Reply:
        liking = await self._announced.liking(message)
        if liking and liking.missing:
            return await self._handlers["like"](message, Command("like"), adapter)
        if await self._announced.collecting(message):
            return await self._handlers["newstyle"](message, Command("newstyle"), adapter)
        choice = await self._announced.choice(message)
        if choice is not None:
            asked = request(Past(choice, message.pictures, message.as_file))
            return replace(asked, ends_choice=not message.private)  # people in a group go on to talk of other things
        if not (message.private or message.addressed):
            return None
        await self._announced.keep_pictures(message)
        return await self._gallery.show(message, "gallery-photo", "style", Wish())
