"""Our service and other serving engines side by side, in one run, under the traces of ``deploy.bench``.

    python -m tests.benchmarks.peers.install                     # once
    python -m tests.benchmarks.serving --out tests/benchmarks/out/serving

Runs on this machine and on a simulated device; writes a table, JSON and a plot into OUT. What OUT holds already is
not measured again, so a run that was cut off goes on with the same command; for a new run name a new folder.
"""

import time
from collections.abc import Callable
from pathlib import Path

import click

from deploy.bench.engine import Engine
from deploy.bench.table import LEGEND, plain, tables
from deploy.bench.traces import TRACES
from deploy.bench.trial import Outcome, Trial
from tests.benchmarks.peers.engines import ENGINES

OUT = Path(__file__).parent / "out" / "serving"
INSTALL = "python -m tests.benchmarks.peers.install"
NAMES = [trace.name for trace in TRACES]


@click.command(help=__doc__)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=OUT, show_default=True)
@click.option("--trace", "names", multiple=True, type=click.Choice(NAMES), help="Only this one; may be repeated [all].")
@click.option("--engine", "wanted", multiple=True, type=click.Choice([one.name for one in ENGINES]), help="Likewise.")
@click.option(
    "--rounds", type=click.IntRange(1), default=5, show_default=True, help="In each, every engine has a turn."
)
@click.option(
    "--seconds", type=click.FloatRange(2), default=6.0, show_default=True, help="Length of each load in each."
)
@click.option("--device", type=click.Choice(["real", "simulated", "both"]), default="both", show_default=True)
def command(
    out: Path, names: tuple[str, ...], wanted: tuple[str, ...], rounds: int, seconds: float, device: str
) -> None:
    engines = [engine for engine in ENGINES if not wanted or engine.name in wanted]
    for absent in [engine for engine in engines if not Path(engine.python).exists()]:
        click.echo(f"{absent.name} is not installed, and left out: {INSTALL}", err=True)
        engines.remove(absent)
    traces = [trace for trace in TRACES if not names or trace.name in names]
    outcomes = []
    for simulated in [which == "simulated" for which in ("real", "simulated") if device in {which, "both"}]:
        for trace in traces:
            trial = Trial(trace, out, rounds=rounds, seconds=seconds, simulated=simulated, say=_say(trace.name))
            outcomes.append(trial.run(engines))
            click.echo(tables(outcomes[-1:]))
            write(outcomes, engines, out)
    click.echo(LEGEND)


def write(outcomes: list[Outcome], engines: list[Engine], out: Path) -> None:
    """What was measured so far."""
    remarks = [f"{one.name}, {trace}: {why}" for one in engines for trace, why in one.remarks.items()]
    (out / "serving.txt").write_text("\n".join([tables(outcomes), "", LEGEND, "", *remarks, ""]), "utf-8")
    (out / "serving.json").write_text(plain(outcomes), "utf-8")
    try:
        from tests.benchmarks.plot import draw

        draw(outcomes, out / "serving.png")
    except ModuleNotFoundError as missing:
        click.echo(f"no plot: {missing.name} is not installed", err=True)


def _say(trace: str) -> Callable[[str], None]:
    def say(what: str) -> None:
        click.echo(f"{time.strftime('%H:%M:%S')} {trace}: {what} …", err=True)

    return say


if __name__ == "__main__":
    command()
