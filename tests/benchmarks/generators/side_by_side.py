"""One style, two generators, the same photos: both at full strength, and both at the same content loss."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from torch import Tensor

from styles.evaluation.checkerboard import checkerboard
from tests.benchmarks.generators.bound import bound
from tests.benchmarks.generators.cache import Cache, Values
from tests.benchmarks.generators.contenders import Contender
from tests.benchmarks.generators.material import Picture
from tests.benchmarks.generators.yardstick import Yardstick, weakened

METHOD = 1  # to be raised when what is measured changes
Tick = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Contest:
    """Two generators of one style, labelled "published" and "ours".

    ``judge`` decides what the same content loss is; ``second`` has an opinion of its own.
    """

    contenders: tuple[Contender, Contender]
    art: Sequence[Picture]
    judge: Yardstick
    second: Yardstick

    def on(self, photo: Picture, cache: Cache) -> Values:
        """All figures of one photo, ``label.figure`` each, and the photo's own style losses."""
        key = {
            "what": f"side by side {METHOD}",
            "eyes": f"{self.judge.eyes.name} {self.second.eyes.name}",
            "generators": " ".join(each.digest for each in self.contenders),
            "art": " ".join(each.key for each in self.art),
            "photo": photo.key,
        }
        return cache.recall(key, lambda: self._measured(photo.pixels))

    def _measured(self, photo: Tensor) -> Values:
        seen, seen_too = self.judge.look(photo), self.second.look(photo)
        results = {each.label: each.paint(photo) for each in self.contenders}
        points = {label: self.judge.point(result, seen) for label, result in results.items()}
        same = min(point.content for point in points.values())
        values = {
            "photo.style": self.judge.point(photo, seen).style,
            "photo.second": self.second.point(photo, seen_too).style,
        }
        for label, result in results.items():
            weaker, strength = weakened(self.judge, photo, result, same)
            there = self.judge.point(weaker, seen)
            values |= {
                f"{label}.content": points[label].content,
                f"{label}.style": points[label].style,
                f"{label}.checkerboard": checkerboard(result, photo),
                f"{label}.strength": strength,
                f"{label}.same_content": there.content,
                f"{label}.same_style": there.style,
                f"{label}.same_second": self.second.point(weaker, seen_too).style,
                f"{label}.same_checkerboard": checkerboard(weaker, photo),
            }
        return values

    def against_bound(self, photo: Picture, cache: Cache, tick: Tick) -> Values:
        """Both, and the optimised photo, at the content loss of the gentler one."""
        values = self.on(photo, cache)
        content = min(values[f"{each.label}.content"] for each in self.contenders)
        best = bound(self.judge, self.art, photo, content, cache, tick)
        return {**values, "bound.content": best.content, "bound.style": best.style}


def means(photos: Sequence[Values]) -> Values:
    """Every figure's mean over the photos."""
    return {name: fmean(values[name] for values in photos) for name in photos[0]}


def wins(photos: Sequence[Values], figure: str) -> int:
    """On how many photos ours is the lower one."""
    return sum(values[f"ours.{figure}"] < values[f"published.{figure}"] for values in photos)
