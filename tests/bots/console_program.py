"""A whole bot on the console platform, as a program that may be killed at any point.

Its platform delivers each update again and again until it is acknowledged, as real ones do. A folder holds all there
is: ``updates`` (what people said), ``acknowledged``, ``journal`` (what people saw) and the ledger.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Any

from bots.conversation import Conversation, Pace
from bots.ledger import Ledger
from bots.message import Message, Person, Picture
from tests.bots.console import Console, Inverting, append, read_journal

RECORDING = ("receive", "keep", "accept", "decide", "begin_sending", "finish")
SENDING = ("before show", "after show")
POINTS = (*(f"{when} {name}" for name in RECORDING for when in ("before", "after")), *SENDING)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def run(folder: Path, *, repeatable: bool, die_at: str = "", die_on: int = 1) -> None:
    """Answer everything and return; or die at the ``die_on``-th time that the program comes to the point ``die_at``."""
    asyncio.run(_answer_all(folder, repeatable=repeatable, reached=_Reached(die_at, die_on)))


class _Reached:
    def __init__(self, die_at: str, die_on: int) -> None:
        self._die_at, self._left = die_at, die_on

    def __call__(self, point: str) -> None:
        if point == self._die_at:
            self._left -= 1
            if not self._left:
                die()


async def _answer_all(folder: Path, *, repeatable: bool, reached: _Reached) -> None:
    console = Console(repeatable=repeatable, journal=folder / "journal")
    console.before_sending = lambda kind: reached("before show") if kind == "photos" else None
    console.after_sending = lambda kind: reached("after show") if kind == "photos" else None
    ledger, service = Ledger(folder / "ledger.sqlite3"), Inverting(seconds_each=0.03)
    _watch(ledger, reached)
    async with ledger, Conversation(service, ledger, [console], pace=Pace(look_every_s=0.01)) as conversation:
        acknowledged = {line["id"] for line in read_journal(folder / "acknowledged")}
        for update in read_journal(folder / "updates"):
            if update["id"] not in acknowledged:
                await conversation.receive(message_of(update))
                append(folder / "acknowledged", {"id": update["id"]})
        while await ledger.open_entries():
            await asyncio.sleep(0.01)


def message_of(update: dict[str, Any]) -> Message:
    """Every update is in a chat of its own, so that its answers can be counted."""
    pictures = tuple(Picture(ref, "image/jpeg") for ref in update["pictures"])
    person = Person(update["person"], "Ann")
    return Message("console", update["id"], "1", person, update["text"], {"chat": update["id"]}, pictures, private=True)


def _watch(ledger: Ledger, reached: _Reached) -> None:
    for name in RECORDING:
        setattr(ledger, name, _watched(name, getattr(ledger, name), reached))


def _watched(name: str, method: Callable[..., Awaitable[Any]], reached: _Reached) -> Callable[..., Awaitable[Any]]:
    @wraps(method)
    async def watched(*positional: Any, **named: Any) -> Any:
        reached(f"before {name}")
        outcome = await method(*positional, **named)
        reached(f"after {name}")
        return outcome

    return watched
