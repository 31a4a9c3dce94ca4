"""Starting from the weights of another pack (fine-tuning), where the recipe's ``init`` names one."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from styles import pack
from styles.card import Card, Option
from styles.errors import BrokenPack, NoSuchStyle
from styles.library import BUILT_IN, Library
from styles.networks import baking, network
from styles.networks.arbitrary import ArbitraryNet
from styles.networks.scenes import PaintedScenes
from styles.training.errors import BadStart
from styles.training.recipe import Recipe

SMALL = "small"
"""The network of one style that has the layers of the painter for any."""


@dataclass(frozen=True, slots=True)
class Start:
    """The pack that a training starts from."""

    folder: Path
    card: Card

    def give(self, module: nn.Module) -> str:
        """Put the pack's weights into a module of its network, or its brush into a painter of any style or of scenes.

        Returns in words which they were.

        Raises:
            BadStart: they are broken.
        """
        try:
            weights = pack.load(self.folder, self.card, "cpu", torch.float32).module.state_dict()
        except BrokenPack as error:
            raise BadStart(str(error)) from error
        if isinstance(module, ArbitraryNet) and self.card.network == SMALL:
            baking.give(module, weights)
        elif isinstance(module, PaintedScenes) and self.card.network == SMALL:
            module.painter.load_state_dict(weights)
        else:
            module.load_state_dict(weights)
        return f"{self.card.id} {self.card.version}, weights {self.card.sha256[:12]}"


def find(plan: Recipe, *, built_in: Path = BUILT_IN) -> Start | None:
    """The pack that ``init`` names, if it does: a folder, relative to the recipe's own, or a shipped style.

    Raises:
        BadStart: no such pack, a broken one, or one of another network or other options that lends no brush either.
    """
    if plan.init is None:
        return None
    folder = plan.path.parent / plan.init
    if not (folder / pack.CARD).is_file():
        folder = _shipped(plan.init, folder, built_in)
    try:
        card = pack.read(folder)
    except BrokenPack as error:
        raise BadStart(str(error)) from error
    theirs, ours = (card.network, card.network_options), (plan.network, plan.network_options)
    if _full(*theirs) not in (_full(*ours), _brush(*ours)):
        raise BadStart(
            f"`init`: the pack {plan.init} is of {_words(*theirs)}, but the recipe asks for {_words(*ours)}; "
            "make them the same."
        )
    return Start(folder, card)


def _shipped(init: str, folder: Path, built_in: Path) -> Path:
    try:
        return Library.open(built_in=built_in).folder(init)
    except NoSuchStyle as error:
        raise BadStart(f"`init`: {folder} is no pack, and no shipped style is called {init}.") from error


def _brush(name: str, options: Mapping[str, Option]) -> dict[str, Any] | None:
    """The network whose brush a painter for any style, or of scenes, can begin with, with its options; else None."""
    module = network(name).planned(options)
    if isinstance(module, PaintedScenes):
        return _full(SMALL, {key: value for key, value in options.items() if key != "words"})
    return _full(SMALL, dict(baking.plain_options(module))) if isinstance(module, ArbitraryNet) else None


def _full(name: str, options: Mapping[str, Option]) -> dict[str, Any]:
    """Network and options with those that were left out, so that one written out equals one by default."""
    known = {each.name: each.default for each in inspect.signature(network(name).build).parameters.values()}
    return {**known, **options, "network": name}


def _words(name: str, options: Mapping[str, Option]) -> str:
    written = ", ".join(f"{key} = {str(value).lower()}" for key, value in sorted(options.items()))
    return f"the network {name} with {written}" if written else f"the network {name} as it comes"
