"""The library that engines load from: its loads are noted, and its generators are for a real or a simulated device."""

from pathlib import Path

import torch

from deploy.bench import simulated
from deploy.bench.notes import Notes
from deploy.bench.offer import Offer
from inference.device import Device, choose
from styles.library import Library
from styles.style import Style


class NotedLibrary(Library):
    """An ordinary library to whoever loads from it."""

    def __init__(self, offer: Offer) -> None:
        super().__init__([Path(root) for root in offer.roots])
        self._offer, self.notes = offer, Notes(offer.notes)
        self.rescan()

    def load(self, style: str, *, device: torch.device | str, dtype: torch.dtype) -> Style:
        """Load one generator; see ``Library.load``."""
        card = self.card(style)
        loaded = simulated.load(card) if self._offer.simulated else super().load(style, device=device, dtype=dtype)
        self.notes.loaded()
        return loaded


def device(offer: Offer) -> Device:
    """Where its generators run. A simulated one takes its pictures as the CPU does, and converts none."""
    return Device(torch.device("cpu"), torch.float32) if offer.simulated else choose()
