"""What came back, as figures."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Self

from deploy.bench.load import Answer
from deploy.bench.notes import Noted
from deploy.bench.traces import BROKEN, GREEDY

WARM = 0.15
"""Of the time of a load: what is asked and answered before is left out."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one engine under one load. Times are seconds, from when a person wanted to send to the whole answer.

    Rates and waits are of sound jobs from the warm part of the load, in all rounds; ``polite_p95_s`` is of everybody
    but the greedy person. ``fairness`` is Jain's index over people of what each got, divided by what a fair share would
    be. ``innocent_failed`` are sound jobs that got no picture, and no refusal for want of room either. ``stolen`` is
    the share of the cores' time that other virtual machines had.
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
    stolen: float


@dataclass(frozen=True, slots=True)
class Costs:
    """What an engine took meanwhile, and the process that sent to it."""

    peak_bytes: int
    cpu_s: float
    load_cpu_s: float


@dataclass(frozen=True, slots=True)
class Turn:
    """What came back from an engine under one load in one round. ``warm`` is the ``span`` of time that counts.

    ``noted`` is what the engine noted in it; ``stolen`` as in ``Figures``.
    """

    answers: Sequence[Answer]
    warm: tuple[float, float]
    noted: Noted
    costs: Costs
    stolen: float = 0.0

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """From what ``asdict`` made of one, and JSON of that."""
        return cls(
            [Answer(**answer) for answer in told["answers"]],
            tuple(told["warm"]),
            Noted(told["noted"]["loads"], tuple(told["noted"]["batches"])),
            Costs(**told["costs"]),
            told["stolen"],
        )

    @property
    def asked(self) -> list[Answer]:
        return [answer for answer in self.answers if self.warm[0] <= answer.due_s < self.warm[1]]

    @property
    def done(self) -> list[Answer]:
        """Sound pictures that came back in the warm part."""
        styled = (one for one in self.answers if one.styled and one.photo not in BROKEN)
        return [one for one in styled if self.warm[0] <= one.done_s < self.warm[1]]

    @property
    def seconds(self) -> float:
        return self.warm[1] - self.warm[0]

    @property
    def rate(self) -> float:
        """Pictures a second."""
        return len(self.done) / self.seconds


def span(began_s: float, seconds: float) -> tuple[float, float]:
    """The warm part of a load, on the monotonic clock."""
    return began_s + WARM * seconds, began_s + seconds


def figures(turns: Sequence[Turn]) -> Figures:
    """Of all rounds together."""
    asked = [answer for turn in turns for answer in turn.asked]
    done = [answer for turn in turns for answer in turn.done]
    sound = [answer for answer in asked if answer.photo not in BROKEN]
    waits = sorted(answer.done_s - answer.due_s for answer in sound if answer.styled)
    polite = sorted(one.done_s - one.due_s for one in sound if one.styled and one.user != GREEDY)
    batches = [size for turn in turns for size in turn.noted.batches]
    all_styled = max(1, sum(answer.styled for turn in turns for answer in turn.answers))
    return Figures(
        pictures_per_second=len(done) / sum(turn.seconds for turn in turns),
        p50_s=quantile(waits, 0.5),
        p95_s=quantile(waits, 0.95),
        p99_s=quantile(waits, 0.99),
        longest_s=waits[-1] if waits else 0.0,
        polite_p95_s=quantile(polite, 0.95),
        fairness=jain(shares(_counted(sound), _counted(done))),
        asked=len(sound),
        styled=len(waits),
        refused=sum(answer.status in {429, 503} for answer in sound),
        innocent_failed=sum(not answer.styled and answer.status not in {0, 429, 503} for answer in sound),
        unanswered=sum(answer.status == 0 for answer in sound),
        broken=len(asked) - len(sound),
        loads_per_1000=1000 * sum(turn.noted.loads for turn in turns) / max(1, len(done)),
        mean_batch=fmean(batches) if batches else batch([one.batch for one in done]),
        peak_memory_mb=max(turn.costs.peak_bytes for turn in turns) / 1e6,
        cpu_ms_per_picture=1000 * sum(turn.costs.cpu_s for turn in turns) / all_styled,
        load_cpu_ms_per_picture=1000 * sum(turn.costs.load_cpu_s for turn in turns) / all_styled,
        stolen=fmean(turn.stolen for turn in turns),
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
