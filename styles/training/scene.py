"""What a loss is, what it is shown, and what losses share."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from styles.table import Table
from styles.training.colours import grey
from styles.training.perception import Features, Perception

Eyes = Mapping[str, Perception]
MAX_WEIGHT = 1e6


@dataclass(frozen=True, slots=True)
class Setting:
    """What stays the same for a whole training; ``art`` holds whole pictures, ``3 x H x W`` bytes each."""

    art: Sequence[Tensor]
    eyes: Eyes
    device: torch.device


@dataclass(slots=True)
class Scene:
    """What one step shows to every loss: ``N x 3 x H x W`` RGB in [0, 1]; features are computed once, when asked."""

    photo: Tensor
    result: Tensor
    art: Tensor
    eyes: Eyes
    wanted: Mapping[str, Collection[str]]
    seen: dict[tuple[str, str], Features] = field(default_factory=dict)

    def features(self, network: str, picture: str) -> Features:
        """Features of ``photo``, ``result`` or ``art``, or of ``grey result`` or ``grey art``."""
        key = (network, picture)
        if key not in self.seen:
            images: Tensor = getattr(self, picture.removeprefix("grey "))
            images = grey(images) if picture.startswith("grey ") else images
            self.seen[key] = self.eyes[network](images, self.wanted[network])
        return self.seen[key]


class Loss:
    """One named part of the sum that a training lowers; ``weight`` is its factor.

    It is read from its table of the recipe, prepared once, then called at every step. One that learns itself, as a
    discriminator does, also overrides ``learn``, ``state`` and ``restore``.
    """

    weight: float
    warms_up: ClassVar[bool] = False  # whether it counts in the warm-up

    @classmethod
    def read(cls, table: Table) -> "Loss":
        """Read it from its table of the recipe; the table refuses what is wrong."""
        raise NotImplementedError

    def __call__(self, scene: Scene) -> Tensor:
        """The unweighted loss of a step, a scalar that is 0 at best."""
        raise NotImplementedError

    @property
    def looks(self) -> Mapping[str, Collection[str]]:
        """Which layers of which perceptual networks it needs."""
        return {}

    def prepare(self, setting: Setting) -> None:
        """Compute what stays the same."""

    def learn(self, scene: Scene) -> None:
        """Take one step of its own, before it is called."""

    def state(self) -> dict[str, Any]:
        """What a checkpoint must keep of it."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take back what ``state`` gave."""


def weight(table: Table) -> float:
    return table.number("weight", 0, MAX_WEIGHT)


def distance(table: Table) -> str:
    return table.choice("distance", ("l1", "l2"))


def with_defaults(table: Table, **defaults: Any) -> Table:
    return Table(table.source, table.path, {**defaults, **table.values})


def apart(one: Tensor, other: Tensor, distance: str) -> Tensor:
    """Mean absolute or mean squared difference, in float32."""
    measure = functional.l1_loss if distance == "l1" else functional.mse_loss
    return measure(one.float(), other.float().expand_as(one))
