"""A simulated device: it sleeps as long as an accelerator would compute. ITS FIGURES ARE ASSUMPTIONS, not measured.

They stand for a small accelerator whose launches are dear beside its arithmetic, which is where batches pay: one
picture of 512×512 takes 38 ms, sixteen together take 235 ms, so that a full batch is 2.6 times as fast. Whatever is
measured with it is said to be simulated.
"""

import threading
import time

import torch
from torch import Tensor, nn

from styles.card import Card
from styles.style import Style

LAUNCH_S = 0.025
"""Each batch costs so much, however small it is."""
PIXEL_S = 50e-9
"""And so much for each pixel of each picture."""
LOAD_S = 0.2
"""A generator from the disk to the device, until it is warm."""
WEIGHTS = 400_000
"""Its parameters, of four bytes each."""
BATCH_BYTES = 4 << 30
"""What a batch's activations may take: a quarter of a device of 16 GiB."""

_ONE_AT_A_TIME = threading.Lock()


class Sleeper(nn.Module):
    """A generator whose pictures come out as they went in, after as long as it takes."""

    weights: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("weights", torch.zeros(WEIGHTS))

    def forward(self, images: Tensor) -> Tensor:
        """N, 3, H, W."""
        with _ONE_AT_A_TIME:
            time.sleep(seconds(images.shape[0], images.shape[2] * images.shape[3]))
        return images


def seconds(pictures: int, pixels: int) -> float:
    """What a batch of ``pictures``, of ``pixels`` each, takes."""
    return LAUNCH_S + pictures * pixels * PIXEL_S


def load(card: Card) -> Style:
    """The style of this card on the simulated device."""
    time.sleep(LOAD_S)
    return Style(card, Sleeper(), torch.device("cpu"), torch.float32)
