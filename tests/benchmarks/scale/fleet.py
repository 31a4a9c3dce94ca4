"""Many replicas under one virtual clock, and what came of a demand."""

import heapq
import random
import time
from array import array
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import count

from inference.batch import Waiting
from tests.benchmarks.scale.assumptions import NETWORK_S, Machine
from tests.benchmarks.scale.demand import Demand, weight_bytes
from tests.benchmarks.scale.replica import Account, Replica
from tests.benchmarks.scale.routing import WAYS


class Clock:
    """What is to happen, soonest first; of one moment, in the order in which it was asked for."""

    def __init__(self) -> None:
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._order = count()

    def at(self, moment: float, happen: Callable[[float], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._order), happen))

    def run_until(self, moment: float) -> None:
        """Let everything happen that is due by ``moment``."""
        while self._events and self._events[0][0] <= moment:
            now, _, happen = heapq.heappop(self._events)
            happen(now)

    def run_out(self) -> None:
        self.run_until(float("inf"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one run. Times to the result are seconds; ``cpu_job_s`` is what simulating one job took, all in all."""

    machine: str
    replicas: int
    routing: str
    load: float
    asked: int
    answered: int
    refused: int
    p50_s: float
    p99_s: float
    longest_s: float
    loads_per_1000: float
    batch_jobs: float
    utilisation: float
    dollars_per_million: float
    cpu_job_s: float

    def row(self) -> dict[str, object]:
        return asdict(self)


class Fleet:
    """``replicas`` machines of a kind, and a way to choose between them."""

    def __init__(self, machine: Machine, replicas: int, routing: str, seed: int = 0) -> None:
        self.machine, self.routing = machine, routing
        self.clock = Clock()
        self.took_s = array("d")
        self._counts_from_s = 0.0
        self.replicas = [Replica(machine, self._weight_bytes, self.clock.at, self._answered) for _ in range(replicas)]
        self._route = WAYS[routing](self.replicas, machine, random.Random(seed))

    def run(self, demand: Demand, warm_s: float = 0.0) -> Outcome:
        """Let the whole demand come, and wait until everybody is answered. The first ``warm_s`` do not count."""
        self._counts_from_s, began_s, asked = warm_s, time.process_time(), 0
        before = Account()
        for moment, job, key in demand.arrivals():
            self.clock.run_until(moment)
            if moment >= warm_s:
                before = before if asked else self._sum()
                asked += 1
            self._route(key).submit(job, key, moment)
        self.clock.run_until(demand.total_s)
        within = self._sum().less(before)
        self.clock.run_out()
        return self._outcome(demand, within, asked, demand.total_s - warm_s, time.process_time() - began_s)

    def _answered(self, waiting: Waiting, done_s: float) -> None:
        if waiting.accepted_s >= self._counts_from_s:
            self.took_s.append(done_s - waiting.accepted_s + NETWORK_S)

    def _sum(self) -> Account:
        total = Account()
        for replica in self.replicas:
            total.add(replica.account)
        return total

    def _weight_bytes(self, style: str) -> int:
        return self._weights[style]

    @cached_property
    def _weights(self) -> "_Weights":
        return _Weights()

    def _outcome(self, demand: Demand, within: Account, asked: int, seconds: float, cpu_s: float) -> Outcome:
        """``within`` is what was done in the ``seconds`` that count."""
        took_s, answered = sorted(self.took_s), len(self.took_s)
        ran = max(1, within.jobs)
        return Outcome(
            machine=self.machine.name,
            replicas=len(self.replicas),
            routing=self.routing,
            load=demand.load,
            asked=asked,
            answered=answered,
            refused=asked - answered,
            p50_s=took_s[answered // 2],
            p99_s=took_s[int(answered * 0.99)],
            longest_s=took_s[-1],
            loads_per_1000=1000 * within.loads / ran,
            batch_jobs=ran / max(1, within.batches),
            utilisation=within.busy_s / (len(self.replicas) * seconds),
            dollars_per_million=1e6 * self.machine.hour_price * seconds / 3600 * len(self.replicas) / ran,
            cpu_job_s=cpu_s / asked,
        )


class _Weights(dict[str, int]):
    def __missing__(self, style: str) -> int:
        self[style] = found = weight_bytes(int(style.removeprefix("style-")))
        return found
