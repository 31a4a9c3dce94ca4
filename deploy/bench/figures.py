"""What came back, as figures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from deploy.bench.load import Answer
from deploy.bench.notes import Noted
from deploy.bench.traces import BROKEN, GREEDY

WARM = 0.15
"""Of the time of a load: what is asked and answered before is left out."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one engine under one load. Times are seconds, from when a person wanted to send to the whole answer.

    Rates and waits are of sound jobs from the warm part of the load; ``polite_p95_s`` is of everybody but the greedy
    person. ``fairness`` is Jain's index over people of what each got, divided by what a fair share would be.
    ``innocent_failed`` are sound jobs that got no picture, and no refusal for want of room either. ``stolen`` is the
    share of the cores' time that other virtual machines had.
    """

    pictures_per_second: float
    p50_s: float
    p95_s: float
    p99_s: float
    longest_s: float
    polite_p95_s: float
    fairness: float
    asked: int
    styled: int
    refused: int
    innocent_failed: int
    unanswered: int
    broken: int
    loads_per_1000: float
    mean_batch: float
    peak_memory_mb: float
    cpu_ms_per_picture: float
    load_cpu_ms_per_picture: float
    stolen: float = 0.0


@dataclass(frozen=True, slots=True)
class Costs:
    """What an engine took meanwhile, and the process that sent to it."""

    peak_bytes: int
    cpu_s: float
    load_cpu_s: float


def span(began_s: float, seconds: float) -> tuple[float, float]:
    """The warm part of a load, on the monotonic clock."""
    return began_s + WARM * seconds, began_s + seconds


def figures(answers: Sequence[Answer], warm: tuple[float, float], noted: Noted, costs: Costs) -> Figures:
    """``warm`` is the ``span`` that counts, ``noted`` what the engine noted in it."""
    from_s, to_s = warm
    asked = [answer for answer in answers if from_s <= answer.due_s < to_s]
    sound = [answer for answer in asked if answer.photo not in BROKEN]
    waits = sorted(answer.done_s - answer.due_s for answer in sound if answer.styled)
    polite = sorted(one.done_s - one.due_s for one in sound if one.styled and one.user != GREEDY)
    done = [one for one in answers if one.styled and one.photo not in BROKEN and from_s <= one.done_s < to_s]
    refused = [answer for answer in sound if answer.status in {429, 503}]
    all_styled = max(1, sum(answer.styled for answer in answers))
    return Figures(
        pictures_per_second=len(done) / (to_s - from_s),
        p50_s=quantile(waits, 0.5),
        p95_s=quantile(waits, 0.95),
        p99_s=quantile(waits, 0.99),
        longest_s=waits[-1] if waits else 0.0,
        polite_p95_s=quantile(polite, 0.95),
        fairness=jain(shares(_counted(sound), _counted(done))),
        asked=len(sound),
        styled=len(waits),
        refused=len(refused),
        innocent_failed=sum(not answer.styled and answer.status not in {0, 429, 503} for answer in sound),
        unanswered=sum(answer.status == 0 for answer in sound),
        broken=len(asked) - len(sound),
        loads_per_1000=1000 * noted.loads / max(1, len(done)),
        mean_batch=fmean(noted.batches) if noted.batches else batch([one.batch for one in done]),
        peak_memory_mb=costs.peak_bytes / 1e6,
        cpu_ms_per_picture=1000 * costs.cpu_s / all_styled,
        load_cpu_ms_per_picture=1000 * costs.load_cpu_s / all_styled,
    )


def batch(sizes: Sequence[int]) -> float:
    """Pictures a run, from with how many each picture ran; 0 where that is not known."""
    runs = sum(1 / size for size in sizes if size)
    return sum(size > 0 for size in sizes) / runs if runs else 0.0


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value that ``share`` of them do not exceed; 0 without any."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def jain(shares: Sequence[float]) -> float:
    """Jain's index (Jain, Chiu and Hawe, 1984): 1 where all are equal, 1/n where one has everything."""
    squares = sum(share * share for share in shares)
    return sum(shares) ** 2 / (len(shares) * squares) if squares else 1.0


def shares(asked: Mapping[str, int], got: Mapping[str, int]) -> list[float]:
    """What each person got, divided by their max-min fair share of all that was done.

    Nobody's fair share is more than they asked for; what somebody does not need, the others have.
    """
    fair: dict[str, float] = {}
    left = float(sum(got.values()))
    for place, person in enumerate(sorted(asked, key=lambda each: asked[each])):
        fair[person] = min(asked[person], left / (len(asked) - place))
        left -= fair[person]
    return [got.get(person, 0) / fair[person] for person in asked if fair[person] > 0]


def _counted(answers: Sequence[Answer]) -> Counter[str]:
    return Counter(answer.user for answer in answers)
