"""Pictures per second of generators that take turns, so that a busy machine slows all of them alike."""

import random
import statistics
import time
from collections.abc import Callable, Mapping

from torch import Tensor


def seconds(
    paints: Mapping[tuple[str, str], Callable[[Tensor], Tensor]],
    images: Tensor,
    rounds: int,
    tick: Callable[[], object] = lambda: None,
) -> dict[tuple[str, str], float]:
    """The median seconds of each for these images; a first round, which warms up, does not count."""
    took: dict[tuple[str, str], list[float]] = {name: [] for name in paints}
    for _ in range(rounds + 1):
        for name in random.sample(sorted(paints), len(paints)):  # so that none is always beside the same neighbour
            began = time.perf_counter()
            paints[name](images)
            took[name].append(time.perf_counter() - began)
            tick()
    return {name: statistics.median(times[1:]) for name, times in took.items()}
