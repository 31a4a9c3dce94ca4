"""The style of a picture as its Gram matrices: which features come together, wherever they are."""

from collections.abc import Collection, Mapping

import torch
from torch import Tensor

from styles.table import Table
from styles.training.colours import grey
from styles.training.perception import NETWORKS, Features
from styles.training.pictures import batch
from styles.training.scene import Loss, Scene, Setting, apart, distance, layers, share, weight, with_defaults

QUIET = 0.1  # of the mean over all channels


class Gram(Loss):
    """Distance between the Gram matrices of result and art, summed over layers (Gatys et al., arXiv 1508.06576).

    ``target = "mean"`` compares with the mean of all art, seen whole; ``"crop"`` with this step's crops of it;
    ``"own"`` each result with the one crop that it took its style from. On
    ``grey`` pictures it compares line and texture and leaves colour alone (AnimeGAN). ``even`` first divides every
    channel by its mean in the art, so that a perceptual network's loudest channels do not speak for all.
    ``relative`` divides each layer's distance by that of the photo, so that neither layers nor style pictures with
    loud textures do.
    """

    def __init__(
        self,
        weight: float,
        network: str,
        layers: tuple[str, ...],
        distance: str,
        target: str,
        *,
        grey: bool,
        even: bool,
        relative: bool,
    ) -> None:
        self.weight, self.network, self.layers, self.even = weight, network, layers, even
        self.distance, self.target, self.prefix = distance, target, "grey " if grey else ""
        self.relative = relative
        self.scales: dict[str, Tensor] = {}
        self.means: dict[str, Tensor] = {}

    @classmethod
    def read(cls, table: Table) -> "Gram":
        table = with_defaults(table, distance="l2", target="mean", grey=False, even=False, relative=False)
        loss = cls(
            weight(table),
            table.choice("network", NETWORKS),
            layers(table),
            distance(table),
            table.choice("target", ("mean", "crop", "own")),
            grey=table.boolean("grey"),
            even=table.boolean("even"),
            relative=table.boolean("relative"),
        )
        table.done()
        return loss

    @property
    def looks(self) -> Mapping[str, Collection[str]]:
        return {self.network: self.layers}

    @torch.no_grad()
    def prepare(self, setting: Setting) -> None:
        if self.target != "mean" and not self.even:
            return
        grams: dict[str, list[Tensor]] = {name: [] for name in self.layers}
        levels: dict[str, list[Tensor]] = {name: [] for name in self.layers}
        for picture in setting.art:
            art = batch([picture], setting.device)
            seen = setting.eyes[self.network](grey(art) if self.prefix else art, self.layers)
            for name in self.layers:  # the features themselves are large, and go at once
                grams[name].append(gram(seen[name]))
                levels[name].append(seen[name].float().mean((0, 2, 3)))
        if self.even:
            self.scales = {name: evening(torch.stack(levels[name]).mean(0)) for name in self.layers}
        if self.target == "mean":
            self.means = {name: self._scaled(torch.stack(grams[name]).mean(0), name) for name in self.layers}

    def __call__(self, scene: Scene) -> Tensor:
        result = scene.features(self.network, f"{self.prefix}result")
        targets = self.means or self._of_crops(scene)
        parts = [self._apart(scene, name, self._gram(result, name), targets[name]) for name in self.layers]
        return torch.stack(parts).sum()

    def _apart(self, scene: Scene, name: str, result: Tensor, target: Tensor) -> Tensor:
        if not self.relative:
            return apart(result, target, self.distance)
        with torch.no_grad():
            photo = self._gram(scene.features(self.network, f"{self.prefix}photo"), name)
        return share(result, target, photo, self.distance)

    @torch.no_grad()
    def _of_crops(self, scene: Scene) -> dict[str, Tensor]:
        art = scene.features(self.network, f"{self.prefix}art")
        found = {name: self._gram(art, name) for name in self.layers}
        return found if self.target == "own" else {name: each.mean(0, keepdim=True) for name, each in found.items()}

    def _gram(self, features: Features, name: str) -> Tensor:
        return self._scaled(gram(features[name]), name)

    def _scaled(self, plain: Tensor, name: str) -> Tensor:
        return plain * self.scales[name] if self.even else plain


def evening(means: Tensor) -> Tensor:
    """``C x C``, the inverse products of the channels' means; a channel that is nearly silent counts as a quiet one."""
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
