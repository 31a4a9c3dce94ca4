"""Receiving by asking. Telegram keeps every update until a later one is asked for, so asking is the acknowledgement."""

import asyncio
from collections.abc import Iterable
from typing import Any

from telegram import Update
from telegram.error import TelegramError

from bots.telegram.chores import Chores
from bots.telegram.inbox import Albums, Inbox
from bots.telegram.outage import Outage
from bots.telegram.pace import Pace
from bots.telegram.reading import album_of
from bots.telegram.wire import RawBot

LOOK_AGAIN_S, LOOK_AGAIN_TIRED_S = 0.2, 1.0  # often enough to see an album's items come in; seldom for what is stuck
TIRED_LOOKS = 25


class Polling:
    """Asks for updates from the first unrecorded one on.

    While one is still being recorded (a picture is downloading, an album is incomplete) it is asked for again along
    with what came after it, so the others are not kept waiting and a crash loses nothing.
    """

    def __init__(self, bot: RawBot, inbox: Inbox, pace: Pace) -> None:
        self._bot, self._inbox, self._pace = bot, inbox, pace
        self._outage = Outage(pace)
        self._looks = 0
        self._begun: dict[int, asyncio.Task[None] | None] = {}
        self._last_of_chat: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Receive until cancelled. Raises TurnedAway when the token is no longer accepted."""
        async with Chores() as chores:
            albums = Albums(chores, self._pace.album_quiet_s, self._inbox.record_surely)
            offset = 0
            while True:
                for raw in await self._ask(offset):
                    if raw["update_id"] not in self._begun:
                        self._begun[raw["update_id"]] = self._begin(raw, chores, albums)
                offset = await self._settled_before(offset)

    async def _ask(self, offset: int) -> list[dict[str, Any]]:
        wait_s = 0 if self._begun or self._outage.lasts else self._pace.poll_s
        try:
            updates = await self._bot.raw_updates(offset, wait_s)
        except TelegramError as error:
            await self._outage.wait(error)
            return []
        self._outage.over()
        return updates

    async def _settled_before(self, offset: int) -> int:
        """Give the recording a moment, then return the first update that is not recorded, or the next one to come."""
        if unfinished := _unfinished(self._begun.values()):
            pause_s = LOOK_AGAIN_S if self._looks < TIRED_LOOKS else LOOK_AGAIN_TIRED_S
            await asyncio.wait(unfinished, timeout=pause_s)
        open_ids = [number for number, task in self._begun.items() if task and not task.done()]
        following = min(open_ids) if open_ids else max([offset - 1, *self._begun]) + 1
        self._begun = {number: task for number, task in self._begun.items() if number >= following}
        self._looks = self._looks + 1 if following == offset else 0
        return following

    def _begin(self, raw: dict[str, Any], chores: Chores, albums: Albums) -> "asyncio.Task[None] | None":
        update = self._inbox.understand(raw)
        if update is None:
            return None
        if aside := self._inbox.attend(update):
            chores.start(aside)
        if update.effective_chat is None:
            return None
        if album_of(update):
            return albums.add(update)
        chat = update.effective_chat.id
        task = chores.start(self._after(self._last_of_chat.get(chat), update))
        self._last_of_chat[chat] = task
        task.add_done_callback(lambda done: self._forget(chat, done))
        return task

    async def _after(self, earlier: "asyncio.Task[None] | None", update: Update) -> None:
        """What one chat says is recorded in its order: a style and then a photo is not a photo and then a style."""
        if earlier:
            await asyncio.wait([earlier])
        await self._inbox.record_surely([update])

    def _forget(self, chat: int, done: "asyncio.Task[None]") -> None:
        if self._last_of_chat.get(chat) is done:
            del self._last_of_chat[chat]


def _unfinished(tasks: "Iterable[asyncio.Task[None] | None]") -> "set[asyncio.Task[None]]":
    return {task for task in tasks if task and not task.done()}
