"""An operator's words to every chat: a draft, then one row for each chat until all of them have had their turn.

Words that are leaving when the program is killed may have arrived: they count as uncertain, and are not said again.
"""

import json
import time
from collections import Counter
from dataclasses import dataclass

from bots.ledger.database import Database
from bots.message import Address, Message

_KEPT_S = 86400  # a draft that nobody sends, and the key of what was sent
_WAITS_S = 7 * 86400  # for platforms that are off


@dataclass(frozen=True, slots=True)
class Announcement:
    """``state`` is "draft", "sending" or "done"; ``address`` on ``platform`` is where its operator is told of it."""

    key: str
    words: str
    state: str
    platform: str
    address: Address
    language: str
    chats: int


class Announcements:
    """Announcements by their keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def draft(self, key: str, words: str, message: Message) -> None:
        """Keep words until they are sent; keeping them again changes nothing."""
        async with self._database.transaction() as db:
            await db.execute(
                "INSERT INTO announcements (key, words, state, platform, address, language, at) "
                "VALUES (?, ?, 'draft', ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    *(key, words, message.platform, json.dumps(dict(message.address))),
                    *(message.person.language, time.time()),
                ),
            )

    async def drop(self, key: str) -> None:
        """Forget a draft."""
        async with self._database.transaction() as db:
            await db.execute("DELETE FROM announcements WHERE key = ? AND state = 'draft'", (key,))

    async def begin(self, key: str) -> Announcement | None:
        """From now on it is being sent to every chat that can be reached; None if there is none of that key."""
        async with self._database.transaction() as db:
            cursor = await db.execute(
                "UPDATE announcements SET state = 'sending' WHERE key = ? AND state = 'draft'", (key,)
            )
            if cursor.rowcount:
                cursor = await db.execute(
                    "INSERT INTO announced (key, platform, chat, state) SELECT ?, platform, chat, 'waiting' "
                    "FROM chats WHERE address IS NOT NULL AND NOT gone",
                    (key,),
                )
                await db.execute("UPDATE announcements SET chats = ? WHERE key = ?", (cursor.rowcount, key))
        return next(iter(await self._find("key = ?", key)), None)

    async def unfinished(self) -> tuple[Announcement, ...]:
        """What was being sent when the program ended."""
        return await self._find("state = 'sending'")

    async def interrupted(self) -> None:
        """Nothing is leaving now: whatever was may have arrived."""
        async with self._database.transaction() as db:
            await db.execute("UPDATE announced SET state = 'uncertain' WHERE state = 'sending'")

    async def waiting(self, key: str, platform: str) -> tuple[str, Address] | None:
        """The next chat that has not heard it, and where to speak there."""
        rows = await self._database.rows(
            "SELECT chat, address FROM announced JOIN chats USING (platform, chat) "
            "WHERE key = ? AND platform = ? AND state = 'waiting' AND address IS NOT NULL ORDER BY seen LIMIT 1",
            *(key, platform),
        )
        return (str(rows[0][0]), json.loads(rows[0][1])) if rows else None

    async def note(self, key: str, platform: str, chat: str, state: str) -> None:
        """What becomes of it in a chat."""
        async with self._database.transaction() as db:
            await db.execute(
                "UPDATE announced SET state = ? WHERE key = ? AND platform = ? AND chat = ?",
                (state, key, platform, chat),
            )

    async def counts(self, key: str) -> Counter[str]:
        """How many chats stand where."""
        rows = await self._database.rows("SELECT state, count(*) FROM announced WHERE key = ? GROUP BY state", key)
        return Counter({str(state): int(count) for state, count in rows})

    async def finish(self, key: str) -> None:
        """Every chat has had its turn: which chats they were is forgotten."""
        async with self._database.transaction() as db:
            await db.execute("UPDATE announcements SET state = 'done', at = ? WHERE key = ?", (time.time(), key))
            await db.execute("DELETE FROM announced WHERE key = ?", (key,))

    async def tidy(self) -> None:
        """Forget drafts that nobody sent, what was sent a while ago, and chats that waited for too long."""
        now = time.time()
        async with self._database.transaction(durable=False) as db:
            await db.execute(
                "DELETE FROM announcements WHERE at < iif(state = 'sending', ?, ?)", (now - _WAITS_S, now - _KEPT_S)
            )
            await db.execute("DELETE FROM announced WHERE key NOT IN (SELECT key FROM announcements)")

    async def _find(self, where: str, *values: str) -> tuple[Announcement, ...]:
        rows = await self._database.rows(
            f"SELECT key, words, state, platform, address, language, chats FROM announcements WHERE {where}",  # noqa: S608  ours
            *values,
        )
        return tuple(
            Announcement(key, words, state, platform, json.loads(address), language, chats)
            for key, words, state, platform, address, language, chats in rows
        )
