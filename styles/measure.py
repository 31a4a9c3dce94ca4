"""What a network costs: parameters, multiply-accumulates, and the peak of its activations.

Everything is measured on torch's "meta" device, where tensors have shapes but no memory: the figures are those of a
real forward pass, exact and the same on every machine, and cost no time.
"""

import copy
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

SIDE = 512


@dataclass(frozen=True, slots=True)
class Cost:
    """``gmac_512`` is 10^9 multiply-accumulates for one 512 x 512 picture; bytes are those of float32 activations."""

    parameters: int
    gmac_512: float
    activation_bytes_per_pixel: float


def measure(module: nn.Module) -> Cost:
    """Measure a module that maps N x 3 x H x W to the same shape; the making of a code is not counted."""
    ghost = copy.deepcopy(module).float().to("meta").eval().requires_grad_(False)
    code_size = getattr(module, "code_size", 0)
    codes = (torch.empty(1, code_size, device="meta"),) if code_size else ()
    image = torch.empty(1, 3, SIDE, SIDE, device="meta")
    flops = FlopCounterMode(display=False)
    with torch.no_grad(), flops:
        ghost(image, *codes)
    with torch.no_grad(), PeakBytes() as peak:
        ghost(image, *codes)
    return Cost(
        parameters=sum(parameter.numel() for parameter in ghost.parameters()),
        gmac_512=round(flops.get_total_flops() / 2e9, 3),  # a multiply-accumulate is two floating point operations
        activation_bytes_per_pixel=round(peak.highest / SIDE**2, 1),
    )


class PeakBytes(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch leaves its subclass hook untyped
    """Counts the bytes of all tensors that operators have made and that are still alive."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # untyped in torch
        self.alive = self.highest = 0
        self.seen: set[int] = set()

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        given = func(*args, **(kwargs or {}))
        taken = {storage_key(leaf) for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)}
        for leaf in tree_leaves(given):
            if isinstance(leaf, Tensor) and storage_key(leaf) not in taken:
                self._count(leaf.untyped_storage())
        self.highest = max(self.highest, self.alive)
        return given

    def _count(self, storage: torch.UntypedStorage) -> None:
        key = storage._cdata
        if key in self.seen:
            return
        self.seen.add(key)
        self.alive += storage.nbytes()
        weakref.finalize(storage, self._forget, key, storage.nbytes())

    def _forget(self, key: int, freed: int) -> None:
        self.seen.discard(key)
        self.alive -= freed


def storage_key(tensor: Tensor) -> int:
    """Views share their storage, and so its address."""
    return int(tensor.untyped_storage()._cdata)
