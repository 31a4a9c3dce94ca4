"""What a Message asks for. Nothing is sent here and no picture is fetched: understanding it twice does no harm."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from bots import replies
from bots.adapter import Adapter
from bots.commands import Command, Wish, parse, spoken
from bots.conversation import again, naming
from bots.conversation.again import Past
from bots.conversation.gallery import Gallery, cannot
from bots.conversation.policy import Policy
from bots.conversation.request import Handler, Reply, Request, request
from bots.ledger import records
from bots.ledger.memory import Memory
from bots.message import Answer, Message, Picture, Text
from inference.service import StyleInfo

_REMEMBERED_S = 600  # how long a chosen style waits for its photo, and a photo for its style
_CHOICE, _PICTURES = "choice", "pictures"
_MOST_ECHOED = 40  # characters of what a person typed that are said back
_KEY = re.compile(r"[0-9a-f]{24}")


class Asking:
    """Understands Messages: ``/style`` itself, other commands by their ``handlers``."""

    def __init__(self, policy: Policy, gallery: Gallery, memory: Memory, handlers: Mapping[str, Handler]) -> None:
        self._policy, self._gallery, self._memory, self._handlers = policy, gallery, memory, handlers

    async def concerns(self, message: Message) -> bool:
        """Whether a message is for us at all: chatter in a group is not, but a photo somebody announced is."""
        if message.addressed or message.private:
            return True
        return bool(message.pictures) and await self._memory.recall(message, _CHOICE) is not None

    async def understand(self, message: Message, adapter: Adapter) -> Reply:
        """What to say, to show or to make; None if silence is the answer.

        Raises:
            ServiceError: the styles cannot be listed.
        """
        command = parse(message.text)
        if command is None:
            return await self._plain(message)
        handler = self._handlers.get(command.name)
        if handler:
            return await handler(message, command, adapter)
        match command.name:
            case "style":
                return await self._style(message, command.wish)
            case "again":
                return await self._again(message, command)
            case "styles":
                return await self._gallery.show(message, "gallery-all", "style", Wish())
            case _:
                return self._words_alone(message, command)

    def _words_alone(self, message: Message, command: Command) -> Text | None:
        if command.name in ("start", "help"):
            return _words(message, command.name)
        if not message.private:
            return None  # another bot's command
        return _words(message, "unknown-command", command=command.name[:_MOST_ECHOED])

    async def forget(self, message: Message) -> bool:
        """The person has changed their mind about what they announced. False if they had announced nothing."""
        known = [await self._memory.recall(message, what) for what in (_CHOICE, _PICTURES)]
        await self._memory.forget(message, _CHOICE)
        await self._memory.forget(message, _PICTURES)
        return any(known)

    async def _plain(self, message: Message) -> Reply:
        """Words without a command, or a bare picture."""
        words = message.text.strip()
        if words and (message.private or message.addressed):
            styles = await self._policy.styles(message)
            if naming.exact(styles, words) and not words.isdecimal():
                return await self._style(message, Wish(words))
        if message.pictures:
            return await self._bare_picture(message)
        return None if message.replied and not message.private else _words(message, "hint")

    async def _bare_picture(self, message: Message) -> Reply:
        choice = await self._memory.recall(message, _CHOICE)
        if choice is None:
            return await self._style(message, Wish()) if message.private or message.addressed else None
        wish = Wish(**json.loads(choice))
        asked = request(Past(wish, message.pictures, message.as_file))
        return replace(asked, ends_choice=not message.private)  # people in a group go on to talk of other things

    async def _style(self, message: Message, wish: Wish) -> Text | Answer | Request:
        styles = await self._policy.styles(message)
        pictures, as_file = message.pictures or message.replied, message.as_file
        style = naming.exact(styles, wish.style)
        if style is None or not wish.in_range:
            return await self._ask_for_style(message, styles, style, wish)
        if not pictures:
            pictures, as_file = await self._kept_pictures(message)
        if pictures:
            return request(Past(replace(wish, style=style.id), pictures, as_file))
        return await self._choose(message, style, wish)

    async def _ask_for_style(
        self, message: Message, styles: Sequence[StyleInfo], style: StyleInfo | None, wish: Wish
    ) -> Text | Answer:
        """Pictures without a style that can be used: remember them, and let the person choose."""
        pictures = message.pictures or message.replied
        if pictures:
            await self._keep_pictures(message, pictures)
        if wish.style or not styles:
            return cannot(message, styles, style, "style", wish)
        return await self._gallery.show(message, "gallery-photo" if pictures else "gallery-all", "style", wish)

    async def _choose(self, message: Message, style: StyleInfo, wish: Wish) -> Text:
        """A style before its photo: remember it and ask for the photo."""
        chosen = replace(wish, style=style.id)
        await self._memory.remember(message, _CHOICE, json.dumps(asdict(chosen)), _REMEMBERED_S)
        title = naming.title(style, message.person.language)
        key = "send-photo" if message.private else "send-photo-group"
        return _words(message, key, title=title, command=spoken("style", chosen))

    async def _again(self, message: Message, command: Command) -> Reply:
        """A press under a result: the same pictures with the change that it says, or else the gallery for them."""
        key, _, words = command.rest.partition(" ")
        if not _KEY.fullmatch(key):
            return self._words_alone(message, command)
        past = await again.recall(self._memory, message, key)
        if past is None:
            return _words(message, "again-gone")
        if not words:
            return await self._gallery.show(message, "gallery-photo", again.command(key), Wish())
        return request(replace(past, wish=again.changed(past.wish, words)))

    async def _keep_pictures(self, message: Message, pictures: tuple[Picture, ...]) -> None:
        value = {"pictures": [asdict(picture) for picture in pictures], "as_file": message.as_file}
        await self._memory.remember(message, _PICTURES, json.dumps(value), _REMEMBERED_S)

    async def _kept_pictures(self, message: Message) -> tuple[tuple[Picture, ...], bool]:
        kept = json.loads(await self._memory.recall(message, _PICTURES) or "{}")
        return records.pictures(kept.get("pictures", ())), kept.get("as_file", False)


def _words(message: Message, key: str, **values: str | int) -> Text:
    return Text(replies.text(message.person.language, key, **values))
