"""Who uses how much, for an operator's eyes: groups one by one, what people do in private only together."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from bots.ledger.database import Database
from bots.ledger.debits import DAY_S

# A private chat's id is a person's on most platforms, so all private chats of a platform are one line. Of people who
# were forgotten the chat is empty.
_BY_CHAT = """
    SELECT platform, iif(coalesce(private, 1), NULL, debits.chat) AS room, count(DISTINCT debits.chat),
        sum(iif(at > ?, pictures, 0)), sum(pictures) AS week
    FROM debits LEFT JOIN chats USING (platform, chat)
    WHERE at > ? AND pictures > 0 AND debits.chat != ''
    GROUP BY platform, room ORDER BY week DESC, platform, room LIMIT ?
"""
_HEARD = "SELECT platform, max(seen) FROM chats GROUP BY platform"


@dataclass(frozen=True, slots=True)
class ChatUse:
    """Pictures of the last 24 hours and 7 days. ``chat`` is None for all private ``chats`` of the platform together."""

    platform: str
    chat: str | None
    chats: int
    day: int
    week: int


class Usage:
    """Counts what was debited, by chat."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def chats(self, most: int) -> tuple[ChatUse, ...]:
        """Those with the most pictures in the last 7 days, most first."""
        now = time.time()
        return tuple(ChatUse(*row) for row in await self._database.rows(_BY_CHAT, now - DAY_S, now - 7 * DAY_S, most))

    async def heard(self) -> Mapping[str, float]:
        """When each platform was last spoken on, in seconds since 1970."""
        return {str(platform): float(seen) for platform, seen in await self._database.rows(_HEARD)}
