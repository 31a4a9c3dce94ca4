"""The losses that a recipe combines. To add one: write its class, add its line to LOSSES."""

from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from styles.table import Table
from styles.training.adversary import Adversary
from styles.training.colours import grey, smooth, yuv
from styles.training.drawn import Drawn
from styles.training.gram import Gram
from styles.training.perception import LAYERS, NETWORKS
from styles.training.scene import MAX_WEIGHT, Loss, Scene, Setting, apart, distance, weight, with_defaults


class Content(Loss):
    """Distance between photo and result in one layer of a perceptual network (arXiv 1603.08155, section 3.2)."""

    warms_up = True

    def __init__(self, weight: float, network: str, layer: str, distance: str) -> None:
        self.weight, self.network, self.layer, self.distance = weight, network, layer, distance

    @classmethod
    def read(cls, table: Table) -> "Content":
        table = with_defaults(table, distance="l2")
        loss = cls(weight(table), table.choice("network", NETWORKS), table.choice("layer", LAYERS), distance(table))
        table.done()
        return loss

    @property
    def looks(self) -> Mapping[str, Collection[str]]:
        return {self.network: (self.layer,)}

    def __call__(self, scene: Scene) -> Tensor:
        with torch.no_grad():
            target = scene.features(self.network, "photo")[self.layer]
        return apart(scene.features(self.network, "result")[self.layer], target, self.distance)


class TotalVariation(Loss):
    """Mean absolute difference between neighbours, in both directions: lower is calmer."""

    def __init__(self, weight: float) -> None:
        self.weight = weight

    @classmethod
    def read(cls, table: Table) -> "TotalVariation":
        loss = cls(weight(table))
        table.done()
        return loss

    def __call__(self, scene: Scene) -> Tensor:
        image = scene.result
        down, right = image[:, :, 1:] - image[:, :, :-1], image[..., 1:] - image[..., :-1]
        return down.abs().mean() + right.abs().mean()


class Colour(Loss):
    """Distance in YUV: L1 between brightnesses, Huber between hues, each with its factor (AnimeGAN)."""

    warms_up = True

    def __init__(self, weight: float, brightness: float, hue: float) -> None:
        self.weight, self.brightness, self.hue = weight, brightness, hue

    @classmethod
    def read(cls, table: Table) -> "Colour":
        table = with_defaults(table, brightness=1.0, hue=1.0)
        loss = cls(weight(table), table.number("brightness", 0, MAX_WEIGHT), table.number("hue", 0, MAX_WEIGHT))
        table.done()
        return loss

    def __call__(self, scene: Scene) -> Tensor:
        result, photo = yuv(scene.result), yuv(scene.photo)
        brightness = functional.l1_loss(result[:, :1], photo[:, :1])
        hue = 2 * functional.huber_loss(result[:, 1:], photo[:, 1:])  # twice the mean: a term for U, a term for V
        return self.brightness * brightness + self.hue * hue


class Adversarial(Loss):
    """How little a discriminator, taught beside the generator, takes the result for art (least squares)."""

    def __init__(self, weight: float, rate: float, grey_art: float, smooth_art: float, width: int) -> None:
        self.weight, self.width = weight, width
        self.rate, self.grey_art, self.smooth_art = rate, grey_art, smooth_art
        self.adversary: Adversary | None = None

    @classmethod
    def read(cls, table: Table) -> "Adversarial":
        table = with_defaults(table, rate=4e-4, grey_art=0.0, smooth_art=0.0, width=32)
        loss = cls(
            weight(table),
            table.number("rate", 1e-7, 1),
            table.number("grey_art", 0, 100),
            table.number("smooth_art", 0, 100),
            table.integer("width", 4, 256),
        )
        table.done()
        return loss

    def prepare(self, setting: Setting) -> None:
        self.adversary = Adversary(self.width, self.rate, setting.device)

    @property
    def opponent(self) -> Adversary:
        if self.adversary is None:
            raise RuntimeError("prepare() comes before the first step")
        return self.adversary

    def learn(self, scene: Scene) -> None:
        fakes = [(scene.result.detach(), 1.0)]
        if self.grey_art:
            fakes.append((grey(scene.art), self.grey_art))
        if self.smooth_art:
            fakes.append((smooth(scene.art), self.smooth_art))
        self.opponent.learn(scene.art, fakes)

    def __call__(self, scene: Scene) -> Tensor:
        return self.opponent.doubt(scene.result)

    def state(self) -> dict[str, Any]:
        return self.opponent.state()

    def restore(self, state: Mapping[str, Any]) -> None:
        self.opponent.restore(state)


LOSSES: Mapping[str, type[Loss]] = {
    "content": Content,
    "gram": Gram,
    "total_variation": TotalVariation,
    "colour": Colour,
    "drawn": Drawn,
    "adversarial": Adversarial,
}
