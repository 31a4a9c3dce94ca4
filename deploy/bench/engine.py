"""Engines: programs that serve an offer over HTTP, started for one trace and stopped after it."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.bench.load import DIALECTS, JPEG, Sending, send
from deploy.bench.offer import Offer, styles
from deploy.bench.traces import SATURATED, Ask, Trace, plan
from deploy.bench.watch import family

ROOT = Path(__file__).resolve().parents[2]
START_S = 300.0
STOP_S = 20.0
WARM_STYLES, WARM_S = 8, 8.0
WAKING_S = 1.0
"""In which an engine that is continued may do what it has missed."""


class NotStarted(Exception):
    """An engine ended, or did not answer in time; the sentence says where its log is."""


@dataclass(frozen=True, slots=True)
class Engine:
    """``module`` is run by ``python`` with the offer and the port; ``dialect`` is how it wants its jobs.

    ``remarks`` say what of a trace it cannot do, by the trace's name.
    """

    name: str
    module: str
    dialect: str
    python: str = sys.executable
    remarks: Mapping[str, str] = field(default_factory=dict)


OURS = Engine("atelier", "deploy.bench.host", "atelier")


@dataclass(frozen=True, slots=True)
class Started:
    """An engine that runs. Those whose turn it is not are to be paused, so that they take nothing of the machine."""

    url: str
    pid: int

    @contextmanager
    def awake(self) -> Iterator[None]:
        """Its turn: it goes on, and is paused at the end."""
        self.resume()
        time.sleep(WAKING_S)
        try:
            yield
        finally:
            self.pause()

    def pause(self) -> None:
        """Stop it where it is; where a system cannot do that, it only idles."""
        self._tell("SIGSTOP")

    def resume(self) -> None:
        """Let it go on, also where it was never paused."""
        self._tell("SIGCONT")

    def _tell(self, name: str) -> None:
        if hasattr(signal, name):
            for process in family(self.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, getattr(signal, name))


@contextmanager
def started(engine: Engine, offer: Offer, photos: Path, log: Path) -> Iterator[Started]:
    """The engine, ready: it has styled one of the ``photos``, a folder. What it says goes to ``log``.

    Raises:
        NotStarted: it ended, or took too long.
    """
    port = _free_port()
    command = [engine.python, "-m", engine.module, "--offer", offer.to_text(), "--port", str(port)]
    with log.open("ab") as said:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=ROOT, stdout=said, stderr=said, stdin=subprocess.DEVNULL, start_new_session=True
        )
        running = Started(f"http://127.0.0.1:{port}", process.pid)
        try:
            sentence = f"{engine.name} {{}}; its log is {log}."
            _await_ready(process, lambda: _paints(engine, running.url, offer, photos), sentence)
            yield running
        finally:
            running.resume()  # else it would not hear that it is to end
            _stop(process)


def warm(engine: Engine, url: str, photos: Path, trace: Trace, ids: Sequence[str], rate: float) -> None:
    """Send for a while as much as can be done; then each style and each size once, one after another."""
    shapes = list(trace.shapes)
    pairs = [(style, shapes[0]) for style in ids[: min(trace.styles, WARM_STYLES)]]
    each = [[Ask(0, style, photo, "warm")] for style, photo in [*pairs, *((ids[0], shape) for shape in shapes)]]
    for asks in [plan(trace, SATURATED, ids, rate, WARM_S, seed=-1), *each]:
        asyncio.run(send(Sending(url, engine.dialect, str(photos), asks, SATURATED.outstanding(rate), START_S)))


def _await_ready(process: "subprocess.Popen[bytes]", ready: Callable[[], bool], sentence: str) -> None:
    until_s = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < until_s:
        if ready():
            return
        time.sleep(0.3)
    what = "did not answer in time" if process.poll() is None else "ended"
    raise NotStarted(sentence.format(what))


def _paints(engine: Engine, url: str, offer: Offer, photos: Path) -> bool:
    ask = Ask(0, styles(offer.roots)[0], "256", "ready")
    request = DIALECTS[engine.dialect](ask, (photos / ask.photo).read_bytes())
    post = urllib.request.Request(url + request.path, request.body, dict(request.headers))  # noqa: S310 - on loopback
    try:
        with urllib.request.urlopen(post, timeout=START_S) as reply:  # noqa: S310 - on loopback
            return bytes(reply.read(3)) == JPEG
    except OSError:  # it does not listen yet, or refuses
        return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ctrl-C, as a person would, and what does not end then is ended with all that it started."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOP_S)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # a session of its own: what is left in it is its own
    process.wait()


def _free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])
