"""``python -m tests.benchmarks.scale``: the day, then more and more of it until something breaks, and the own cost."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from tests.benchmarks.scale import own_cost
from tests.benchmarks.scale.assumptions import CPU, GPU, Machine
from tests.benchmarks.scale.demand import Demand
from tests.benchmarks.scale.fleet import Fleet
from tests.benchmarks.scale.routing import WAYS

OUT = Path(__file__).parents[1] / "out" / "scale.json"
COLUMNS = {
    "routing": "{}",
    "load": "{:g}",
    "p50_s": "{:.2f}",
    "p99_s": "{:.2f}",
    "longest_s": "{:.1f}",
    "loads_per_1000": "{:.0f}",
    "batch_jobs": "{:.2f}",
    "utilisation": "{:.0%}",
    "refused": "{}",
    "asked": "{}",
    "dollars_per_million": "{:.2f}",
}
PEAK = 20


@click.command()
@click.option("--replicas", default=200, show_default=True)
@click.option("--minute", default=30.0, show_default=True, help="Seconds that stand for each hour of the day.")
@click.option("--loads", default="1,2,3,4,4.5,5", show_default=True, help="Times what is assumed, at the peak hour.")
@click.option(
    "--warm", default=30.0, show_default=True, help="Seconds of the peak hour that come before and do not count."
)
@click.option("--accelerators", default=8, show_default=True)
@click.option("--gpu-loads", default="1,4,8,16", show_default=True)
@click.option("--only", type=click.Choice(["day", "peak", "accelerators", "own"]), multiple=True)
def main(
    replicas: int, minute: float, loads: str, warm: float, accelerators: int, gpu_loads: str, only: Sequence[str]
) -> None:
    """Print every table, and write the figures beside the other benchmarks' as JSON."""
    wanted = only or ("day", "peak", "accelerators", "own")
    found = json.loads(OUT.read_text()) if OUT.exists() else {}
    for part in wanted:
        if part == "day":
            rows = _day(replicas, minute)
        elif part == "peak":
            rows = _peak(CPU, replicas, _numbers(loads), 2 * minute, warm)
        elif part == "accelerators":
            rows = _peak(GPU, accelerators, _numbers(gpu_loads), minute, warm)
        else:
            rows = _own()
        found[part] = rows
        OUT.parent.mkdir(parents=True, exist_ok=True)
        OUT.write_text(json.dumps(found, indent=1))


def _numbers(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def _day(replicas: int, minute: float) -> list[dict[str, object]]:
    print(f"\nA day, {minute:g} s of each hour one after the other; {replicas} × {CPU.name} (simulated)")
    _head(COLUMNS)
    demand = Demand(tuple(range(24)), minute, 2.0)
    return [_row(Fleet(CPU, replicas, way).run(demand, warm_s=minute).row()) for way in WAYS]


def _peak(
    machine: Machine, replicas: int, loads: Sequence[float], seconds: float, warm_s: float
) -> list[dict[str, object]]:
    print(f"\nThe peak hour, {seconds:g} s after {warm_s:g} s of warming; {replicas} × {machine.name} (simulated)")
    _head(COLUMNS)
    return [
        _row(Fleet(machine, replicas, way).run(Demand((PEAK,), warm_s + seconds, load), warm_s).row())
        for load in loads
        for way in WAYS
    ]


def _own() -> list[dict[str, object]]:
    print("\nThe scheduler's own cost: microseconds of process CPU time (measured here)")
    rows = [dict[str, object](own_cost.measure(waiting)) for waiting in own_cost.QUEUES]
    _head(rows[0])
    for row in rows:
        print("| " + " | ".join(f"{value:.0f}" for value in row.values()) + " |", flush=True)
    return rows


def _head(columns: Sequence[str] | dict[str, object] | dict[str, str]) -> None:
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns), flush=True)


def _row(row: dict[str, object]) -> dict[str, object]:
    print("| " + " | ".join(shape.format(row[name]) for name, shape in COLUMNS.items()) + " |", flush=True)
    return row


if __name__ == "__main__":
    main()
