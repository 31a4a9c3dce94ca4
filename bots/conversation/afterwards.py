"""After an answer: where it stands is kept, so that it can be deleted, by a button or when its time is over."""

import asyncio
import logging
import sqlite3
from collections.abc import Mapping

from bots.adapter import Adapter, SendFailed, SendUncertain, TurnedAway
from bots.conversation import again
from bots.ledger import Entry, Ledger
from bots.ledger.shown import Place, Shown
from bots.message import answer_key

log = logging.getLogger(__name__)
_PATIENCE_S = 20.0  # with one platform, each time; one that is not connected has us wait


class Afterwards:
    """Keeps where results stand in their chats. ``adapters`` are by their platforms."""

    def __init__(self, ledger: Ledger, adapters: Mapping[str, Adapter]) -> None:
        self._ledger, self._adapters = ledger, adapters

    async def shown(self, entry: Entry, sent: str) -> None:
        """The pictures of a message stand in its chat as ``sent``."""
        message = entry.message
        rules = await self._ledger.chats.rules(message.platform, message.chat)
        key = answer_key(message)
        past = await again.recall(self._ledger.memory, message, key)
        subject = past.subject if past else ""
        await self._ledger.shown.keep(key, message, sent, rules.delete_after_s, subject)

    async def tidy(self) -> None:
        """Delete the results whose time is over. What cannot be done now is left to the next time."""
        try:
            for platform, adapter in self._adapters.items():
                await self._delete(platform, adapter)
            await self._ledger.shown.forget_old()
        except sqlite3.Error as error:
            log.error("results whose time is over could not be deleted: %s", error)

    async def _delete(self, platform: str, adapter: Adapter) -> None:
        over = await self._ledger.shown.over(platform)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                for place in over:
                    await self._take_away(place, adapter)
        except TimeoutError:
            log.info("%s: results whose time is over are deleted later", platform)

    async def _take_away(self, place: Place, adapter: Adapter) -> None:
        try:
            await take_away(place, adapter, self._ledger.shown)
        except (SendUncertain, TurnedAway) as trouble:
            log.info("%s:%s: a result is deleted later: %s", place.platform, place.chat, trouble)
        except SendFailed as refusal:  # nor will it be possible later
            log.info("%s:%s: a result stays: %s", place.platform, place.chat, refusal)
            await _forget(place, self._ledger.shown)
        except Exception:  # the border of one deletion: a bug in an adapter costs the others nothing
            log.exception("%s:%s: a result could not be deleted", place.platform, place.chat)
            await _forget(place, self._ledger.shown)


async def take_away(place: Place, adapter: Adapter, shown: Shown) -> None:
    """Take a result out of its chat, and forget what it was made of. Doing it twice does no harm.

    Raises:
        SendFailed, SendUncertain: it stays there, or may.
    """
    await adapter.remove(place.address, place.sent)
    await _forget(place, shown)


async def _forget(place: Place, shown: Shown) -> None:
    await shown.forget(place, remembered=again.what(place.key))
