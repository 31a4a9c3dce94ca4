"""Watches a training for what spoils it silently, and says it in words, each once.

Looked at are small pictures (``N x 3 x 16 x 16`` means) of the last photos and of their results, the losses, and the
mean verdicts of the discriminators. Nothing here changes the training.
"""

import math
import statistics
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn import functional

EARLY = 100  # steps in which a generator may still be finding its feet
EVERY = 25  # steps between two looks at the pictures
MEMORY = 16  # pictures looked at together
SIDE = 16  # of a small picture, in pixels
PATIENCE = 4  # looks in a row before a thing is said
ALIKE = 0.1  # of the photos' spread; outlines on white paper keep a quarter, the shipped styles two thirds and more
FLAT = 0.02  # standard deviation of a whole result, of 1
RECENT, LONG = 10, 100  # steps whose losses are compared with those of the steps before
GREW = 10.0  # times
SURE, UNSURE = 0.9, 0.02  # gap of a discriminator's verdicts on art and on results, of 1
MEANINGFUL = 400  # steps after which a discriminator that knows nothing is no beginner any more

Found = tuple[str, str]  # what it is about, and the sentence

LOOK_ALIKE = (
    "The results look alike whatever the photo: raise the weight of `content` (or `cycle`), lower that of "
    "`adversarial`, or lower `phases.rate`."
)
ONE_COLOUR = (
    "The results are all but one flat colour ({colour}): lower `phases.rate`, and raise the weight of `content` or "
    "`colour`."
)
GROWS = "The loss `{name}` has grown {factor:.0f}-fold within {steps} steps: lower `phases.rate` or its weight."
WINS = (
    "The discriminator of `{name}` wins, it tells every result from the art: lower its `rate`, or give it `noise` or "
    "`augment`."
)
LOST = (
    "The discriminator of `{name}` knows nothing, it takes results for art as readily as art: raise its `rate` or "
    "its `width`."
)


@dataclass(slots=True)
class Watch:
    """``said`` holds every sentence so far by what it is about; a checkpoint keeps it."""

    said: dict[str, str] = field(default_factory=dict)
    photos: deque[Tensor] = field(default_factory=lambda: deque(maxlen=MEMORY))
    results: deque[Tensor] = field(default_factory=lambda: deque(maxlen=MEMORY))
    depths: deque[float] = field(default_factory=lambda: deque(maxlen=MEMORY))
    past: dict[str, deque[float]] = field(default_factory=dict)
    suspected: dict[str, int] = field(default_factory=dict)

    @torch.no_grad()
    def see(
        self,
        step: int,
        photo: Tensor,
        result: Tensor,
        losses: Mapping[str, float],
        gaps: Mapping[str, float],
    ) -> list[str]:
        """Look at a finished step; returns what is to be said for the first time.

        ``photo`` and ``result`` are ``N x 3 x H x W`` in [0, 1]; ``gaps`` says how far apart each discriminator's
        mean verdicts on art and on results lie: 0 where it cannot tell them, 1 where it is always right.
        """
        if step % EVERY >= EVERY - MEMORY:  # each look sees pictures of the steps right before it
            self.photos.extend(small(photo))
            self.results.extend(small(result))
            self.depths.extend(result.detach().float().flatten(1).std(1).tolist())
        found = [*self._grown(losses)]
        if step >= EARLY and step % EVERY == 0:
            found += [*self._pictures(), *self._verdicts(step, gaps)]
        fresh = {about: sentence for about, sentence in found if about not in self.said}
        self.said.update(fresh)
        return [*fresh.values()]

    def _pictures(self) -> Iterable[Found]:
        if not self.photos:  # a training that goes on right before a look has shown none yet
            return
        photos, results = torch.stack([*self.photos]), torch.stack([*self.results])
        flat = self._stays("flat", statistics.mean(self.depths) < FLAT)
        alike = self._stays("alike", len(photos) > 1 and spread(results) < ALIKE * spread(photos))
        if flat:
            yield "flat", ONE_COLOUR.format(colour=_named(results))
        elif alike:
            yield "alike", LOOK_ALIKE

    def _verdicts(self, step: int, gaps: Mapping[str, float]) -> Iterable[Found]:
        for name, gap in gaps.items():
            if self._stays(f"{name} wins", gap > SURE):
                yield f"{name} wins", WINS.format(name=name)
            if self._stays(f"{name} lost", step >= MEANINGFUL and abs(gap) < UNSURE):
                yield f"{name} lost", LOST.format(name=name)

    def _grown(self, losses: Mapping[str, float]) -> Iterable[Found]:
        for name, loss in losses.items():
            past = self.past.setdefault(name, deque(maxlen=LONG))
            past.append(loss)
            if len(past) < LONG:
                continue
            values = [*past]
            before, now = statistics.median(values[:-RECENT]), statistics.median(values[-RECENT:])
            if now > GREW * before > 0:
                yield f"{name} grows", GROWS.format(name=name, factor=now / before, steps=LONG)

    def _stays(self, what: str, so: bool) -> bool:
        self.suspected[what] = self.suspected.get(what, 0) + 1 if so else 0
        return self.suspected[what] >= PATIENCE


def small(images: Tensor) -> Tensor:
    """Means over a grid, ``N x 3 x 16 x 16``, on the CPU."""
    return functional.adaptive_avg_pool2d(images.detach().float(), SIDE).cpu()


def spread(pictures: Tensor) -> float:
    """Mean distance between two different ones of ``N x 3 x H x W`` pictures, per value."""
    apart: Tensor = torch.pdist(pictures.flatten(1)).mean()
    return apart.item() / math.sqrt(pictures[0].numel())


def _named(pictures: Tensor) -> str:
    level = float(pictures.mean())
    return "black" if level < 0.1 else "white" if level > 0.9 else "grey" if _grey(pictures) else "a colour"


def _grey(pictures: Tensor) -> bool:
    means = pictures.mean((0, 2, 3))
    return float(means.max() - means.min()) < 0.05
