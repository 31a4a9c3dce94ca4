"""Who granted which style, and who took it back: rows that are written once, and that ``schema`` lets nobody change.

People stand there as digests with a salt of their own, which lies in another table. While it is there, it can be shown
who granted what; once it is forgotten with the person, the rows stay as they are and tell of nobody.
"""
# ruff: noqa: S608  these queries are put together of constants here

import hashlib
import json
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass

import aiosqlite

from bots.ledger.creations import Making, Stage, close
from bots.ledger.database import Database
from inference.creation import EVERYWHERE

_GRANT = (
    "INSERT INTO grants (kind, style, person, at, rights, scope, expires, document, approved_by, pictures) "
    "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ? "
)
_IN_FORCE = "style NOT IN (SELECT style FROM grants WHERE kind = 'withdrawn')"


@dataclass(frozen=True, slots=True)
class Granted:
    """A style that is somebody's: by what right, in which chats ("*" is every one), and its last day."""

    style: str
    rights: str
    scopes: tuple[str, ...]
    expires: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Which styles were taken back, and which are shared with a chat beyond what their packs say."""

    withdrawn: frozenset[str]
    shared: frozenset[str]


class Grants:
    """Grants of styles, by people and by chats ("telegram:-100123")."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def sign(self, platform: str, person: str) -> str:
        """The digest of a person, who gets a salt if they have none yet."""
        async with self._database.transaction() as db:
            await db.execute(
                "INSERT INTO signers (platform, person, salt) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (platform, person, secrets.token_bytes(16)),
            )
        return await self.signature(platform, person)

    async def signature(self, platform: str, person: str) -> str:
        """The digest of a person; "" for somebody who has granted and approved nothing, or was forgotten."""
        return await signature(self._database, platform, person)

    async def grant(self, making: Making, digests: Iterable[str]) -> None:
        """Record that it was granted and approved, and drop what it was made of: both, or neither; and once."""
        person = await self.sign(making.platform, making.person.id)
        values = (
            *("shared" if making.shares else "granted", making.style, person, time.time(), making.rights),
            *(_scope(making), making.expires, _sha256(making.statement), making.approved_by),
            json.dumps(list(digests)),
        )
        async with self._database.transaction() as db:
            await db.execute(
                f"{_GRANT} WHERE EXISTS (SELECT 1 FROM creations WHERE key = ? AND state = ?)",
                (*values, making.key, Stage.APPROVED),
            )
            await close(db, making.key, Stage.MADE)

    async def withdraw(self, style: str, platform: str, person: str) -> bool:
        """The person takes their style back, for good. False if it is not theirs. Doing it twice changes nothing."""
        if not await self.owns(style, platform, person):
            return False
        own = await self.signature(platform, person)
        async with self._database.transaction() as db:
            await db.execute(
                f"{_GRANT} WHERE ? NOT IN (SELECT style FROM grants WHERE kind = 'withdrawn')",
                ("withdrawn", style, own, time.time(), "", "", "", "", "", "[]", style),
            )
        return True

    async def own(self, platform: str, person: str) -> tuple[Granted, ...]:
        """A person's styles that were not taken back, oldest first."""
        own = await self.signature(platform, person)
        return await self._of(own) if own else ()

    async def owns(self, style: str, platform: str, person: str) -> bool:
        """Whether a style is, or was, this person's."""
        own = await self.signature(platform, person)
        return bool(own) and await self._owner(style) == own

    async def known(self, style: str) -> bool:
        """Whether a style of this name was ever granted."""
        return bool(await self._owner(style))

    async def standing(self, place: str) -> Standing:
        """What the ledger says of styles in a chat."""
        rows = await self._database.rows("SELECT style FROM grants WHERE kind = 'withdrawn'")
        withdrawn = frozenset(str(style) for (style,) in rows)
        rows = await self._database.rows(
            "SELECT style FROM grants WHERE kind IN ('shared', 'moved') AND scope = ?", place
        )
        return Standing(withdrawn, frozenset(str(style) for (style,) in rows) - withdrawn)

    async def revoked(self, digests: Iterable[str], by_others_than: str) -> bool:
        """Whether one of these pictures was in a style that somebody took back; not this person ("telegram:17")."""
        platform, _, person = by_others_than.partition(":")
        rows = await self._database.rows(
            "SELECT 1 FROM grants, json_each(grants.pictures) AS picture WHERE kind = 'granted' AND person != ? "
            "AND style IN (SELECT style FROM grants WHERE kind = 'withdrawn') "
            "AND picture.value IN (SELECT value FROM json_each(?)) LIMIT 1",
            await self.signature(platform, person),
            json.dumps(list(digests)),
        )
        return bool(rows)

    async def _owner(self, style: str) -> str:
        rows = await self._database.rows("SELECT person FROM grants WHERE style = ? AND kind = 'granted'", style)
        return str(rows[0][0]) if rows else ""

    async def _of(self, own: str) -> tuple[Granted, ...]:
        rows = await self._database.rows(
            "SELECT style, rights, scope, expires FROM grants WHERE kind != 'withdrawn' AND style IN "
            f"(SELECT style FROM grants WHERE kind = 'granted' AND person = ? AND {_IN_FORCE}) ORDER BY number",
            own,
        )
        found: dict[str, Granted] = {}
        for style, rights, scope, expires in rows:
            before = found.get(style, Granted(style, rights, (), expires))
            found[style] = Granted(style, before.rights, (*before.scopes, scope), before.expires)
        return tuple(found.values())


async def signature(database: Database, platform: str, person: str) -> str:
    """The digest by which a person stands in grants; "" if nobody can tell."""
    rows = await database.rows("SELECT salt FROM signers WHERE platform = ? AND person = ?", platform, person)
    return _digest(bytes(rows[0][0]), platform, person) if rows else ""


async def move(db: aiosqlite.Connection, place: str, to: str) -> None:
    """A chat has another id: what was granted there holds there still. Within a transaction of its caller."""
    await db.execute(
        "INSERT INTO grants (kind, style, person, at, rights, scope, expires, document, approved_by, pictures) "
        "SELECT 'moved', style, person, ?, rights, ?, expires, document, approved_by, '[]' FROM grants AS old "
        f"WHERE scope = ? AND old.{_IN_FORCE} "
        "AND NOT EXISTS (SELECT 1 FROM grants WHERE style = old.style AND scope = ?) GROUP BY style",
        (time.time(), to, place, to),
    )


def _scope(making: Making) -> str:
    """One's private chat is not named: its id is one's own on some platforms."""
    if making.everywhere:
        return EVERYWHERE
    return f"{making.platform}:{'private' if making.private else making.chat}"


def _digest(salt: bytes, platform: str, person: str) -> str:
    return hashlib.blake2b(f"{platform}\0{person}".encode(), digest_size=16, key=salt).hexdigest()


def _sha256(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()
