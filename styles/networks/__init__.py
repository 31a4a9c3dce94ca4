"""The networks that a pack may name. To add one: write its file, add its line to NETWORKS.

Every module maps N x 3 x H x W RGB in [0, 1] to the same shape and range; what is odd about a network inside (channel
order, value range, padding) stays in its file. One that takes a style picture beside the photo has ``encode``, which
makes N x ``code_size`` codes of N pictures, and is called with the photos and a code for each. One that takes words
has what ``styles.theme.TakesWords`` says, and is called with blank canvases and a code for each.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from styles.networks import (
    adain,
    animegan2,
    arbitrary,
    bands,
    cartoongan,
    cyclegan,
    fast_neural_style,
    microast,
    pix2pix,
    scenes,
    small,
    stylegan2,
)
from styles.networks.reading import State

REFERENCE, WORDS = "photo+reference", "words"
Reader = Callable[[State], tuple[dict[str, Any], State]]


@dataclass(frozen=True, slots=True)
class Network:
    """One architecture.

    ``build`` takes the card's network options by name. ``read`` turns a published checkpoint's state dict into those
    options and a state dict that the built module loads strictly; it raises ValueError with one phrase where the
    layout is another's. Sides are multiples of ``multiple`` pixels, and at least ``shortest``, which may follow from
    the options. ``takes`` is what its styles are made of: a photo alone, a photo and a style picture, or words. One
    that is published in several files names their ``parts``: each file's name begins with that of its part, and
    ``read`` takes all tensors in one mapping, each under its part's name and a full stop.

    ``reach`` tells, by the options, how many pixels away a pixel may still change what is painted: a picture can be
    painted in parts that overlap by twice as much. It is None where that cannot be, because what is painted depends
    on the whole picture in another way than by the statistics of its normalisations.
    """

    name: str
    build: Callable[..., nn.Module]
    read: Reader | None
    multiple: int
    shortest: int | Callable[..., int]
    paper: str
    takes: str = "photo"
    parts: tuple[str, ...] = ()
    reach: Callable[..., int] | None = None

    def minimum(self, options: Mapping[str, Any]) -> int:
        """The shortest side in pixels that the network takes with these options, valid ones or not."""
        return self.shortest if isinstance(self.shortest, int) else self.shortest(**options)

    def planned(self, options: Mapping[str, Any]) -> nn.Module:
        """The module without any memory, so that options that ask for a giant cost nothing.

        Raises:
            ValueError: it cannot be built with these options; one line says why.
        """
        try:
            with torch.device("meta"):
                return self.build(**options)
        except (TypeError, ValueError, RuntimeError, ZeroDivisionError) as error:
            raise ValueError(str(error).partition("\n")[0]) from error


def _beside_blocks(pixels: int, *, usual: int) -> Callable[..., int]:
    """The reach of a network of residual blocks: each has two convolutions at a quarter of the size, which add 8."""

    def reach(blocks: int = usual, banded: bool = False, **_: object) -> int:
        return pixels + 8 * blocks + (bands.REACH if banded else 0)

    return reach


def _always(pixels: int) -> Callable[..., int]:
    return lambda **_: pixels


NETWORKS: tuple[Network, ...] = (
    Network(
        "small",
        small.SmallNet,
        None,
        4,
        16,
        "arXiv:1603.08155, with resize-convolutions at a quarter of its cost",
        reach=_beside_blocks(17, usual=5),
    ),
    Network(
        "fast-neural-style",
        fast_neural_style.TransformerNet,
        fast_neural_style.read,
        4,
        16,
        "arXiv:1603.08155",
        reach=_always(57),
    ),
    Network("cartoongan", cartoongan.CartoonNet, cartoongan.read, 4, 16, "Chen et al., CVPR 2018", reach=_always(85)),
    Network(
        "cyclegan",
        cyclegan.ResnetGenerator,
        cyclegan.read,
        4,
        16,
        "arXiv:1703.10593",
        reach=_beside_blocks(12, usual=9),
    ),
    # pix2pix halves a picture down to a few pixels: with 8 halvings a pixel changes what lies 765 away
    Network("pix2pix", pix2pix.UnetGenerator, pix2pix.read, 4, pix2pix.minimum, "arXiv:1611.07004"),
    # animegan2 stretches features from corner to corner, by a factor that depends on the picture's size
    Network("animegan2", animegan2.AnimeNet, animegan2.read, 4, 16, "Chen, Liu and Chen, ISICA 2019, second version"),
    Network(
        "microast",
        microast.MicroAST,
        microast.read,
        4,
        32,
        "arXiv:2211.15313",
        REFERENCE,
        microast.PARTS,
        reach=_always(52),
    ),
    Network("adain", adain.AdaIN, adain.read, 8, 32, "arXiv:1703.06868", REFERENCE, adain.PARTS, reach=_always(67)),
    Network(
        "arbitrary",
        arbitrary.ArbitraryNet,
        None,
        2**bands.LEVELS,
        32,
        "arXiv:1706.06830",
        REFERENCE,
        reach=_beside_blocks(17 + bands.REACH, usual=5),
    ),
    Network(
        "scenes",
        scenes.PaintedScenes,
        None,
        4,
        16,
        "scenes drawn by rule, painted as arXiv:1603.08155 does",
        WORDS,
    ),
    Network("stylegan2", stylegan2.StyleGAN2, stylegan2.read, 4, 16, "arXiv:1912.04958", WORDS),
)


def network(name: str) -> Network:
    """The network of this name. Raises KeyError."""
    for known in NETWORKS:
        if known.name == name:
            return known
    raise KeyError(name)
