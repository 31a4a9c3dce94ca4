"""What a person sees while they wait: "sending a photo …" at once, then one line that changes at falling intervals."""

import asyncio
import logging
import math
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bots import replies
from bots.adapter import Adapter, SendFailed, SendUncertain
from bots.ledger import Entry, Ledger
from bots.message import Text
from inference.job import Event, Queued, Running

log = logging.getLogger(__name__)
_LINE_LEAVES_S = 5.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How eagerly waiting is shown, in seconds."""

    worth_after_s: float = 2.0  # shorter waits need no line
    worth_eta_s: float = 6.0  # but whoever will wait this long is told at once
    change_every_s: float = 3.0
    busy_every_s: float = 4.5  # platforms show "sending a photo" for five seconds
    look_every_s: float = 0.25


class Waiting:
    """One message's wait, as an async context manager. ``note`` takes what the service says of each item."""

    def __init__(self, entry: Entry, adapter: Adapter, ledger: Ledger, pace: Pace) -> None:
        self._entry, self._adapter, self._ledger, self._pace = entry, adapter, ledger, pace
        self._items: dict[int, Event | str] = {}
        self._sent = entry.progress
        self._shown: tuple[str, int] | None = None
        self._over = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._watch(), name=f"waiting {self._entry.number}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        # A line that is just leaving must arrive, or nobody would know its id and it could never be taken back.
        await asyncio.wait((self._task,), timeout=_LINE_LEAVES_S)
        self._task.cancel()

    def note(self, item: int, event: Event | str | None) -> None:
        """An item's Queued or Running, the key of the reply that says why it is held back, or None when it is over."""
        if event is None:
            self._items.pop(item, None)
        else:
            self._items[item] = event

    @property
    def slowest(self) -> Event | str | None:
        """The item that the answer waits for longest."""
        return max(self._items.values(), key=_slowness, default=None)

    @property
    def is_over(self) -> bool:
        """Whether everything is decided and the answer is leaving."""
        return self._over.is_set()

    async def clear(self) -> None:
        """Take the line back."""
        sent, self._sent = self._sent, None
        await take_back(self._entry, self._adapter, sent)

    async def _watch(self) -> None:
        try:
            await self._show_waiting()
        except (SendFailed, SendUncertain) as refusal:
            log.info("no progress line for %s: %s", self._entry.number, refusal)
        except Exception:  # a line about waiting must never cost the picture
            log.exception("the progress line of %s failed", self._entry.number)

    async def _show_waiting(self) -> None:
        now = asyncio.get_running_loop().time
        began, changed, busy = now(), -math.inf, -math.inf
        while not self._over.is_set():
            if self._sent is None and now() >= busy + self._pace.busy_every_s:
                await self._adapter.busy(self._entry.message.address)
                busy = now()
            slowest = self.slowest
            worth = self._sent is not None or now() >= began + self._pace.worth_after_s
            worth = worth or (isinstance(slowest, Queued) and slowest.eta_s >= self._pace.worth_eta_s)
            if slowest and worth and now() >= changed + self._pace.change_every_s and await self._show(slowest):
                changed = now()
            await self._pause()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._pace.look_every_s):
                await self._over.wait()
        except TimeoutError:
            pass  # not over: look again

    async def _show(self, event: Event | str) -> bool:
        rank = _rank(event)
        if rank == self._shown:
            return False
        self._shown = rank
        text, address = Text(_line(event, self._entry.message.person.language)), self._entry.message.address
        if self._sent is None:
            self._sent = await self._adapter.say(address, text)
            await self._ledger.show_progress(self._entry.number, self._sent)
        else:
            await self._adapter.change(address, self._sent, text)
        return True


async def take_back(entry: Entry, adapter: Adapter, sent: str | None) -> None:
    """Remove a message's progress line, or the platform's own sign that an answer is coming."""
    try:
        await adapter.remove(entry.message.address, sent)
    except (SendFailed, SendUncertain) as refusal:
        log.info("the progress line of %s stays: %s", entry.number, refusal)


def milestone(position: int) -> int:
    """The first of 1–7, 9, 11, 14, 18, 23, 29 … that is not below ``position``; a change of it is worth saying."""
    step = 1
    while step < position:
        step += max(1, step * 2 // 7)
    return step


def _rank(event: Event | str) -> tuple[str, int]:
    """What is said anew only when it changes."""
    match event:
        case Queued():
            return "queued", milestone(event.position)
        case Running():
            return "running", 0
        case _:
            return event, 0


def _slowness(event: Event | str) -> float:
    match event:
        case Queued():
            return event.eta_s
        case Running():
            return -1.0
        case _:
            return math.inf


def _line(event: Event | str, tag: str) -> str:
    match event:
        case Queued(position=1):
            return replies.text(tag, "waiting-next", eta=seconds(event.eta_s))
        case Queued():
            return replies.text(tag, "waiting-position", position=event.position, eta=seconds(event.eta_s))
        case Running():
            return replies.text(tag, "waiting-running")
        case _:
            return replies.text(tag, event)


def seconds(eta_s: float) -> int:
    """An estimate as people read it: whole seconds, then fives, then tens."""
    step = 1 if eta_s < 10 else 5 if eta_s < 60 else 10
    return max(1, math.ceil(eta_s / step) * step)
