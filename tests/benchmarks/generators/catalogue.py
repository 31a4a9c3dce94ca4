"""Every shipped pack in one table, each judged against the art that its own recipe names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from styles import evaluation, pack
from styles.training.perception import Perception
from tests.benchmarks.generators import art, material
from tests.benchmarks.generators.bound import bound
from tests.benchmarks.generators.cache import Cache, Key, Values, digest
from tests.benchmarks.generators.contenders import Contender
from tests.benchmarks.generators.material import CPU
from tests.benchmarks.generators.tables import cost, table
from tests.benchmarks.generators.yardstick import Point, Yardstick

Tick = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Entry:
    """A generator and the files of its art, maybe none; ``trained`` says how long that took and on what."""

    contender: Contender
    art: Sequence[Path]
    trained: str


@dataclass(frozen=True, slots=True)
class Judged:
    """``figures`` are of the results, ``start`` is the style loss of the photos themselves.

    ``bounded`` holds the results' and the optimised photos' losses on a few photos; maybe empty.
    """

    entry: Entry
    figures: Values
    start: float
    bounded: Sequence[tuple[Point, Point]]


def shipped(folder: Path, recipes: Path, images: Path, drawn: Path) -> Entry:
    """A pack; art that its recipe draws is kept in ``drawn``. Raises BrokenPack."""
    card, report = pack.read(folder), pack.report(folder)
    recipe = card.origin.recipe.partition(",")[0]  # what follows says which pack it started from
    files = art.of_pack(recipes / recipe, images, drawn)
    trained = f"{report['minutes']:.0f} min, {report['device']}" if "minutes" in report else "by others"
    return Entry(Contender.of_pack(card.id, folder), files, trained)


def judged(
    entry: Entry, photos: Sequence[Path], eyes: Perception, size: int, cache: Cache, tick: Tick
) -> tuple[Values, float]:
    """The figures of the results, means over all photos, and the photos' style loss; both in vain without art."""
    works = entry.art or photos

    def measure() -> Values:
        report = evaluation.evaluate([entry.contender.subject], photos, works, eyes, size=size, device=CPU, tick=tick)
        start, row = (each.figures for each in report.rows)
        found = {name: float(value) for name, value in row.items() if value is not None}
        return {**found, "start": float(start["style_loss"] or 0)}

    seen = [digest(path.read_bytes()) for path in (*photos, *works)]
    key: Key = {
        "what": "catalogue",
        "who": entry.contender.digest,
        "judge": eyes.name,
        "size": size,
        "on": " ".join(seen),
    }
    values = cache.recall(key, measure)
    return values, values["start"]


def bounded(
    entry: Entry, photos: Sequence[Path], eyes: Perception, size: int, cache: Cache, tick: Tick
) -> list[tuple[Point, Point]]:
    """Where the generator and an optimisation of the same photo lie, at the generator's content loss."""
    if not entry.art:
        return []
    works = [material.middle(path, size) for path in entry.art]
    yardstick = Yardstick(eyes, [each.pixels for each in works])
    points = []
    for photo in (material.middle(path, size) for path in photos):
        seen = yardstick.look(photo.pixels)
        reached = yardstick.point(entry.contender.paint(photo.pixels), seen)
        points.append((reached, bound(yardstick, works, photo, reached.content, cache, tick)))
    return points


def sheet(entries: Sequence[Judged], seconds: dict[tuple[str, str], float]) -> str:
    """One row for each generator; ``seconds`` a picture by name and precision."""
    precisions = list(dict.fromkeys(precision for _, precision in seconds))
    heads = ["style", "trained", "content loss", "style loss", "of the photo's", "÷ optimised", "checkerboard"]
    heads += ["warp error", "faces still found", *(f"pictures/s {each}" for each in precisions)]
    heads += ["GMAC at 512²", "parameters", "MB"]
    rows = []
    for each in entries:
        figures, name = each.figures, each.entry.contender.label
        faces = figures.get("faces_found")
        rows.append(
            [
                name,
                each.entry.trained,
                f"{figures['content_loss']:.2f}",
                *_style(each),
                f"{figures['checkerboard']:.2f}",
                f"{figures['warp_error']:.4f}",
                "–" if faces is None else f"{faces:.2f}",
                *(f"{1 / seconds[name, precision]:.2f}" for precision in precisions),
                *cost(each.entry.contender),
            ]
        )
    return table(heads, rows, text=2)


def _style(judged: Judged) -> list[str]:
    loss, start = judged.figures["style_loss"], judged.start
    if not judged.entry.art or not start:
        return ["–", "–", "–"]
    reached, best = (sum(points[place].style for points in judged.bounded) for place in (0, 1))
    return [f"{loss:.2f}", f"{loss / start:.0%}", f"{reached / best:.1f}" if best else "–"]
