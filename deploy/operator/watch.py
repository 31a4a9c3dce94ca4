"""What passes through the seam: who waits, how fast answers come, what is refused; from this process' side of it."""

import math
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.creation import Creation
from inference.errors import ServiceError
from inference.job import Event, Job, Progress, Result, Running
from inference.service import Service, StyleInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

RATE_S = 60
LATENCY_S = 900.0
MINUTES = 30
_RESULTS = 10_000  # whose times are kept


@dataclass(frozen=True, slots=True)
class Line:
    """The jobs of one style that are under way; ``oldest_s`` is since the oldest of them came."""

    style: str
    waiting: int
    running: int
    oldest_s: float


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from request to result of the last 15 minutes: ``all_s`` and its parts, each as (p50, p95)."""

    results: int
    all_s: tuple[float, float]
    waited_s: tuple[float, float]
    ran_s: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Flow:
    """One look. ``minutes`` counts the results of each of the last 30 minutes, the present one last."""

    lines: tuple[Line, ...]
    per_second: float
    minutes: tuple[int, ...]
    latency: Latency | None
    answered: int
    refused: Mapping[str, int]
    cancelled: int

    @property
    def waiting(self) -> int:
        return sum(line.waiting for line in self.lines)

    @property
    def running(self) -> int:
        return sum(line.running for line in self.lines)

    @property
    def oldest_s(self) -> float:
        return max((line.oldest_s for line in self.lines), default=0.0)


@dataclass(eq=False, slots=True)
class _Flight:
    style: str
    began_s: float
    running: bool = False


class Watched:
    """Implements ``inference.service.Service`` by another one, and counts. ``clock`` gives seconds."""

    def __init__(self, service: Service, clock: Callable[[], float] = time.monotonic) -> None:
        self._service, self._clock = service, clock
        self._flights: dict[int, _Flight] = {}
        self._times: deque[tuple[float, float, float, float]] = deque(maxlen=_RESULTS)  # at, all, waited, ran
        self._by_second: dict[int, int] = {}  # in the order of time
        self._refused: Counter[str] = Counter()
        self._answered = self._cancelled = 0

    async def stylize(self, job: Job, progress: Progress | None = None) -> Result:
        with self._flying(job.style) as flight:

            def hear(event: Event) -> None:
                flight.running = isinstance(event, Running)
                if progress:
                    progress(event)

            result = await self._service.stylize(job, hear)
            self._note(result, flight)
            return result

    async def styles(self) -> tuple[StyleInfo, ...]:
        return await self._service.styles()

    async def preview(self, style: str) -> bytes:
        return await self._service.preview(style)

    async def sheet(self, styles: Sequence[str] = ()) -> bytes:
        return await self._service.sheet(styles)

    async def draft(self, pictures: Sequence[bytes]) -> bytes:
        return await self._service.draft(pictures)

    async def create(self, creation: Creation) -> StyleInfo:
        return await self._service.create(creation)

    async def withdraw(self, style: str) -> None:
        await self._service.withdraw(style)

    async def trains(self) -> bool:
        return await self._service.trains()

    async def candidates(self) -> tuple[str, ...]:
        return await self._service.candidates()

    async def compared(self, style: str) -> bytes:
        return await self._service.compared(style)

    async def choose(self, style: str, *, new: bool) -> None:
        await self._service.choose(style, new=new)

    def look(self) -> Flow:
        """What is and was, now."""
        now = self._clock()
        self._forget_old(now)
        recent = sum(count for second, count in self._by_second.items() if second > now - RATE_S)
        return Flow(
            lines=self._lines(now),
            per_second=recent / RATE_S,
            minutes=self._minutes(now),
            latency=_latency([times[1:] for times in self._times if times[0] > now - LATENCY_S]),
            answered=self._answered,
            refused=dict(self._refused.most_common()),
            cancelled=self._cancelled,
        )

    @contextmanager
    def _flying(self, style: str) -> "Iterator[_Flight]":
        flight = _Flight(style, self._clock())
        self._flights[id(flight)] = flight
        try:
            yield flight
        except ServiceError as error:
            self._refused[error.code] += 1
            raise
        except BaseException:  # the caller went away
            self._cancelled += 1
            raise
        finally:
            del self._flights[id(flight)]

    def _note(self, result: Result, flight: _Flight) -> None:
        now = self._clock()
        self._answered += 1
        self._times.append((now, now - flight.began_s, result.waited_s, result.ran_s))
        self._by_second[int(now)] = self._by_second.get(int(now), 0) + 1
        self._forget_old(now)

    def _forget_old(self, now: float) -> None:
        while self._by_second and (first := next(iter(self._by_second))) < now - MINUTES * 60:
            del self._by_second[first]

    def _lines(self, now: float) -> tuple[Line, ...]:
        """By style, the one with the oldest job first."""
        flights: defaultdict[str, list[_Flight]] = defaultdict(list)
        for flight in self._flights.values():
            flights[flight.style].append(flight)
        return tuple(
            Line(style, sum(not one.running for one in ones), sum(one.running for one in ones), now - ones[0].began_s)
            for style, ones in flights.items()
        )

    def _minutes(self, now: float) -> tuple[int, ...]:
        counts = [0] * MINUTES
        for second, count in self._by_second.items():
            counts[max(0, MINUTES - 1 - int((now - second) // 60))] += count
        return tuple(counts)


def _latency(times: Sequence[tuple[float, float, float]]) -> Latency | None:
    if not times:
        return None
    whole, waited, ran = (_quantiles(part) for part in zip(*times, strict=True))
    return Latency(len(times), whole, waited, ran)


def _quantiles(values: Iterable[float]) -> tuple[float, float]:
    """The nearest-rank p50 and p95."""
    ranked = sorted(values)
    p50, p95 = (ranked[math.ceil(share * len(ranked)) - 1] for share in (0.5, 0.95))
    return p50, p95
