"""The style of a picture as its features' moments: how strong each is, and how much that varies."""

from collections.abc import Collection, Mapping

import torch
from torch import Tensor

from styles.table import Table
from styles.training.perception import NETWORKS
from styles.training.pictures import batch
from styles.training.scene import Loss, Scene, Setting, apart, distance, layers, share, weight, with_defaults

FAINT = 1e-5  # added to variances: the root of a silent channel's has no gradient


class Statistics(Loss):
    """Distance of means and of standard deviations of every channel, over layers (AdaIN, arXiv 1703.06868, eq. 13).

    ``target = "mean"`` compares with the mean over all art, seen whole; ``"crop"`` with this step's crops of it;
    ``"own"`` each result with the one crop that it took its style from.
    ``relative`` divides each layer's distance by that of the photo.
    Cheaper than Gram matrices, and milder: it knows which features there are, not which come together.
    """

    def __init__(
        self, weight: float, network: str, layers: tuple[str, ...], distance: str, target: str, *, relative: bool
    ) -> None:
        self.weight, self.network, self.layers = weight, network, layers
        self.distance, self.target, self.relative = distance, target, relative
        self.known: dict[str, Tensor] = {}

    @classmethod
    def read(cls, table: Table) -> "Statistics":
        table = with_defaults(table, distance="l2", target="mean", relative=False)
        network, target = table.choice("network", NETWORKS), table.choice("target", ("mean", "crop", "own"))
        known = weight(table), network, layers(table), distance(table), target
        loss = cls(*known, relative=table.boolean("relative"))
        table.done()
        return loss

    @property
    def looks(self) -> Mapping[str, Collection[str]]:
        return {self.network: self.layers}

    @torch.no_grad()
    def prepare(self, setting: Setting) -> None:
        if self.target != "mean":
            return
        found: dict[str, list[Tensor]] = {name: [] for name in self.layers}
        for picture in setting.art:
            seen = setting.eyes[self.network](batch([picture], setting.device), self.layers)
            for name in self.layers:
                found[name].append(moments(seen[name]))
        self.known = {name: torch.stack(each).mean(0) for name, each in found.items()}

    def __call__(self, scene: Scene) -> Tensor:
        result = scene.features(self.network, "result")
        targets = self.known or self._of_crops(scene)
        parts = [self._apart(scene, name, moments(result[name]), targets[name]) for name in self.layers]
        return torch.stack(parts).sum()

    def _apart(self, scene: Scene, name: str, result: Tensor, target: Tensor) -> Tensor:
        if not self.relative:
            return 2 * apart(
                result, target, self.distance
            )  # the mean is taken over both halves: the equation adds them
        with torch.no_grad():
            photo = moments(scene.features(self.network, "photo")[name])
        return share(result, target, photo, self.distance)

    @torch.no_grad()
    def _of_crops(self, scene: Scene) -> dict[str, Tensor]:
        art = scene.features(self.network, "art")
        found = {name: moments(art[name]) for name in self.layers}
        return found if self.target == "own" else {name: each.mean(0, keepdim=True) for name, each in found.items()}


def moments(features: Tensor) -> Tensor:
    """``N x C x H x W`` to ``N x 2C`` in float32: the channels' means, then their standard deviations."""
    pixels = features.permute(0, 2, 3, 1).flatten(1, 2)  # N, HW, C: no copy for channels last
    # Summed in float32 without a copy in it: a third of the time of torch.var_mean, on a CPU.
    mean, square = pixels.mean(1, dtype=torch.float32), pixels.square().mean(1, dtype=torch.float32)
    return torch.cat((mean, ((square - mean.square()).clamp_min(0) + FAINT).sqrt()), 1)
