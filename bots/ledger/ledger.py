"""The ledger: a Message is recorded before it is acknowledged, and its answer is accounted for exactly once.

    received → accepted → ready → sending → sent | failed | uncertain        (cancelled from the first three)

One SQLite file in WAL mode, owned by one process. What must survive a loss of power is synced to the disk; what can
be made again is only written. Deleted bytes are overwritten (``secure_delete``), and ``tidy`` empties the write-ahead
log, which would keep them.
"""

import logging
import sqlite3
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import aiosqlite

from bots.commands import parse
from bots.ledger import records, references
from bots.ledger.announcements import Announcements
from bots.ledger.betterings import Betterings
from bots.ledger.chats import Chats
from bots.ledger.consents import Consents
from bots.ledger.creations import Creations
from bots.ledger.database import Database
from bots.ledger.debits import Debits
from bots.ledger.forgetting import Forgetting
from bots.ledger.grants import Grants
from bots.ledger.memory import Memory
from bots.ledger.people import People
from bots.ledger.questions import Questions
from bots.ledger.records import Entry, Item, Reply, State
from bots.ledger.sealing import Sealing
from bots.ledger.shown import Shown
from bots.ledger.statistics import Counting
from bots.ledger.usage import Usage
from bots.message import Message
from inference.job import Job, Result

log = logging.getLogger(__name__)
_KEPT_S = 30 * 86400  # how long an answered message is known, should a platform deliver it again


class Ledger:
    """An async context manager. Every method is one transaction; what it holds beside messages has its own part.

    ``pictures_key`` seals creators' pictures; without one they are stored as they are.
    """

    def __init__(self, path: Path, *, pictures_key: str | None = None) -> None:
        self._database = Database(path)
        self.memory = Memory(self._database)
        self.chats = Chats(self._database)
        self.people = People(self._database)
        self.debits = Debits(self._database)
        self.announcements = Announcements(self._database)
        self.counting = Counting(self._database)
        self.usage = Usage(self._database)
        self.shown = Shown(self._database)
        self.consents = Consents(self._database)
        self.questions = Questions(self._database)
        self.creations = Creations(self._database, Sealing(self._database, pictures_key))
        self.grants = Grants(self._database)
        self.betterings = Betterings(self._database)
        self.forgetting = Forgetting(self._database)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._database)
            stack.push_async_callback(self.tidy)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def receive(self, message: Message) -> Entry | None:
        """Record a message. None if it was recorded before, whatever became of it."""
        key = (message.platform, message.chat, message.id, message.person.id)
        async with self._database.transaction() as db:
            cursor = await db.execute(
                "INSERT INTO messages (platform, chat, message, person, state, body, changed) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (*key, State.RECEIVED, records.message_to_json(message), time.time()),
            )
        return Entry(cursor.lastrowid or 0, message, State.RECEIVED) if cursor.rowcount else None

    async def open_entries(self) -> tuple[Entry, ...]:
        """Every message that is not answered yet, oldest first."""
        rows = await self._database.rows(
            "SELECT number, body, state, reply, progress, as_file FROM messages WHERE body IS NOT NULL ORDER BY number"
        )
        return tuple(records.entry(*row) for row in rows)

    async def keep(self, number: int, item: int, job: Job, failure: str | None = None, *, maker: str = "") -> None:
        """Record one picture of a message or, with ``failure``, why there is none. Keeping it again changes nothing.

        ``maker`` is the style that makes a picture of the job's words, if it has any.
        """
        options = records.options_to_json(job.options)
        made_of = (job.words, job.seed, maker) if job.words else ("", 0, "")
        async with self._database.transaction() as db:
            cursor = await db.execute(
                "INSERT INTO jobs (number, item, style, options, failure, picture, words, seed, maker) "
                "SELECT number, ?, ?, ?, ?, ?, ?, ?, ? FROM messages WHERE number = ? AND body IS NOT NULL "
                "ON CONFLICT DO NOTHING",
                (item, job.style, options, failure, None if failure else job.picture, *made_of, number),
            )
            if cursor.rowcount and not failure:
                await references.keep(db, number, item, job.references)

    async def kept(self, number: int) -> frozenset[int]:
        """The items of a message that are recorded already."""
        rows = await self._database.rows("SELECT item FROM jobs WHERE number = ?", number)
        return frozenset(item for (item,) in rows)

    async def accept(self, number: int, *, as_file: bool = False) -> bool:
        """Every picture of the message is kept. False if the message was cancelled meanwhile."""
        async with self._database.transaction() as db:
            cursor = await db.execute(
                "UPDATE messages SET state = ?, as_file = ? WHERE number = ? AND state = ?",
                (State.ACCEPTED, as_file, number, State.RECEIVED),
            )
            await _ready_if_decided(db, number)
        return cursor.rowcount == 1

    async def undecided(self, number: int) -> tuple[int, ...]:
        """The items that have neither a result nor a failure."""
        rows = await self._database.rows("SELECT item FROM undecided WHERE number = ? ORDER BY item", number)
        return tuple(item for (item,) in rows)

    async def job(self, number: int, item: int) -> Job | None:
        """The job of an item, pictures and all; None if it was cancelled meanwhile."""
        rows = await self._database.rows(
            "SELECT picture, style, options, platform || ':' || person, platform || ':' || chat, words, seed "
            "FROM jobs JOIN messages USING (number) WHERE number = ? AND item = ? AND picture IS NOT NULL",
            number,
            item,
        )
        for picture, style, options, user, chat, words, seed in rows:
            wanted, liked = records.options_from_json(options), await references.recall(self._database, number, item)
            return Job(picture, style, wanted, user, chat, references=liked, words=words, seed=seed)
        return None

    async def maker(self, number: int, item: int) -> str:
        """The style that makes a picture of an item's words, which may be the one it is wanted in; "" without words."""
        rows = await self._database.rows("SELECT maker FROM jobs WHERE number = ? AND item = ?", number, item)
        return str(rows[0][0]) if rows else ""

    async def decide(self, number: int, item: int, outcome: Result | str) -> None:
        """Record an item's result or its failure's code, and drop its picture. The last one makes the message ready."""
        result, failure = (None, outcome) if isinstance(outcome, str) else (outcome, None)
        about = records.result_to_json(result) if result else None
        # Not synced: if the power takes this write, the picture is still there and the result is made again.
        async with self._database.transaction(durable=False) as db:
            await db.execute(
                "UPDATE jobs SET failure = ?, about = ?, result = ?, picture = NULL WHERE number = ? AND item = ?",
                (failure, about, result.picture if result else None, number, item),
            )
            await _ready_if_decided(db, number)

    async def items(self, number: int) -> tuple[Item, ...]:
        """All items of a message in their order, with their results."""
        rows = await self._database.rows(
            "SELECT item, style, failure, about, result FROM jobs WHERE number = ? ORDER BY item", number
        )
        return tuple(records.item(*row) for row in rows)

    async def style(self, number: int) -> str | None:
        """The style that a message's pictures are made in, once one is kept."""
        rows = await self._database.rows("SELECT style FROM jobs WHERE number = ? LIMIT 1", number)
        return str(rows[0][0]) if rows else None

    async def begin_sending(self, number: int, reply: Reply) -> bool:
        """From here on the answer may have arrived. False if the message was cancelled or answered meanwhile."""
        async with self._database.transaction() as db:
            cursor = await db.execute(
                "UPDATE messages SET state = ?, reply = ? WHERE number = ? AND state IN (?, ?, ?)",
                (State.SENDING, reply, number, State.RECEIVED, State.ACCEPTED, State.READY),
            )
        return cursor.rowcount == 1

    async def take_back(self, entry: Entry) -> Entry:
        """Sending it once more is safe: set the message back to before it was sent."""
        jobs = await self.kept(entry.number)
        before = State.READY if jobs else State.RECEIVED
        async with self._database.transaction() as db:
            await db.execute("UPDATE messages SET state = ? WHERE number = ?", (before, entry.number))
        return replace(entry, state=before)

    async def finish(self, number: int, state: State) -> None:
        """The message is over: its body and its pictures are dropped, its key stays."""
        async with self._database.transaction(durable=False) as db:
            await _drop(db, number, state)

    async def cancel(self, platform: str, chat: str, person: str, before: int) -> tuple[tuple[Entry, int], ...]:
        """Cancel what a person asked in a chat before message ``before``; each with its number of pictures.

        What is being sent, or is answered, stays.
        """
        async with self._database.transaction() as db:
            rows = await self._database.rows(
                "SELECT (SELECT count(*) FROM jobs WHERE number = messages.number), "
                "number, body, state, reply, progress, as_file FROM messages "
                "WHERE platform = ? AND chat = ? AND person = ? AND number < ? AND body IS NOT NULL "
                "AND state IN (?, ?, ?) ORDER BY number",
                *(platform, chat, person, before, State.RECEIVED, State.ACCEPTED, State.READY),
            )
            for _, number, *_ in rows:
                await _drop(db, number, State.CANCELLED)
        entries = [(records.entry(*row), count) for count, *row in rows]
        return tuple((entry, max(kept, _wanted(entry.message))) for entry, kept in entries)

    async def waiting(self, platform: str, person: str) -> int:
        """How many pictures of a person are not answered yet."""
        rows = await self._database.rows(
            "SELECT count(*) FROM jobs JOIN messages USING (number) "
            "WHERE platform = ? AND person = ? AND body IS NOT NULL",
            *(platform, person),
        )
        return int(rows[0][0])

    async def show_progress(self, number: int, progress: str | None) -> None:
        """Remember the adapter's id of the progress line, so that it can be taken back after a restart."""
        async with self._database.transaction(durable=False) as db:
            await db.execute(
                "UPDATE messages SET progress = ? WHERE number = ? AND body IS NOT NULL", (progress, number)
            )

    async def tidy(self) -> None:
        """Forget what is long over, and leave no deleted bytes in the write-ahead log; on a full disk, next time."""
        try:
            await self._forget_old()
            await self._database.empty_log()
        except sqlite3.Error as error:
            log.error("the ledger could not be tidied: %s", error)

    async def _forget_old(self) -> None:
        now = time.time()
        await self.debits.tidy()
        await self.announcements.tidy()
        async with self._database.transaction(durable=False) as db:
            await db.execute("DELETE FROM messages WHERE body IS NULL AND changed < ?", (now - _KEPT_S,))
            await db.execute("DELETE FROM remembered WHERE until < ?", (now,))


def _wanted(message: Message) -> int:
    """The pictures that a message asks for, as far as it says so itself."""
    command, pictures = parse(message.text), len(message.pictures or message.replied)
    match command.name if command else "":
        case "like":
            return min(pictures, 1)  # of several
        case "theme":
            return 1  # of none
        case _:
            return pictures


async def _ready_if_decided(db: aiosqlite.Connection, number: int) -> None:
    await db.execute(
        "UPDATE messages SET state = ? WHERE number = ? AND state = ? "
        "AND NOT EXISTS (SELECT 1 FROM undecided WHERE number = messages.number)",
        (State.READY, number, State.ACCEPTED),
    )


async def _drop(db: aiosqlite.Connection, number: int, state: State) -> None:
    await db.execute("DELETE FROM jobs WHERE number = ?", (number,))
    await db.execute(
        "UPDATE messages SET state = ?, body = NULL, reply = NULL, progress = NULL, changed = ? "
        "WHERE number = ? AND body IS NOT NULL",
        (state, time.time(), number),
    )
