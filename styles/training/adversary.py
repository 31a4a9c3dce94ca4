"""A PatchGAN (Isola et al., arXiv 1611.07004) that judges patches, not pictures, taught by least squares."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from styles.training.descent import descend

BETAS = (0.5, 0.999)  # less momentum than Adam's own: two networks chase each other


class PatchGan(nn.Module):
    """``N x 3 x H x W`` in [0, 1] to ``N x 1 x H/4 x W/4`` of verdicts: 1 is art, 0 is not.

    A verdict sees 26 pixels: enough for a line and its flat neighbours, too little for a face. Spectral
    normalisation (arXiv 1802.05957) keeps it tame without statistics of a batch.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        wide = 2 * width
        self.layers = nn.Sequential(
            spectral_norm(nn.Conv2d(3, width, 4, 2, 1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(width, wide, 4, 2, 1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(wide, 2 * wide, 3, 1, 1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(2 * wide, 1, 3, 1, 1)),
        )

    def forward(self, images: Tensor) -> Tensor:
        verdicts: Tensor = self.layers(images * 2 - 1)
        return verdicts.float()


class Adversary:
    """The discriminator with its optimiser."""

    def __init__(self, width: int, rate: float, device: torch.device) -> None:
        self.judge = PatchGan(width).to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack memory_format alone
        self.optimiser = torch.optim.Adam(self.judge.parameters(), rate, BETAS)

    def learn(self, art: Tensor, fakes: Sequence[tuple[Tensor, float]]) -> None:
        """One step: art is 1, each of the fakes 0, each with its weight. No gradient reaches the pictures."""
        self.judge.requires_grad_(True)
        loss = (self.judge(art) - 1).square().mean()
        for images, weight in fakes:
            loss = loss + weight * self.judge(images).square().mean()
        descend(loss, self.optimiser)

    def doubt(self, images: Tensor) -> Tensor:
        """Mean squared distance of the verdicts from "art"; the gradient goes to the pictures alone."""
        self.judge.requires_grad_(False)
        doubt: Tensor = (self.judge(images) - 1).square().mean()
        return doubt

    def state(self) -> dict[str, Any]:
        return {"judge": self.judge.state_dict(), "optimiser": self.optimiser.state_dict()}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.judge.load_state_dict(state["judge"])
        self.optimiser.load_state_dict(state["optimiser"])
