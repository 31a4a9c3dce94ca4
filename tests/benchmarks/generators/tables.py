"""What was measured, as Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.benchmarks.generators.cache import Values
from tests.benchmarks.generators.contenders import Contender
from tests.benchmarks.generators.side_by_side import means, wins

FULL = ("generator", "content loss", "style loss", "checkerboard")
SAME = ("strength", "style loss", "style loss, second judge", "checkerboard")
COST = ("GMAC at 512²", "parameters", "MB")


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that was measured of one style; ``seconds`` a picture by label and precision, ``bounded`` maybe empty."""

    style: str
    contenders: Sequence[Contender]
    photos: Sequence[Values]
    bounded: Sequence[Values]
    seconds: Mapping[tuple[str, str], float]


def side_by_side(outcomes: Sequence[Outcome]) -> str:
    """Both generators of every style: at full strength, at the same content loss, and what they cost."""
    precisions = list(dict.fromkeys(precision for _, precision in outcomes[0].seconds))
    heads = ["style", *FULL, *(f"{head} (same content)" for head in SAME)]
    heads += [*(f"pictures/s {precision}" for precision in precisions), *COST]
    rows = []
    for outcome in outcomes:
        mean = means(outcome.photos)
        rows.append([outcome.style, "the photo itself", "0", f"{mean['photo.style']:.2f}", "1.00"])
        rows[-1] += ["", "", f"{mean['photo.second']:.0f}"] + [""] * (len(heads) - 8)
        for each in outcome.contenders:
            rates = [f"{1 / outcome.seconds[each.label, precision]:.2f}" for precision in precisions]
            rows.append([outcome.style, each.label, *_measured(mean, each.label), *rates, *cost(each)])
    return table(heads, rows, text=2)


def _measured(mean: Values, label: str) -> list[str]:
    full = [f"{mean[f'{label}.{name}']:.2f}" for name in ("content", "style", "checkerboard")]
    same = [f"{mean[f'{label}.{name}']:.2f}" for name in ("strength", "same_style")]
    return [*full, *same, f"{mean[f'{label}.same_second']:.0f}", f"{mean[f'{label}.same_checkerboard']:.2f}"]


def cost(contender: Contender) -> list[str]:
    spent = contender.cost
    return [f"{spent.gmac_512:.1f}", f"{spent.parameters:,}", f"{contender.subject.weights_bytes / 1e6:.2f}"]


def ratios(outcomes: Sequence[Outcome]) -> str:
    """Ours by the published: below 1 is better, but for the speed."""
    precisions = list(dict.fromkeys(precision for _, precision in outcomes[0].seconds))
    heads = ["ours ÷ published", "style loss (same content)", "lower on", "style loss, second judge", "lower on"]
    heads += [
        "checkerboard",
        "lower on",
        "checkerboard (same content)",
        "content and style both lower at full strength",
    ]
    heads += [f"pictures/s {precision}" for precision in precisions]
    rows = []
    for outcome in outcomes:
        mean, count = means(outcome.photos), len(outcome.photos)
        row = [outcome.style]
        for figure in ("same_style", "same_second", "checkerboard"):
            row += [_ratio(mean, figure), f"{wins(outcome.photos, figure)} of {count}"]
        row += [_ratio(mean, "same_checkerboard"), f"{_nearer(outcome.photos)} of {count}"]
        rates = [outcome.seconds["published", each] / outcome.seconds["ours", each] for each in precisions]
        rows.append([*row, *(f"{rate:.1f}" for rate in rates)])
    return table(heads, rows)


def _ratio(mean: Values, figure: str) -> str:
    return f"{mean[f'ours.{figure}'] / mean[f'published.{figure}']:.2f}"


def _nearer(photos: Sequence[Values]) -> int:
    return sum(
        all(values[f"ours.{figure}"] < values[f"published.{figure}"] for figure in ("content", "style"))
        for values in photos
    )


def bounds(outcomes: Sequence[Outcome], side: int) -> str:
    """All at the content loss of the gentler generator, beside what an optimisation of the photo reaches."""
    count = len(outcomes[0].bounded)
    heads = [f"{count} photo{'' if count == 1 else 's'} at {side}²", "content loss", "style loss: photo"]
    heads += ["published", "ours", "optimised (Gatys)", "published ÷ optimised", "ours ÷ optimised"]
    rows = []
    for outcome in outcomes:
        mean = means(outcome.bounded)
        styles = [mean[name] for name in ("photo.style", "published.same_style", "ours.same_style", "bound.style")]
        above = [f"{styles[place] / styles[3]:.1f}" for place in (1, 2)]
        rows.append([outcome.style, f"{mean['bound.content']:.2f}", *(f"{each:.2f}" for each in styles), *above])
    return table(heads, rows)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], text: int = 1) -> str:
    """A Markdown table whose first ``text`` columns are words and the others numbers."""
    lines = [heads, ["---"] * text + ["---:"] * (len(heads) - text), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
