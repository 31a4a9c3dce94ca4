"""Who sends what and when. A trace is a mix of styles, sizes and people, and the loads under which it is sent.

All loads are open: people send when their clock says so, and wait for no answers. Under SATURATED there is always
work, and what is measured is how much of it gets done; the others stay below what the machine can do, and what is
measured is how long people wait.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice

OUTSTANDING_S = 4.0
OUTSTANDING = (24, 96)
"""Under SATURATED so many seconds of work wait, at least and at most so many jobs: no queue is empty or full."""
BURST_EVERY_S = 4.0
GREEDY = "greedy"
BROKEN = ("cut-short", "no-picture", "damaged")
"""Names of photos that are none; see ``deploy.bench.photos``."""


@dataclass(frozen=True, slots=True)
class Load:
    """``share`` is of what the bare pipeline does; ``bursts`` of that come all at once, every BURST_EVERY_S.

    ``greedy`` is what one person sends on top, of the same. Under ``bounded`` the clock stands still while enough wait.
    """

    name: str
    share: float
    bursts: float = 0.0
    greedy: float = 0.0
    bounded: bool = False

    def outstanding(self, rate: float) -> int | None:
        """As many may wait at once; None: there is no bound."""
        least, most = OUTSTANDING
        return round(min(most, max(least, rate * OUTSTANDING_S))) if self.bounded else None


SATURATED = Load("saturated", 3.0, bounded=True)
STEADY = Load("steady", 0.7)
BURSTY = Load("bursty", 0.6, bursts=0.5)
ALONE = Load("alone", 0.5)
BESIDE = Load("beside", 0.5, greedy=1.0)


@dataclass(frozen=True, slots=True)
class Trace:
    """``zipf``: the style of rank n is asked for as often as 1/n^zipf says. ``broken`` is a share of the jobs.

    ``shapes`` says how often each of ``deploy.bench.photos.SIZES`` comes; at most ``cache`` generators are loaded.
    """

    name: str
    title: str
    styles: int
    shapes: Mapping[str, float]
    loads: tuple[Load, ...]
    zipf: float = 1.0
    people: int = 50
    cache: int = 20
    broken: float = 0.0


_FOUR_SIZES = {"256": 0.25, "400": 0.25, "512": 0.3, "640": 0.2}
TRACES: tuple[Trace, ...] = (
    Trace("one", "one style, one size", 1, {"square": 1.0}, (SATURATED, STEADY)),
    Trace("mixed", "8 styles × 4 sizes, Zipf", 8, _FOUR_SIZES, (SATURATED, STEADY)),
    Trace("many", "200 styles, cache for 20", 200, _FOUR_SIZES, (SATURATED, STEADY)),
    Trace("bursts", "8 × 4, half of it in bursts", 8, _FOUR_SIZES, (BURSTY,)),
    Trace("greedy", "one greedy person beside fifty polite ones", 8, _FOUR_SIZES, (ALONE, BESIDE)),
    Trace("broken", "8 × 4, 2 % of the jobs broken", 8, _FOUR_SIZES, (SATURATED, STEADY), broken=0.02),
)


@dataclass(frozen=True, slots=True)
class Ask:
    """One job: when, counted from the beginning, in which style, of which photo, by whom."""

    at_s: float
    style: str
    photo: str
    user: str


def plan(trace: Trace, load: Load, styles: Sequence[str], rate: float, seconds: float, seed: int = 0) -> list[Ask]:
    """What is sent in so many seconds, in the order of time. ``rate`` is the bare pipeline's, in pictures a second.

    The same seed gives the same plan, whatever engine it is for.
    """
    dice, draw = random.Random(f"{trace.name} {seed}"), drawn(trace, styles, seed)
    people = [f"polite {number}" for number in range(trace.people)]
    polite = [Ask(at, *next(draw), dice.choice(people)) for at in _times(load, rate, seconds, dice)]
    greedy = [Ask(at, *next(draw), GREEDY) for at in _poisson(load.greedy * rate, seconds, dice)]
    return sorted(polite + greedy, key=lambda ask: ask.at_s)


def pile(trace: Trace, styles: Sequence[str], jobs: int) -> list[tuple[str, str]]:
    """So many jobs of the trace, a style and a photo each, none of them broken."""
    sound = ((style, photo) for style, photo in drawn(trace, styles) if photo not in BROKEN)
    return list(islice(sound, jobs))


def drawn(trace: Trace, styles: Sequence[str], seed: int = 0) -> Iterator[tuple[str, str]]:
    """Jobs of the trace without end: a style and a photo each."""
    dice = random.Random(f"jobs of {trace.name} {seed}")
    chosen = styles[: trace.styles]
    weights = list(accumulate(1 / rank**trace.zipf for rank in range(1, len(chosen) + 1)))
    shapes, often = list(trace.shapes), list(accumulate(trace.shapes.values()))
    while True:
        [style] = dice.choices(chosen, cum_weights=weights)
        [photo] = dice.choices(shapes, cum_weights=often)
        yield style, dice.choice(BROKEN) if dice.random() < trace.broken else photo


def _times(load: Load, rate: float, seconds: float, dice: random.Random) -> list[float]:
    even = load.share * rate * (1 - load.bursts)
    burst = round(load.share * rate * load.bursts * BURST_EVERY_S)
    when = BURST_EVERY_S / 2
    together = []
    while burst and when < seconds:
        together += [when] * burst
        when += BURST_EVERY_S
    return sorted([*_poisson(even, seconds, dice), *together])


def _poisson(rate: float, seconds: float, dice: random.Random) -> list[float]:
    times, now = [], 0.0
    while rate > 0 and (now := now + dice.expovariate(rate)) < seconds:
        times.append(now)
    return times
