"""A training in a process of its own, which can be paused; see ``styles.training.apart`` for what runs there."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Self

import styles
from styles.training import apart

GRACE_S = 15.0
"""For a step that is to be ended, so that its checkpoint can be written."""
CAN_PAUSE = hasattr(signal, "SIGSTOP")
MOST_SAID = 500  # bytes of what a training says of its failure


class Trainer:
    """A running one. ``status`` is its exit status once it has ended; below 0 where a signal ended it."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, recipe: Path, out: Path, device: str, nice: int) -> Self:
        """Begin, or go on from the checkpoint in ``out``. It has a session of its own: Ctrl-C is ours to tell it."""
        ours = Path(styles.__file__).parents[1]
        path = os.pathsep.join(filter(None, (str(ours), os.environ.get("PYTHONPATH"))))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", apart.__name__, recipe, out, device, str(nice)),
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=PIPE,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        )
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def status(self) -> int | None:
        return self._process.returncode

    async def last_words(self) -> str:
        """Wait until it has ended; the last line that it said."""
        said = b""
        while self._process.stderr and (part := await self._process.stderr.read(1 << 16)):
            said = (said + part)[-MOST_SAID:]
        await self._process.wait()
        return said.decode(errors="replace").strip().rpartition("\n")[2]

    def pause(self) -> None:
        """Stop it where it is; what it holds in memory it keeps."""
        if CAN_PAUSE:
            self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        if CAN_PAUSE:
            self._send(signal.SIGCONT)

    async def end(self, *, at_once: bool = False) -> None:
        """Let it keep a checkpoint and end; or, ``at_once``, end it where it is."""
        if not at_once:
            self._send(signal.SIGTERM)
            self.go_on()  # what is paused hears nothing
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), GRACE_S)
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def _send(self, number: signal.Signals) -> None:
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)
