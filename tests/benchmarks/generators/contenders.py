"""The generators that are compared: our packs, and the published networks of the same styles."""

import copy
import re
from dataclasses import dataclass
from pathlib import Path

import torch

from styles import pack
from styles.card import Card, Licence
from styles.evaluation import Subject
from styles.importer import state_dict, unknown_origin
from styles.measure import Cost, measure
from styles.networks import fast_neural_style
from styles.style import Style
from tests.benchmarks.generators.cache import of_weights

NETWORK = "fast-neural-style"


@dataclass(frozen=True, slots=True)
class Contender:
    """``label`` is what the tables call it; ``subject`` runs in float32."""

    label: str
    subject: Subject
    cost: Cost
    digest: str

    @classmethod
    def of(cls, label: str, subject: Subject) -> "Contender":
        module = subject.style.module
        return cls(label, subject, measure(module), of_weights(module))

    @classmethod
    def of_pack(cls, label: str, folder: Path) -> "Contender":
        """Raises BrokenPack."""
        return cls.of(label, Subject.load(pack.read(folder).id, folder, torch.device("cpu")))

    @property
    def paint(self) -> Style:
        return self.subject.style

    def in_precision(self, dtype: torch.dtype) -> Style:
        """The same generator as the service would load it in this precision."""
        style = self.subject.style
        return Style(style.card, copy.deepcopy(style.module), style.device, dtype)


def published(label: str, file: Path) -> Contender:
    """A checkpoint in the layout of fast neural style. Raises BadCheckpoint, or ValueError for another layout."""
    data = file.read_bytes()
    options, state = fast_neural_style.read(state_dict(data, file))
    module = fast_neural_style.TransformerNet(**options)
    module.load_state_dict(state)
    style = identity(file)
    card = Card(style, "0.0.0", {"en": style}, NETWORK, Licence("unknown", "unknown"), unknown_origin())
    return Contender.of(label, Subject(style, Style(card, module, torch.device("cpu")), len(data)))


def identity(file: Path) -> str:
    """A file's name as the id of a style."""
    return re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")
