"""A whole bot on the square, which may be killed: from outside at any time, or by itself at the n-th of some points."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiosqlite

from bots import replies
from bots.conversation import Conversation, Pace
from bots.ledger import Ledger
from bots.ledger.database import Database
from inference.job import Job, Result
from tests.bots.console import STYLES
from tests.bots.imagining import THEME, Imagining
from tests.bots.killing.square import ADMINS, PLATFORM, Square, named

POINTS = ("before writing", "after writing", "before sending", "after sending")
PACE = Pace(worth_after_s=0.1, worth_eta_s=0.3, change_every_s=0.05, look_every_s=0.01)
_EACH_S = 0.01
_STILL_S = 0.06  # nothing to do for so long: done, though people may have more to say

replies.prepare()  # once, in the server that every program is forked from


def run(folder: Path, *, repeatable: bool, point: str = "", nth: int = 0) -> None:
    """Answer everything and return; or die when the program comes to the point for the n-th time."""
    left = {point: nth}

    def reached(there: str) -> None:
        if there in left:
            left[there] -= 1
            if not left[there]:
                os.kill(os.getpid(), signal.SIGKILL)

    _keep_errors(folder / "errors")
    _watch_writes(reached)
    asyncio.run(_answer_all(Square(folder, repeatable=repeatable, reached=reached), Ledger(folder / "ledger.sqlite3")))


class _Service(Imagining):
    """What it makes of words bears marks, as photos do, so that the account finds what is left of it anywhere."""

    def _made(self, job: Job) -> Result:
        made = super()._made(job)
        return replace(made, picture=named(job.words)) if job.words else made


async def _answer_all(square: Square, ledger: Ledger) -> None:
    service = _Service(seconds_each=_EACH_S, infos=(THEME, *STYLES))
    operators = [f"{PLATFORM}:{person}" for person in ADMINS]
    async with ledger, Conversation(service, ledger, [square], operators=operators, pace=PACE) as conversation:
        conversation._bulletin._every_s = 0.01  # the square has no flood control
        hearing = asyncio.create_task(square.run(conversation))
        await _until_still(square, ledger)
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)


async def _until_still(square: Square, ledger: Ledger) -> None:
    still_s = 0.0
    while still_s < _STILL_S:
        await asyncio.sleep(0.01)
        busy = not square.heard_all or await ledger.open_entries() or await ledger.announcements.unfinished()
        still_s = 0.0 if busy else still_s + 0.01


def _keep_errors(path: Path) -> None:
    """What went wrong unforeseen, for the account; that answers are uncertain is no error here."""
    errors = logging.FileHandler(path, delay=True)
    errors.setLevel(logging.ERROR)
    logging.getLogger().addHandler(errors)


def _watch_writes(reached: Callable[[str], None]) -> None:
    """Let the ledger of this process come to a point before and after each of its transactions is committed."""
    whole = Database.transaction

    @asynccontextmanager
    async def watched(self: Database, *, durable: bool = True) -> AsyncIterator[aiosqlite.Connection]:
        async with whole(self, durable=durable) as db:
            yield db
            reached("before writing")
        reached("after writing")

    Database.transaction = watched  # type: ignore[method-assign]  # in a process that does nothing else
