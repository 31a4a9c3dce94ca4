"""Tells everybody who waits their position when it changes; seldom enough that the event loop stays free."""

import asyncio
from collections.abc import Iterator, Mapping

from inference.batch import Waiting
from inference.call import Call
from inference.job import Queued
from inference.scheduler import Scheduler

EVERY_S = 0.1
SLICE_S = 0.002  # so long at a stretch; then whatever else there is to do has its turn
SHARE = 20  # working the positions out may take this part of the time: the longer the queue, the seldomer


class Herald:
    """For one event loop. ``calls`` is looked at, never changed."""

    def __init__(self, scheduler: Scheduler, calls: Mapping[Waiting, Call]) -> None:
        self._scheduler, self._calls = scheduler, calls
        self._later: asyncio.Handle | None = None
        self._speaking = self._missed = False  # what changes while it speaks is told the next time
        self._free_s = 0.0  # when it may speak again

    def changed(self) -> None:
        """Positions may have changed: say so now, or as soon as that is not too often."""
        loop = asyncio.get_running_loop()
        if self._speaking:
            self._missed = True
        elif self._later is None and loop.time() >= self._free_s:
            self._speak()
        elif self._later is None:
            self._later = loop.call_at(self._free_s, self._speak)

    def close(self) -> None:
        """Say nothing more."""
        if self._later is not None:
            self._later.cancel()

    def _speak(self) -> None:
        self._later = None
        now = asyncio.get_running_loop().time()
        if any(call.progress for call in self._calls.values()):
            self._speaking = True
            self._say(self._scheduler.steps(now), now + EVERY_S, 0.0)
        else:
            self._rest(now, now)

    def _say(self, steps: Iterator[tuple[Waiting, Queued] | None], free_s: float, spent_s: float) -> None:
        """Say as much as one slice of time allows, and the rest in others; ``spent_s`` went into earlier ones."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        for step in steps:
            if step is not None:
                self._calls[step[0]].tell(step[1])
            if loop.time() - began_s > SLICE_S:
                self._later = loop.call_soon(self._say, steps, free_s, spent_s + loop.time() - began_s)
                return
        self._later, self._speaking = None, False
        self._rest(began_s - spent_s, free_s)

    def _rest(self, began_s: float, free_s: float) -> None:
        """Speak no more before ``free_s``, nor before the time since ``began_s`` is a small part of all."""
        now = asyncio.get_running_loop().time()
        self._free_s = max(free_s, now + SHARE * (now - began_s))
        if self._missed:
            self._missed = False
            self.changed()
