"""Which replica a job goes to."""

import hashlib
import random
from collections.abc import Callable, Sequence
from functools import cache

from inference.batch import Key
from tests.benchmarks.scale.assumptions import Machine
from tests.benchmarks.scale.replica import Replica

SLACK = 1.25
"""A style's own replica takes this many times the mean of all replicas before the next one in its order is asked."""


Routing = Callable[[Key], Replica]


def at_random(replicas: Sequence[Replica], _machine: Machine, dice: random.Random) -> Routing:
    """Any."""
    return lambda key: replicas[int(dice.random() * len(replicas))]


def two_choices(replicas: Sequence[Replica], _machine: Machine, dice: random.Random) -> Routing:
    """Of two at random, the one with fewer jobs (Mitzenmacher, "The power of two choices", 2001)."""

    def route(_: Key) -> Replica:
        one, other = (replicas[int(dice.random() * len(replicas))] for _ in range(2))
        return one if one.jobs <= other.jobs else other

    return route


def least_loaded(replicas: Sequence[Replica], _machine: Machine, dice: random.Random) -> Routing:
    """The one with the fewest jobs, as a balancer that sees all of them at once would; any of those that tie."""

    def route(_: Key) -> Replica:
        start = int(dice.random() * len(replicas))
        return min((*replicas[start:], *replicas[:start]), key=lambda replica: replica.jobs)

    return route


def style_affine(replicas: Sequence[Replica], machine: Machine, _dice: random.Random) -> Routing:
    """The style's own replica, and when that has its share, the next in the style's own order.

    The order is rendezvous hashing (Thaler and Ravishankar, 1998), the share is that of consistent hashing with
    bounded loads (Mirrokni, Thorup and Zadimoghaddam, 2018).
    """

    @cache
    def order(style: str) -> tuple[Replica, ...]:
        places = sorted(range(len(replicas)), key=lambda place: _mixed(style, place))
        return tuple(replicas[place] for place in places)

    def route(key: Key) -> Replica:
        for replica in order(key.style):
            if replica.jobs < machine.spare:
                return replica
            if replica.jobs < share():
                return replica
        return order(key.style)[0]

    def share() -> float:
        return SLACK * (1 + sum(replica.jobs for replica in replicas)) / len(replicas)

    return route


def _mixed(style: str, place: int) -> bytes:
    return hashlib.blake2b(f"{style} {place}".encode(), digest_size=8).digest()


Make = Callable[[Sequence[Replica], Machine, random.Random], Routing]
WAYS: dict[str, Make] = {
    "random": at_random,
    "two choices": two_choices,
    "least loaded": least_loaded,
    "style-affine": style_affine,
}
