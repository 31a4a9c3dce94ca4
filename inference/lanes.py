"""The lanes of the device: as many batches run at once. A CPU has one for each core that we may use."""

import asyncio
import math
from collections import OrderedDict
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

SPEED_UP = 0.75
"""A batch on w lanes is about w to the power of this as fast as on one of them while all are taken; until somebody has
looked. On two cores, by the processor: 0.7 to 1.1."""
MOST_SPEED_UP = 1.5
HANDICAP = 0.08  # several batches at once are fed less well than one: 4 to 8 % on two cores that do as much either way

FRESHNESS = 0.1  # the weight of the newest comparison; a single one is often disturbed
FORGETTING = 0.002  # at each batch that had all lanes, of what was seen since the beginning
REMEMBERED = 512  # kinds of batches; the one that ran least recently is forgotten first


class Lanes:
    """For one event loop. Whoever waits is served in the order in which they came.

    Two cores that paint one picture each need not wait for each other, nor for who decodes and encodes beside them; but
    they share a cache and the memory, so that on some processors two that share one picture are done with more. A look
    at the beginning tells which, and then what runs. And where few wait, each of them is done sooner if one after the
    other gets all cores.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.widest = 1 << (count.bit_length() - 1)  # that one batch can get
        self.speed_up = self._at_first = SPEED_UP
        self._permits, self._taken = asyncio.Semaphore(count), 0
        self._took_s: OrderedDict[Hashable, dict[int, float]] = OrderedDict()  # the last of a kind, by its lanes

    @property
    def are_full(self) -> bool:
        """Whether the next batch has to wait."""
        return self._permits.locked()

    @property
    def gain(self) -> float:
        """How many times as fast a batch is on as many lanes as it can get as on one while all are taken."""
        return float(self.widest**self.speed_up)

    @asynccontextmanager
    async def some(self, others: float = 0) -> AsyncIterator[int]:
        """Wait for a lane, and yield how many one got: a power of two. ``others`` are batches that want some, too.

        Where infinitely many do, one gets one.
        """
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

    def begin_with(self, together_s: float, apart_s: float) -> None:
        """One picture on the ``widest`` took so long; as many at once as there are lanes, each on its own, so long."""
        self.speed_up = self._at_first = _speed_up(apart_s / together_s, self.widest)

    def learn(self, kind: Hashable, width: int, seconds: float) -> None:
        """A batch of this ``kind`` took so long on ``width`` lanes, while all were taken."""
        took_s = self._took_s.setdefault(kind, {})
        for other, before_s in took_s.items():
            if other != width and min(before_s, seconds) > 0:
                self.speed_up += FRESHNESS * (_speed_up(before_s / seconds, width / other) - self.speed_up)
        took_s[width] = seconds
        if width == self.widest:
            self.speed_up += FORGETTING * (self._at_first - self.speed_up)
        self._took_s.move_to_end(kind)
        if len(self._took_s) > REMEMBERED:
            self._took_s.popitem(last=False)


def _speed_up(times_as_fast: float, times_as_wide: float) -> float:
    seen = math.log(times_as_fast) / math.log(times_as_wide)
    return min(max(seen + HANDICAP, 0.0), MOST_SPEED_UP)


def best_width(free: int, batches: float, speed_up: float) -> int:
    """How many of the lanes that are ``free``, a power of two, let ``batches`` alike be done soonest, on average."""

    def mean_wait(width: int) -> float:
        rounds = max(1.0, batches / (free // width))
        return float((rounds + 1) / width**speed_up)

    return min((1 << power for power in range(free.bit_length())), key=mean_wait)
