"""Looks through all pictures of a recipe before anything is learnt from them, and tells all that is wrong at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path

from styles.training import pairs, pictures
from styles.training.errors import BadPicture, BadPictures
from styles.training.material import Pairs
from styles.training.pairs import Pair
from styles.training.recipe import Recipe

FEW_PHOTOS, FEW_ART = 50, 5

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """What one key of the recipe names: ``sizes`` in pixels of the pictures that are sound."""

    name: str
    folders: tuple[Path, ...]
    sizes: tuple[Size, ...]

    @property
    def words(self) -> str:
        if not self.sizes:
            return f"{self.name}: none"
        ordered = sorted(self.sizes, key=min)
        small, large = ("x".join(map(str, size)) for size in (ordered[0], ordered[-1]))
        sizes = small if small == large else f"{small} to {large}"
        return f"{self.name}: {len(ordered)}, {sizes} pixels, in {', '.join(map(str, self.folders))}"


@dataclass(slots=True)
class Findings:
    """``problems`` stop a training; ``hints`` say what will make it weak."""

    parts: list[Part] = field(default_factory=list)
    problems: list[BadPicture] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Raises BadPicture for one problem, BadPictures for several."""
        if len(self.problems) == 1:
            raise self.problems[0]
        if self.problems:
            raise BadPictures([str(problem) for problem in self.problems])


def inspect(plan: Recipe, root: Path) -> Findings:
    """Decode every picture that the recipe names, relative to ``root``."""
    look = Look(root, Findings())
    if plan.pairs:
        look.see_pairs(plan.pairs)
    if plan.art:
        look.see_art(plan.art.pictures, "adversarial" in plan.losses)
    if plan.photos:
        look.see_photos([pattern for kind in plan.photos for pattern in kind.pictures])
    if not plan.takes_words:  # then both are texts
        look.see("preview", plan.preview)
        look.see("sheet", plan.sheet)
    look.see_small(max(phase.size for phase in plan.phases))
    return look.findings


@dataclass(slots=True)
class Look:
    """Collects what is found; whatever is wrong is said once, however many keys name it."""

    root: Path
    findings: Findings
    sizes: dict[Path, Size | None] = field(default_factory=dict)

    def see_art(self, patterns: Sequence[str], judged: bool) -> None:
        paths = self.see("art", patterns)
        self._same([path for path in paths if self._size(path)])
        if judged and 0 < len(paths) < FEW_ART:
            self._hint(
                f"Only {counted(len(paths), 'picture')} of art: the discriminator may learn them by heart; "
                f"take {FEW_ART} or more, or leave `adversarial` out."
            )

    def see_photos(self, patterns: Sequence[str]) -> None:
        self._few(len(self.see("photos", patterns)), "photo")

    def see_pairs(self, plan: Pairs) -> None:
        found = self._pairs(plan)
        sound = [(pair.photo, size) for pair in found if (size := self._pair(pair))]
        self._part("pairs", [pair.photo for pair in found], [size for _, size in sound])
        self._same([photo for photo, _ in sound])
        self._few(len(found), "pair")

    def see(self, name: str, patterns: Sequence[str]) -> list[Path]:
        paths = self._found(patterns)
        self._part(name, paths, [size for path in paths if (size := self._size(path))])
        return paths

    def see_small(self, size: int) -> None:
        """Hint at what is smaller than the crops."""
        for part in self.findings.parts:
            few = sum(min(each) < size for each in part.sizes)
            if few and part.name in ("photos", "pairs"):
                self._hint(
                    f"{few} of {len(part.sizes)} {part.name} are smaller than the crops of {size} pixels: "
                    "they are enlarged, and the style learns their softness."
                )

    def _found(self, patterns: Sequence[str]) -> list[Path]:
        found: list[Path] = []
        for pattern in patterns:
            try:
                found += pictures.find([pattern], self.root)
            except BadPicture as problem:
                self._problem(problem)
        return found

    def _pairs(self, plan: Pairs) -> list[Pair]:
        if plan.pictures:
            return [Pair(path, path, plan.photo == "left") for path in self._found(plan.pictures)]
        photos, targets = self._found(plan.photos), self._found(plan.targets)
        if plan.drawn:
            return [Pair(photo, None, drawn=plan.drawn) for photo in photos]
        if photos and targets:
            photos, targets = (
                self._with_partner(photos, targets, "target"),
                self._with_partner(targets, photos, "photo"),
            )
        try:
            return pairs.matched(photos, targets) if photos and targets else []
        except BadPicture as problem:  # two of one name
            self._problem(problem)
            return []

    def _with_partner(self, paths: Sequence[Path], others: Sequence[Path], kind: str) -> list[Path]:
        names = {path.stem for path in others}
        lonely = [path for path in paths if path.stem not in names]
        for path in lonely:
            self._problem(BadPicture(path, f"there is no {kind} of the name {path.stem}"))
        return [path for path in paths if path.stem in names]

    def _size(self, path: Path) -> Size | None:
        if path not in self.sizes:
            self.sizes[path] = self._pair(Pair(path, None))
        return self.sizes[path]

    def _pair(self, pair: Pair) -> Size | None:
        try:
            return pair.read()[0].size
        except BadPicture as problem:
            self._problem(problem)
            return None

    def _problem(self, problem: BadPicture) -> None:
        if str(problem) not in map(str, self.findings.problems):
            self.findings.problems.append(problem)

    def _part(self, name: str, paths: Iterable[Path], sizes: Sequence[Size]) -> None:
        folders = sorted({path.parent for path in paths})
        self.findings.parts.append(Part(name, tuple(folders), tuple(sizes)))

    def _same(self, paths: Sequence[Path]) -> None:
        first: dict[bytes, Path] = {}
        for path in paths:
            with path.open("rb") as file:
                former = first.setdefault(file_digest(file, "sha256").digest(), path)
            if former is not path:
                self._hint(f"{path}: the same as {former.name}, byte by byte, so it counts twice.")

    def _few(self, count: int, kind: str) -> None:
        if 0 < count < FEW_PHOTOS:
            self._hint(
                f"Only {counted(count, kind)}: the style may fail on what they do not show; "
                f"{FEW_PHOTOS} or more are better."
            )

    def _hint(self, sentence: str) -> None:
        self.findings.hints.append(sentence)


def counted(count: int, kind: str) -> str:
    return f"{count} {kind}" if count == 1 else f"{count} {kind}s"
