"""The phases of a training: how long, on how large crops, and how the learning rate falls."""

import math
from dataclasses import dataclass

from styles.networks import Network
from styles.table import Table

LOWEST = 0.05  # what is left of the learning rate at the end of a half cosine
SCHEDULES = ("cosine", "linear")


@dataclass(frozen=True, slots=True)
class Phase:
    """``steps`` optimiser steps on ``batch`` square crops; their side in pixels is one of ``sizes``, drawn anew.

    The learning rate stays at ``rate`` for the share ``constant`` of the steps, then falls: along half a cosine to a
    twentieth (Loshchilov and Hutter, arXiv 1608.03983), which leaves the training moving; or by even steps to
    nothing, as CycleGAN and Pix2Pix do, whose discriminators would otherwise never let them come to rest.
    """

    steps: int
    sizes: tuple[int, ...]
    batch: int
    rate: float
    schedule: str = "cosine"
    constant: float = 0.0

    @property
    def size(self) -> int:
        """The largest of the sizes."""
        return max(self.sizes)

    def rate_at(self, done: int) -> float:
        """The learning rate after ``done`` steps of this phase."""
        level = round(self.constant * self.steps)
        if done < level:
            return self.rate
        fallen, falling = done - level, self.steps - level
        if self.schedule == "linear":
            return self.rate * (1 - fallen / falling)
        cosine = (1 + math.cos(math.pi * fallen / falling)) / 2
        return self.rate * (LOWEST + (1 - LOWEST) * cosine)


def read_phase(table: Table, network: Network, minimum: int) -> Phase:
    """Read it from its table of the recipe; the network takes multiples of its own from ``minimum`` pixels on."""
    table = Table(table.source, table.path, {"schedule": "cosine", "constant": 0.0, **table.values})
    phase = Phase(
        steps=table.integer("steps", 1, 10**7),
        sizes=_sizes(table, network, minimum),
        batch=table.integer("batch", 1, 256),
        rate=table.number("rate", 1e-7, 1),
        schedule=table.choice("schedule", SCHEDULES),
        constant=table.number("constant", 0, 0.99),
    )
    table.done()
    return phase


def _sizes(table: Table, network: Network, minimum: int) -> tuple[int, ...]:
    given = table.need("size")
    sizes = given if isinstance(given, list) and given else [given]
    for size in sizes:
        checked = Table(table.source, table.path, {"size": size}).integer("size", 32, 2048)
        if checked % network.multiple:
            table.refuse("size", f"must be a multiple of {network.multiple}")
        if checked < minimum:
            table.refuse("size", f"must be at least {minimum}, the least that the network {network.name} takes")
    return tuple(sizes)
