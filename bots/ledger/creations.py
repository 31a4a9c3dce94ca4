"""Creators' styles that are being made: what was said of each so far, and its pictures until it is made or dropped."""

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import aiosqlite

from bots.ledger.database import Database
from bots.ledger.sealing import Sealing
from bots.message import Address, Person

_COLUMNS = "key, platform, chat, person, style, state, about, until"


class Stage(StrEnum):
    """How far it is: pictures come; rights, chats and time are chosen; somebody is asked to approve; they did.

    Then the style is made or refused, which is known for a day, so that the last press can be answered once more.
    """

    COLLECTING = "collecting"
    CHOOSING = "choosing"
    WAITING = "waiting"
    APPROVED = "approved"
    MADE = "made"
    REFUSED = "refused"


OPEN = (Stage.COLLECTING, Stage.CHOOSING, Stage.WAITING, Stage.APPROVED)
_KEPT_S = 86400  # after its end


@dataclass(frozen=True, slots=True)
class Making:
    """One style that is being made or, with ``shares``, that is there and is to be used in one more chat.

    ``address`` is where to speak to its creator. ``rights`` is one of ``inference.creation.RIGHTS`` or "" before it
    was said, as None is for ``everywhere``, ``days`` (0 days is without end) and ``better``, whether a better generator
    is to be learnt from the pictures. ``statement`` is what the creator is
    to agree to, word for word, and ``expires`` the day that it names. ``sent`` is the adapter's id of the words that
    ask for approval, ``approved_by`` the digest of who gave it. ``until`` is in seconds since 1970.
    """

    key: str
    platform: str
    chat: str
    person: Person
    style: str
    state: Stage
    until: float
    title: str
    address: Address
    private: bool = False
    shares: bool = False
    rights: str = ""
    everywhere: bool | None = None
    days: int | None = None
    better: bool | None = None
    statement: str = ""
    expires: str = ""
    sent: str | None = None
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of pictures that came: how many are there now, were there already, or were too much."""

    count: int
    known: int = 0
    too_many: int = 0
    too_large: int = 0


_SAID = (
    *("title", "address", "private", "shares", "rights", "everywhere", "days", "better"),
    *("statement", "expires", "sent", "approved_by"),
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture by its digest."""

    digest: str
    picture: bytes = field(repr=False)


class Creations:
    """By their keys. Whatever is done twice is done once."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database, self._sealing = database, sealing

    async def begin(self, making: Making) -> None:
        """Record it, unless it was recorded already."""
        about = {name: getattr(making, name) for name in _SAID}
        about |= {"address": dict(making.address), "name": making.person.name, "tag": making.person.language}
        async with self._database.transaction() as db:
            await db.execute(
                f"INSERT INTO creations ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",  # noqa: S608  ours
                (
                    *(making.key, making.platform, making.chat, making.person.id, making.style, making.state),
                    *(json.dumps(about, ensure_ascii=False), making.until),
                ),
            )

    async def change(self, key: str, stages: Sequence[Stage], stage: Stage, for_s: float, **said: Any) -> Making | None:
        """Bring one of these stages to another, with what was said; None if it is at none of them any more."""
        async with self._database.transaction() as db:
            cursor = await db.execute(
                "UPDATE creations SET state = ?, until = ?, about = json_patch(about, ?) "
                "WHERE key = ? AND until > ? AND state IN (SELECT value FROM json_each(?))",
                (stage, time.time() + for_s, json.dumps(said), key, time.time(), json.dumps(stages)),
            )
        return await self.find(key) if cursor.rowcount else None

    async def asked(self, key: str, sent: str) -> None:
        """The words that ask for approval stand in the chat."""
        async with self._database.transaction(durable=False) as db:
            await db.execute("UPDATE creations SET about = json_set(about, '$.sent', ?) WHERE key = ?", (sent, key))

    async def add(self, key: str, pictures: Iterable[bytes], *, most: int, most_bytes: int) -> Added:
        """Keep pictures as far as there is room; each only once, and only while they are being collected."""
        sealed = [(sha256(picture), len(picture), await self._sealing.seal(picture)) for picture in pictures]
        known = too_many = too_large = 0
        async with self._database.transaction() as db:
            for digest, size, stored in sealed:
                count, total, there = await _room(db, key, digest)
                if there:
                    known += 1
                elif count >= most:
                    too_many += 1
                elif total + size > most_bytes:
                    too_large += 1
                else:
                    await db.execute(
                        "INSERT INTO creation_pictures (key, digest, bytes, picture) SELECT key, ?, ?, ? "
                        "FROM creations WHERE key = ? AND state = ?",
                        (digest, size, stored, key, Stage.COLLECTING),
                    )
        return Added(len(await self.digests(key)), known, too_many, too_large)

    async def leave_out(self, key: str, digest: str) -> int:
        """Drop the picture whose digest begins so; how many are left."""
        async with self._database.transaction() as db:
            await db.execute(
                "DELETE FROM creation_pictures WHERE key = ? AND substr(digest, 1, ?) = ?", (key, len(digest), digest)
            )
        return len(await self.digests(key))

    async def digests(self, key: str) -> tuple[str, ...]:
        """The SHA-256 of each picture, in the order in which they came."""
        rows = await self._database.rows("SELECT digest FROM creation_pictures WHERE key = ? ORDER BY rowid", key)
        return tuple(str(digest) for (digest,) in rows)

    async def pictures(self, key: str) -> tuple[Stored, ...]:
        """The pictures in the order in which they came. Raises Locked."""
        rows = await self._database.rows(
            "SELECT digest, picture FROM creation_pictures WHERE key = ? ORDER BY rowid", key
        )
        return tuple([Stored(str(digest), await self._sealing.open(stored)) for digest, stored in rows])

    async def find(self, key: str) -> Making | None:
        """The one whose time is not over."""
        return next(iter(await self._select("key = ? AND until > ?", key, time.time())), None)

    async def of_person(self, platform: str, person: str) -> tuple[Making, ...]:
        """What a person has begun and not ended."""
        found = await self._select("platform = ? AND person = ? AND until > ?", platform, person, time.time())
        return tuple(making for making in found if making.state in OPEN)

    async def of_style(self, style: str) -> tuple[Making, ...]:
        """What anybody has begun under this name and not ended."""
        found = await self._select("style = ? AND until > ?", style, time.time())
        return tuple(making for making in found if making.state in OPEN)

    async def waiting(self) -> tuple[Making, ...]:
        """Those that wait for approval, in all chats."""
        return await self._select("state = ? AND until > ?", Stage.WAITING, time.time())

    async def over(self) -> tuple[Making, ...]:
        """Those whose time is over, and which are still there."""
        return await self._select("until <= ?", time.time())

    async def refuse(self, key: str) -> None:
        """It comes to nothing; its pictures go."""
        async with self._database.transaction() as db:
            await close(db, key, Stage.REFUSED)

    async def forget(self, key: str) -> None:
        """Drop it with its pictures."""
        async with self._database.transaction() as db:
            await db.execute("DELETE FROM creations WHERE key = ?", (key,))  # and its pictures with it

    async def _select(self, where: str, *values: Any) -> tuple[Making, ...]:
        rows = await self._database.rows(f"SELECT {_COLUMNS} FROM creations WHERE {where} ORDER BY rowid", *values)  # noqa: S608  ours
        return tuple(_making(*row) for row in rows)


async def close(db: aiosqlite.Connection, key: str, stage: Stage) -> None:
    """End one, within a transaction of its caller: the pictures go, and what was said of it is known for a day."""
    await db.execute("DELETE FROM creation_pictures WHERE key = ?", (key,))
    await db.execute("UPDATE creations SET state = ?, until = ? WHERE key = ?", (stage, time.time() + _KEPT_S, key))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def _room(db: aiosqlite.Connection, key: str, digest: str) -> tuple[int, int, bool]:
    """How many pictures there are, how many bytes they have, and whether this one is among them."""
    ((count, total, there),) = await db.execute_fetchall(
        "SELECT count(*), coalesce(sum(bytes), 0), coalesce(max(digest = ?), 0) FROM creation_pictures WHERE key = ?",
        (digest, key),
    )
    return int(count), int(total), bool(there)


def _making(
    key: str, platform: str, chat: str, person: str, style: str, state: str, about: str, until: float
) -> Making:
    said: dict[str, Any] = json.loads(about)
    creator = Person(person, said.pop("name"), said.pop("tag"))
    # json_patch takes out what is set to null, which is what it was before anything was said of it.
    base = Making(key, platform, chat, creator, style, Stage(state), until, said.pop("title"), said.pop("address"))
    return replace(base, **said)
