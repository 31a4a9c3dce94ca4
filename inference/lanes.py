"""The lanes of the device: as many batches run at once. A CPU has one for each core that we may use."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

SPEED_UP = 0.75
"""A batch on w lanes is about w to the power of this as fast as on one: 1.5 to 1.75 times on two cores, measured."""


class Lanes:
    """For one event loop. Whoever waits is served in the order in which they came.

    Two cores that paint one picture each are done with more pictures than two that share each: they need not wait for
    each other, nor for who decodes and encodes beside them. But where few wait, each of them is done sooner if one
    after the other gets all cores.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._permits, self._taken = asyncio.Semaphore(count), 0

    @property
    def are_full(self) -> bool:
        """Whether the next batch has to wait."""
        return self._permits.locked()

    @asynccontextmanager
    async def some(self, others: int = 0) -> AsyncIterator[int]:
        """Wait for a lane, and yield how many one got: a power of two. ``others`` are batches that want some, too."""
        await self._permits.acquire()
        free = 1 if self._permits.locked() else self.count - self._taken
        width = best_width(free, 1 + others)
        for _ in range(width - 1):
            await self._permits.acquire()  # at once: they are free
        self._taken += width
        try:
            yield width
        finally:
            self._taken -= width
            for _ in range(width):
                self._permits.release()


def best_width(free: int, batches: int) -> int:
    """How many of the lanes that are ``free``, a power of two, let ``batches`` alike be done soonest, on average."""

    def mean_wait(width: int) -> float:
        rounds = max(1.0, batches / (free // width))
        return float((rounds + 1) / width**SPEED_UP)

    return min((1 << power for power in range(free.bit_length())), key=mean_wait)
