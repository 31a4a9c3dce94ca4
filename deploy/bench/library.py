"""The library that engines load from: generators whose loads and runs are noted, on a real or a simulated device."""

from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

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
        self._offer, self._notes = offer, Notes(offer.notes)
        self.rescan()

    def load(self, style: str, *, device: torch.device | str, dtype: torch.dtype) -> Style:
        """Load one generator; see ``Library.load``."""
        card = self.card(style)
        loaded = simulated.load(card) if self._offer.simulated else super().load(style, device=device, dtype=dtype)
        self._notes.loaded()
        return cast(Style, _NotedStyle(loaded, self._notes))


def device(offer: Offer) -> Device:
    """Where its generators run. A simulated one takes its pictures as the CPU does, and converts none."""
    return Device(torch.device("cpu"), torch.float32) if offer.simulated else choose()


class _NotedStyle:
    """A Style in everything; that it ran is noted."""

    def __init__(self, style: Style, notes: Notes) -> None:
        self._style, self._notes = style, notes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._style, name)

    def __call__(self, images: Tensor, codes: Tensor | None = None) -> Tensor:
        self._notes.ran(len(images))
        return self._style(images, codes)
