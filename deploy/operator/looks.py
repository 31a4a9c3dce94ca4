"""One look at everything, gathered for the page; what is dear to count is counted seldom, however many look."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bots.ledger import Ledger
from bots.ledger.statistics import Statistics
from bots.ledger.usage import ChatUse
from deploy.operator.engine import Engine, EngineReader
from deploy.operator.names import Names
from deploy.operator.platforms import Platform, Platforms
from deploy.operator.watch import Flow, Watched

T = TypeVar("T")

ENGINE_S = 1.0
LEDGER_S = 10.0
MOST_CHATS = 15


@dataclass(frozen=True, slots=True)
class Chat:
    """The use of one group, by its short name, or of all private chats of a platform."""

    platform: str
    name: str
    day: int
    week: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What the ledger knows. ``heard`` says when each platform was last spoken on, in seconds since 1970."""

    chats: Sequence[Chat]
    heard: Mapping[str, float]
    statistics: Statistics


@dataclass(frozen=True, slots=True)
class Look:
    """``engine`` is a sentence where the service's measures cannot be seen."""

    flow: Flow
    engine: Engine | str
    counts: Counts
    platforms: Sequence[Platform]


class Fresh(Generic[T]):
    """What ``make`` gives, made again only when it is older than ``for_s``."""

    def __init__(self, make: Callable[[], Awaitable[T]], for_s: float) -> None:
        self._make, self._for_s = make, for_s
        self._made: tuple[float, T] | None = None
        self._making = asyncio.Lock()

    async def get(self) -> T:
        async with self._making:
            if self._made is None or time.monotonic() - self._made[0] > self._for_s:
                self._made = time.monotonic(), await self._make()
            return self._made[1]


class Looks:
    """Looks at what it is given."""

    def __init__(
        self,
        watched: Watched,
        engine: EngineReader,
        ledger: Ledger,
        platforms: Platforms,
        names: Names,
        *,
        ledger_s: float = LEDGER_S,
    ) -> None:
        self._watched, self._platforms, self._ledger, self._names = watched, platforms, ledger, names
        self._engine = Fresh(engine.look, ENGINE_S)
        self._counts = Fresh(self._count, ledger_s)

    async def look(self) -> Look:
        engine, counts = await self._engine.get(), await self._counts.get()
        return Look(self._watched.look(), engine, counts, tuple(self._platforms.look().values()))

    async def _count(self) -> Counts:
        used = await self._ledger.usage.chats(MOST_CHATS)
        return Counts(
            tuple(self._named(one) for one in used),
            await self._ledger.usage.heard(),
            await self._ledger.counting.statistics(),
        )

    def _named(self, use: ChatUse) -> Chat:
        if use.chat is None:
            name = f"{use.chats} private chat{'s' if use.chats != 1 else ''}"
        else:
            name = f"group {self._names.of(use.platform, use.chat)}"
        return Chat(use.platform, name, use.day, use.week)
