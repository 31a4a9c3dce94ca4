"""Who asks for what, and when: arrivals of a day's curve with bursts, the same for every way of routing."""

import math
import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from inference.batch import Key
from inference.job import Job
from tests.benchmarks.scale import assumptions as a

PICTURE = bytes(a.ENCODED_BYTES)
"""One object for all jobs: its length is what counts."""
VERSION = "1.0.0"


@dataclass(frozen=True, slots=True)
class Demand:
    """Arrivals: of each of ``hours``, the first ``seconds``, one after the other, ``load`` times what is assumed."""

    hours: tuple[int, ...]
    seconds: float
    load: float = 1.0
    seed: int = 0

    @property
    def total_s(self) -> float:
        return self.seconds * len(self.hours)

    def arrivals(self) -> Iterator[tuple[float, Job, Key]]:
        """Each moment, job and key, in the order of time: a Poisson process whose rate changes."""
        dice = random.Random(self.seed)
        popular = Popular()
        most = self._rate(max(a.HOURS)) * (1 + a.BURST)
        now = 0.0
        while (now := now - math.log(1.0 - dice.random()) / most) < self.total_s:
            usual = self._rate(a.HOURS[self.hours[int(now // self.seconds)]])
            burst = usual * a.BURST if now % a.BURST_EVERY_S < a.BURST_S else 0.0
            drawn = dice.random() * most
            if drawn < usual:
                yield now, *_job(popular.style(dice.random()), dice)
            elif drawn < usual + burst:
                yield now, *_job(_in_fashion(now), dice)

    def _rate(self, share: float) -> float:
        return self.load * share * a.PEOPLE * a.PICTURES_A_DAY / 86400


class Popular:
    """Styles by popularity: rank 0 first."""

    def __init__(self) -> None:
        self._sums = list(accumulate((rank + 1) ** -a.ZIPF for rank in range(a.STYLES)))

    def style(self, uniform: float) -> int:
        return bisect(self._sums, uniform * self._sums[-1])


def weight_bytes(style: int) -> int:
    """What the generator of ``style`` takes: the large ones are spread evenly over the ranks."""
    large = 1 / a.WEIGHTS[1][0]
    return a.WEIGHTS[1][1] if style % large == large - 1 else a.WEIGHTS[0][1]


def _in_fashion(now: float) -> int:
    """The style of the burst at ``now``: hardly known until then."""
    return a.STYLES // 4 + int(now // a.BURST_EVERY_S) * 7 % (a.STYLES // 2)


_SIZES = [size[:2] for size in a.SIZES]
_SIZE_WEIGHTS = list(accumulate(size[2] for size in a.SIZES))


def _job(style: int, dice: random.Random) -> tuple[Job, Key]:
    person = int(a.PEOPLE * dice.random() ** a.HEAVY)
    chat = f"group:{dice.randrange(a.GROUPS)}" if dice.random() < a.IN_GROUPS else ""
    name = f"style-{style}"
    height, width = _SIZES[bisect(_SIZE_WEIGHTS, dice.random() * _SIZE_WEIGHTS[-1])]
    return Job(PICTURE, name, user=f"person:{person}", chat=chat), Key(name, VERSION, height, width)
