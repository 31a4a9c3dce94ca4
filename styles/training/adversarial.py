"""The adversarial losses, and the switches that keep them stable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor

from styles.table import Table
from styles.training.adversary import Adversary
from styles.training.augment import Change, changed
from styles.training.colours import grey, smooth
from styles.training.forms import FORMS
from styles.training.judges import JUDGES, judge, least_side
from styles.training.pool import Pool
from styles.training.scene import MAX_WEIGHT, Loss, Scene, Setting, weight, with_defaults


@dataclass(frozen=True, slots=True)
class Switches:
    """How a judge is built and taught, and what each of it is for.

    - ``rate``, the judge's own learning rate, against one that is too quick for its generator or too slow; with
      ``follows`` it falls as the generator's does, so that both come to rest.
    - ``form`` of the loss, and the ``judge`` of ``width`` channels: see ``forms`` and ``judges``. ``layers`` is how
      often a patch judge halves the picture, ``scales`` how many sizes a multi-scale one looks at.
    - ``spectral`` normalisation: bounds the judge, so that it cannot run away from the generator.
    - ``grey_art``, ``smooth_art``: how much art without its colour, or without its crisp lines, counts as a fake; so
      the judge learns that art is colourful, and drawn with an edge (CartoonGAN, AnimeGAN).
    - ``conditional``: it sees the photo beside, and judges whether the result is one of it (Pix2Pix). Needs pairs.
    - ``pool`` of so many former results: the judge does not forget, and the two do not go round in circles.
    - ``noise`` added to all it sees, a standard deviation that falls evenly to none: at first, results and art are so
      far apart that a judge knows all at once and teaches nothing (Sønderby et al., arXiv 1610.04490).
    - ``augment``: see ``augment``; for art of few pictures.
    - ``penalty``, the weight of the judge's steepness around what is real, measured every ``penalty_every`` steps: see
      ``adversary``.
    """

    rate: float = 4e-4
    follows: bool = False
    form: str = "least_squares"
    judge: str = "small"
    width: int = 32
    layers: int = 3
    scales: int = 2
    spectral: bool = True
    grey_art: float = 0.0
    smooth_art: float = 0.0
    conditional: bool = False
    pool: int = 0
    noise: float = 0.0
    augment: bool = False
    penalty: float = 0.0
    penalty_every: int = 16

    @classmethod
    def read(cls, table: Table) -> "Switches":
        return cls(
            rate=table.number("rate", 1e-7, 1),
            follows=table.boolean("follows"),
            form=table.choice("form", tuple(FORMS)),
            judge=table.choice("judge", JUDGES),
            width=table.integer("width", 4, 256),
            layers=table.integer("layers", 1, 5),
            scales=table.integer("scales", 1, 4),
            spectral=table.boolean("spectral"),
            grey_art=table.number("grey_art", 0, 100),
            smooth_art=table.number("smooth_art", 0, 100),
            conditional=table.boolean("conditional"),
            pool=table.integer("pool", 0, 10_000),
            noise=table.number("noise", 0, 1),
            augment=table.boolean("augment"),
            penalty=table.number("penalty", 0, MAX_WEIGHT),
            penalty_every=table.integer("penalty_every", 1, 1000),
        )


DEFAULTS = {name: getattr(Switches(), name) for name in Switches.__dataclass_fields__}


class Adversarial(Loss):
    """How little a judge, taught beside the generator, takes the result for art (GAN, arXiv 1406.2661)."""

    real: ClassVar[str] = "art"
    made: ClassVar[str] = "result"
    source: ClassVar[str] = "photo"  # what ``made`` was made of

    def __init__(self, weight: float, switches: Switches) -> None:
        self.weight, self.switches = weight, switches
        self.needs_pairs = switches.conditional
        self.least = least_side(switches.judge, switches.layers, switches.scales)
        self.pool = Pool(switches.pool)
        self.changes: Sequence[Change] = ()
        self.adversary: Adversary | None = None

    @classmethod
    def read(cls, table: Table) -> "Adversarial":
        table = with_defaults(table, **DEFAULTS)
        loss = cls(weight(table), Switches.read(table))
        table.done()
        return loss

    def prepare(self, setting: Setting) -> None:
        on = self.switches
        built = judge(on.judge, 6 if on.conditional else 3, on.width, on.layers, on.scales, on.spectral)
        self.adversary = Adversary(built, FORMS[on.form], on.rate, setting.device, on.penalty, on.penalty_every)

    @property
    def opponent(self) -> Adversary:
        if self.adversary is None:
            raise RuntimeError("prepare() comes before the first step")
        return self.adversary

    def learn(self, scene: Scene) -> None:
        on, real = self.switches, getattr(scene, self.real)
        if on.augment:
            self.changes = [Change.drawn(scene.draw) for _ in real]
        made = self._beside(scene, getattr(scene, self.made).detach())
        fakes = [(self._shown(scene, self.pool.exchange(made, scene.draw)), 1.0)]
        for part, without in ((on.grey_art, grey), (on.smooth_art, smooth)):
            if part:
                fakes.append((self._shown(scene, self._beside(scene, without(real))), part))
        self.opponent.learn(
            self._shown(scene, self._beside(scene, real)), fakes, fall=scene.fall if on.follows else 1.0
        )

    def __call__(self, scene: Scene) -> Tensor:
        return self.opponent.doubt(self._shown(scene, self._beside(scene, getattr(scene, self.made))))

    def balance(self) -> tuple[float, float]:
        """How sure the judge was, in the last step, that the real was real, and that what was made was: each 0 to 1."""
        real, made = self.opponent.sure.tolist()
        return real, made

    def state(self) -> dict[str, Any]:
        return {**self.opponent.state(), "pool": self.pool.state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.opponent.restore(state)
        self.pool.restore(state["pool"])

    def _beside(self, scene: Scene, images: Tensor) -> Tensor:
        """``N x 6 x H x W``, the pictures behind what they were made of, if the judge is to compare them."""
        if not self.switches.conditional:
            return images
        return torch.cat((getattr(scene, self.source), images), 1)

    def _shown(self, scene: Scene, images: Tensor) -> Tensor:
        """The pictures as the judge sees them."""
        noise = self.switches.noise * (1 - scene.progress)
        if noise:
            images = images + noise * torch.randn_like(images)
        return changed(images, self.changes) if self.changes else images


class AdversarialBack(Adversarial):
    """The same on the way back: how little a second judge takes photos made of the art for photos (CycleGAN)."""

    goes_back = True
    real: ClassVar[str] = "photo"
    made: ClassVar[str] = "back"
    source: ClassVar[str] = "art"
