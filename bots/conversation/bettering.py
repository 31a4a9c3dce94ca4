"""A creator's style was made better in the background: its creator is shown both, and keeps one of them."""

import logging
import sqlite3
from collections.abc import Mapping

from bots import replies
from bots.adapter import Adapter, SendFailed, SendUncertain, TurnedAway
from bots.ledger import Ledger
from bots.ledger.betterings import Expected
from bots.message import Answer, Button, Message, Photo, Text
from inference.errors import ServiceError, StyleUnavailable, UnknownStyle
from inference.service import Service

log = logging.getLogger(__name__)
CHOICES = {"old": "creators-better-old", "new": "creators-better-new"}
"""What a button says, and the reply on it."""
_CHOSE = {"old": "creators-better-chose-old", "new": "creators-better-chose-new"}


class Bettering:
    """``adapters`` are by their platforms."""

    def __init__(self, service: Service, ledger: Ledger, adapters: Mapping[str, Adapter]) -> None:
        self._service, self._betterings, self._adapters = service, ledger.betterings, adapters

    async def tell(self) -> None:
        """Show what has become better to those who do not know yet; what cannot be said now is said next time."""
        try:
            waiting = [each for each in await self._betterings.open() if not each.told]
            ready = set(await self._service.candidates()) if waiting else set()
            for expected in [each for each in waiting if each.style in ready and each.platform in self._adapters]:
                await self._show(expected, self._adapters[expected.platform])
        except (sqlite3.Error, ServiceError) as error:
            log.error("creators were not told of better styles: %s", error)

    async def look(self, message: Message, style: str) -> Answer | Text:
        """Both, once more. Raises ServiceError."""
        tag = message.person.language
        expected = await self._betterings.find(style, message.platform, message.person.id)
        if expected is None or expected.choice:
            return Text(replies.text(tag, "creators-better-over"), whispered=True)
        try:
            return await self._answer(expected, tag)
        except (StyleUnavailable, UnknownStyle):
            return Text(replies.text(tag, "creators-better-over"), whispered=True)

    async def choose(self, message: Message, style: str, choice: str) -> Text:
        """A press. Killed anywhere, it is understood again and comes to the same. Raises ServiceError."""
        tag = message.person.language
        expected = await self._betterings.find(style, message.platform, message.person.id)
        if expected is None:
            return Text(replies.text(tag, "creators-better-over"), whispered=True)
        chosen = await self._betterings.choose(expected, choice)
        try:
            await self._service.choose(style, new=chosen.choice == "new")
        except UnknownStyle:
            return Text(replies.text(tag, "error-style_withdrawn"), whispered=True)
        return Text(replies.text(tag, _CHOSE[chosen.choice], title=chosen.title))

    async def ready(self, message: Message) -> tuple[Expected, ...]:
        """The choices that wait for the message's person. Raises ServiceError."""
        key = message.platform, message.person.id
        own = [each for each in await self._betterings.open() if (each.platform, each.person) == key]
        ready = set(await self._service.candidates()) if own else set()
        return tuple(each for each in own if each.style in ready)

    async def _show(self, expected: Expected, adapter: Adapter) -> None:
        try:
            await adapter.show(expected.address, await self._answer(expected, expected.tag), f"better {expected.style}")
        except TurnedAway:  # the next start tells
            return
        except (StyleUnavailable, UnknownStyle) as error:
            log.info("%s: nothing to choose from: %s", expected.style, error)
            return
        except (SendFailed, SendUncertain) as refusal:  # /mystyles shows it, too
            log.info("a creator may not hear of a better style: %s", refusal)
        await self._betterings.told(expected)

    async def _answer(self, expected: Expected, tag: str) -> Answer:
        photo = Photo(await self._service.compared(expected.style), "image/jpeg", "both.jpg")
        buttons = tuple(
            Button(replies.text(tag, label), f"/mystyles {choice} {expected.style}")
            for choice, label in CHOICES.items()
        )
        return Answer((photo,), replies.text(tag, "creators-better", title=expected.title), (buttons,))
