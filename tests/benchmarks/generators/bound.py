"""What style loss an optimisation of the very same photo reaches at the same content loss."""

from collections.abc import Callable, Sequence

from styles.evaluation.gatys import ITERATIONS, ROUNDS, optimise
from tests.benchmarks.generators.cache import Cache
from tests.benchmarks.generators.material import Picture
from tests.benchmarks.generators.yardstick import Point, Yardstick, weakened

METHOD = 1  # to be raised when the way of optimising changes, so that what was kept does not count any more


def bound(
    yardstick: Yardstick,
    art: Sequence[Picture],
    photo: Picture,
    content: float,
    cache: Cache,
    tick: Callable[[], object] = lambda: None,
) -> Point:
    """The content and style loss of the optimised photo; minutes on a CPU, and kept in ``cache``."""

    def measure() -> dict[str, float]:
        found = optimise(photo.pixels, yardstick.target, yardstick.eyes, yardstick.content, content, tick).picture
        exact, _ = weakened(yardstick, photo.pixels, found, content)
        point = yardstick.point(exact, yardstick.look(photo.pixels))
        return {"content": point.content, "style": point.style}

    key = {
        "what": f"bound {METHOD} {ROUNDS}x{ITERATIONS}",
        "eyes": yardstick.eyes.name,
        "art": " ".join(each.key for each in art),
        "photo": photo.key,
        "content": f"{content:.4g}",
    }
    values = cache.recall(key, measure)
    return Point(values["content"], values["style"])
