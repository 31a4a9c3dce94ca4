"""Small generators with random weights, and packs of them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from styles import pack
from styles.card import Card, Licence, Origin, Source
from styles.networks import network
from styles.networks.fast_neural_style import TransformerNet
from styles.samples import jpeg, sample
from styles.style import Style

SMALL: dict[str, dict[str, Any]] = {
    "small": {"width": 8, "deep": 8, "fine": 8, "blocks": 1},
    "fast-neural-style": {"width": 8},
    "cartoongan": {"width": 8},
    "cyclegan": {"width": 8, "blocks": 6},
    "pix2pix": {"width": 4, "halvings": 7, "norm": "picture"},
    "animegan2": {"width": 8},
    "microast": {"width": 16},
    "adain": {"width": 4},
    "arbitrary": {"width": 8, "deep": 8, "fine": 8, "blocks": 1},
    "scenes": {"words": "sea,night,misty", "width": 8, "deep": 8, "fine": 8, "blocks": 1},
    "stylegan2": {"size": 64, "width": 2, "most": 8, "style": 8, "latent": 6, "depth": 2, "words": "sea,night,misty"},
}
PREVIEW = jpeg(sample("cat")[..., :64, :64])
TOML_ORIGIN = Origin("test.toml", "the tests", "2026-01-31", "one core", (Source("nothing", "nowhere", "CC0-1.0"),))


def generator(name: str = "small", seed: int = 0, **options: Any) -> nn.Module:
    """A small network of this kind with random weights that paint more than one colour."""
    torch.manual_seed(seed)
    module = network(name).build(**(SMALL[name] | options))
    if isinstance(module, TransformerNet):  # it works in 0..255, which fresh weights know nothing of
        with torch.no_grad():
            last = module.deconv3.conv2d
            last.weight.mul_(200)
            last.load_state_dict({"weight": last.weight, "bias": torch.full((3,), 128.0)})
    return module.eval()


def card(style: str = "tiny", name: str = "small", **options: Any) -> Card:
    known = network(name)
    blank = Card(
        style, "1.2.3", {"en": "Tiny", "zh": "小"}, name, Licence("CC0-1.0", "CC0-1.0"), TOML_ORIGIN, known.takes
    )
    size = replace(blank.size, multiple=known.multiple, minimum=known.minimum(SMALL[name] | options))
    return replace(blank, network_options=SMALL[name] | options, size=size)


def codes_for(style: Style, references: Tensor) -> Tensor | None:
    """A code for each picture of a batch: of these style pictures, or of some words; None for a style without."""
    if style.card.takes == "words":
        return torch.cat([style.imagine("misty sea", seed) for seed in range(len(references))])
    return style.encode(references) if style.code_size else None


def write_pack(root: Path, style: str = "tiny", name: str = "small", seed: int = 0) -> Card:
    return pack.write(root / style, card(style, name), generator(name, seed), PREVIEW, {"steps": 3})
