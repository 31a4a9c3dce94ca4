"""The counting behind the operator's page, by a clock that the tests move; and how figures read."""

import asyncio
import time
from pathlib import Path

import pytest

from deploy.operator.engine import EngineReader, parse
from deploy.operator.watch import MINUTES, Watched
from deploy.operator.words import REFUSALS, ago, seconds, size, style_name
from inference import errors
from inference.errors import Busy, ServiceError
from inference.job import Job
from inference.metrics import Metrics
from tests.hostile import encoded, photo
from tests.inference.inverting import InvertingService

PHOTO = encoded(photo())


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


async def answered(watched: Watched, service: InvertingService, clock: Clock, took_s: float) -> None:
    service.gate.clear()
    asked = asyncio.create_task(watched.stylize(Job(PHOTO, "invert")))
    while not watched.look().lines:
        await asyncio.sleep(0)
    clock.now += took_s
    service.gate.set()
    await asked


async def test_latency_is_of_the_last_quarter_of_an_hour_and_by_nearest_rank() -> None:
    service, clock = InvertingService(), Clock()
    watched = Watched(service, clock)
    assert watched.look().latency is None
    for took_s in range(1, 21):
        await answered(watched, service, clock, took_s)
    latency = watched.look().latency
    assert latency is not None
    assert (latency.results, latency.all_s) == (20, (10, 19))
    assert (latency.waited_s, latency.ran_s) == ((0.25, 0.25), (0.5, 0.5))
    clock.now += 901
    assert watched.look().latency is None


async def test_results_are_counted_by_second_and_minute_and_then_forgotten() -> None:
    service, clock = InvertingService(), Clock()
    watched = Watched(service, clock)
    for _ in range(6):
        await answered(watched, service, clock, 0)
    assert watched.look().per_second == pytest.approx(0.1)
    assert watched.look().minutes == (*[0] * (MINUTES - 1), 6)
    clock.now += 120
    assert watched.look().per_second == 0
    assert watched.look().minutes[-3:] == (6, 0, 0)
    clock.now += 1800
    assert sum(watched.look().minutes) == 0
    assert watched.look().answered == 6


async def test_a_job_waits_then_runs_then_is_gone_whatever_becomes_of_it() -> None:
    service, clock = InvertingService(), Clock()
    watched = Watched(service, clock)
    service.gate.clear()
    asked = asyncio.create_task(watched.stylize(Job(PHOTO, "invert")))
    await service.started.wait()
    clock.now += 7
    assert (watched.look().waiting, watched.look().running, watched.look().oldest_s) == (1, 0, 7)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    assert service.cancelled.is_set()
    service.trouble = Busy(3)
    service.gate.set()
    with pytest.raises(Busy):
        await watched.stylize(Job(PHOTO, "invert"))
    look = watched.look()
    assert (look.lines, look.refused, look.cancelled, look.answered) == ((), {"busy": 1}, 1, 0)


async def test_hits_are_counted_from_the_first_look_and_anew_when_the_service_begins_anew() -> None:
    said = ["", "", "", "nonsense"]
    for turn, (batches, loads) in enumerate(((10, 4), (15, 5), (1, 1))):
        said[turn] = f'atelier_batch_jobs_count {batches}.0\natelier_cache_loads_total{{style="a b"}} {loads}.0\n'
    turns = iter(said)

    async def read() -> str:
        return next(turns)

    reader = EngineReader(read)
    looks = [await reader.look() for _ in said]
    assert [(look.hits, look.looked) for look in looks if not isinstance(look, str)] == [(0, 0), (4, 5), (0, 0)]
    assert "not visible" in str(looks[-1])


def test_a_measure_is_summed_over_its_labels() -> None:
    text = '# HELP a b\na_total{style="x y"} 1.0\na_total{style="}"} 2.5\n\nb 3\n'
    assert parse(text) == {"a_total": 3.5, "b": 3}


def test_every_refusal_has_words() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ServiceError)]
    assert {kind.code for kind in kinds} == set(REFUSALS)


def test_figures_read_well() -> None:
    spans = [0.0421, 0.9996, 3.21, 12.4, 59.99, 75, 9000, 200_000]
    assert [seconds(span) for span in spans] == [
        *("42 ms", "1.0 s", "3.2 s", "12 s", "1 min 0 s", "1 min 15 s", "2 h 30 min", "2 days")
    ]
    assert [size(count) for count in (0, 999, 1200, 12_300_000, 2.5e9)] == [
        "0 bytes",
        "999 bytes",
        "1.2 kB",
        "12 MB",
        "2.5 GB",
    ]
    assert style_name("ash,birch,oak") == "a sheet of 3"
    assert style_name("x" * 99) == "x" * 32
    now = time.time()
    assert [ago(now - past) for past in (-5, 20, 130, 9000)] == ["just now", "just now", "2 min ago", "2 h 30 min ago"]


def test_the_docs_name_every_measure_that_prometheus_reads() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
    measures = {
        line.split()[2] for line in Metrics().text().decode().splitlines() if line.startswith("# TYPE atelier_")
    }
    assert {name for name in measures if f"`{name}`" not in docs and not name.endswith("_created")} == set()
