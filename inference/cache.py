"""Loaded generators: the least recently used leave first, those in use stay, and two asks cause one load."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from inference.errors import StyleUnavailable
from inference.metrics import Metrics
from styles.errors import StyleError
from styles.style import Style

log = logging.getLogger(__name__)

Name = tuple[str, str]
"""A style's id and version."""


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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``load`` gives the generator of a style's id; it may raise StyleError."""
        self._load, self._metrics, self._clock = load, metrics, clock
        self._budget_bytes, self._broken_for_s = budget_bytes, broken_for_s
        self._loaded: OrderedDict[Name, _Loaded] = OrderedDict()  # least recently used first
        self._broken: dict[Name, float] = {}  # until when

    @property
    def weight_bytes(self) -> int:
        """What all loaded generators take."""
        return sum(entry.weight_bytes for entry in self._loaded.values())

    def resident(self, style: str, version: str) -> bool:
        """Whether a job of this style would run without a load."""
        entry = self._loaded.get((style, version))
        return entry is not None and entry.weight_bytes > 0

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
        until_s = self._broken.get(name)
        if until_s is not None and self._clock() < until_s:
            raise _unavailable(name[0])
        self._broken.pop(name, None)

    def _shrink(self) -> None:
        """Unload until the budget holds; never what somebody uses or waits for."""
        total = self.weight_bytes
        for name, entry in list(self._loaded.items()):
            if total <= self._budget_bytes:
                break
            if entry.users == 0 and entry.loading.done():
                total -= entry.weight_bytes
                del self._loaded[name]
                self._metrics.cache_evictions.inc()
        self._metrics.cache_bytes.set(self.weight_bytes)


def _unavailable(style: str) -> StyleUnavailable:
    return StyleUnavailable(f"The style “{style}” cannot be used right now.")
