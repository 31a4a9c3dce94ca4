"""What an operator may know of the use: counts, never who."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from bots.ledger.database import Database
from bots.ledger.debits import DAY_S

_TOP = 5
_PICTURES = "SELECT coalesce(sum(pictures), 0) FROM debits WHERE at > ?"
_BY_PLATFORM = "SELECT platform, sum(pictures) FROM debits WHERE at > ? GROUP BY platform ORDER BY 2 DESC"
# A sheet of many styles is debited with all their ids, joined by commas.
_BY_STYLE = (
    "SELECT iif(instr(style, ','), '/try', style), sum(pictures) FROM debits WHERE at > ? "
    "GROUP BY 1 HAVING sum(pictures) > 0 ORDER BY 2 DESC, 1 LIMIT ?"
)
_PEOPLE = (
    "SELECT count(*) FROM (SELECT DISTINCT platform, person FROM debits WHERE at > ? AND pictures > 0 AND person != '')"
)
_CHATS = (
    "SELECT count(*) FROM (SELECT DISTINCT platform, chat FROM debits WHERE at > ? AND pictures > 0 AND chat != '')"
)
_ENDINGS = "SELECT state, count(*) FROM messages WHERE body IS NULL AND changed > ? GROUP BY state"


@dataclass(frozen=True, slots=True)
class Statistics:
    """``pictures`` are by days back (1, 7, 30); the others of the last 30 days, but ``open`` and ``reachable`` of now.

    ``open`` are messages whose pictures are accepted and not answered; ``endings`` counts messages by the state they
    ended in.
    """

    pictures: Mapping[int, int]
    platforms: Mapping[str, int]
    styles: Mapping[str, int]
    people: int
    chats: int
    reachable: int
    open: int
    endings: Mapping[str, int]


class Counting:
    """Counts what the ledger holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def statistics(self) -> Statistics:
        now = time.time()
        month = now - 30 * DAY_S
        return Statistics(
            {days: await self._number(_PICTURES, now - days * DAY_S) for days in (1, 7, 30)},
            await self._numbers(_BY_PLATFORM, month),
            await self._numbers(_BY_STYLE, month, _TOP),
            await self._number(_PEOPLE, month),
            await self._number(_CHATS, month),
            await self._number("SELECT count(*) FROM chats WHERE address IS NOT NULL AND NOT gone"),
            await self._number("SELECT count(*) FROM messages WHERE body IS NOT NULL AND state != 'received'"),
            await self._numbers(_ENDINGS, month),
        )

    async def _number(self, query: str, *values: float) -> int:
        return int((await self._database.rows(query, *values))[0][0])

    async def _numbers(self, query: str, *values: float) -> dict[str, int]:
        return {str(name): int(count) for name, count in await self._database.rows(query, *values)}
