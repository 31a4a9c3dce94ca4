"""What the service measures of itself, read from the text that Prometheus reads: in this process, or over HTTP."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

PATIENCE_S = 3.0
_MOST_BYTES = 4_000_000

Read = Callable[[], Awaitable[str]]
Totals = defaultdict[str, float]


@dataclass(frozen=True, slots=True)
class Engine:
    """The service whole, whoever calls it.

    ``hits`` are the batches, of ``looked`` since we began to look, whose generator was loaded already.
    """

    waiting: int
    waiting_bytes: float
    generators: int
    weight_bytes: float
    memory_bytes: float
    batches: int
    jobs: int
    loads: int
    unloads: int
    hits: int
    looked: int


class EngineReader:
    """``read`` gives the text, or raises OSError or ValueError with a reason for people."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._first: Totals | None = None

    async def look(self) -> Engine | str:
        """The measures, or a sentence that says why they cannot be seen."""
        try:
            totals = parse(await self._read())
            if self._first is None or totals["atelier_batch_jobs_count"] < self._first["atelier_batch_jobs_count"]:
                self._first = totals  # the service began, or began anew
            return _engine(totals, self._first)
        except (OSError, ValueError, OverflowError) as error:
            return f"The service's own measures are not visible here: {error}."


def embedded_engine(text: Callable[[], bytes]) -> EngineReader:
    """The measures of a service in this process."""

    async def read() -> str:
        return text().decode()

    return EngineReader(read)


def remote_engine(url: str, token: str | None) -> EngineReader:
    """The measures of an ``atelier serve`` at ``url``. Neither it nor the token stands in a reason."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def read() -> str:
        timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
        try:
            async with (
                aiohttp.ClientSession(headers=headers, timeout=timeout) as session,
                session.get(f"{url.rstrip('/')}/metrics", allow_redirects=False) as answer,
            ):
                if answer.status != 200:
                    raise ValueError(f"it answers {answer.status}")
                return (await _body(answer)).decode()
        except aiohttp.ClientError:
            raise ValueError("it cannot be reached") from None
        except TimeoutError:
            raise ValueError("it does not answer in time") from None

    return EngineReader(read)


def parse(text: str) -> Totals:
    """The sum of each measure over its labels. Raises ValueError for what is not Prometheus' text format."""
    totals: Totals = defaultdict(float)
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            totals[name.partition("{")[0]] += float(value)
    return totals


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > _MOST_BYTES:
            raise ValueError("it says too much")
    return bytes(body)


def _engine(totals: Totals, first: Totals) -> Engine:
    def whole(name: str) -> int:
        return int(totals[f"atelier_{name}"])

    def since(name: str) -> int:
        return whole(name) - int(first[f"atelier_{name}"])

    batches, loads = since("batch_jobs_count"), since("cache_loads_total")
    return Engine(
        waiting=whole("queue_jobs"),
        waiting_bytes=totals["atelier_queue_bytes"],
        generators=max(0, whole("cache_loads_total") - whole("cache_evictions_total")),
        weight_bytes=totals["atelier_cache_bytes"],
        memory_bytes=totals["process_resident_memory_bytes"],
        batches=whole("batch_jobs_count"),
        jobs=whole("batch_jobs_sum"),
        loads=whole("cache_loads_total"),
        unloads=whole("cache_evictions_total"),
        hits=max(0, batches - loads),
        looked=batches,
    )
