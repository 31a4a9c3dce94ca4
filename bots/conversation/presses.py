"""``/again``: what a press under a result asks for, by the person it belongs to or by an admin of the chat.

Whose profile picture it was made of may delete it, too.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bots import replies
from bots.adapter import Adapter, SendFailed, SendUncertain
from bots.commands import Command, Wish
from bots.conversation import again, naming
from bots.conversation.afterwards import take_away
from bots.conversation.again import SEVERAL, Past
from bots.conversation.answering import failure_text
from bots.conversation.gallery import Gallery, cannot, remembered
from bots.conversation.policy import Policy
from bots.conversation.request import Handler, Reply, request, unknown
from bots.conversation.theming import drawn
from bots.ledger import Ledger
from bots.message import Message, Text
from inference.errors import StyleWithdrawn
from inference.service import StyleInfo

log = logging.getLogger(__name__)
_KEY = re.compile(r"[0-9a-f]{24}")


class Presses:
    """The command of this module by its name."""

    def __init__(self, policy: Policy, gallery: Gallery, ledger: Ledger) -> None:
        self._policy, self._gallery, self._ledger = policy, gallery, ledger
        self.commands: Mapping[str, Handler] = {"again": self._again}

    async def _again(self, message: Message, command: Command, adapter: Adapter) -> Reply:
        """The same pictures with the change that the words say, or else the gallery for them."""
        key, _, words = command.rest.partition(" ")
        if not _KEY.fullmatch(key):
            return unknown(message, command)
        if words == again.DELETE:
            return await self._delete(message, key, adapter)
        past = await self._past(message, key, adapter)
        if past is None or not past.is_at_hand:
            return _whisper(message, "again-gone")
        if not words:
            return await self._gallery.show(message, "gallery-photo", again.command(key), Wish())
        return await self._once_more(message, key, past, words)

    async def _once_more(self, message: Message, key: str, past: Past, words: str) -> Reply:
        changed, styles = again.changed(past, words, drawn(message)), await self._styles(message, past)
        found = [_named(styles, past, name) for name in changed.styles]
        usable = [style for style in found if style]
        if not usable and await self._policy.withdrawn(message, changed.styles[0]):
            return Text(failure_text(message.person.language, StyleWithdrawn.code), whispered=True)
        if not usable or not changed.wish.in_range:
            known = usable[0] if usable else None
            return await cannot(self._policy, message, styles, known, again.command(key), remembered(changed.wish))
        if changed.words and naming.takes_words(usable[0]):
            return request(replace(changed, wish=Wish(usable[0].id), maker=usable[0].id))
        wish = replace(changed.wish, style=SEVERAL.join(style.id for style in usable))
        if not naming.takes_reference(usable[0]):
            changed = replace(changed, references=(), weights=())
        return request(replace(changed, wish=wish))

    async def _styles(self, message: Message, past: Past) -> Sequence[StyleInfo]:
        """The styles that what the past was made of is enough for; those for a photo come first, as in the gallery."""
        styles = await self._policy.styles(message)
        if past.references:
            return (*styles, *await self._policy.reference_styles(message))
        return (*styles, *await self._policy.word_styles(message)) if past.words else styles

    async def _past(self, message: Message, key: str, adapter: Adapter) -> Past | None:
        """What the answer was made of, for those who may ask for it."""
        own = await again.recall(self._ledger.memory, message, key)
        if own is not None:
            return own
        place = await self._ledger.shown.find(message.platform, message.chat, key)
        if place is None or not await adapter.administers(message.person, message.address):
            return None
        owner = replace(message, person=replace(message.person, id=place.person))
        return await again.recall(self._ledger.memory, owner, key)

    async def _delete(self, message: Message, key: str, adapter: Adapter) -> Text:
        place = await self._ledger.shown.find(message.platform, message.chat, key)
        if place is None:
            made = await again.recall(self._ledger.memory, message, key)
            return _whisper(message, "delete-failed" if made else "delete-gone")
        theirs = message.person.id in (place.person, place.subject)
        if not theirs and not await adapter.administers(message.person, message.address):
            return _whisper(message, "delete-not-yours")
        try:
            await take_away(place, adapter, self._ledger.shown)
        except (SendFailed, SendUncertain) as refusal:
            log.info("a result stays in %s:%s: %s", message.platform, message.chat, refusal)
            return _whisper(message, "delete-failed")
        return _whisper(message, "deleted")


def _named(styles: Sequence[StyleInfo], past: Past, name: str) -> StyleInfo | None:
    """The style with this name; a number counts on the sheet itself, which may show other styles than are there now."""
    if past.is_sheet and name.isdecimal() and len(name) < 5:
        name = dict(enumerate(past.styles, 1)).get(int(name), "")
    return naming.exact(styles, name)


def _whisper(message: Message, key: str) -> Text:
    return Text(replies.text(message.person.language, key), whispered=True)
