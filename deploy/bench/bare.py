"""The bare pipeline: the fastest way found to decode, generate and encode the same pictures without any service.

It is the limit that services are held against. It knows all of its pictures beforehand, has them sorted by style and
size, and is answerable to nobody. Tried are: one after another; threads that decode and load ahead and encode behind,
with several sizes of batch; and, on this machine's own cores, several processes of one thread each.
"""

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from multiprocessing.synchronize import Barrier
from statistics import median
from typing import ClassVar, NamedTuple

import torch

from deploy.bench.hands import Hands
from deploy.bench.offer import Offer
from deploy.bench.watch import least_disturbed
from inference.device import LOADS_AHEAD
from inference.pictures import Pixels, Prepared
from inference.worker import cores
from styles.style import Style

Pile = Sequence[tuple[str, str]]
"""(style, photo) of each job."""
AHEAD = 4
"""Batches that are decoded, and whose generators are loaded, before they are needed."""
IN_TURN, PROCESSES = "one after another", "processes"
IN_THREADS = {f"threads, batches of {batch}": batch for batch in (1, 4, 16)}
CALIBRATION = 6
PASSES = 3
LEAST_JOBS, MOST_JOBS = 8, 2000


@dataclass(frozen=True, slots=True)
class Bare:
    """Pictures a second of each way, by its name; of the generator alone; and the batch of the fastest way in threads.

    Each with so many ``jobs``; a way is the median of PASSES.
    """

    ways: Mapping[str, float]
    generator: float
    batch: int
    jobs: int

    @property
    def best(self) -> str:
        return max(self.ways, key=lambda way: self.ways[way])

    @property
    def rate(self) -> float:
        return self.ways[self.best]


class Ways:
    """All ways for the pictures of one trace, in this process; every method blocks."""

    def __init__(self, offer: Offer, pile: Callable[[int], Pile], photos: Mapping[str, bytes]) -> None:
        """``pile`` gives so many jobs, always the same ones."""
        self._offer, self._pile, self._photos = offer, pile, photos
        self._bench = _Bench(Hands(offer), photos, LOADS_AHEAD if offer.simulated else 1)
        self._work: Pile = ()

    def measure(self, seconds: float) -> Bare:
        """Every way, by turns, on about as many jobs as can be done in so many ``seconds``."""
        jobs = CALIBRATION
        for _ in range(2):  # the second time, generators run as they will from now on
            per_job_s = _timed(partial(self._bench.in_turn, self._warm(jobs))) / jobs
            jobs = min(MOST_JOBS, max(LEAST_JOBS, round(seconds / per_job_s)))
        names = {way: batch for way, batch in IN_THREADS.items() if batch <= max(self._offer.batch, 1)}
        ways = [IN_TURN, *names, *([] if self._offer.simulated else [PROCESSES])]
        passes = [{way: self.rate(way, jobs) for way in ways} for _ in range(PASSES)]
        rates = {way: median(each[way] for each in passes) for way in ways}
        fastest = max(names, key=lambda name: rates[name])
        generating_s = self._bench.generating(self._warm(jobs), names[fastest])
        return Bare(rates, jobs / generating_s, names[fastest], jobs)

    def rate(self, way: str, jobs: int) -> float:
        """Pictures a second of one way, now."""
        work = self._warm(jobs)
        if way == PROCESSES:
            return least_disturbed(partial(in_processes, self._offer, work, self._photos))[0]
        once = partial(self._bench.in_turn, work)
        if way in IN_THREADS:
            once = partial(self._bench.in_threads, work, IN_THREADS[way])
        return jobs / least_disturbed(partial(_timed, once))[0]

    def _warm(self, jobs: int) -> Pile:
        """So many jobs, sorted by style and size, all of which ran before."""
        if len(self._work) != jobs:
            self._work = sorted(self._pile(jobs))
            self._bench.in_turn(self._work)
        return self._work


def _timed(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


class _Coming(NamedTuple):
    """A batch that is made ready."""

    style: str
    loading: Future[Style]
    decoding: list[Future[Prepared]]


class _Bench:
    """The ways within one process."""

    def __init__(self, hands: Hands, photos: Mapping[str, bytes], loaders: int = 1) -> None:
        """``loaders`` generators are loaded at once, ahead of their turn."""
        self._hands, self._photos, self._loaders = hands, photos, loaders

    def in_turn(self, work: Pile) -> None:
        for style, photo in work:
            prepared = self._hands.prepare(self._photos[photo], style)
            self._finish(style, prepared, *self._hands.paint(self._hands.style(style), [prepared.pixels]))

    def in_threads(self, work: Pile, batch: int) -> None:
        """Decode and load ahead and encode behind, in as many threads as there are cores, while this one generates."""
        with ThreadPoolExecutor(cores()) as threads, ThreadPoolExecutor(self._loaders) as loaders:
            finishing: list[Future[object]] = []
            ahead: deque[_Coming] = deque()
            for style, photos in _batches(work, batch):
                same = bool(ahead) and ahead[-1].style == style  # else two would load the same at once
                loading = ahead[-1].loading if same else loaders.submit(self._hands.style, style)
                decoding = [threads.submit(self._prepare, photo, style) for photo in photos]
                ahead.append(_Coming(style, loading, decoding))
                if len(ahead) > AHEAD:
                    finishing += self._painted(ahead.popleft(), threads)
            while ahead:
                finishing += self._painted(ahead.popleft(), threads)
            for one in finishing:
                one.result()

    def _painted(self, batch: "_Coming", threads: ThreadPoolExecutor) -> list[Future[object]]:
        prepared = [one.result() for one in batch.decoding]
        painted = self._hands.paint(batch.loading.result(), [one.pixels for one in prepared])
        return [threads.submit(self._finish, batch.style, *one) for one in zip(prepared, painted, strict=True)]

    def generating(self, work: Pile, batch: int) -> float:
        """Seconds for which the generator alone would be busy with all of it."""
        took_s = 0.0
        for style, photos in _batches(work, batch):
            pixels = [self._prepare(photo, style).pixels for photo in photos]
            loaded = self._hands.style(style)
            took_s += _timed(partial(self._hands.paint, loaded, pixels))
        return took_s

    def _prepare(self, photo: str, style: str) -> Prepared:
        return self._hands.prepare(self._photos[photo], style)

    def _finish(self, style: str, prepared: Prepared, painted: Pixels | Exception) -> None:
        if isinstance(painted, Exception):
            raise painted
        self._hands.finish(prepared, painted, style)


def _batches(work: Pile, batch: int) -> Iterator[tuple[str, list[str]]]:
    """Style and photos of each batch, ``work`` being sorted."""
    for (style, _), alike in groupby(work):
        photos = [photo for _, photo in alike]
        for start in range(0, len(photos), batch):
            yield style, photos[start : start + batch]


# Several processes: each is a bench of its own, with one thread of torch.

START_S = 300.0


def in_processes(offer: Offer, work: Pile, photos: Mapping[str, bytes]) -> float:
    """Pictures a second of as many processes as there are cores, from when all of them are warm."""
    count = cores()
    shares = [work[len(work) * at // count : len(work) * (at + 1) // count] for at in range(count)]
    spawned = multiprocessing.get_context("spawn")
    given = (offer, dict(photos), spawned.Barrier(count))
    with ProcessPoolExecutor(count, spawned, _Apart.begin, given) as processes:
        spans = list(processes.map(_Apart.run, shares))
    return len(work) / (max(ended_s for _, ended_s in spans) - min(began_s for began_s, _ in spans))


class _Apart:
    """What one of the processes holds."""

    bench: ClassVar[_Bench]
    together: ClassVar[Barrier]

    @classmethod
    def begin(cls, offer: Offer, photos: Mapping[str, bytes], together: Barrier) -> None:
        torch.set_num_threads(1)
        cls.bench, cls.together = _Bench(Hands(offer), photos), together

    @classmethod
    def run(cls, share: Pile) -> tuple[float, float]:
        """When it began and ended, on the monotonic clock."""
        cls.bench.in_turn(share)  # as warm as the other ways are
        cls.together.wait(START_S)
        began_s = time.monotonic()
        cls.bench.in_turn(share)
        return began_s, time.monotonic()
