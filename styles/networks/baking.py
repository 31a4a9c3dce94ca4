"""Between the painter for any style and a style of its own: for one code, ``arbitrary`` is a banded ``small``.

Everything that a code does there is to name the colours that a photo is given first, and a scale and a shift at each
normalisation (Dumoulin, Shlens and Kudlur, arXiv:1610.07629, eq. 5). For one code these are numbers, which are written
into ``styles.networks.small``: the same layers in the same order. And the other way: one style's scales and shifts are
what a painter for any style has in common for all, from which a training can start.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from styles.networks import bands
from styles.networks.arbitrary import ArbitraryNet


def options(module: ArbitraryNet) -> dict[str, Any]:
    """The options of the small network that has this one's layers."""
    return plain_options(module) | {"norm": "instance", "banded": True}


def plain_options(module: ArbitraryNet) -> dict[str, int]:
    """The options that both networks have."""
    width, deep, *_, fine = module.channels
    return {"width": width, "deep": deep, "fine": fine, "blocks": len(module.blocks) // 2}


def baked(module: ArbitraryNet, code: Tensor) -> dict[str, Tensor]:
    """The weights of the small network, with these ``options``, that paints as ``module`` does with one code.

    The code has K values. The two paint alike but for rounding.
    """
    with torch.no_grad():
        parts = module.tune(code.float()).split([2 * each for each in module.channels])
        state = {"moments": code[: bands.COUNT].float().clone()}
        for (ours, theirs, norm), part in zip(_layers(module), parts, strict=True):
            shift, scale = part.chunk(2)
            state |= _moved(module.get_submodule(ours).state_dict(), "", f"{theirs}.")
            state |= {f"{norm}.weight": 1 + scale, f"{norm}.bias": shift.clone()}
        return state | _moved(module.leave.state_dict(), "", "leave.")


def give(module: ArbitraryNet, painter: Mapping[str, Tensor]) -> None:
    """Let ``module`` begin as a painter whose brush is that of a small network with its options, whatever the code."""
    state = dict[str, Tensor]()
    for ours, theirs, _ in [*_layers(module), ("leave", "leave", "")]:
        state |= _moved(painter, f"{theirs}.", f"{ours}.")
    tuned = [(painter[f"{norm}.bias"], painter[f"{norm}.weight"] - 1) for _, _, norm in _layers(module)]
    state["tune.bias"] = torch.cat([part for pair in tuned for part in pair])
    module.load_state_dict(module.state_dict() | state)


def _layers(module: ArbitraryNet) -> Iterator[tuple[str, str, str]]:
    """Each layer that is normalised, by its name here, and in a small network with that of its normalisation."""
    for name in ("enter", "down"):
        yield name, f"{name}.conv", f"{name}.norm"
    for place in range(len(module.blocks)):
        block = f"blocks.{place // 2}"
        second = f"{block}.second", f"{block}.norm"
        yield f"blocks.{place}", *(second if place % 2 else (f"{block}.first.conv", f"{block}.first.norm"))
    for name in ("up", "thin", "full"):
        yield name, f"{name}.conv", f"{name}.norm"


def _moved(state: Mapping[str, Tensor], before: str, after: str) -> dict[str, Tensor]:
    """The tensors whose names begin with ``before``, which ``after`` takes the place of."""
    return {after + name[len(before) :]: each.clone() for name, each in state.items() if name.startswith(before)}
