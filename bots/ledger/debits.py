"""What was accepted: the pictures that quotas count over a day, and statistics over a month.

A message is debited once, when its pictures are accepted. The schema's triggers give back what did not come to a
picture: within the write that says so, so that no kill can come between.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import aiosqlite

from bots.ledger import spenders
from bots.ledger.database import Database
from bots.ledger.records import Entry

DAY_S = 86400.0
_KEPT_S = 30 * DAY_S
_BY_PERSON = "(person = :person OR digest = :digest)"  # a person who was forgotten since has no new quota
_SCOPES = {  # what is counted together
    "person": f"platform = :platform AND chat = :chat AND {_BY_PERSON}",
    "chat": "platform = :platform AND chat = :chat",
    "everywhere": f"platform = :platform AND {_BY_PERSON}",
}


@dataclass(frozen=True, slots=True)
class Over:
    """A quota that a message would pass, by the name of its scope. ``free_in_s``: until there is room; None: never."""

    scope: str
    quota: int
    free_in_s: float | None


class Debits:
    """Counted by (platform, chat, person)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, entry: Entry, style: str, pictures: int, quotas: Mapping[str, int | None]) -> Over | None:
        """Count a message's pictures, unless a quota forbids it; None is no quota. Counting it again changes nothing.

        The scopes of ``quotas`` are "person" (in this chat), "chat" (all its people) and "everywhere" (a person).
        """
        message, now = entry.message, time.time()
        key = {"platform": message.platform, "chat": message.chat, "person": message.person.id}
        async with self._database.transaction() as db:
            if await self._database.rows("SELECT 1 FROM debits WHERE number = ?", entry.number):
                return None
            whose = key | {"digest": await spenders.known(db, message.platform, message.person.id)}
            for scope, quota in quotas.items():
                over = None if quota is None else await _over(db, scope, quota, whose, pictures, now)
                if over:
                    return over
            await db.execute(
                "INSERT INTO debits (number, platform, chat, person, style, pictures, at) "
                "SELECT number, ?, ?, ?, ?, ?, ? FROM messages WHERE number = ? AND body IS NOT NULL",
                (*key.values(), style, pictures, now, entry.number),
            )
        return None

    async def tidy(self) -> None:
        """Forget what neither quotas nor statistics count any more."""
        now = time.time()
        async with self._database.transaction(durable=False) as db:
            await db.execute("DELETE FROM debits WHERE at < ?", (now - _KEPT_S,))
            await spenders.tidy(db, now - DAY_S)


async def _over(
    db: aiosqlite.Connection, scope: str, quota: int, whose: Mapping[str, str | None], pictures: int, now: float
) -> Over | None:
    rows = await db.execute_fetchall(
        f"SELECT at, pictures FROM debits WHERE {_SCOPES[scope]} AND at > :since ORDER BY at",  # noqa: S608  ours
        {**whose, "since": now - DAY_S},
    )
    excess = sum(counted for _, counted in rows) + pictures - quota
    if excess <= 0:
        return None
    if pictures > quota:
        return Over(scope, quota, None)
    for at, counted in rows:
        excess -= counted
        if excess <= 0:
            return Over(scope, quota, at + DAY_S - now)
    return Over(scope, quota, DAY_S)
