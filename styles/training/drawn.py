"""The loss that imitates a picture drawn by rule."""

from collections.abc import Collection, Mapping

import torch
from torch import Tensor
from torch.nn import functional

from styles.table import Table
from styles.training.colours import grey
from styles.training.drawings import DRAWINGS
from styles.training.drawings.rule import Rule
from styles.training.scene import MAX_WEIGHT, Loss, Scene, apart, weight, with_defaults


class Drawn(Loss):
    """Mean absolute difference from what a rule of ``styles.training.drawings`` draws of the photo.

    The rule's own parameters are further keys of the table. ``grey`` compares brightness alone, for styles with a
    palette of their own. With ``sharpness`` it also compares in a shallow layer of a perceptual network, where a thin
    line counts for more than its few pixels.
    """

    warms_up = True
    network, layer = "vgg19_16x", "relu2_1"

    def __init__(self, weight: float, sharpness: float, grey: bool, rule: Rule) -> None:
        self.weight, self.sharpness, self.grey, self.rule = weight, sharpness, grey, rule

    @classmethod
    def read(cls, table: Table) -> "Drawn":
        table = with_defaults(table, sharpness=0.0, grey=False)
        rule = DRAWINGS[table.choice("rule", list(DRAWINGS))].read(table)
        loss = cls(weight(table), table.number("sharpness", 0, MAX_WEIGHT), table.boolean("grey"), rule)
        table.done()
        return loss

    @property
    def looks(self) -> Mapping[str, Collection[str]]:
        return {self.network: (self.layer,)} if self.sharpness else {}

    def __call__(self, scene: Scene) -> Tensor:
        with torch.no_grad(), torch.autocast(scene.photo.device.type, enabled=False):
            drawn = self.rule(scene.photo)
            drawn = grey(drawn) if self.grey else drawn
        plain = functional.l1_loss(grey(scene.result) if self.grey else scene.result, drawn)
        return plain + self.sharpness * self._blur(scene, drawn) if self.sharpness else plain

    def _blur(self, scene: Scene, drawn: Tensor) -> Tensor:
        with torch.no_grad():
            target = scene.eyes[self.network](drawn, (self.layer,))[self.layer]
        result = scene.features(self.network, "grey result" if self.grey else "result")
        return apart(result[self.layer], target, "l1")
