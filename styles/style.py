"""A loaded generator with its card: pictures in, pictures out. The one place where the contract is kept."""

from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from styles.card import Card
from styles.errors import NotPainted
from styles.theme import TakesWords, Theme, code

Pixels = NDArray[np.uint8]
"""One picture, H×W×3, or a batch, N×H×W×3; RGB."""


class Style:
    """Call it with ``N x 3 x H x W`` RGB in [0, 1], any H and W from 1; get the same shape, float32, in [0, 1].

    A style that takes a style picture beside the photo is called with a code for each photo, too: ``encode`` makes it
    once for a style picture, and a weighted mean of codes is a mix of their styles. One that takes words is called with
    blank canvases, of which only the size counts, and a code for each that ``imagine`` makes of words.

    The module maps the same shapes and range, for sides that are multiples of ``card.size.multiple`` and at least
    ``card.size.minimum``. A picture's result does not depend on its neighbours in the batch. The images may lie on
    any device; the result lies on ``device``. ``dtype`` is what the generator computes in: float32, or bfloat16 or
    float16 where the hardware has them. Weights are converted, not cast at every call: measured on a CPU, that runs
    twice as fast as autocast at the same mean error, a third of one of 255 steps.
    """

    def __init__(self, card: Card, module: nn.Module, device: torch.device, dtype: torch.dtype = torch.float32) -> None:
        self.card, self.device, self.dtype = card, device, dtype
        self.module = module.eval().requires_grad_(False).to(device, dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lack memory_format alone

    @property
    def is_prepared(self) -> bool:
        """Whether it runs as it will from now on; some prepare themselves while they run."""
        return True

    def prepare(self) -> bool:
        """Get ready to run as fast as it can, on as many threads as torch may use here; and say whether it is."""
        return True

    @cached_property
    def weight_bytes(self) -> int:
        """Bytes that the weights take on the device. Counted once: a cache asks before and after every batch."""
        tensors = (*self.module.parameters(), *self.module.buffers())
        return sum(tensor.nbytes for tensor in tensors)

    @property
    def code_size(self) -> int:
        """The length of a style picture's code, or of words'; 0 for a style that takes a photo alone."""
        return int(getattr(self.module, "code_size", 0))

    def encode(self, references: Tensor) -> Tensor:
        """The codes, ``N x code_size`` in float32, of style pictures, ``N x 3 x H x W`` RGB in [0, 1].

        Raises:
            ValueError: they are not pictures, or the style takes none.
            NotPainted: a code has NaN or infinity.
        """
        check(references)
        if not hasattr(self.module, "encode"):
            raise ValueError(f"the style {self.card.id} takes no style picture")
        with torch.inference_mode():
            seen = self._pad(references.to(self.device, torch.float32)).to(self.dtype)
            codes: Tensor = self.module.encode(seen.contiguous(memory_format=torch.channels_last)).float()
            if not torch.isfinite(codes).all():
                raise NotPainted(self.card.id, "a style picture's code is not numbers")
            return codes

    def imagine(self, words: str, seed: int) -> Tensor:
        """The code, ``1 x code_size`` in float32, of a picture of these words; with another seed, of another one.

        Words that the generator does not know make no difference but that of chance.

        Raises:
            ValueError: the style makes no pictures of words.
        """
        if not isinstance(self.module, TakesWords):
            raise ValueError(f"the style {self.card.id} makes no pictures of words")
        theme = Theme.of(words, seed, self.module.words, self.module.latent)
        with torch.inference_mode():
            return code(self.module, [theme], self.device).float()

    def __call__(self, images: Tensor, codes: Tensor | None = None) -> Tensor:
        """Restyle a batch. What comes back was made in inference mode: read it, convert it, but do not change it.

        Raises:
            ValueError: ``images`` is not N x 3 x H x W floating point with at least one pixel, or ``codes`` are not
                N x code_size (None for a style without).
            NotPainted: the generator returned NaN or infinity.
        """
        check(images)
        self._check_codes(len(images), codes)
        height, width = images.shape[-2:]
        with torch.inference_mode():
            padded = self._pad(images.to(self.device, torch.float32))
            styled = self._run(padded, codes)
            if not all(map(torch.isfinite, styled.aminmax())):  # in one pass: both pass on what is no number
                raise NotPainted(self.card.id, "its values are not numbers")
            return styled[..., :height, :width].clamp(0, 1)

    def paint(self, pictures: Tensor, codes: Tensor | None = None) -> Tensor:
        """Restyle pictures as they are in files: ``N x H x W x 3`` in uint8, to the same on the CPU.

        Raises:
            ValueError: ``pictures`` are none, or ``codes`` are not theirs.
            NotPainted: the generator returned NaN or infinity.
        """
        check_pictures(pictures)
        with torch.inference_mode():
            painted = self(as_images(pictures, self.device), codes).mul_(255).round_().to(torch.uint8)
            return painted.permute(0, 2, 3, 1).contiguous().cpu()

    def _pad(self, images: Tensor) -> Tensor:
        """Continue the picture to the right and below; mirrored where it is large enough for that, else repeated."""
        height, width = images.shape[-2:]
        down, right, mirrored = self._missing(height, width)
        if not (down or right):
            return images
        return functional.pad(images, (0, right, 0, down), mode="reflect" if mirrored else "replicate")

    def _missing(self, height: int, width: int) -> tuple[int, int, bool]:
        """How many rows and columns bring a picture to a size that the module takes, and whether it can lend them."""
        down, right = (padding(side, self.card.size.multiple, self.card.size.minimum) for side in (height, width))
        return down, right, down < height and right < width

    def _check_codes(self, count: int, codes: Tensor | None) -> None:
        shape = (count, self.code_size) if self.code_size else None
        if (None if codes is None else tuple(codes.shape)) != shape:
            raise ValueError(f"the style {self.card.id} takes codes of the shape {shape} with {count} images")

    def _run(self, images: Tensor, codes: Tensor | None) -> Tensor:
        given = () if codes is None else (codes.to(self.device, self.dtype),)
        styled: Tensor = self.module(images.to(self.dtype).contiguous(memory_format=torch.channels_last), *given)
        return styled.float()


def as_images(pictures: Tensor, device: torch.device) -> Tensor:
    """``N x H x W x 3`` in uint8 as ``N x 3 x H x W`` in [0, 1], on ``device``."""
    return pictures.to(device, non_blocking=True).permute(0, 3, 1, 2).float().div_(255)


def check(images: Tensor) -> None:
    """Refuse what is not a batch of pictures."""
    shape = tuple(images.shape)
    if len(shape) != 4 or shape[1] != 3 or 0 in shape or not images.is_floating_point():
        raise ValueError(f"images must be floating point N x 3 x H x W with no empty side, not {images.dtype} {shape}")


def check_pictures(pictures: Tensor) -> None:
    """Refuse what is not a batch of pictures as they are in files."""
    shape = tuple(pictures.shape)
    if len(shape) != 4 or shape[3] != 3 or 0 in shape or pictures.dtype != torch.uint8:
        raise ValueError(f"pictures must be uint8 N x H x W x 3 with no empty side, not {pictures.dtype} {shape}")


def padding(side: int, multiple: int, minimum: int) -> int:
    """How many pixels bring ``side`` to a multiple of ``multiple`` that is at least ``minimum``."""
    wanted = max(side, minimum)
    return -(-wanted // multiple) * multiple - side
