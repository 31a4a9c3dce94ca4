"""Our generator for any style beside MicroAST, on paintings and photos that ours has not seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from inference.pictures.likeness import SIDE
from styles import pack
from styles.card import Card, Licence
from styles.importer import import_checkpoint, unknown_origin
from styles.style import Style
from styles.training import pictures
from tests.benchmarks.generators.contenders import Contender
from tests.benchmarks.generators.material import CPU, Picture, spread

HELD_OUT = "art/masters/[t-z]*.jpg"  # our recipe trains on those before
PHOTOS = 4
PEER = "microast"


@dataclass(frozen=True, slots=True)
class Imitator(Contender):
    """A generator that takes a style picture, with the ``code`` of one, ``1 x K``: to be judged as any other."""

    code: Tensor

    @classmethod
    def like(cls, contender: Contender, reference: Tensor) -> "Imitator":
        code = contender.subject.style.encode(reference)
        return cls(contender.label, contender.subject, contender.cost, contender.digest, code)

    @property
    def paint(self) -> Callable[[Tensor], Tensor]:  # type: ignore[override]  # callers only call it
        return lambda images: self.subject.style(images, self.code)

    def in_precision(self, dtype: torch.dtype) -> Callable[[Tensor], Tensor]:  # type: ignore[override]
        style = Contender.in_precision(self, dtype)
        return lambda images: style(images, self.code)


def peer(weights: Path, folder: Path) -> Contender:
    """MicroAST as published, imported into ``folder`` once. Raises BadCheckpoint."""
    if not (folder / PEER / pack.CARD).is_file():
        card = Card(PEER, "1.0.0", {"en": "MicroAST"}, PEER, Licence("MIT", "unknown"), unknown_origin())
        import_checkpoint(weights / PEER, card, folder)
    return replace(Contender.of_pack("published", folder / PEER), label="published")


def paintings(images: Path) -> list[Picture]:
    """The held-out paintings, as large as the service looks at a style picture."""
    sized = [(path, pictures.sized(pictures.read(path), SIDE)) for path in pictures.find([HELD_OUT], images)]
    return [Picture(path, pictures.batch([pictures.tensor(each)], CPU)) for path, each in sized]


def photos(held_out: Sequence[Path]) -> list[Path]:
    return spread(held_out, PHOTOS)


def encoding(contenders: Sequence[Contender], dtype: torch.dtype) -> dict[tuple[str, str], Callable[[Tensor], Tensor]]:
    """What makes a code, by label and precision."""
    styles: dict[str, Style] = {each.label: each.in_precision(dtype) for each in contenders}
    return {(label, str(dtype).removeprefix("torch.")): style.encode for label, style in styles.items()}
