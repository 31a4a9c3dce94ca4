"""One trace in one run: all engines and the bare pipeline by turns, in several rounds; each turn in a file.

How fast a machine is changes within minutes, so nothing is held against what was measured long before: all engines
are started first, and whoever's turn it is not is paused. What has its file is not measured again, so that a run which
was cut off goes on.
"""

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deploy.bench import bare, notes, photos
from deploy.bench.engine import Engine, NotStarted, Started, started, warm
from deploy.bench.figures import Costs, Figures, Turn, figures, span
from deploy.bench.load import Answer, Sending
from deploy.bench.offer import Offer, copies, styles
from deploy.bench.traces import SATURATED, Load, Trace, pile, plan
from deploy.bench.watch import Watch, least_disturbed
from styles.library import BUILT_IN

BATCH = 16
"""The largest batch that the simulated device gets, and that is tried on a real one."""
BARE = "bare"


@dataclass(frozen=True, slots=True)
class Measured:
    """One engine under one load of a trace: its figures, or the sentence that says why there are none.

    ``rates`` are its pictures a second, round by round, and ``limits`` the bare pipeline's in the same rounds. That is
    measured where a load is SATURATED.
    """

    engine: str
    load: str
    figures: Figures | None
    sentence: str = ""
    rates: tuple[float, ...] = ()
    limits: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A whole trace."""

    trace: Trace
    simulated: bool
    bare: bare.Bare
    measured: tuple[Measured, ...]


Say = Callable[[str], None]


class Trial:
    """``folder`` keeps the results; ``seconds`` is the length of each load in each of the ``rounds``."""

    def __init__(self, trace: Trace, folder: Path, *, rounds: int, seconds: float, simulated: bool, say: Say) -> None:
        self._trace, self._simulated, self._say = trace, simulated, say
        self._rounds, self._seconds = range(rounds), seconds
        self._folder = folder / ("simulated" if simulated else "real") / trace.name

    def run(self, engines: Sequence[Engine]) -> Outcome:
        """Measure what was not measured yet."""
        photos.write(self._folder / "photos")
        with _packs(self._trace) as roots:
            ways = bare.Ways(
                self._offer(BARE, roots, BATCH), partial(pile, self._trace, styles(roots)), photos.photos()
            )
            limit = self._limit(ways)
            absent = self._go_round(engines, roots, limit, ways)
        measured = [one for engine in engines for one in self._measured(engine.name, absent.get(engine.name, ""))]
        return Outcome(self._trace, self._simulated, limit, tuple(measured))

    def _limit(self, ways: bare.Ways) -> bare.Bare:
        kept = self._folder / "bare.json"
        if not kept.exists():
            self._say("bare pipeline")
            kept.write_text(json.dumps(asdict(ways.measure(self._seconds)), indent=1))
        return bare.Bare(**json.loads(kept.read_text()))

    def _go_round(
        self, engines: Sequence[Engine], roots: tuple[str, ...], limit: bare.Bare, ways: bare.Ways
    ) -> Mapping[str, str]:
        """Why an engine could not be started, by its name."""
        absent, turns = dict[str, str](), dict[str, Callable[[int], object]]()
        if SATURATED in self._trace.loads:
            turns[BARE] = lambda _: ways.rate(limit.best, limit.jobs)
        with ExitStack() as standing:
            for engine in engines:
                if self._missing(engine.name):
                    try:
                        running = standing.enter_context(self._ready(engine, roots, limit))
                    except NotStarted as error:
                        absent[engine.name] = str(error)
                    else:
                        turns[engine.name] = partial(self._turn, engine, running, styles(roots), limit.rate)
            for number in self._rounds:
                for name in random.Random(number).sample(sorted(turns), len(turns)):  # nobody always follows another
                    if number in self._missing(name):
                        self._say(f"round {number + 1} of {len(self._rounds)}, {name}")
                        self._kept(name, number).write_text(json.dumps(turns[name](number)))
        return absent

    @contextmanager
    def _ready(self, engine: Engine, roots: tuple[str, ...], limit: bare.Bare) -> Iterator[Started]:
        """Warm, and paused. Raises NotStarted."""
        self._say(f"starting {engine.name}")
        folder, offer = self._folder / "photos", self._offer(engine.name, roots, limit.batch)
        with started(engine, offer, folder, self._folder / f"{engine.name}.log") as running:
            warm(engine, running.url, folder, self._trace, styles(roots), limit.rate)
            running.pause()
            yield running

    def _turn(self, engine: Engine, running: Started, ids: Sequence[str], rate: float, number: int) -> object:
        with running.awake():
            return [asdict(self._under(load, engine, running, ids, rate, number)) for load in self._trace.loads]

    def _under(
        self, load: Load, engine: Engine, running: Started, ids: Sequence[str], rate: float, number: int
    ) -> Turn:
        asks = plan(self._trace, load, ids, rate, self._seconds, seed=number)
        most, folder = load.outstanding(rate), str(self._folder / "photos")
        sending = Sending(running.url, engine.dialect, folder, asks, most, self._seconds)

        def once() -> Turn:
            answers, began_s, costs = _sent(sending, running.pid)
            warm = span(began_s, self._seconds)
            return Turn(answers, warm, notes.read(self._notes(engine.name), *warm), costs)

        found, stolen = least_disturbed(once)
        return replace(found, stolen=stolen)

    def _measured(self, engine: str, sentence: str) -> Iterator[Measured]:
        if self._missing(engine):
            yield from (Measured(engine, load.name, None, sentence) for load in self._trace.loads)
            return
        rounds = [json.loads(self._kept(engine, number).read_text()) for number in self._rounds]
        for at, load in enumerate(self._trace.loads):
            turns = [Turn.of(told[at]) for told in rounds]
            limits = self._limits() if load is SATURATED else ()
            yield Measured(engine, load.name, figures(turns), "", tuple(turn.rate for turn in turns), limits)

    def _limits(self) -> tuple[float, ...]:
        return tuple(json.loads(self._kept(BARE, number).read_text()) for number in self._rounds)

    def _missing(self, name: str) -> list[int]:
        """The rounds in which it had no turn yet."""
        return [number for number in self._rounds if not self._kept(name, number).exists()]

    def _kept(self, name: str, number: int) -> Path:
        return self._folder / f"{name}-{number + 1}.json"

    def _offer(self, name: str, roots: tuple[str, ...], batch: int) -> Offer:
        return Offer(roots, str(self._notes(name)), self._trace.cache, batch, self._simulated)

    def _notes(self, name: str) -> Path:
        return (self._folder / f"{name}.notes").resolve()


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
