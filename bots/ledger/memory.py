"""What is remembered of a person in a chat for a while: the style they chose, the picture they just sent."""

import time

from bots.ledger.database import Database
from bots.message import Message


class Memory:
    """Values by (platform, chat, person, what), each with its end."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember(self, message: Message, what: str, value: str, for_s: float, *, durable: bool = True) -> None:
        """Remember something of the message's person in its chat, in place of what was remembered before."""
        async with self._database.transaction(durable=durable) as db:
            await db.execute(
                "INSERT OR REPLACE INTO remembered (platform, chat, person, what, value, until) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (*_key(message), what, value, time.time() + for_s),
            )

    async def recall(self, message: Message, what: str) -> str | None:
        rows = await self._database.rows(
            "SELECT value FROM remembered WHERE platform = ? AND chat = ? AND person = ? AND what = ? AND until > ?",
            *_key(message),
            what,
            time.time(),
        )
        return str(rows[0][0]) if rows else None

    async def forget(self, message: Message, what: str) -> None:
        async with self._database.transaction(durable=False) as db:
            await db.execute(
                "DELETE FROM remembered WHERE platform = ? AND chat = ? AND person = ? AND what = ?",
                (*_key(message), what),
            )


def _key(message: Message) -> tuple[str, str, str]:
    return message.platform, message.chat, message.person.id
