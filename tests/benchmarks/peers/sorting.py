"""What an engine's batch of mixed jobs becomes: a run for each style and size in it."""

from collections.abc import Callable, Sequence

from deploy.bench.hands import Hands
from inference.pictures import Pixels
from styles.style import Style

Wanted = tuple[str, Pixels]
"""A style and a decoded photo."""


def paint(hands: Hands, jobs: Sequence[Wanted], load: Callable[[str], Style] | None = None) -> list[Pixels | Exception]:
    """Run them all; what becomes of each, in their order."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for place, (style, pixels) in enumerate(jobs):
        alike.setdefault((style, *pixels.shape), []).append(place)
    done: dict[int, Pixels | Exception] = {}
    for places in alike.values():
        loaded = (load or hands.style)(jobs[places[0]][0])
        done |= zip(places, hands.paint(loaded, [jobs[place][1] for place in places]), strict=True)
    return [done[place] for place in range(len(jobs))]
