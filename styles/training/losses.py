"""The losses that a recipe combines. To add one: write its class, add its line to LOSSES."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from styles.table import Table
from styles.training.adversary import Adversary
from styles.training.colours import grey, smooth, yuv
from styles.training.perception import LAYERS, NETWORKS, Features
from styles.training.scene import Loss, Scene, Setting

MAX_WEIGHT = 1e6
QUIET = 0.1  # of the mean over all channels


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


class Gram(Loss):
    """Distance between the Gram matrices of result and art, summed over layers (Gatys et al., arXiv 1508.06576).

    ``target = "mean"`` compares with the mean of all art, seen whole; ``"crop"`` with this step's crops of it. On
    ``grey`` pictures it compares line and texture and leaves colour alone (AnimeGAN). ``even`` first divides every
    channel by its mean in the art, so that a perceptual network's loudest channels do not speak for all.
    """

    def __init__(
        self, weight: float, network: str, layers: tuple[str, ...], distance: str, target: str, grey: bool, even: bool
    ) -> None:
        self.weight, self.network, self.layers, self.even = weight, network, layers, even
        self.distance, self.target, self.prefix = distance, target, "grey " if grey else ""
        self.scales: dict[str, Tensor] = {}
        self.means: dict[str, Tensor] = {}

    @classmethod
    def read(cls, table: Table) -> "Gram":
        table = with_defaults(table, distance="l2", target="mean", grey=False, even=False)
        loss = cls(
            weight(table),
            table.choice("network", NETWORKS),
            table.texts("layers"),
            distance(table),
            table.choice("target", ("mean", "crop")),
            table.boolean("grey"),
            table.boolean("even"),
        )
        if not loss.layers or not set(loss.layers) <= set(LAYERS):
            table.refuse("layers", f"must name some of {', '.join(LAYERS)}")
        table.done()
        return loss

    @property
    def looks(self) -> Mapping[str, Collection[str]]:
        return {self.network: self.layers}

    @torch.no_grad()
    def prepare(self, setting: Setting) -> None:
        pictures = (grey(each) if self.prefix else each for each in setting.art)
        seen = [setting.eyes[self.network](each.to(setting.device), self.layers) for each in pictures]
        if self.even:
            self.scales = {name: evening([each[name] for each in seen]) for name in self.layers}
        if self.target == "mean":
            self.means = {name: torch.stack([self._gram(each, name) for each in seen]).mean(0) for name in self.layers}

    def __call__(self, scene: Scene) -> Tensor:
        result = scene.features(self.network, f"{self.prefix}result")
        targets = self.means or self._of_crops(scene)
        parts = [apart(self._gram(result, name), targets[name], self.distance) for name in self.layers]
        return torch.stack(parts).sum()

    @torch.no_grad()
    def _of_crops(self, scene: Scene) -> dict[str, Tensor]:
        art = scene.features(self.network, f"{self.prefix}art")
        return {name: self._gram(art, name).mean(0, keepdim=True) for name in self.layers}

    def _gram(self, features: Features, name: str) -> Tensor:
        plain = gram(features[name])
        return plain * self.scales[name] if self.even else plain


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
    "adversarial": Adversarial,
}


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


def evening(seen: Sequence[Tensor]) -> Tensor:
    """``C x C``, the inverse products of the channels' means; a channel that is nearly silent counts as a quiet one."""
    means = torch.stack([features.float().mean((0, 2, 3)) for features in seen]).mean(0)
    means = means.clamp_min(QUIET * float(means.mean()))
    return 1 / torch.outer(means, means)


def gram(features: Tensor) -> Tensor:
    """``N x C x H x W`` to ``N x C x C``, the mean over the pixels of products of channels, in float32."""
    pixels = features.permute(0, 2, 3, 1).flatten(1, 2)  # N, HW, C: no copy for channels last
    # The gradient of F'F is twice F'dG for a symmetric dG. Taking it through one side only, then doubling it, spares
    # a sum of two tensors of unlike layouts, which took a fifth of a step.
    half = pixels.detach().transpose(1, 2) @ pixels
    half = half.float() / pixels.shape[1]
    return 2 * half - half.detach()
