"""``atelier bench``: how fast the service is on this machine."""

import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import click

NAMES = ("one", "mixed", "many", "bursts", "greedy", "broken")


@click.command()
@click.option("--trace", "names", multiple=True, type=click.Choice(NAMES), help="Only this one; may be repeated [all].")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="By turns with the bare pipeline.")
@click.option(
    "--seconds", type=click.FloatRange(2), default=6.0, show_default=True, help="Length of each load in each."
)
@click.option("--simulated", is_flag=True, help="On a simulated device, whose figures are assumptions.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine to read.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="Keep results here, and go on there.")
def bench(
    names: tuple[str, ...], rounds: int, seconds: float, simulated: bool, as_json: bool, keep: Path | None
) -> None:
    """Measure the service on this machine against the bare pipeline.

    A second process sends photos over HTTP, as people would. The bare pipeline is the fastest way found to decode,
    paint and encode the same photos without any service, and so the limit. Other programs should be quiet meanwhile.

    \b
    Examples:
      atelier bench --trace one --seconds 10
      atelier bench --json > today.json
    """
    from deploy.bench.engine import OURS
    from deploy.bench.table import plain, tables
    from deploy.bench.traces import TRACES
    from deploy.bench.trial import Trial

    with ExitStack() as held:
        folder = keep or Path(held.enter_context(tempfile.TemporaryDirectory()))
        chosen = [trace for trace in TRACES if trace.name in (names or NAMES)]
        outcomes = []
        for trace in chosen:
            say = partial(_say, trace.name)
            trial = Trial(trace, folder, rounds=rounds, seconds=seconds, simulated=simulated, say=say)
            outcomes.append(trial.run([OURS]))
            if not as_json:
                click.echo(tables(outcomes[-1:]))
    if as_json:
        click.echo(plain(outcomes))
    if any(one.figures is None for outcome in outcomes for one in outcome.measured):
        sys.exit(1)


def _say(trace: str, what: str) -> None:
    click.echo(f"{trace}: {what} …", err=True)
