"""One run: what lies where, how much is measured, and in which order."""

import os
from collections.abc import Sequence
from pathlib import Path

import torch
from tqdm import tqdm

from inference.device import choose
from styles import pack
from styles.errors import StyleError
from styles.training import perception, recipe
from styles.training.pictures import find
from tests.benchmarks.generators import catalogue, material, pairs
from tests.benchmarks.generators.cache import Cache
from tests.benchmarks.generators.catalogue import Entry, Judged
from tests.benchmarks.generators.contenders import Contender, identity, published
from tests.benchmarks.generators.side_by_side import Contest
from tests.benchmarks.generators.speed import seconds
from tests.benchmarks.generators.tables import Outcome
from tests.benchmarks.generators.yardstick import Yardstick
from tests.conftest import ROOT

RECIPES = Path(__file__).parents[1] / "recipes"
SHIPPED_RECIPES = ROOT / "styles" / "training" / "recipes"
STYLES = ("candy", "mosaic", "rain-princess")
JUDGE, SECOND = "vgg19_normalised", "vgg19_16x"


class NothingToCompare(StyleError):
    """A pack has no published counterpart."""


class Bench:
    """Where things lie, how much is measured, and how the person who waits is told."""

    def __init__(
        self, images: Path, weights: Path, size: int, bound_size: int, bound_count: int, rounds: int, cache: Path
    ) -> None:
        self.images, self.weights, self.cache = images, weights, Cache(cache)
        self.size, self.bound_size, self.bound_count, self.rounds = size, bound_size, bound_count, rounds
        self.bar = tqdm(unit="step", disable=None)

    def eyes(self, name: str) -> perception.Perception:
        return perception.load(name, Path(os.environ.get("ATELIER_VGG", self.weights / "vgg19")))

    def say(self, what: str) -> None:
        self.bar.set_description(what)

    def tick(self) -> None:
        self.bar.update()

    def checkpoints(self) -> dict[str, Path]:
        """The published files by the id of their style."""
        return {identity(file): file for file in sorted((self.weights / "fast_neural_style").glob("*.pth"))}

    def compared(self, folders: Sequence[Path]) -> list[Outcome]:
        by_style = {pack.read(folder).id: folder for folder in folders}
        return [self._outcome(style, folder) for style, folder in by_style.items()]

    def _outcome(self, style: str, folder: Path) -> Outcome:
        self.say(style)
        contest = self._contest(style, folder)
        times = self._seconds(contest.contenders)
        full = []
        for path in material.held_out(self.images):
            full.append(contest.on(material.middle(path, self.size), self.cache))
            self.tick()
        few = material.spread(material.held_out(self.images), self.bound_count)
        self.say(f"{style}, optimising")
        bounded = [contest.against_bound(material.middle(path, self.bound_size), self.cache, self.tick) for path in few]
        return Outcome(style, contest.contenders, full, bounded, times)

    def _contest(self, style: str, folder: Path) -> Contest:
        files = self.checkpoints()
        if style not in files:
            raise NothingToCompare(f"{style}: no network of this name is published; there are {', '.join(files)}.")
        plan = recipe.read(RECIPES / f"{style}.toml")
        if plan.art is None:
            raise NothingToCompare(f"{plan.path}: names no style picture.")
        art = material.whole(plan.art, self.images)
        pixels = [each.pixels for each in art]
        return Contest(
            (published("published", files[style]), Contender.of_pack("ours", folder)),
            art,
            Yardstick(self.eyes(JUDGE), pixels),
            Yardstick(self.eyes(SECOND), pixels),
        )

    def any_style(self, folder: Path) -> tuple[Outcome, dict[tuple[str, str], float]]:
        """Our pack that takes a style picture beside MicroAST; and the seconds that a style picture's code takes."""
        both = (pairs.peer(self.weights, self.cache.folder / "imported"), Contender.of_pack("ours", folder))
        paintings, photos = pairs.paintings(self.images), pairs.photos(material.held_out(self.images))
        eyes = [self.eyes(name) for name in (JUDGE, SECOND)]
        values = []
        for painting in paintings:
            self.say(painting.path.stem[:20])
            imitators = [pairs.Imitator.like(each, painting.pixels) for each in both]
            judges = [Yardstick(each, [painting.pixels]) for each in eyes]
            contest = Contest((imitators[0], imitators[1]), [painting], judges[0], judges[1])
            for path in photos:
                values.append(contest.on(material.middle(path, self.size), self.cache))
                self.tick()
        encoders = pairs.encoding(both, torch.float32) | pairs.encoding(both, choose("cpu", "torch").dtype)
        encoded = seconds(encoders, paintings[0].pixels, self.rounds, self.tick)
        return Outcome("any style", both, values, [], self._seconds(imitators)), encoded

    def _seconds(self, contenders: Sequence[Contender]) -> dict[tuple[str, str], float]:
        """Median seconds by label and precision: in float32, and in the one that the service takes here."""
        kinds = dict.fromkeys((torch.float32, choose("cpu", "torch").dtype))
        paints = {
            (each.label, str(kind).removeprefix("torch.")): each.in_precision(kind)
            for kind in kinds
            for each in contenders
        }
        images = material.middle(material.held_out(self.images)[0], self.size).pixels
        return seconds(paints, images, self.rounds, self.tick)

    def catalogue(self, folders: Sequence[Path]) -> str:
        entries = [
            catalogue.shipped(folder, SHIPPED_RECIPES, self.images, self.cache.folder / "drawn") for folder in folders
        ]
        entries += [self._published(style, file) for style, file in self.checkpoints().items() if style in STYLES]
        photos, eyes, found = material.unseen(self.images), self.eyes(JUDGE), []
        times = self._seconds([entry.contender for entry in entries])
        for entry in entries:
            self.say(entry.contender.label)
            figures, start = catalogue.judged(entry, photos, eyes, self.size, self.cache, self.tick)
            few = material.spread(photos, self.bound_count)
            points = catalogue.bounded(entry, few, eyes, self.bound_size, self.cache, self.tick)
            found.append(Judged(entry, figures, start, points))
        return catalogue.sheet(found, times)

    def _published(self, style: str, file: Path) -> Entry:
        plan = recipe.read(RECIPES / f"{style}.toml")
        art = find(plan.art.pictures, self.images) if plan.art else []
        return Entry(published(f"{style} (published)", file), art, "by others")
