"""The losses that a recipe combines. To add one: write its class, add its line to LOSSES."""

from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from styles.table import Table
from styles.training.adversary import Adversary
from styles.training.colours import grey, smooth, yuv
from styles.training.gram import Gram
from styles.training.perception import LAYERS, NETWORKS
from styles.training.scene import MAX_WEIGHT, Loss, Scene, Setting, apart, distance, weight, with_defaults
from styles.training.sketch import sketch


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


class Sketch(Loss):
    """Mean absolute difference from the cartoon that ``styles.training.sketch`` draws of the photo by rule.

    ``grey`` compares brightness alone, for styles with a palette of their own. With ``sharpness`` it also compares
    in a shallow layer of a perceptual network, where a thin line counts for more than its few pixels.
    """

    warms_up = True
    network, layer = "vgg19_16x", "relu2_1"

    def __init__(
        self, weight: float, sharpness: float, radius: int, edge: float, line: float, tones: int, grey: bool
    ) -> None:
        self.weight, self.sharpness, self.grey = weight, sharpness, grey
        self.radius, self.edge, self.line, self.tones = radius, edge, line, tones

    @classmethod
    def read(cls, table: Table) -> "Sketch":
        table = with_defaults(table, sharpness=0.0, radius=3, edge=0.045, line=0.9, tones=0, grey=False)
        loss = cls(
            weight(table),
            table.number("sharpness", 0, MAX_WEIGHT),
            table.integer("radius", 1, 32),
            table.number("edge", 0.001, 1),
            table.number("line", 0, 5),
            table.integer("tones", 0, 16),
            table.boolean("grey"),
        )
        table.done()
        return loss

    @property
    def looks(self) -> Mapping[str, Collection[str]]:
        return {self.network: (self.layer,)} if self.sharpness else {}

    def __call__(self, scene: Scene) -> Tensor:
        with torch.no_grad(), torch.autocast(scene.photo.device.type, enabled=False):
            drawn = sketch(scene.photo, self.radius, self.edge, self.line, self.tones)
            drawn = grey(drawn) if self.grey else drawn
        plain = functional.l1_loss(grey(scene.result) if self.grey else scene.result, drawn)
        return plain + self.sharpness * self._blur(scene, drawn) if self.sharpness else plain

    def _blur(self, scene: Scene, drawn: Tensor) -> Tensor:
        with torch.no_grad():
            target = scene.eyes[self.network](drawn, (self.layer,))[self.layer]
        result = scene.features(self.network, "grey result" if self.grey else "result")
        return apart(result[self.layer], target, "l1")


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
    "sketch": Sketch,
    "adversarial": Adversarial,
}
