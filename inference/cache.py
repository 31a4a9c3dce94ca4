"""Loaded generators: the least recently used leave first, those in use stay, and two asks cause one load.

What somebody waits for leaves after everything else, and is loaded before its turn comes.
"""

import asyncio
import logging
import math
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from inference.batch import Residency
from inference.errors import StyleUnavailable
from inference.metrics import Metrics
from styles.errors import StyleError
from styles.style import Style

log = logging.getLogger(__name__)

Name = tuple[str, str]
"""A style's id and version."""
SHARE_AHEAD = 4
"""Of so many parts of the room, one at most is for what is being loaded ahead, so that it pushes out nothing needed."""


@dataclass(eq=False, slots=True)
class _Loaded:
    loading: asyncio.Task[Style]
    users: int = 0

    @property
    def weight_bytes(self) -> int:
        done = self.loading.done() and not self.loading.cancelled() and self.loading.exception() is None
        return self.loading.result().weight_bytes if done else 0


class Cache:
    """Bounded in bytes of weights. For one event loop; ``load`` is called in a thread beside it."""

    def __init__(
        self,
        load: Callable[[str], Style],
        *,
        budget_bytes: int,
        broken_for_s: float,
        metrics: Metrics,
        ahead: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``load`` gives the generator of a style's id; it may raise StyleError. ``ahead``: see ``load_ahead``."""
        self._load, self._metrics, self._clock = load, metrics, clock
        self._budget_bytes, self._broken_for_s, self._ahead = budget_bytes, broken_for_s, ahead
        self._loaded: OrderedDict[Name, _Loaded] = OrderedDict()  # least recently used first
        self._broken: dict[Name, float] = {}  # until when
        self.wanted: Callable[[], Iterable[Name]] = tuple
        """What somebody waits for, the most urgent first."""

    @property
    def weight_bytes(self) -> int:
        """What all loaded generators take."""
        return sum(entry.weight_bytes for entry in self._loaded.values())

    def residency(self, style: str, version: str) -> Residency:
        """How long a job of this style would wait for its generator: not at all, for a load that runs, or for one."""
        entry = self._loaded.get((style, version))
        if entry is None:
            return Residency.ABSENT
        return Residency.LOADED if entry.weight_bytes else Residency.LOADING

    def load_ahead(self) -> None:
        """Begin to load what is ``wanted``, at most ``ahead`` generators at a time; and go on when one is there.

        Where as many again are there for their turn, nothing is hurried: others may come to want the same. Those that
        fail fail again when their turn comes, and whoever waits hears of it then.
        """
        if not self._ahead:
            return
        most = min(self._ahead, self._budget_bytes // SHARE_AHEAD // max(1, self._largest_bytes))
        if self._in_flight >= most:
            return
        wanted = tuple(self.wanted())
        here = sum(name in self._loaded for name in wanted)
        absent = [name for name in wanted if name not in self._loaded and not self._is_broken(name)]
        for name in absent[: max(0, min(most - self._in_flight, 2 * most - here))]:
            self._start_loading(name).loading.add_done_callback(self._loaded_ahead)

    def _loaded_ahead(self, loading: asyncio.Task[Style]) -> None:
        if not loading.cancelled() and loading.exception() is None:
            self._shrink()
            self.load_ahead()

    @property
    def _in_flight(self) -> int:
        return sum(not entry.loading.done() for entry in self._loaded.values())

    @property
    def _largest_bytes(self) -> int:
        return max((entry.weight_bytes for entry in self._loaded.values()), default=0)

    @asynccontextmanager
    async def use(self, style: str, version: str) -> AsyncIterator[Style]:
        """The generator, which stays loaded at least until the block is left.

        Raises:
            StyleUnavailable: the pack is broken (then it is not tried again for a while), or is not of this version.
        """
        name = (style, version)
        self._refuse_broken(name)
        entry = self._loaded.get(name) or self._start_loading(name)
        self._loaded.move_to_end(name)
        entry.users += 1
        try:
            yield await asyncio.shield(entry.loading)  # whoever gives up must not take the load from the others
        finally:
            entry.users -= 1
            self._shrink()

    def revoke(self, style: str, version: str) -> None:
        """Unload at once: nobody gets it any more; a batch that runs with it ends."""
        self._broken.pop((style, version), None)
        if self._loaded.pop((style, version), None) is not None:
            self._metrics.cache_evictions.inc()
        self._metrics.cache_bytes.set(self.weight_bytes)

    async def settle(self) -> None:
        """Wait until nothing is being loaded any more."""
        await asyncio.gather(*(entry.loading for entry in self._loaded.values()), return_exceptions=True)

    def _start_loading(self, name: Name) -> _Loaded:
        loading = asyncio.create_task(self._loading(name), name=f"load {name[0]}")
        loading.add_done_callback(lambda task: task.cancelled() or task.exception())  # nobody may be left to hear it
        entry = self._loaded[name] = _Loaded(loading)
        return entry

    async def _loading(self, name: Name) -> Style:
        style, version = name
        began_s = self._clock()
        try:
            loaded = await asyncio.to_thread(self._load, style)
            if loaded.card.version != version:
                raise StyleUnavailable(f"The style “{style}” was just replaced by a newer one; please try again.")
        except BaseException as error:
            self._forget(name)
            if isinstance(error, StyleError):
                self._broken[name] = self._clock() + self._broken_for_s
                log.error("%s cannot be loaded: %s", style, error)
                raise _unavailable(style) from error
            raise
        self._metrics.cache_loads.labels(style).inc()
        log.info("%.2fs ← load %s %s (%d kB)", self._clock() - began_s, style, version, loaded.weight_bytes // 1000)
        return loaded

    def _forget(self, name: Name) -> None:
        entry = self._loaded.get(name)
        if entry is not None and entry.loading is asyncio.current_task():  # else it was revoked, and asked for again
            del self._loaded[name]

    def _refuse_broken(self, name: Name) -> None:
        if self._is_broken(name):
            raise _unavailable(name[0])
        self._broken.pop(name, None)

    def _is_broken(self, name: Name) -> bool:
        until_s = self._broken.get(name)
        return until_s is not None and self._clock() < until_s

    def _shrink(self) -> None:
        """Unload until the budget holds; never what runs, and what somebody waits for after everything else."""
        total = self.weight_bytes
        for name in self._leaving() if total > self._budget_bytes else ():
            entry = self._loaded[name]
            if total <= self._budget_bytes:
                break
            if entry.users == 0 and entry.loading.done():
                total -= entry.weight_bytes
                del self._loaded[name]
                self._metrics.cache_evictions.inc()
        self._metrics.cache_bytes.set(self.weight_bytes)

    def _leaving(self) -> list[Name]:
        """In the order in which they would: what nobody waits for by its last use, then the least urgent."""
        urgency = {name: -place for place, name in enumerate(self.wanted())}
        return sorted(self._loaded, key=lambda name: urgency.get(name, -math.inf))


def _unavailable(style: str) -> StyleUnavailable:
    return StyleUnavailable(f"The style “{style}” cannot be used right now.")
