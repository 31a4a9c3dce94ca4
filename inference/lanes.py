"""The lanes of the device: as many batches run at once. A CPU has one for each core that we may use."""

import math
import threading
from collections import OrderedDict, deque
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

SPEED_UP = 0.75
"""A batch on w lanes is about w to the power of this as fast as on one of them while all are taken; until somebody has
looked. On two cores, by the processor: 0.7 to 1.1."""
MOST_SPEED_UP = 1.5

LOOK_EVERY = 64  # batches that others wait behind, to see how long one takes the other way
FRESHNESS = 0.1  # the weight of the newest comparison; a single one is often disturbed
REMEMBERED = 512  # kinds of batches; the one that ran least recently is forgotten first
CROWD = 1000  # so many batches that only how much is done counts


class Lanes:
    """For the threads of the device. Whoever waits is served in the order in which they came.

    Two cores that paint one picture each need not wait for each other, nor for who decodes and encodes beside them; but
    they share a cache and the memory, so that on some processors two that share one picture are done with more. A look
    at the beginning tells which, and then, where both happen, what runs while others wait. And where few wait, each of
    them is done sooner if one after the other gets all cores.

    Torch's own threads are none to share a picture while others wait: after each operator they look for more to do for
    a while, on the cores that somebody else wants.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.widest = 1 << (count.bit_length() - 1)  # that one batch can get
        self.speed_up = SPEED_UP
        self._free, self._line, self._crowded = count, deque[object](), 0
        self._changed = threading.Condition()
        self._took_s: OrderedDict[Hashable, dict[int, float]] = OrderedDict()  # the last of a kind, by its lanes

    @property
    def are_full(self) -> bool:
        """Whether the next batch has to wait."""
        return not self._free or bool(self._line)

    @property
    def gain(self) -> float:
        """How many times as fast a batch is on as many lanes as it can get as on one while all are taken."""
        return float(self.widest**self.speed_up)

    @contextmanager
    def some(self, others: float = 0) -> Iterator[int]:
        """Wait for a lane, and yield how many one got: a power of two. ``others`` are batches that want some, too.

        Where infinitely many do, one gets one.
        """
        width = self._take(others)
        try:
            yield width
        finally:
            with self._changed:
                self._free += width
                self._changed.notify_all()

    def _take(self, others: float) -> int:
        place = object()
        with self._changed:
            self._line.append(place)
            self._changed.wait_for(lambda: self._line[0] is place and self._free)
            width = self._width(others)
            self._changed.wait_for(lambda: self._free >= width)
            self._free -= width
            self._line.popleft()
            self._changed.notify_all()
        return width

    def _width(self, others: float) -> int:
        """How many lanes the next batch is to get, be they free or not."""
        usual = best_width(self._free, 1 + others, self.speed_up)
        if 0 < others < math.inf and best_width(self.count, CROWD, self.speed_up) == self.widest:
            usual = self.widest  # no less is done together: it pays to wait for who still has a lane
        if self.count <= others < math.inf:
            self._crowded += 1
            if self._crowded % LOOK_EVERY >= LOOK_EVERY - (self.count if usual == self.widest else 1):
                return 1 if usual == self.widest else self.widest
        return usual

    def begin_with(self, together_s: float, apart_s: float) -> None:
        """One picture on the ``widest`` took so long; as many at once as there are lanes, each on its own, so long."""
        self.speed_up = _speed_up(apart_s / together_s, self.widest)

    def learn(self, kind: Hashable, width: int, seconds: float) -> None:
        """A batch of this ``kind`` took so long on ``width`` lanes, while all were taken."""
        with self._changed:
            self._compare(self._took_s.setdefault(kind, {}), width, seconds)
            self._took_s.move_to_end(kind)
            if len(self._took_s) > REMEMBERED:
                self._took_s.popitem(last=False)

    def _compare(self, took_s: dict[int, float], width: int, seconds: float) -> None:
        for other in took_s.keys() - {width}:
            before_s = took_s.pop(other)  # it counts once
            if min(before_s, seconds) > 0:
                self.speed_up += FRESHNESS * (_speed_up(before_s / seconds, width / other) - self.speed_up)
        took_s[width] = seconds


def _speed_up(times_as_fast: float, times_as_wide: float) -> float:
    seen = math.log(times_as_fast) / math.log(times_as_wide)
    return min(max(seen, 0.0), MOST_SPEED_UP)


def best_width(free: int, batches: float, speed_up: float) -> int:
    """How many of the lanes that are ``free``, a power of two, let ``batches`` alike be done soonest, on average."""

    def mean_wait(width: int) -> float:
        rounds = max(1.0, batches / (free // width))
        return float((rounds + 1) / width**speed_up)

    return min((1 << power for power in range(free.bit_length())), key=mean_wait)
