"""The service against the bare pipeline, in one run; its memory; and how long its event loop was ever blocked.

``python -m tests.benchmarks.pipeline`` runs everything; ``--help`` says what else there is. Other programs share the
machine, so service and bare pipeline take turns, and only their ratio means something.

The bare pipeline is the best simple arrangement of decode, generate and encode without a service: either one after
the other, or with threads that decode ahead and encode behind; whichever is faster here counts.
"""

import asyncio
import gc
import io
import json
import logging
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import click
import numpy as np
import psutil
from PIL import Image

from inference import pictures
from inference.asked import resolved
from inference.device import choose
from inference.embedded import EmbeddedService
from inference.job import Job, Options
from inference.limits import Limits
from inference.service import StyleInfo
from inference.worker import cores, restyle
from styles.library import Library
from styles.samples import FOLDER as SAMPLES
from tests.styles.making import write_pack

MEGABYTE = 1e6
REST_S = 10.0


def photo(side: int) -> bytes:
    """A square photo as a phone would send it; above 512, enlarged and grained so that its bytes are honest."""
    with Image.open(SAMPLES / "astronaut.jpg") as small:
        image = small.convert("RGB").resize((side, side), Image.Resampling.BICUBIC)
    if side > 512:
        grain = np.random.default_rng(0).normal(0, 4, (side, side, 1))
        image = Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()


def library(folder: Path) -> Library:
    """The shipped styles; without any, a generator with random weights, which takes as long."""
    shipped = Library.open()
    if not shipped.cards():
        write_pack(folder, "random")
        return Library.open([folder])
    return shipped


class Bare:
    """Decode, generate and encode without a service."""

    def __init__(self, styles: Library, style: str) -> None:
        device = choose("auto")
        self.style = styles.load(style, device=device.name, dtype=device.dtype)
        card = self.style.card
        self.info = StyleInfo(card.id, card.version, card.title, card.takes, card.licence.weights)

    def prepare(self, job: Job) -> tuple[pictures.Prepared, Job]:
        options = resolved(job, self.style.card, Limits())
        header = pictures.inspect(job.picture, Limits())
        size = pictures.bucket(header, options, self.style.card.size)
        return pictures.prepare(job.picture, header, options, *size), job

    def generate(self, prepared: pictures.Prepared) -> pictures.Pixels:
        [picture] = restyle(self.style, [prepared.pixels]).pictures
        if isinstance(picture, Exception):
            raise picture
        return picture

    def finish(self, prepared: pictures.Prepared, styled: pictures.Pixels, job: Job) -> bytes:
        return pictures.finish(prepared, styled, resolved(job, self.style.card, Limits()), self.info).picture

    def in_turn(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            prepared, _ = self.prepare(job)
            self.finish(prepared, self.generate(prepared), job)

    def in_threads(self, jobs: Sequence[Job]) -> None:
        with ThreadPoolExecutor(cores()) as hands:
            behind = []
            for prepared, job in hands.map(self.prepare, jobs):
                behind.append(hands.submit(self.finish, prepared, self.generate(prepared), job))
            for finished in behind:
                finished.result()


async def throughput(
    styles: Library, style: str, side: int, count: int, rounds: int, *, runtime: str = "auto", lanes: int = 0
) -> dict[str, float]:
    """Pictures per second of the service and of both bare arrangements, alternating."""
    data = photo(side)
    plain = Options(faces=False)  # as the bare pipelines, which do not paint faces finer
    jobs = [Job(data, style, plain, user=f"user {at}") for at in range(count)]
    bare = Bare(styles, style)
    serving = EmbeddedService(styles, runtime=runtime, limits=Limits(lanes=lanes))
    async with serving as service, ticking() as ticks:
        await ticks.rest()

        async def served() -> None:
            ticks.watching = True
            await asyncio.gather(*(service.stylize(job, lambda _: None) for job in jobs))
            ticks.watching = False

        ways: dict[str, Callable[[], Awaitable[object]]] = {
            "in_turn": lambda: asyncio.to_thread(bare.in_turn, jobs),
            "in_threads": lambda: asyncio.to_thread(bare.in_threads, jobs),
            "service": served,
        }
        took_s: dict[str, list[float]] = {way: [] for way in ways}
        for a_round in range(rounds + 1):
            for way in random.sample(sorted(ways), len(ways)):  # so that no way is always beside the same neighbour
                began_s = time.perf_counter()
                await ways[way]()
                if a_round:  # the first one only warms up
                    took_s[way].append(time.perf_counter() - began_s)
    return compared(took_s, count) | ticks.figures()


def compared(took_s: Mapping[str, Sequence[float]], count: int) -> dict[str, float]:
    """Pictures per second of each way's median and least disturbed round, and the service against the best bare one."""
    usual = {way: count / statistics.median(seconds) for way, seconds in took_s.items()}
    quiet = {f"{way}_quiet": count / min(seconds) for way, seconds in took_s.items()}
    return {
        **usual,
        **quiet,
        "ratio_to_bare_pipeline": usual["service"] / max(usual["in_turn"], usual["in_threads"]),
        "ratio_of_quiet_rounds": quiet["service_quiet"] / max(quiet["in_turn_quiet"], quiet["in_threads_quiet"]),
    }


class Ticks:
    """How late the event loop was for a timer, and what its longest callback took (wall, and of its own CPU time).

    ``at_rest`` is how late it was with nothing to do, which is the machine's own doing. Looks during which other
    machines had a core of ours are left out, and counted.
    """

    def __init__(self) -> None:
        self.watching = self.resting = False
        self.late: list[float] = []
        self.at_rest: list[float] = []
        self.stolen = 0
        self.longest_wall_s = self.longest_cpu_s = 0.0

    async def rest(self, for_s: float = REST_S) -> None:
        """Look at the loop while nobody sends anything."""
        self.resting = True
        await asyncio.sleep(for_s)
        self.resting = False

    def look(self, late_s: float, *, stolen: bool) -> None:
        """One timer."""
        if not (self.watching or self.resting):
            return
        if stolen:
            self.stolen += 1
        else:
            (self.at_rest if self.resting else self.late).append(late_s)

    def figures(self) -> dict[str, float]:
        return {
            **_lateness("loop_at_rest", self.at_rest),
            **_lateness("loop", self.late),
            "loop_looks_stolen": self.stolen,
            "loop_callback_max_ms": self.longest_wall_s * 1e3,
            "loop_callback_cpu_max_ms": self.longest_cpu_s * 1e3,
        }

    def timed_by(self, really: Callable[[asyncio.Handle], None]) -> Callable[[asyncio.Handle], None]:
        """``really`` runs one callback of the loop; so does what this returns, with a clock beside it."""

        def run(self: asyncio.Handle) -> None:
            watched(self)

        watched = partial(self._run, really)
        return run

    def _run(self, really: Callable[[asyncio.Handle], None], handle: asyncio.Handle) -> None:
        wall_s, cpu_s = time.perf_counter(), time.thread_time()
        really(handle)
        if self.watching:
            self.longest_wall_s = max(self.longest_wall_s, time.perf_counter() - wall_s)
            self.longest_cpu_s = max(self.longest_cpu_s, time.thread_time() - cpu_s)


def _lateness(name: str, seconds: Sequence[float]) -> dict[str, float]:
    late = sorted(seconds) or [0.0]
    return {
        f"{name}_late_p99_ms": late[int(0.99 * (len(late) - 1))] * 1e3,
        f"{name}_late_max_ms": late[-1] * 1e3,
        f"{name}_late_by_5_ms_per_1000": 1e3 * sum(each > 5e-3 for each in late) / len(late),
    }


@asynccontextmanager
async def ticking(every_s: float = 0.002) -> AsyncIterator[Ticks]:
    """Watch this event loop."""
    ticks, really = Ticks(), asyncio.Handle._run

    async def tick() -> None:
        stolen_s = _stolen_s()
        while True:
            due_s = time.perf_counter() + every_s
            await asyncio.sleep(every_s)
            late_s, before_s = time.perf_counter() - due_s, stolen_s
            stolen_s = _stolen_s()
            ticks.look(late_s, stolen=stolen_s > before_s)

    task = asyncio.create_task(tick())
    asyncio.Handle._run = ticks.timed_by(really)  # type: ignore[method-assign, assignment]  # a look inside
    try:
        yield ticks
    finally:
        asyncio.Handle._run = really  # type: ignore[method-assign]  # and out again
        task.cancel()


def _stolen_s() -> float:
    """What others had of our cores since the machine began, where the system counts it."""
    return float(getattr(psutil.cpu_times(), "steal", 0.0))


async def memory(styles: Library, style: str, count: int = 50) -> dict[str, float]:
    """Resident megabytes at rest, and at most while so many 12-megapixel jobs wait and run; and afterwards."""
    data = photo(3464)
    process, peak = psutil.Process(), 0.0

    async def watch() -> None:
        nonlocal peak
        while True:
            peak = max(peak, process.memory_info().rss / MEGABYTE)
            await asyncio.sleep(0.02)

    async with EmbeddedService(styles) as service:
        await service.stylize(Job(photo(512), style))
        await asyncio.sleep(1.5)
        at_rest = process.memory_info().rss / MEGABYTE
        # each job has bytes of its own, as pictures that people send do
        jobs = [Job(bytes(bytearray(data)), style, user=f"user {at}") for at in range(count)]
        watching = asyncio.create_task(watch())
        began_s = time.perf_counter()
        waiting = [asyncio.create_task(service.stylize(job)) for job in jobs]
        del jobs
        sizes = [len((await one).picture) for one in waiting]
        took_s = time.perf_counter() - began_s
        del waiting
        gc.collect()
        await asyncio.sleep(1.5)
        watching.cancel()
        after = process.memory_info().rss / MEGABYTE
    return {
        "memory_at_rest_mb": at_rest,
        f"memory_{count}_waiting_12mp_mb": peak,
        "memory_afterwards_mb": after,
        "photo_mb": len(data) / MEGABYTE,
        "result_mb": statistics.mean(sizes) / MEGABYTE,
        "pictures_per_second_12mp": count / took_s,
    }


@click.command(help=__doc__)
@click.option("--part", type=click.Choice(["all", "throughput", "memory"]), default="all", show_default=True)
@click.option("--style", help="A shipped style; the first one by default.")
@click.option("--side", default=512, show_default=True, help="Of the square photos, in pixels.")
@click.option("--count", default=12, show_default=True, help="Photos a round.")
@click.option("--rounds", default=9, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def command(part: str, style: str | None, side: int, count: int, rounds: int, as_json: bool) -> None:
    figures = measure(part, style, side, count, rounds)
    if as_json:
        print(json.dumps(figures))
    else:
        show(figures)


def measure(
    part: str = "all", style: str | None = None, side: int = 512, count: int = 12, rounds: int = 9
) -> dict[str, float]:
    """All figures, by name."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        styles = library(Path(folder))
        style = style or styles.cards()[0].id
        if part in {"all", "memory"}:  # first, while nothing else has touched this process's memory
            figures |= asyncio.run(memory(styles, style))
        if part in {"all", "throughput"}:
            figures |= asyncio.run(throughput(styles, style, side, count, rounds))
    return figures


def show(figures: Mapping[str, float]) -> None:
    for name, value in figures.items():
        print(f"{name:32} {value:10.3f}")


def main() -> None:
    """Everything, with its defaults."""
    logging.basicConfig(level=logging.WARNING)
    show(measure())


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    command()
