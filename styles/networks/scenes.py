"""Painted scenes: a program sets a scene of words (``styles.scenery``), and our small generator paints it.

What is where is known by rule, so nothing of it has to be learnt; how it is painted is learnt from paintings, by the
painter of ``styles.networks.small``, layer by layer. A scene's code is its labels, one for each word, and the numbers
that place things.
"""

import torch
from torch import Tensor, nn

from styles import scenery
from styles.networks.small import Norm, SmallNet
from styles.theme import numbers
from styles.words import KEYWORDS


class PaintedScenes(nn.Module):
    """Map ``N x 3 x H x W`` canvases and ``N x code_size`` codes to the same shape in [0, 1]; sides are multiples of 4.

    ``words`` are those that it knows, joined by commas; the rest are the painter's options. A canvas gives the size
    alone: of a scene, which is square, it shows the middle.
    """

    def __init__(
        self,
        words: str = ",".join(KEYWORDS),
        width: int = 32,
        deep: int = 64,
        fine: int = 16,
        blocks: int = 5,
        norm: Norm = "instance",
        skip: bool = False,
    ) -> None:
        super().__init__()
        self.words, self.latent = tuple(words.split(",")), scenery.NUMBERS
        self.code_size = len(self.words) + self.latent
        self.painter = SmallNet(width, deep, fine, blocks, norm, skip)

    def code(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Codes, ``N x code_size``, of chance vectors, ``N x latent`` (normal), and labels, ``N x L``."""
        return torch.cat((labels, numbers(latents)), dim=1)

    def forward(self, images: Tensor, codes: Tensor) -> Tensor:
        painted: Tensor = self.painter(self.drawn(images, codes))
        return painted

    @torch.no_grad()
    def drawn(self, images: Tensor, codes: Tensor) -> Tensor:
        """The scenes of these codes, as the program draws them for canvases like these."""
        height, width = images.shape[-2:]
        side = max(height, width)
        top, left = (side - height) // 2, (side - width) // 2
        if codes.is_meta:  # whoever measures without memory has no words either
            return images
        scenes = torch.stack([self._scene(code, side) for code in codes.float().tolist()])
        scenes = scenes[..., top : top + height, left : left + width].to(images.device)
        return (scenes.float() / 255).to(images.dtype).contiguous(memory_format=torch.channels_last)

    def _scene(self, code: list[float], side: int) -> Tensor:
        keywords = [word for word, label in zip(self.words, code, strict=False) if label > 0.5]
        return scenery.drawn(keywords, code[len(self.words) :], side)
