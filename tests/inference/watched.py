"""A library of small packs whose generators can be held, watched, and made to fail; and the service that has it."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from inference.client import RemoteService
from inference.embedded import EmbeddedService
from inference.limits import Limits
from inference.service import Service
from styles.library import Library
from styles.style import Style
from tests.inference.inverting import served
from tests.styles.making import write_pack

WHITE = np.full((64, 96, 3), 255, np.uint8)
"""The picture that a watched generator cannot stand."""


class WatchedLibrary(Library):
    """``gate`` holds every generator while it is closed; ``batches`` are the sizes that ran, ``sizes`` the pictures'.

    ``encoded`` are the sizes of the style pictures whose codes were made, each (height, width); ``imagined`` counts
    codes of words.
    """

    def __init__(self, root: Path, *styles: str) -> None:
        for style in styles:
            write_pack(root, style)
        super().__init__((root,))
        self.rescan()
        self.gate, self.entered = threading.Event(), threading.Event()
        self.gate.set()
        self.batches: list[int] = []
        self.sizes: list[tuple[int, int]] = []
        self.encoded: list[tuple[int, int]] = []
        self.imagined = 0
        self.loads: list[str] = []
        self.out_of_order = False

    def load(self, style: str, *, device: torch.device | str, dtype: torch.dtype) -> Style:
        self.loads.append(style)
        loaded = super().load(style, device=device, dtype=dtype)
        loaded.module = _Watched(loaded.module, self)
        return loaded


class _Watched(nn.Module):
    def __init__(self, inner: nn.Module, library: WatchedLibrary) -> None:
        super().__init__()
        self.inner, self.library = inner, library

    @property
    def code_size(self) -> int:
        return int(getattr(self.inner, "code_size", 0))

    def encode(self, references: Tensor) -> Tensor:
        self.library.encoded += [(references.shape[2], references.shape[3])] * len(references)
        encode = getattr(self.inner, "encode", None)
        assert encode is not None, "it takes no style picture"
        codes: Tensor = encode(references)
        return codes

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(getattr(self.inner, "words", ()))

    @property
    def latent(self) -> int:
        return int(getattr(self.inner, "latent", 0))

    def code(self, latents: Tensor, labels: Tensor) -> Tensor:
        self.library.imagined += 1
        code = getattr(self.inner, "code", None)
        assert code is not None, "it takes no words"
        made: Tensor = code(latents, labels)
        return made

    def forward(self, images: Tensor, *codes: Tensor) -> Tensor:
        self.library.batches.append(len(images))
        self.library.sizes.append((images.shape[2], images.shape[3]))
        self.library.entered.set()
        assert self.library.gate.wait(20), "nobody opened the gate"
        if self.library.out_of_order:
            raise ArithmeticError("out of order")
        if (images.amin(dim=(1, 2, 3)) > 0.99).any():
            raise ArithmeticError("a white picture")
        styled: Tensor = self.inner(images, *codes)
        return styled


@asynccontextmanager
async def watching(library: Library, limits: Limits, lanes: int = 1) -> AsyncIterator[EmbeddedService]:
    """The service; what its warming up did to a watched library is forgotten, and nobody is held when it stops.

    One batch runs at a time, so that it is sure who is before whom.
    """
    async with EmbeddedService(library, device="cpu", limits=replace(limits, lanes=lanes)) as service:
        if isinstance(library, WatchedLibrary):
            library.batches.clear()
            library.sizes.clear()
            library.encoded.clear()
            library.imagined = 0
            library.entered.clear()
        try:
            yield service
        finally:
            if isinstance(library, WatchedLibrary):
                library.gate.set()


@asynccontextmanager
async def near_or_far(where: str, serving: AbstractAsyncContextManager[EmbeddedService]) -> AsyncIterator[Service]:
    """The service itself, "embedded", or its client on a real socket, "remote"."""
    async with serving as near:
        if where == "embedded":
            yield near
            return
        async with served(near) as url, RemoteService(url) as far:
            yield far


async def until_entered(library: WatchedLibrary) -> None:
    """Wait until a generator runs."""
    async with asyncio.timeout(20):
        while not library.entered.is_set():
            await asyncio.sleep(0.002)
