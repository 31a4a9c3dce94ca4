"""The losses that a recipe combines. To add one: write its class, add its line to LOSSES."""

from collections.abc import Collection, Mapping

import torch
from torch import Tensor
from torch.nn import functional

from styles.table import Table
from styles.training.adversarial import Adversarial, AdversarialBack
from styles.training.colours import yuv
from styles.training.cycle import Cycle, Identity, Paired
from styles.training.drawn import Drawn
from styles.training.gram import Gram
from styles.training.moments import Statistics
from styles.training.perception import LAYERS, NETWORKS
from styles.training.scene import MAX_WEIGHT, Loss, Scene, apart, distance, layers, weight, with_defaults


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


class Perceptual(Loss):
    """Distance between the result and the photo's target in layers of a perceptual network, summed over them.

    arXiv 1603.08155, section 3.2, and pix2pixHD (arXiv 1711.11585, section 3.5), which takes the absolute difference.
    """

    warms_up = True
    needs_pairs = True

    def __init__(self, weight: float, network: str, layers: tuple[str, ...], distance: str) -> None:
        self.weight, self.network, self.layers, self.distance = weight, network, layers, distance

    @classmethod
    def read(cls, table: Table) -> "Perceptual":
        table = with_defaults(table, distance="l1")
        loss = cls(weight(table), table.choice("network", NETWORKS), layers(table), distance(table))
        table.done()
        return loss

    @property
    def looks(self) -> Mapping[str, Collection[str]]:
        return {self.network: self.layers}

    def __call__(self, scene: Scene) -> Tensor:
        result = scene.features(self.network, "result")
        with torch.no_grad():
            target = scene.features(self.network, "art")
        return torch.stack([apart(result[name], target[name], self.distance) for name in self.layers]).sum()


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


LOSSES: Mapping[str, type[Loss]] = {
    "content": Content,
    "gram": Gram,
    "total_variation": TotalVariation,
    "colour": Colour,
    "drawn": Drawn,
    "adversarial": Adversarial,
    "adversarial_back": AdversarialBack,
    "cycle": Cycle,
    "identity": Identity,
    "paired": Paired,
    "perceptual": Perceptual,
    "statistics": Statistics,
}
