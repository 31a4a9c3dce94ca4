"""The lanes of the device: as many batches run at once. A CPU has one for each core that we may use."""

import asyncio
import math
from collections import OrderedDict
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

SPEED_UP = 0.75
"""A batch on w lanes is about w to the power of this as fast as on one of them while all are taken, before it was seen.
On two cores, by the processor: 0.7 to 1.1."""

FRESHNESS = 0.1  # the weight of the newest comparison; a single one is often disturbed
FORGETTING = 0.002  # at each batch that had all lanes, so that one lane is tried again now and then
REMEMBERED = 512  # kinds of batches; the one that ran least recently is forgotten first


class Lanes:
    """For one event loop. Whoever waits is served in the order in which they came.

    Two cores that paint one picture each need not wait for each other, nor for who decodes and encodes beside them; but
    they share a cache and the memory, so that on some processors two that share one picture are done with more. What
    ran tells which. And where few wait, each of them is done sooner if one after the other gets all cores.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.speed_up = SPEED_UP
        self._permits, self._taken = asyncio.Semaphore(count), 0
        self._took_s: OrderedDict[Hashable, dict[int, float]] = OrderedDict()  # the last of a kind, by its lanes

    @property
    def are_full(self) -> bool:
        """Whether the next batch has to wait."""
        return self._permits.locked()

    @asynccontextmanager
    async def some(self, others: int = 0) -> AsyncIterator[int]:
        """Wait for a lane, and yield how many one got: a power of two. ``others`` are batches that want some, too."""
        await self._permits.acquire()
        free = 1 if self._permits.locked() else self.count - self._taken
        width = best_width(free, 1 + others, self.speed_up)
        for _ in range(width - 1):
            await self._permits.acquire()  # at once: they are free
        self._taken += width
        try:
            yield width
        finally:
            self._taken -= width
            for _ in range(width):
                self._permits.release()

    def learn(self, kind: Hashable, width: int, seconds: float) -> None:
        """A batch of this ``kind`` took so long on ``width`` lanes, while all were taken."""
        took_s = self._took_s.setdefault(kind, {})
        for other, before_s in took_s.items():
            if other != width and min(before_s, seconds) > 0:
                seen = math.log(before_s / seconds) / math.log(width / other)
                self.speed_up += FRESHNESS * (min(max(seen, 0.0), 1.5) - self.speed_up)
        took_s[width] = seconds
        if width == self.count:
            self.speed_up += FORGETTING * (SPEED_UP - self.speed_up)
        self._took_s.move_to_end(kind)
        if len(self._took_s) > REMEMBERED:
            self._took_s.popitem(last=False)


def best_width(free: int, batches: int, speed_up: float) -> int:
    """How many of the lanes that are ``free``, a power of two, let ``batches`` alike be done soonest, on average."""

    def mean_wait(width: int) -> float:
        rounds = max(1.0, batches / (free // width))
        return float((rounds + 1) / width**speed_up)

    return min((1 << power for power in range(free.bit_length())), key=mean_wait)
