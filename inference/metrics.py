"""What the service measures of itself, for Prometheus; in a registry of its own, so that two services never clash."""

import time
from collections import deque
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

SECONDS = (0.01, 0.03, 0.1, 0.2, 0.5, 1, 2, 4, 8, 16, 32, 64, 128)
SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
RECENT_S = 60.0  # what "per second" looks back on


class Metrics:
    """One object with every measure; ``text()`` is what ``/metrics`` answers."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._finished_at: deque[float] = deque()
        here = self.registry = CollectorRegistry()
        ProcessCollector(registry=here)
        self.accepted = Counter("atelier_jobs_accepted", "Jobs that were queued.", ["style"], registry=here)
        self.finished = Counter("atelier_jobs_finished", "Jobs that became a result.", ["style"], registry=here)
        self.failed = Counter("atelier_jobs_failed", "Jobs refused or failed, by error code.", ["code"], registry=here)
        self.cancelled = Counter("atelier_jobs_cancelled", "Jobs whose caller went away.", registry=here)
        self.queue_jobs = Gauge("atelier_queue_jobs", "Jobs that wait.", registry=here)
        self.queue_bytes = Gauge("atelier_queue_bytes", "Bytes of the pictures that wait.", registry=here)
        self.wait_s = Histogram(
            "atelier_wait_seconds", "From acceptance to the device.", buckets=SECONDS, registry=here
        )
        self.run_s = Histogram(
            "atelier_run_seconds", "A batch on the device.", ["style"], buckets=SECONDS, registry=here
        )
        self.batch_jobs = Histogram("atelier_batch_jobs", "Jobs of a batch.", buckets=SIZES, registry=here)
        self.cache_loads = Counter("atelier_cache_loads", "Generators loaded.", ["style"], registry=here)
        self.cache_evictions = Counter("atelier_cache_evictions", "Generators unloaded.", registry=here)
        self.cache_bytes = Gauge("atelier_cache_bytes", "Weights that are loaded.", registry=here)
        self.code_hits = Counter("atelier_code_hits", "Style pictures whose code was at hand.", registry=here)
        self.code_misses = Counter("atelier_code_misses", "Style pictures that were encoded.", registry=here)
        self.code_bytes = Gauge("atelier_code_bytes", "Codes of style pictures that are kept.", registry=here)
        self.encode_s = Histogram(
            "atelier_encode_seconds", "A style picture on the device.", ["style"], buckets=SECONDS, registry=here
        )
        rate = Gauge("atelier_pictures_per_second", "Results, over the last minute.", registry=here)
        rate.set_function(self.pictures_per_second)

    def finish(self, style: str) -> None:
        """Count one result."""
        self.finished.labels(style).inc()
        self._finished_at.append(self._clock())
        self._forget_old()

    def pictures_per_second(self) -> float:
        """Results per second over the last minute."""
        self._forget_old()
        return len(self._finished_at) / RECENT_S

    def text(self) -> bytes:
        """Prometheus' text format, version 0.0.4."""
        return generate_latest(self.registry)

    def _forget_old(self) -> None:
        while self._finished_at and self._finished_at[0] < self._clock() - RECENT_S:
            self._finished_at.popleft()
