"""Results of former steps, shown to a judge again so that it does not forget what it has seen through."""

import random
from collections.abc import Sequence

import torch
from torch import Tensor


class Pool:
    """Up to ``capacity`` pictures, as bytes in the CPU's memory (Shrivastava et al., arXiv 1612.07828, section 2.3).

    CycleGAN keeps 50. Of the pictures of a step, about half are kept in place of older ones, which the judge then sees
    instead of them.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.kept: list[Tensor] = []

    def exchange(self, images: Tensor, draw: random.Random) -> Tensor:
        """What to show in the place of ``N x C x H x W`` pictures in [0, 1]: themselves, or as many former ones."""
        if not self.capacity:
            return images
        shown = torch.stack([self._one(image, draw) for image in images])
        return shown.contiguous(memory_format=torch.channels_last)

    def _one(self, image: Tensor, draw: random.Random) -> Tensor:
        if len(self.kept) < self.capacity:
            self.kept.append(as_bytes(image))
            return image
        if draw.random() < 0.5:
            return image
        place = draw.randrange(self.capacity)
        former, self.kept[place] = self.kept[place], as_bytes(image)
        if former.shape != image.shape:  # of a phase with other crops
            return image
        return former.to(image.device).float() / 255

    def state(self) -> list[Tensor]:
        return [*self.kept]

    def restore(self, kept: Sequence[Tensor]) -> None:
        self.kept = [*kept]


def as_bytes(image: Tensor) -> Tensor:
    return image.detach().float().clamp(0, 1).mul(255).round().byte().cpu()
