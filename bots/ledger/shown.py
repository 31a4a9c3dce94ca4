"""Where results stand in their chats, so that they can be deleted: by a button, or when their time is over."""

import json
import time
from dataclasses import dataclass
from typing import Any

from bots.ledger.database import Database
from bots.message import Address, Message

_KEPT_S = 30 * 86400  # beyond it nobody presses the button of a result, or deleting it is hopeless
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Place:
    """The answer ``key`` stands in its chat as ``sent``, the adapter's id of it, and belongs to ``person``.

    ``subject`` is another person whose profile picture it was made of, or "".
    """

    key: str
    platform: str
    chat: str
    person: str
    address: Address
    sent: str
    subject: str


class Shown:
    """Places by the key of the answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, key: str, message: Message, sent: str, delete_after_s: int | None, subject: str = "") -> None:
        """The answer to a message stands in its chat; it is to be deleted after a while, or never."""
        now = time.time()
        delete_at = None if delete_after_s is None else now + delete_after_s
        address = json.dumps(dict(message.address))
        async with self._database.transaction(durable=False) as db:
            await db.execute(
                "INSERT OR REPLACE INTO shown (key, platform, chat, person, subject, address, sent, delete_at, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (key, message.platform, message.chat, message.person.id, subject, address, sent, delete_at, now),
            )

    async def find(self, platform: str, chat: str, key: str) -> Place | None:
        """Where an answer stands, if it stands in this chat."""
        found = await self._places("key = ? AND platform = ? AND chat = ?", key, platform, chat)
        return found[0] if found else None

    async def over(self, platform: str) -> tuple[Place, ...]:
        """Those whose time is over, longest ago first; of very many, some."""
        return await self._places(
            "platform = ? AND delete_at <= ? ORDER BY delete_at LIMIT ?", platform, time.time(), _AT_ONCE
        )

    async def forget(self, place: Place, *, remembered: str) -> None:
        """The result is gone, and with it what is remembered of it under this name."""
        async with self._database.transaction() as db:
            await db.execute("DELETE FROM shown WHERE key = ?", (place.key,))
            await db.execute(
                "DELETE FROM remembered WHERE platform = ? AND chat = ? AND what = ?",
                (place.platform, place.chat, remembered),
            )

    async def forget_old(self) -> None:
        async with self._database.transaction(durable=False) as db:
            await db.execute("DELETE FROM shown WHERE coalesce(delete_at, at) < ?", (time.time() - _KEPT_S,))

    async def _places(self, which: str, *values: Any) -> tuple[Place, ...]:
        return await places(self._database, which, *values)


async def places(database: Database, which: str, *values: Any) -> tuple[Place, ...]:
    """Those for which a condition of ours holds."""
    rows = await database.rows(
        f"SELECT key, platform, chat, person, address, sent, subject FROM shown WHERE {which}",  # noqa: S608  ours
        *values,
    )
    return tuple(
        Place(key, platform, chat, person, json.loads(address), sent, subject)
        for key, platform, chat, person, address, sent, subject in rows
    )
