"""What a loss is, what it is shown, and what losses share."""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from styles.table import Table
from styles.training.colours import grey
from styles.training.perception import LAYERS, Features, Perception

Eyes = Mapping[str, Perception]
Generator = Callable[[Tensor], Tensor]
MAX_WEIGHT = 1e6


@dataclass(frozen=True, slots=True)
class Setting:
    """What stays the same for a whole training; ``art`` holds whole pictures, ``3 x H x W`` bytes each."""

    art: Sequence[Tensor]
    eyes: Eyes
    device: torch.device


@dataclass(slots=True)
class Scene:
    """What one step shows to every loss: ``N x 3 x H x W`` RGB in [0, 1].

    Of pairs, ``art`` holds the targets of ``photo``. Everything else is computed once, when a loss first asks:
    features, and what the generators make beyond ``result``. ``forth`` makes results of photos, ``home`` makes photos
    of art, where a loss goes back. ``progress`` is the share of the training that is over, ``fall`` the learning rate
    against that of the first step. ``draw`` is this step's source of chance beside torch's own.
    """

    photo: Tensor
    result: Tensor
    art: Tensor
    eyes: Eyes
    wanted: Mapping[str, Collection[str]]
    forth: Generator | None = None
    home: Generator | None = None
    progress: float = 0.0
    fall: float = 1.0
    draw: random.Random = field(default_factory=lambda: random.Random(0))
    seen: dict[tuple[str, str], Features] = field(default_factory=dict)
    made: dict[str, Tensor] = field(default_factory=dict)

    @property
    def back(self) -> Tensor:
        """Photos made of the art."""
        return self._make("back", self.home, lambda: self.art)

    @property
    def photo_again(self) -> Tensor:
        """Photos made of the results: the photos, were nothing lost."""
        return self._make("photo_again", self.home, lambda: self.result)

    @property
    def art_again(self) -> Tensor:
        """Results made of photos that were made of the art: the art, were nothing lost."""
        return self._make("art_again", self.forth, lambda: self.back)

    @property
    def art_same(self) -> Tensor:
        """Results made of the art itself."""
        return self._make("art_same", self.forth, lambda: self.art)

    @property
    def photo_same(self) -> Tensor:
        """Photos made of the photos themselves."""
        return self._make("photo_same", self.home, lambda: self.photo)

    def _make(self, name: str, generator: Generator | None, of: Callable[[], Tensor]) -> Tensor:
        if generator is None:
            raise RuntimeError(f"{name} needs a generator that the training did not build")
        if name not in self.made:
            with torch.enable_grad():  # whoever asks first may want no gradient; whoever asks next may
                self.made[name] = generator(of())
        return self.made[name]

    def features(self, network: str, picture: str) -> Features:
        """Features of a picture by its name here, as ``photo`` or ``result``, or of it in grey, as ``grey result``."""
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
    goes_back: ClassVar[bool] = False  # whether it needs the second generator, from art to photos
    needs_pairs: bool = False  # whether ``art`` must hold the very targets of ``photo``
    least: int = 0  # the shortest side in pixels of crops that it can judge

    @classmethod
    def read(cls, table: Table) -> "Loss":
        """Read it from its table of the recipe; the table refuses what is wrong."""
        raise NotImplementedError

    def __call__(self, scene: Scene) -> Tensor:
        """The unweighted loss of a step, a scalar: the lower, the better."""
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


def layers(table: Table) -> tuple[str, ...]:
    named = table.texts("layers")
    if not named or not set(named) <= set(LAYERS):
        table.refuse("layers", f"must name some of {', '.join(LAYERS)}")
    return named


def with_defaults(table: Table, **defaults: Any) -> Table:
    return Table(table.source, table.path, {**defaults, **table.values})


def apart(one: Tensor, other: Tensor, distance: str) -> Tensor:
    """Mean absolute or mean squared difference, in float32."""
    measure = functional.l1_loss if distance == "l1" else functional.mse_loss
    return measure(one.float(), other.float().expand_as(one))


def share(result: Tensor, target: Tensor, photo: Tensor, distance: str) -> Tensor:
    """How far each result is from its target, by how far its photo was; the mean over the pictures.

    A photo that is in the style already counts as a tenth as far as the others, or its share would speak for all.
    """
    ours, theirs = (_each(features, target, distance) for features in (result, photo.detach()))
    return (ours / theirs.clamp_min(0.1 * float(theirs.mean()))).mean()


def _each(one: Tensor, other: Tensor, distance: str) -> Tensor:
    change = (one.float() - other.float()).flatten(1)
    return (change.abs() if distance == "l1" else change.square()).mean(1)
