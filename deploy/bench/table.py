"""Outcomes as tables for people, and as JSON for machines."""

import json
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from math import inf
from statistics import fmean, median

from deploy.bench import simulated
from deploy.bench.traces import SATURATED
from deploy.bench.trial import Measured, Outcome

COLUMNS = (
    "engine",
    "load",
    "pictures/s",
    "bare/s",
    "of bare",
    "from–to",
    "p50 s",
    "p95 s",
    "p99 s",
    "longest",
    "Jain",
    "loads/1000",
    "batch",
    "MB",
    "CPU ms",
    "refused",
    "failed",
    "stolen",
)
LEGEND = """\
saturated: more is sent than can be done, and pictures/s and “of bare” say how much is; waits mean nothing there.
bare/s: pictures a second of the fastest bare pipeline, which has a turn in each round, too. of bare: the median of the
rounds; from–to: the least and the most of them.
steady, bursty, alone, beside: 0.7, 0.6, 0.5 and 0.5 of what the bare pipeline does is sent; waits are what counts.
Jain: 1 is everybody's fair share. loads/1000: generators loaded for 1,000 pictures. batch: pictures a run, on average.
MB: the most that the engine's processes held. CPU ms: processor time of the engine for each picture.
refused: jobs told to come back later. failed: sound jobs that got an error or no answer.
stolen: the share of the cores' time that other virtual machines had; of two tries, the lesser."""


def tables(outcomes: Sequence[Outcome]) -> str:
    """One table for each trace."""
    return "\n".join(line for outcome in outcomes for line in _lines(outcome))


def plain(outcomes: Sequence[Outcome]) -> str:
    """Everything, with the machine that it was measured on, as JSON."""
    machine = {"system": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count()}
    return json.dumps({"machine": machine, "traces": [_plain(outcome) for outcome in outcomes]}, indent=1)


def ratio(measured: Measured) -> float | None:
    """``ratio_to_bare_pipeline``: of a saturated engine; below saturation nobody could do more than is sent."""
    return median(_by(measured.rates, measured.limits)) if measured.limits else None


def ahead(outcome: Outcome) -> dict[str, list[float]]:
    """Pictures a second of the first engine by those of each other one, under SATURATED, round by round."""
    saturated = [one for one in outcome.measured if one.load == SATURATED.name and one.figures]
    return {other.engine: _by(saturated[0].rates, other.rates) for other in saturated[1:]}


def polite_cost(outcome: Outcome, engine: str) -> float | None:
    """What the greedy person cost the polite ones: their p95 beside it, divided by their p95 alone."""
    found = {one.load: one.figures for one in outcome.measured if one.engine == engine}
    alone, beside = found.get("alone"), found.get("beside")
    return beside.polite_p95_s / alone.polite_p95_s if alone and beside and alone.polite_p95_s else None


def _by(rates: Sequence[float], others: Sequence[float]) -> list[float]:
    """Ratios within a round; an engine that did nothing is infinitely less."""
    return [rate / other if other else inf for rate, other in zip(rates, others, strict=True)]


def _plain(outcome: Outcome) -> dict[str, object]:
    measured = [asdict(one) | {"ratio_to_bare_pipeline": ratio(one)} for one in outcome.measured]
    engines = dict.fromkeys(one.engine for one in outcome.measured)
    costs = {engine: polite_cost(outcome, engine) for engine in engines}
    return {
        "trace": outcome.trace.name,
        "title": outcome.trace.title,
        "simulated": outcome.simulated,
        "bare": asdict(outcome.bare) | {"rate": outcome.bare.rate, "best": outcome.bare.best},
        "measured": measured,
        "first_engine_by_others": ahead(outcome),
        "polite_p95_beside_to_alone": {engine: cost for engine, cost in costs.items() if cost is not None},
    }


def _lines(outcome: Outcome) -> Iterator[str]:
    bare = outcome.bare
    where = f", SIMULATED device ({_figures()})" if outcome.simulated else ""
    yield f"\n{outcome.trace.name}: {outcome.trace.title}{where}"
    ways = "; ".join(f"{name} {rate:.2f}" for name, rate in sorted(bare.ways.items(), key=lambda way: -way[1]))
    yield f"bare pipeline {bare.rate:.2f} pictures/s ({ways}); the generator alone {bare.generator:.2f}"
    yield from _aligned([COLUMNS, *(_row(one) for one in outcome.measured)])
    for other, leads in ahead(outcome).items():
        first = outcome.measured[0].engine
        yield f"{first} does {median(leads):.2f} times as much as {other} ({min(leads):.2f} to {max(leads):.2f})"
    for engine in dict.fromkeys(one.engine for one in outcome.measured):
        cost = polite_cost(outcome, engine)
        if cost is not None:
            yield f"{engine}: the greedy person makes the polite ones' p95 {cost:.2f} times as long"
    yield from dict.fromkeys(f"{one.engine}: {one.sentence}" for one in outcome.measured if one.sentence)


def _figures() -> str:
    launch, pixel, load = simulated.LAUNCH_S * 1e3, simulated.PIXEL_S * 1e9, simulated.LOAD_S * 1e3
    return f"assumed: {launch:.0f} ms a launch, {pixel:.0f} ns a pixel, {load:.0f} ms a load"


def _row(measured: Measured) -> tuple[str, ...]:
    found = measured.figures
    if found is None:
        return (measured.engine, measured.load, *("–" for _ in COLUMNS[2:]))
    waits = (found.p50_s, found.p95_s, found.p99_s, found.longest_s)
    return (
        measured.engine,
        measured.load,
        f"{found.pictures_per_second:.2f}",
        *_held_against_bare(measured),
        *(f"{wait:.3f}" for wait in waits),
        f"{found.fairness:.3f}",
        f"{found.loads_per_1000:.0f}",
        f"{found.mean_batch:.2f}",
        f"{found.peak_memory_mb:.0f}",
        f"{found.cpu_ms_per_picture:.0f}",
        f"{found.refused}",
        f"{found.innocent_failed + found.unanswered}",
        f"{found.stolen:.0%}",
    )


def _held_against_bare(measured: Measured) -> tuple[str, str, str]:
    if not measured.limits:
        return "", "", ""
    shares = _by(measured.rates, measured.limits)
    return f"{fmean(measured.limits):.2f}", f"{median(shares):.3f}", f"{min(shares):.2f}–{max(shares):.2f}"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.ljust(width) if at < 2 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
