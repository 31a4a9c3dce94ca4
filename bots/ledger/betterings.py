"""Creators who are to hear when there is a better generator of their style: remembered for a while, as other things."""

import json
import time
from dataclasses import dataclass, replace

from bots.ledger.creations import Making
from bots.ledger.database import Database
from bots.message import Address

_WHAT = "better:"
_WAITS_S = 90 * 86400.0  # for a training and for the choice; it is trained only while nobody waits
_KEPT_S = 86400.0  # after the choice, so that a press can be answered once more


@dataclass(frozen=True, slots=True)
class Expected:
    """A choice to come. ``address`` is where to speak to the creator, ``tag`` their language.

    ``choice`` is "new", "old", or "" before they chose.
    """

    platform: str
    chat: str
    person: str
    style: str
    title: str
    address: Address
    tag: str
    told: bool = False
    choice: str = ""


class Betterings:
    """By style. Whatever is done twice is done once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def expect(self, making: Making) -> None:
        """The creator of this style is to choose once there is a better generator."""
        creator = making.person
        about = {"title": making.title, "address": dict(making.address), "tag": creator.language}
        async with self._database.transaction() as db:
            await db.execute(
                "INSERT INTO remembered (platform, chat, person, what, value, until) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    *(making.platform, making.chat, creator.id, f"{_WHAT}{making.style}"),
                    *(json.dumps(about, ensure_ascii=False), time.time() + _WAITS_S),
                ),
            )

    async def open(self) -> tuple[Expected, ...]:
        """The choices that nobody made yet."""
        rows = await self._database.rows(
            "SELECT platform, chat, person, what, value FROM remembered WHERE what GLOB ? AND until > ?",
            *(f"{_WHAT}*", time.time()),
        )
        return tuple(each for row in rows if not (each := _expected(*row)).choice)

    async def find(self, style: str, platform: str, person: str) -> Expected | None:
        """The choice of one's own style, made or not."""
        rows = await self._database.rows(
            "SELECT platform, chat, person, what, value FROM remembered "
            "WHERE what = ? AND platform = ? AND person = ? AND until > ?",
            *(f"{_WHAT}{style}", platform, person, time.time()),
        )
        return _expected(*rows[0]) if rows else None

    async def told(self, expected: Expected) -> None:
        """They were shown both."""
        async with self._database.transaction() as db:
            await db.execute(
                "UPDATE remembered SET value = json_set(value, '$.told', json('true')) "
                "WHERE platform = ? AND person = ? AND what = ?",
                (expected.platform, expected.person, f"{_WHAT}{expected.style}"),
            )

    async def choose(self, expected: Expected, choice: str) -> Expected:
        """What they chose first counts."""
        async with self._database.transaction() as db:
            await db.execute(
                "UPDATE remembered SET value = json_set(value, '$.choice', ?), until = ? "
                "WHERE platform = ? AND person = ? AND what = ? AND json_extract(value, '$.choice') IS NULL",
                (
                    *(choice, time.time() + _KEPT_S, expected.platform, expected.person),
                    f"{_WHAT}{expected.style}",
                ),
            )
        return await self.find(expected.style, expected.platform, expected.person) or replace(expected, choice=choice)

    async def forget(self, style: str) -> None:
        """The style is taken back."""
        async with self._database.transaction() as db:
            await db.execute("DELETE FROM remembered WHERE what = ?", (f"{_WHAT}{style}",))


def _expected(platform: str, chat: str, person: str, what: str, value: str) -> Expected:
    return Expected(platform, chat, person, what.removeprefix(_WHAT), **json.loads(value))
