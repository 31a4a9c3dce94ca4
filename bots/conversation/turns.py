"""The turns that run now: who waits for what, and how a person takes theirs back."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any

from bots import replies
from bots.adapter import Adapter
from bots.conversation.restyling import Restyling
from bots.conversation.waiting import Waiting, seconds, take_back
from bots.ledger import Entry, Ledger
from bots.message import Message, Text
from inference.job import Event, Queued, Running

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Turn:
    """One message on its way to its answer. ``waiting`` is set while it wants pictures, in ``style``."""

    entry: Entry
    adapter: Adapter
    waiting: Waiting | None = None
    style: str = ""

    async def clear(self) -> None:
        """Take back the progress line, also one that an earlier start has shown."""
        if self.waiting:
            await self.waiting.clear()
        else:
            await take_back(self.entry, self.adapter, self.entry.progress)


class Turns:
    """Running turns by their message's number."""

    def __init__(self, ledger: Ledger, restyling: Restyling) -> None:
        self._ledger, self._restyling = ledger, restyling
        self._running: dict[int, tuple[Turn, asyncio.Task[None]]] = {}
        self._stopped = False

    def start(self, turn: Turn, answering: Coroutine[Any, Any, None]) -> None:
        """Run a turn. After ``stop`` it is left to the next start."""
        if self._stopped:
            answering.close()
            return
        number = turn.entry.number
        task = asyncio.create_task(answering, name=f"message {number}")
        self._running[number] = (turn, task)
        task.add_done_callback(lambda _: self._ended(number, task))

    def _ended(self, number: int, task: asyncio.Task[None]) -> None:
        del self._running[number]
        if not task.cancelled() and (error := task.exception()):
            log.error("message %s is left to the next start", number, exc_info=error)

    async def stop(self) -> None:
        """End every turn where it is."""
        self._stopped = True
        await _end([task for _, task in self._running.values()])

    async def moved(self) -> None:
        """Chats have another id in the ledger: the turns that run take over what stands there."""
        entries = {entry.number: entry for entry in await self._ledger.open_entries()}
        for number, (turn, _) in self._running.items():
            if number in entries:
                turn.entry = replace(turn.entry, message=entries[number].message)

    async def queue(self, message: Message) -> Text:
        """What a person waits for, in all chats of the platform."""
        tag = message.person.language
        lines = [
            await self._line(turn, turn.waiting, tag)
            for turn, _ in tuple(self._running.values())
            if turn.waiting and not turn.waiting.is_over and _speaker(turn.entry.message) == _speaker(message)
        ]
        if not lines:
            return Text(replies.text(tag, "queue-empty"))
        return Text("\n".join([replies.text(tag, "queue-title"), *lines]))

    async def cancel(self, entry: Entry, *, announced: bool) -> Text:
        """Take back everything that the person asked in this chat before, and is not being sent already.

        ``announced`` says that a style or a photo was waiting for the other, and now is not.
        """
        message = entry.message
        cancelled = await self._ledger.cancel(message.platform, message.chat, message.person.id, entry.number)
        ended = [self._running.get(past.number) for past, _ in cancelled]
        await _end([running[1] for running in ended if running])
        for running in ended:
            if running:
                await running[0].clear()
        count = sum(pictures for _, pictures in cancelled)
        if not count and (announced or cancelled):
            return Text(replies.text(message.person.language, "never-mind"))
        return Text(replies.text(message.person.language, "cancelled", count=count))

    async def _line(self, turn: Turn, waiting: Waiting, tag: str) -> str:
        style = turn.style or await self._ledger.style(turn.entry.number) or ""
        return _describe(waiting.slowest, await self._restyling.title(style, tag), tag)


def _describe(event: Event | str | None, title: str, tag: str) -> str:
    match event:
        case Queued():
            values = {"position": event.position, "eta": seconds(event.eta_s)}
            return replies.text(tag, "queue-position", title=title, **values)
        case Running():
            return replies.text(tag, "queue-running", title=title)
        case _:
            return replies.text(tag, "queue-waiting", title=title)


def _speaker(message: Message) -> tuple[str, str]:
    return message.platform, message.person.id


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
