"""What members answered to those who would restyle their profile picture: standing answers, chat by chat."""

import time
from dataclasses import dataclass

import aiosqlite

from bots.ledger.database import Database


@dataclass(frozen=True, slots=True)
class Consent:
    """A member's standing answer in one chat, given ``at`` (seconds since 1970). ``number`` names it to the member."""

    number: int
    chat: str
    private: bool
    allowed: bool
    at: float


class Consents:
    """Standing answers by (platform, chat, person)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, platform: str, chat: str, person: str) -> bool | None:
        """Whether the member allowed it for good or refused it for good; None for neither."""
        rows = await self._database.rows(
            "SELECT allowed FROM consents WHERE platform = ? AND chat = ? AND person = ?", platform, chat, person
        )
        return bool(rows[0][0]) if rows else None

    async def given_by(self, platform: str, person: str) -> tuple[Consent, ...]:
        """All that a member answered for good, oldest first."""
        rows = await self._database.rows(
            "SELECT consents.rowid, chat, coalesce(private, 0), allowed, at "
            "FROM consents LEFT JOIN chats USING (platform, chat) WHERE platform = ? AND person = ? "
            "ORDER BY at, consents.rowid",
            *(platform, person),
        )
        return tuple(Consent(number, chat, bool(private), bool(yes), at) for number, chat, private, yes, at in rows)

    async def withdraw(self, platform: str, person: str, number: int) -> bool:
        """The member is asked again from now on. False if no such answer is theirs."""
        async with self._database.transaction() as db:
            cursor = await db.execute(
                "DELETE FROM consents WHERE rowid = ? AND platform = ? AND person = ?", (number, platform, person)
            )
        return cursor.rowcount == 1


async def stand(db: aiosqlite.Connection, platform: str, chat: str, person: str, *, allowed: bool) -> None:
    """Let an answer stand, within a transaction of its caller."""
    await db.execute(
        "INSERT INTO consents (platform, chat, person, allowed, at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET allowed = excluded.allowed, at = excluded.at",
        (platform, chat, person, allowed, time.time()),
    )
