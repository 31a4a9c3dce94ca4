"""One trace in one run: the bare pipeline, then every engine under every load; each in a file.

What has its file is not measured again, so that a run which was cut off goes on. How fast a machine is may change
within minutes, so the bare pipeline is measured once more right before and right after each engine, which is held
against the mean of both.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

from deploy.bench import bare, notes, photos
from deploy.bench.engine import Engine, NotStarted, Started, started, warm
from deploy.bench.figures import Costs, Figures, figures, span
from deploy.bench.load import Answer, Sending
from deploy.bench.offer import Offer, copies, styles
from deploy.bench.traces import Load, Trace, pile, plan
from deploy.bench.watch import Watch, least_disturbed
from styles.library import BUILT_IN

BATCH = 16
"""The largest batch that the simulated device gets, and that is tried on a real one."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One engine under one load of a trace: its figures, or the sentence that says why there are none.

    ``limit`` is what the bare pipeline did right before and after it, in pictures a second.
    """

    engine: str
    load: str
    figures: Figures | None
    sentence: str = ""
    limit: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A whole trace."""

    trace: Trace
    simulated: bool
    bare: bare.Bare
    measured: tuple[Measured, ...]


Say = Callable[[str], None]


class Trial:
    """``folder`` keeps the results; ``seconds`` is the length of each load."""

    def __init__(self, trace: Trace, folder: Path, *, seconds: float, simulated: bool, say: Say) -> None:
        self._trace, self._simulated, self._seconds, self._say = trace, simulated, seconds, say
        self._neighbour: float | None = None  # what the bare pipeline did when it was last measured
        self._folder = folder / ("simulated" if simulated else "real") / trace.name

    def run(self, engines: Sequence[Engine]) -> Outcome:
        """Measure what was not measured yet."""
        self._folder.mkdir(parents=True, exist_ok=True)
        photos.write(self._folder / "photos")
        with _packs(self._trace) as roots:
            ids = styles(roots)
            offer = Offer(roots, self._notes("bare"), self._trace.cache, BATCH, self._simulated)
            ways = bare.Ways(offer, partial(pile, self._trace, ids), photos.photos())
            limit = self._limit(ways)
            measured = [one for engine in engines for one in self._engine(engine, roots, ids, limit, ways)]
        return Outcome(self._trace, self._simulated, limit, tuple(measured))

    def _limit(self, ways: bare.Ways) -> bare.Bare:
        kept = self._folder / "bare.json"
        if not kept.exists():
            self._say("bare pipeline")
            kept.write_text(json.dumps(asdict(ways.measure(self._seconds / 2)), indent=1))
        return bare.Bare(**json.loads(kept.read_text()))

    def _engine(
        self, engine: Engine, roots: tuple[str, ...], ids: Sequence[str], limit: bare.Bare, ways: bare.Ways
    ) -> list[Measured]:
        kept = self._folder / f"{engine.name}.json"
        if kept.exists():
            return _read(kept)
        offer = Offer(roots, self._notes(engine.name), self._trace.cache, limit.batch, self._simulated)
        before = self._neighbour or ways.rate(limit.best, limit.jobs)
        measured = list(self._measure(engine, offer, ids, limit))
        self._neighbour = ways.rate(limit.best, limit.jobs)
        measured = [replace(one, limit=fmean([before, self._neighbour])) for one in measured]
        if all(one.figures for one in measured):  # what did not start may start the next time
            kept.write_text(json.dumps([asdict(one) for one in measured], indent=1))
        return measured

    def _measure(self, engine: Engine, offer: Offer, ids: Sequence[str], limit: bare.Bare) -> Iterator[Measured]:
        loads = self._trace.loads
        self._say(engine.name)
        try:
            with started(engine, offer, self._folder / "photos", self._folder / f"{engine.name}.log") as running:
                warm(engine, running.url, self._folder / "photos", self._trace, ids, limit.rate)
                for load in loads:
                    self._say(f"{engine.name}, {load.name}")
                    yield Measured(engine.name, load.name, self._under(load, engine, running, ids, limit, offer))
        except NotStarted as error:
            yield from (Measured(engine.name, load.name, None, str(error)) for load in loads)

    def _under(
        self, load: Load, engine: Engine, running: Started, ids: Sequence[str], limit: bare.Bare, offer: Offer
    ) -> Figures:
        asks = plan(self._trace, load, ids, limit.rate, self._seconds)
        most = load.outstanding(limit.rate)
        sending = Sending(running.url, engine.dialect, str(self._folder / "photos"), asks, most, self._seconds)

        def once() -> Figures:
            answers, began_s, costs = _sent(sending, running.pid)
            within = span(began_s, self._seconds)
            return figures(answers, within, notes.read(Path(offer.notes), *within), costs)

        found, stolen = least_disturbed(once)
        return replace(found, stolen=stolen)

    def _notes(self, name: str) -> str:
        return str((self._folder / f"{name}.notes").resolve())


def _sent(sending: Sending, pid: int) -> tuple[list[Answer], float, Costs]:
    """Send from a process of its own, and watch the engine meanwhile; when the load began is the second."""
    with TemporaryDirectory() as folder:
        asked, answered = Path(folder, "plan.json"), Path(folder, "answers.json")
        sending.write(asked)
        with Watch(pid) as watch:
            subprocess.run([sys.executable, "-m", "deploy.bench.load", str(asked), str(answered)], check=True)  # noqa: S603 - our own command
        told: Mapping[str, Any] = json.loads(answered.read_text())
    answers = [Answer(**answer) for answer in told["answers"]]
    return answers, told["began_s"], Costs(watch.peak_bytes, watch.cpu_s, told["cpu_s"])


@contextmanager
def _packs(trace: Trace) -> Iterator[tuple[str, ...]]:
    """Folders with as many styles as the trace needs."""
    if trace.styles <= len(styles([str(BUILT_IN)])):
        yield (str(BUILT_IN),)
        return
    with TemporaryDirectory() as folder:
        copies(Path(folder), trace.styles)
        yield (folder,)


def _read(path: Path) -> list[Measured]:
    kept: list[dict[str, Any]] = json.loads(path.read_text())
    return [Measured(**{**one, "figures": Figures(**one["figures"])}) for one in kept]
