"""Saying an operator's words in every chat: one after another on each platform, and never twice in one chat.

Which chats have heard it stands in the ledger, so that a restart goes on where the program ended.
"""

import asyncio
import logging
from collections.abc import Mapping

from bots import replies
from bots.adapter import Adapter, ChatGone, SendFailed, SendUncertain, TurnedAway
from bots.ledger import Ledger
from bots.ledger.announcements import Announcement
from bots.message import Address, Text

log = logging.getLogger(__name__)
_EVERY_S = 0.2  # between two chats of a platform: others want to be answered meanwhile
_GRACE_S = 5.0  # for words that are leaving when the program stops


class Bulletin:
    """Sends announcements in the background."""

    def __init__(self, ledger: Ledger, adapters: Mapping[str, Adapter], *, every_s: float = _EVERY_S) -> None:
        self._ledger, self._announcements, self._adapters = ledger, ledger.announcements, adapters
        self._every_s = every_s
        self._running: dict[str, asyncio.Task[None]] = {}
        self._stopped = asyncio.Event()

    async def resume(self) -> None:
        """Go on with what was being sent when the program ended."""
        await self._announcements.interrupted()
        for announcement in await self._announcements.unfinished():
            self.start(announcement)

    def start(self, announcement: Announcement) -> None:
        """Send it, unless that is done or going on already."""
        if announcement.state != "sending" or announcement.key in self._running or self._stopped.is_set():
            return
        task = asyncio.create_task(self._send(announcement), name=f"announcement {announcement.key}")
        self._running[announcement.key] = task
        task.add_done_callback(lambda _: self._ended(announcement.key, task))

    async def stop(self) -> None:
        """Say it nowhere any more until the next start; words that are leaving may arrive."""
        self._stopped.set()
        tasks = tuple(self._running.values())
        if tasks:
            await asyncio.wait(tasks, timeout=_GRACE_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, key: str, task: asyncio.Task[None]) -> None:
        del self._running[key]
        if not task.cancelled() and (error := task.exception()):
            log.error("announcement %s is left to the next start", key, exc_info=error)

    async def _send(self, announcement: Announcement) -> None:
        async with asyncio.TaskGroup() as group:
            sending = [group.create_task(self._send_to(each, announcement)) for each in self._adapters.values()]
        if self._stopped.is_set():
            return
        counts = await self._announcements.counts(announcement.key)
        if any(task.result() for task in sending) or not counts["waiting"]:
            await self._report(announcement, counts)

    async def _send_to(self, adapter: Adapter, announcement: Announcement) -> bool:
        """Say it in the chats of one platform; whether there was any."""
        told = False
        while not self._stopped.is_set():
            place = await self._announcements.waiting(announcement.key, adapter.platform)
            if place is None:
                break
            told = True
            if not await self._say(adapter, announcement, *place):
                break
            await self._pause()
        return told

    async def _say(self, adapter: Adapter, announcement: Announcement, chat: str, home: Address) -> bool:
        """Say it in one chat; False if no chat of the platform can be reached before the next start."""
        key, platform = announcement.key, adapter.platform
        await self._announcements.note(key, platform, chat, "sending")
        outcome = await self._outcome(adapter, home, announcement.words, chat)
        await self._announcements.note(key, platform, chat, outcome)
        return outcome != "waiting"

    async def _outcome(self, adapter: Adapter, home: Address, words: str, chat: str) -> str:
        try:
            await adapter.say(home, Text(words))
        except TurnedAway as refusal:
            log.info("%s hears the announcement after a later start: %s", adapter.platform, refusal)
            return "waiting"
        except SendFailed as refusal:
            log.info("%s:%s does not hear the announcement: %s", adapter.platform, chat, refusal)
            if isinstance(refusal, ChatGone):
                await self._ledger.chats.gone(adapter.platform, chat)
            return "failed"
        except SendUncertain:
            return "uncertain"
        except Exception:  # a bug in an adapter: the other chats are told all the same
            log.exception("%s:%s × the adapter broke", adapter.platform, chat)
            return "uncertain"
        return "sent"

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._every_s):
                await self._stopped.wait()
        except TimeoutError:
            pass  # not stopped: the next chat

    async def _report(self, announcement: Announcement, counts: Mapping[str, int]) -> None:
        """Tell the operator how it went, rather twice than never; chats of a platform that is off wait on."""
        outcomes = {name: counts[name] for name in ("sent", "failed", "uncertain", "waiting")}
        log.info("announcement %s: %s", announcement.key, outcomes)
        text = Text(replies.text(announcement.language, "announce-report", **outcomes), whispered=True)
        adapter = self._adapters.get(announcement.platform)
        try:
            if adapter:
                await adapter.say(announcement.address, text)
        except (SendFailed, SendUncertain) as refusal:
            log.info("the operator does not hear of it: %s", refusal)
        if not outcomes["waiting"]:
            await self._announcements.finish(announcement.key)
