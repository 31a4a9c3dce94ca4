"""The chats that were spoken in: how their admins want things there, and where to speak unasked."""

import json
import time
from dataclasses import asdict, dataclass

import aiosqlite

from bots.ledger.database import Database
from bots.ledger.grants import move as move_grants
from bots.message import Address, Message

OF_CHATS = (  # tables with a column “chat”
    *("consents", "requests", "debits", "remembered", "shown", "announced", "creations"),
)
# Answers that their members have given anew in the chat's new place; of two at once it is no.
_OUTLIVED_CONSENTS = """
    DELETE FROM consents AS here WHERE platform = :platform AND chat = :chat AND EXISTS (
        SELECT 1 FROM consents AS there WHERE platform = :platform AND chat = :to AND person = here.person
        AND (there.at > here.at OR (there.at = here.at AND there.allowed < here.allowed))
    )
"""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a chat's admins decided. The defaults are what holds where they decided nothing.

    ``styles`` may be used here, all when empty; ``style`` is what a bare "/style" takes, none when empty. ``people``
    is "everyone" or "admins"; ``avatars`` is "everyone", "own" (nobody asks another member) or "off". Quotas count
    pictures in a day, None is without end. ``delete_after_s`` is how long results stay; None for ever. ``label`` is
    the small visible mark on photo replies.
    """

    language: str | None = None
    style: str = ""
    styles: tuple[str, ...] = ()
    people: str = "everyone"
    avatars: str = "everyone"
    person_quota: int | None = None
    chat_quota: int | None = None
    delete_after_s: int | None = None
    label: bool = True


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat; ``address`` is where to speak there in answer to nothing."""

    platform: str
    chat: str
    private: bool
    address: Address | None


class Chats:
    """Chats by (platform, chat)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rules(self, platform: str, chat: str) -> Rules:
        rows = await self._database.rows("SELECT rules FROM chats WHERE platform = ? AND chat = ?", platform, chat)
        values = json.loads(rows[0][0]) if rows else {}
        return Rules(**(values | {"styles": tuple(values.get("styles", ()))}))

    async def rule(self, platform: str, chat: str, rules: Rules) -> None:
        """Put rules in the place of those that held."""
        async with self._database.transaction() as db:
            await db.execute(
                "UPDATE chats SET rules = ? WHERE platform = ? AND chat = ?",
                (json.dumps(asdict(rules)), platform, chat),
            )

    async def note(self, message: Message, home: Address | None) -> None:
        """The chat was spoken in; it is there."""
        address = json.dumps(dict(home)) if home is not None else None
        async with self._database.transaction(durable=False) as db:
            await db.execute(
                "INSERT INTO chats (platform, chat, private, address, seen) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT DO UPDATE SET address = coalesce(excluded.address, address), gone = 0, "
                "seen = excluded.seen",
                (message.platform, message.chat, message.private, address, time.time()),
            )

    async def gone(self, platform: str, chat: str) -> None:
        """Nobody can be reached there until somebody speaks there again."""
        async with self._database.transaction(durable=False) as db:
            await db.execute("UPDATE chats SET gone = 1 WHERE platform = ? AND chat = ?", (platform, chat))

    async def own(self, platform: str, person: str) -> Address | None:
        """Where to speak to a person in private, on platforms where that chat has the person's own id."""
        rows = await self._database.rows(
            "SELECT address FROM chats "
            "WHERE platform = ? AND chat = ? AND private AND NOT gone AND address IS NOT NULL",
            *(platform, person),
        )
        address: Address | None = json.loads(rows[0][0]) if rows else None
        return address

    async def reachable(self) -> tuple[Chat, ...]:
        """Every chat that can be spoken in unasked."""
        rows = await self._database.rows(
            "SELECT platform, chat, private, address FROM chats WHERE address IS NOT NULL AND NOT gone ORDER BY seen"
        )
        return tuple(
            Chat(platform, chat, bool(private), json.loads(address)) for platform, chat, private, address in rows
        )

    async def change(self, platform: str, chat: str, **changes: object) -> None:
        """Change single rules, named as in ``Rules``; what another admin changes meanwhile stays."""
        async with self._database.transaction() as db:
            await db.execute(
                "UPDATE chats SET rules = json_patch(rules, ?) WHERE platform = ? AND chat = ?",
                (json.dumps(changes), platform, chat),
            )

    async def move(self, platform: str, chat: str, to: str) -> None:
        """The platform gave the chat another id: all that is known of it goes along. Doing it twice changes nothing."""
        async with self._database.transaction() as db:
            await db.execute(
                "INSERT INTO chats (platform, chat, private, address, rules, seen) "
                "SELECT platform, ?, private, NULL, rules, seen FROM chats WHERE platform = ? AND chat = ? "
                "ON CONFLICT DO UPDATE SET rules = iif(excluded.rules = '{}', rules, excluded.rules)",
                (to, platform, chat),
            )
            await _move_messages(db, platform, chat, to)
            await db.execute(_OUTLIVED_CONSENTS, {"platform": platform, "chat": chat, "to": to})
            await move_grants(db, f"{platform}:{chat}", f"{platform}:{to}")
            for table in OF_CHATS:
                await db.execute(
                    f"UPDATE OR REPLACE {table} SET chat = ? WHERE platform = ? AND chat = ?",  # noqa: S608  ours
                    (to, platform, chat),
                )
            await db.execute("DELETE FROM chats WHERE platform = ? AND chat = ?", (platform, chat))


async def _move_messages(db: aiosqlite.Connection, platform: str, chat: str, to: str) -> None:
    """Move the open messages and the requests for consent.

    A moved message gets an id of its own, as the platform may count anew in the new chat. Its old key stays, so that
    it is known if the platform delivers it once more.
    """
    where = "platform = ? AND chat = ? AND body IS NOT NULL"
    rows = tuple(await db.execute_fetchall(f"SELECT number, message FROM messages WHERE {where}", (platform, chat)))  # noqa: S608  ours
    for number, message in rows:
        own = f"{message} {chat}"
        await db.execute(
            "UPDATE messages SET chat = ?, message = ?, body = json_set(body, '$.chat', ?, '$.id', ?) WHERE number = ?",
            (to, own, to, own, number),
        )
        await db.execute(
            "INSERT INTO messages (platform, chat, message, person, state, changed) "
            "SELECT platform, ?, ?, person, 'sent', changed FROM messages WHERE number = ?",
            (chat, message, number),
        )
    await db.execute(
        "UPDATE requests SET body = json_set(body, '$.waiting.chat', ?) WHERE platform = ? AND chat = ?",
        (to, platform, chat),
    )
