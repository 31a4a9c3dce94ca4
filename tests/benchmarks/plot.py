"""Outcomes as one picture: for each trace, pictures a second beside the bare pipeline, and the waits below saturation.

Needs matplotlib, which only who wants the picture installs.
"""

# mypy: disable-error-code="import-not-found"

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from deploy.bench.table import ratio
from deploy.bench.trial import Measured, Outcome

PANEL = (5.2, 3.4)
COLOURS = ("#1f6f8b", "#99a8b2", "#c9ada7", "#a3b18a", "#bc8f5f", "#8e7dbe")


def draw(outcomes: Sequence[Outcome], path: Path) -> None:
    """Write a PNG or an SVG, as ``path`` is named. Raises ModuleNotFoundError without matplotlib."""
    from matplotlib.figure import Figure

    width, height = PANEL
    figure = Figure(figsize=(2 * width, height * len(outcomes)), layout="constrained")
    axes = figure.subplots(len(outcomes), 2, squeeze=False)
    for (rates, waits), outcome in zip(axes, outcomes, strict=True):
        _rates(rates, outcome)
        _waits(waits, outcome)
    figure.savefig(path)


def _rates(axes: Any, outcome: Outcome) -> None:
    shown = [one for one in outcome.measured if ratio(one) is not None] or _below(outcome)
    names = [one.engine for one in shown]
    rates = [one.figures.pictures_per_second for one in shown if one.figures]
    axes.barh(names, rates, color=COLOURS[: len(names)])
    limits = [fmean(one.limits) for one in shown if one.limits]
    axes.plot(limits, names[: len(limits)], "k|", markersize=18)
    axes.invert_yaxis()
    axes.set_xlabel("pictures a second, and as a line what the bare pipeline did beside it", fontsize=8)
    axes.set_title(f"{outcome.trace.title}{' – SIMULATED device' if outcome.simulated else ''}", fontsize=9)


def _waits(axes: Any, outcome: Outcome) -> None:
    for at, one in enumerate(_below(outcome)):
        if one.figures:
            values = [one.figures.p50_s, one.figures.p95_s, one.figures.p99_s]
            axes.plot(["p50", "p95", "p99"], values, "o-", color=COLOURS[at % len(COLOURS)], label=one.engine)
    axes.set_yscale("log")
    axes.set_ylabel("seconds")
    axes.set_title(f"waits under the load “{outcome.trace.loads[-1].name}”", fontsize=9)
    axes.legend(fontsize=7)


def _below(outcome: Outcome) -> list[Measured]:
    last = outcome.trace.loads[-1].name
    return [one for one in outcome.measured if one.load == last and one.figures]
