"""What becomes of an update: it is read, recorded by the listener, and only then may be acknowledged."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from telegram import Bot, Update, User

from bots.adapter import Listener
from bots.backoff import Backoff
from bots.telegram.chores import Chores
from bots.telegram.delivery import Delivery
from bots.telegram.inline import Inline
from bots.telegram.pace import Pace
from bots.telegram.presses import Presses
from bots.telegram.reading import PLATFORM, album_of, move_of, read, read_press

LARGEST_ALBUM = 10
REMEMBERED = 500  # items of recorded albums that would be recognised if they came again

log = logging.getLogger(__name__)


class Inbox:
    """Reads updates and has them recorded."""

    def __init__(
        self, bot: Bot, me: User, listener: Listener, delivery: Delivery, presses: Presses, inline: Inline, pace: Pace
    ) -> None:
        self._bot, self._me, self._listener, self._pace = bot, me, listener, pace
        self._delivery, self._presses, self._inline = delivery, presses, inline

    def understand(self, raw: dict[str, Any]) -> Update | None:
        """None for an update that the library cannot read: it is logged and let go, or it would come back for ever."""
        try:
            return Update.de_json(raw, self._bot)
        except (AttributeError, KeyError, TypeError, ValueError):
            log.exception("Update %s cannot be read", raw.get("update_id"))
            return None

    async def record(self, updates: Sequence[Update]) -> None:
        """Record one update, or the items of one album as one Message. Raises what the listener raises."""
        if move := move_of(updates[0]):
            chat, to = move
            self._delivery.follow(chat, to)
            return await self._listener.moved(PLATFORM, str(chat), str(to))
        query = updates[0].callback_query
        messages = [update.message for update in updates if update.message]
        message = read_press(query) if query else read(messages, self._me) if messages else None
        return await self._listener.receive(message) if message is not None else None

    async def record_surely(self, updates: Sequence[Update]) -> None:
        """Record, trying again while it fails. What fails for minutes is logged and let go."""
        backoff = Backoff(self._pace)
        while backoff.tries < self._pace.record_tries:
            try:
                return await self.record(updates)
            except Exception:  # the border: whatever the listener raises, the update stays unacknowledged
                log.exception("Update %d is not recorded yet", updates[0].update_id)
            await backoff.wait()
        log.error("Update %d could not be recorded and is let go", updates[0].update_id)
        return None

    def attend(self, update: Update) -> Coroutine[Any, Any, None] | None:
        """What an update wants beside being recorded: a chore to start before that."""
        if update.callback_query:
            return self._presses.attend(update.callback_query.id)
        if update.inline_query:
            return self._inline.answer(update.inline_query)
        return None


class Albums:
    """Brings the items of an album together: Telegram sends each as an update of its own and never says how many.

    ``record`` gets them all when none came for a while, or when no more can come.
    """

    def __init__(self, chores: Chores, quiet_s: float, record: Callable[[list[Update]], Awaitable[None]]) -> None:
        self._chores, self._quiet_s, self._record = chores, quiet_s, record
        self._open: dict[tuple[int, str], tuple[dict[int, Update], asyncio.Task[None]]] = {}
        self._closed: deque[int] = deque(maxlen=REMEMBERED)

    def add(self, update: Update) -> "asyncio.Task[None] | None":
        """The task that is done when the album of this item is recorded; None if it has been."""
        key = album_of(update)
        if key is None or update.update_id in self._closed:
            return None
        if key not in self._open:
            self._open[key] = ({}, self._chores.start(self._gather(key)))
        items, task = self._open[key]
        items[update.update_id] = update  # an item may come twice
        return task

    async def _gather(self, key: tuple[int, str]) -> None:
        items = self._open[key][0]
        seen = 0
        while seen < len(items) < LARGEST_ALBUM:
            seen = len(items)
            await asyncio.sleep(self._quiet_s)
        del self._open[key]
        self._closed.extend(items)
        await self._record(list(items.values()))
