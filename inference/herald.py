"""Tells everybody who waits their position when it changes; seldom enough that the event loop stays free."""

import asyncio
from collections.abc import Mapping

from inference.batch import Waiting
from inference.call import Call
from inference.scheduler import Scheduler

EVERY_S = 0.1
SHARE = 20  # working the positions out may take this part of the time: the longer the queue, the seldomer


class Herald:
    """For one event loop. ``calls`` is looked at, never changed."""

    def __init__(self, scheduler: Scheduler, calls: Mapping[Waiting, Call]) -> None:
        self._scheduler, self._calls = scheduler, calls
        self._later: asyncio.TimerHandle | None = None
        self._free_s = 0.0  # when it may speak again

    def changed(self) -> None:
        """Positions may have changed: say so now, or as soon as that is not too often."""
        loop = asyncio.get_running_loop()
        if self._later is not None:
            return
        if loop.time() >= self._free_s:
            self._speak()
        else:
            self._later = loop.call_at(self._free_s, self._speak)

    def close(self) -> None:
        """Say nothing more."""
        if self._later is not None:
            self._later.cancel()

    def _speak(self) -> None:
        self._later = None
        if not any(call.progress for call in self._calls.values()):
            return
        now = asyncio.get_running_loop().time()
        for waiting, queued in self._scheduler.positions(now):
            self._calls[waiting].tell(queued)
        took_s = asyncio.get_running_loop().time() - now
        self._free_s = now + max(EVERY_S, SHARE * took_s)
