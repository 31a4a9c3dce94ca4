"""Packs of small generators that make pictures of words."""

from dataclasses import replace
from pathlib import Path

import torch

from styles import pack
from styles.card import Card
from styles.networks import network
from tests.styles.making import PREVIEW, SMALL, card

SIDE = 64
"""At which they make pictures, and look best."""


def write_theme(root: Path, style: str = "theme", seed: int = 0, words: str = "sea,night,misty") -> Card:
    """A pack of a generator with random weights that knows these ``words``, or none."""
    options = {name: value for name, value in {**SMALL["stylegan2"], "words": words}.items() if value != ""}
    torch.manual_seed(seed)
    module = network("stylegan2").build(**options).eval()
    plain = card(style, "stylegan2")
    square = replace(plain, network_options=options, size=replace(plain.size, best=SIDE))
    return pack.write(root / style, square, module, PREVIEW, {})
