"""All that is held of one person: counted, deleted, and searched for in every table there is."""
# ruff: noqa: S608  these queries are put together of constants here, and of the schema's own names

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiosqlite

from bots.commands import parse
from bots.ledger import records, spenders
from bots.ledger.database import Database
from bots.ledger.debits import DAY_S
from bots.ledger.grants import signature
from bots.ledger.shown import Place, places
from bots.message import Message, answer_key

_BY_PERSON = "platform = :platform AND person = :person"
_BY_ASKING = "platform = :platform AND :person IN (person, requester)"
_OWN_STYLES = (
    "kind = 'granted' AND person = :signature AND style NOT IN (SELECT style FROM grants WHERE kind = 'withdrawn')"
)
_OTHERS_OPEN = "SELECT number, body FROM messages WHERE platform = :platform AND person != :person AND body IS NOT NULL"
_PRIVATE = (  # a chat of nobody else's: its id is the person's own on some platforms
    "SELECT chat FROM chats WHERE platform = :platform AND private AND (chat = :person "
    f"OR chat IN (SELECT chat FROM messages WHERE {_BY_PERSON} UNION SELECT chat FROM debits WHERE {_BY_PERSON} "
    f"UNION SELECT chat FROM remembered WHERE {_BY_PERSON} UNION SELECT chat FROM shown WHERE {_BY_PERSON}))"
)
_MADE_OF_THEIRS = (  # by whatever message, as a press on a gallery's button names nobody
    "SELECT what FROM remembered WHERE platform = :platform AND what GLOB 'result *' "
    "AND json_valid(value) AND json_extract(value, '$.subject') = :person"
)
_COUNTS = {
    "waiting": f"SELECT count(*) FROM messages WHERE {_BY_PERSON} AND body IS NOT NULL AND number != :own",
    "keys": f"SELECT count(*) FROM messages WHERE {_BY_PERSON} AND body IS NULL",
    "remembered": f"SELECT count(*) FROM remembered WHERE {_BY_PERSON} AND until > :now",
    "results": "SELECT count(*) FROM shown WHERE platform = :platform AND :person IN (person, subject)",
    "pictures": f"SELECT coalesce(sum(pictures), 0) FROM debits WHERE {_BY_PERSON}",
    "spent": "SELECT coalesce(sum(pictures), 0) FROM debits "
    "WHERE platform = :platform AND digest = :spender AND at > :today",
    "consents": f"SELECT count(*) FROM consents WHERE {_BY_PERSON}",
    "questions": f"SELECT count(*) FROM requests WHERE {_BY_ASKING} AND until > :now",
    "blocked": f"SELECT count(*) FROM people WHERE {_BY_PERSON} AND blocked",
    "languages": f"SELECT count(*) FROM people WHERE {_BY_PERSON} AND language IS NOT NULL",
    "creations": f"SELECT count(*) FROM creations WHERE {_BY_PERSON} AND until > :now "
    "AND state NOT IN ('made', 'refused')",
    "styles": f"SELECT count(DISTINCT style) FROM grants WHERE {_OWN_STYLES}",
    "chats": f"SELECT count(*) FROM chats WHERE platform = :platform AND chat IN ({_PRIVATE})",
}
_FORGET = (
    f"DELETE FROM remembered WHERE {_BY_PERSON} OR (platform = :platform AND names(value, :person))",
    f"DELETE FROM shown WHERE {_BY_PERSON}",
    "UPDATE shown SET subject = '' WHERE platform = :platform AND subject = :person",
    f"DELETE FROM consents WHERE {_BY_PERSON}",
    f"DELETE FROM requests WHERE {_BY_ASKING}",
    f"DELETE FROM creation_pictures WHERE key IN (SELECT key FROM creations WHERE {_BY_PERSON})",
    f"DELETE FROM creations WHERE {_BY_PERSON}",
    # Nobody could take a style back for somebody who is forgotten. The rows stay, and are nobody's from now on.
    "INSERT INTO grants (kind, style, person, at, rights, scope, expires, document, approved_by, pictures) "
    f"SELECT DISTINCT 'withdrawn', style, person, :now, '', '', '', '', '', '[]' FROM grants WHERE {_OWN_STYLES}",
    f"DELETE FROM signers WHERE {_BY_PERSON}",
    f"DELETE FROM people WHERE {_BY_PERSON} AND NOT blocked",
    f"UPDATE people SET language = NULL WHERE {_BY_PERSON}",
    "DELETE FROM announcements WHERE platform = :platform AND state != 'sending' AND names(address, :person)",
    # Of what was answered, the key stays where it tells of nobody; and how many pictures were made, but not for whom.
    f"DELETE FROM messages WHERE {_BY_PERSON} AND body IS NULL "
    "AND (chat IN (SELECT value FROM json_each(:private)) OR names(chat, :person) OR names(message, :person))",
    f"UPDATE messages SET person = '' WHERE {_BY_PERSON} AND body IS NULL",
    f"UPDATE debits SET digest = :spender WHERE {_BY_PERSON} AND at > :today",
    "UPDATE debits SET person = '', chat = iif(chat IN (SELECT value FROM json_each(:private)), '', chat) "
    f"WHERE {_BY_PERSON}",
    "DELETE FROM chats WHERE platform = :platform AND chat IN (SELECT value FROM json_each(:private))",
    "UPDATE chats SET address = NULL WHERE platform = :platform AND names(address, :person)",
    # The message that asks: its key tells of nobody, its body goes with the answer.
    "UPDATE messages SET person = '', chat = '', message = :digest WHERE number = :own",
)


@dataclass(frozen=True, slots=True)
class Held:
    """How much is held of a person: messages not answered, keys of answered ones, and so on.

    ``spent`` are today's pictures of before the person was forgotten, counted under a digest until the day is over.
    That stays when a person is forgotten, and so does a block by the operator (``blocked``).
    """

    waiting: int
    keys: int
    remembered: int
    results: int
    pictures: int
    spent: int
    consents: int
    questions: int
    blocked: int
    languages: int
    creations: int
    styles: int
    chats: int


class Forgetting:
    """By (platform, person), in all chats. ``own`` is the number of the message that asks, which is answered first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def number(self, message: Message, digest: str) -> int | None:
        """The number of the message that asks. None if it was answered before, and has come again."""
        async with self._database.transaction() as db:
            key = (message.platform, message.chat, message.id)
            again = "EXISTS (SELECT 1 FROM messages WHERE platform = ? AND chat = '' AND message = ? AND body IS NULL)"
            await db.execute(
                f"DELETE FROM messages WHERE platform = ? AND chat = ? AND message = ? AND {again}",
                (*key, message.platform, digest),
            )
        rows = await self._database.rows(
            "SELECT number FROM messages WHERE platform = ? AND body IS NOT NULL "
            "AND ((chat = ? AND message = ?) OR (chat = '' AND message = ?))",
            *(*key, digest),
        )
        return int(rows[0][0]) if rows else None

    async def held(self, platform: str, person: str, own: int) -> Held:
        values = {"own": own, **await self._values(platform, person)}
        async with self._database.transaction(durable=False) as db:
            values["spender"] = await spenders.known(db, platform, person)
            counts = {name: await _count(db, query, values) for name, query in _COUNTS.items()}
        return Held(**counts)

    async def open_chats(self, platform: str, person: str, own: int) -> tuple[str, ...]:
        """The chats where something that the person asked before is not answered yet."""
        rows = await self._database.rows(
            "SELECT DISTINCT chat FROM messages WHERE platform = ? AND person = ? AND body IS NOT NULL AND number < ?",
            *(platform, person, own),
        )
        return tuple(str(chat) for (chat,) in rows)

    async def fading(self, platform: str, person: str) -> tuple[Place, ...]:
        """The person's results that their chats were promised to lose some day."""
        fades = "platform = ? AND person = ? AND delete_at IS NOT NULL"
        return await places(self._database, fades, platform, person)

    async def forget(self, platform: str, person: str, own: int, digest: str) -> tuple[Message, ...]:
        """Delete all there is of the person; the messages of others that wanted their profile picture, now dropped.

        Today's pictures still count, under a digest. Of the message that asks, only what is needed to answer it stays,
        until it is answered.
        """
        values = {"own": own, "digest": digest, **await self._values(platform, person)}
        async with self._database.transaction() as db:
            await _teach(db)
            values["spender"] = await spenders.sign(db, platform, person)
            dropped = await _leave_others(db, values)
            private = json.dumps([chat for (chat,) in await db.execute_fetchall(_PRIVATE, values)])
            for statement in _FORGET:
                await db.execute(statement, values | {"private": private})
        await self._database.empty_log()
        return dropped

    async def _values(self, platform: str, person: str) -> dict[str, Any]:
        now = time.time()
        signed = await signature(self._database, platform, person)
        return {"platform": platform, "person": person, "signature": signed, "now": now, "today": now - DAY_S}

    async def traces(self, platform: str, person: str, own: int) -> int:
        """In how many rows of all tables the person is still named: none, but for what came, or is leaving, meanwhile.

        Neither a block by the operator is counted nor what stands under a digest, of which ``held`` tells.
        """
        async with self._database.transaction(durable=False) as db:
            await _teach(db)
            tables = await db.execute_fetchall(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            )
            values = {"platform": platform, "person": person, "own": own}
            return sum([await _count(db, await _search(db, table), values) for (table,) in tables], start=0)


async def _count(db: aiosqlite.Connection, query: str, values: Mapping[str, Any]) -> int:
    ((count,),) = await db.execute_fetchall(query, values)
    return int(count)


async def _search(db: aiosqlite.Connection, table: str) -> str:
    """The query that counts a table's rows in which any text names the person."""
    columns = [str(name) for (name,) in await db.execute_fetchall("SELECT name FROM pragma_table_info(?)", (table,))]
    texts = " OR ".join(f"""(typeof("{name}") = 'text' AND names("{name}", :person))""" for name in columns)
    only = " AND platform = :platform" if "platform" in columns else ""
    only += {"messages": " AND number != :own", "people": " AND NOT blocked"}.get(table, "")
    return f'SELECT count(*) FROM "{table}" WHERE ({texts}){only}'


async def _leave_others(db: aiosqlite.Connection, values: Mapping[str, Any]) -> tuple[Message, ...]:
    """Take the person out of the open messages of others; drop those that want their profile picture."""
    dropped = []
    theirs = {what for (what,) in await db.execute_fetchall(_MADE_OF_THEIRS, values)}
    for number, body in tuple(await db.execute_fetchall(_OTHERS_OPEN, values)):
        message = records.message_from_json(body)
        made = f"result {answer_key(message)}" in theirs
        if not made and all(person.id != values["person"] for person in message.mentioned):
            continue
        command = parse(message.text)
        if made or (command and command.name == "avatar"):
            dropped.append(message)
            await db.execute("DELETE FROM jobs WHERE number = ?", (number,))
            await db.execute(
                "UPDATE messages SET state = 'cancelled', body = NULL, reply = NULL, progress = NULL, changed = ? "
                "WHERE number = ?",
                (time.time(), number),
            )
        else:
            others = [person for person in json.loads(body)["mentioned"] if person["id"] != values["person"]]
            await db.execute(
                "UPDATE messages SET body = json_set(body, '$.mentioned', json(?)) WHERE number = ?",
                (json.dumps(others), number),
            )
    return tuple(dropped)


async def _teach(db: aiosqlite.Connection) -> None:
    """Let queries ask whether a text names a person."""
    await db.create_function("names", 2, _names, deterministic=True)


def _names(text: str | None, person: str) -> bool:
    """Whether an id stands in a text as a whole: as a value, within JSON, or as a part of an address."""
    if not text or person not in text:
        return False
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(person)}(?![0-9A-Za-z])", text) is not None
