"""``/style``: the pictures of a message, or those sent just before, in the style that it names."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bots import replies
from bots.adapter import Adapter
from bots.commands import Command, Wish, spoken
from bots.conversation import naming
from bots.conversation.again import Past
from bots.conversation.announced import Announced
from bots.conversation.answering import failure_text
from bots.conversation.gallery import Gallery, cannot
from bots.conversation.like import Like
from bots.conversation.policy import Policy
from bots.conversation.request import Handler, Reply, request, sentence
from bots.ledger import Ledger
from bots.message import Answer, Message, Text
from inference.errors import StyleWithdrawn
from inference.service import StyleInfo


class Styling:
    """The command of this module by its name."""

    def __init__(self, policy: Policy, gallery: Gallery, ledger: Ledger) -> None:
        self._policy, self._gallery, self._chats = policy, gallery, ledger.chats
        self._announced, self._like = Announced(ledger.memory), Like(policy, ledger)
        self.commands: Mapping[str, Handler] = {"style": self._style}

    async def _style(self, message: Message, command: Command, adapter: Adapter) -> Reply:
        wish, styles = command.wish, await self._policy.styles(message)
        pictures, as_file = await self._announced.pictures(message)
        name = wish.style or (await self._usual(message) if pictures else "")
        style = naming.exact(styles, name)
        if style is None and await self._takes_reference(message, name):
            words = command.rest if wish.style else f"{name} {command.rest}"
            return await self._like.like(message, Command("like", words), adapter)
        if style is None and naming.exact(await self._policy.word_styles(message), name) and not name.isdecimal():
            return sentence(message, "style-takes-words")
        if style is None or not wish.in_range:
            return await self._ask_for_style(message, styles, style, wish)
        if pictures:
            return request(Past(replace(wish, style=style.id), pictures, as_file))
        return await self._ask_for_photo(message, style, wish)

    async def _takes_reference(self, message: Message, name: str) -> bool:
        """Whether it names a style that takes a style picture; a number counts on the gallery, where those are not."""
        styles = await self._policy.reference_styles(message)
        return not name.isdecimal() and naming.exact(styles, name) is not None

    async def _usual(self, message: Message) -> str:
        """The style that the chat takes where none is named."""
        return (await self._chats.rules(message.platform, message.chat)).style

    async def _ask_for_style(
        self, message: Message, styles: Sequence[StyleInfo], style: StyleInfo | None, wish: Wish
    ) -> Text | Answer:
        """Pictures without a style that can be used: keep them, and let the person choose."""
        if style is None and await self._policy.withdrawn(message, wish.style):
            return Text(failure_text(message.person.language, StyleWithdrawn.code))
        await self._announced.keep_pictures(message)
        if style is not None or wish.style or not styles:
            return await cannot(self._policy, message, styles, style, "style", wish)
        there, _ = await self._announced.pictures(message)
        return await self._gallery.show(message, "gallery-photo" if there else "gallery-all", "style", wish)

    async def _ask_for_photo(self, message: Message, style: StyleInfo, wish: Wish) -> Text:
        chosen, tag = replace(wish, style=style.id), message.person.language
        await self._announced.choose(message, chosen)
        key = "send-photo" if message.private else "send-photo-group"
        return Text(replies.text(tag, key, title=naming.title(style, tag), command=spoken("style", chosen)))
