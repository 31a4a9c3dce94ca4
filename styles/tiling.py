"""Parts of a picture painted with the statistics of the whole, so that they fit together without a seam.

A network that normalises takes statistics over all of a picture, and paints a part of it as if that were the whole:
brighter, flatter, in other colours. Here the whole is painted once at a size that fits, every normalisation's mean and
variance are kept, and the parts are painted with those: thumbnail instance normalisation (Chen et al., "Towards
ultra-resolution neural style transfer via thumbnail instance normalization", AAAI 2022, arXiv:2103.11784), here for
layer normalisation and AdaIN as well.

What is left between two parts is that a network sees no further than a part's edge. Pixels that lie as far from it as
the network's ``reach`` do not depend on what is beyond; only those are kept.
"""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from torch import Tensor, nn

from styles.card import Card
from styles.networks import network
from styles.networks.norm import Moments, Normalising
from styles.style import Style

Statistics = Mapping[str, Moments]
"""Of one picture: what each normalisation, by its place in the module, took its features' mean and variance to be."""


def reach(card: Card) -> int | None:
    """How many pixels away something may still change what a style paints; None where parts cannot be painted."""
    known = network(card.network)
    return None if known.reach is None else known.reach(**card.network_options)


class Thumbnail(Style):
    """A style that keeps the statistics of the one picture it is called with. It shares the weights of ``style``."""

    def __init__(self, style: Style) -> None:
        self.card, self.device, self.dtype = style.card, style.device, style.dtype
        self.module = twin(style.module)
        self.statistics: Statistics = {}

    def _run(self, images: Tensor, codes: Tensor | None) -> Tensor:
        if len(images) != 1:
            raise ValueError(f"the statistics are of one picture, not of {len(images)}")
        with _kept(self.module) as self.statistics:
            return super()._run(images, codes)


class Tile(Style):
    """A style that paints parts of a picture with the statistics of the whole. It shares the weights of ``style``."""

    def __init__(self, style: Style, statistics: Statistics) -> None:
        self.card, self.device, self.dtype = style.card, style.device, style.dtype
        self.module = twin(style.module)
        for place, layer in _normalising(self.module):
            layer.given = statistics[place]


def twin(module: nn.Module) -> nn.Module:
    """A module with the same weights, whose other attributes may be changed without changing the module's."""
    double = copy.copy(module)
    double._modules = {name: child and twin(child) for name, child in module._modules.items()}
    double._forward_pre_hooks = type(module._forward_pre_hooks)(module._forward_pre_hooks)
    return double


def _normalising(module: nn.Module) -> Iterator[tuple[str, Normalising]]:
    for place, layer in module.named_modules():
        if isinstance(layer, Normalising):
            yield place, layer


@contextmanager
def _kept(module: nn.Module) -> Iterator[Statistics]:
    """The statistics of what runs inside the block."""
    kept: dict[str, Moments] = {}

    def keep(place: str, layer: Normalising, taken: tuple[Tensor, ...]) -> None:
        kept[place] = layer.seen(taken[0])

    hooks = [
        layer.register_forward_pre_hook(partial(keep, place))
        for place, layer in _normalising(module)
        if isinstance(layer, nn.Module)
    ]
    try:
        yield kept
    finally:
        for hook in hooks:
            hook.remove()
