"""A creator's style: the generator for any style, with the code of the creator's pictures fixed, is a small one.

See ``styles.networks.baking``: nothing is trained, and the pack is as fast as any other.
"""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from styles import pack
from styles.card import Card, Consent, Licence, Source
from styles.errors import BrokenPack
from styles.library import Library
from styles.networks import baking
from styles.networks.arbitrary import ArbitraryNet
from styles.samples import preview
from styles.style import Style

NETWORK = "arbitrary"
VERSION = "1.0.0"
SAME = 1e-3
"""Weights that differ by less are the same, made on another machine or with other threads."""
LICENCES: Mapping[str, str] = {
    "own work": "LicenseRef-Own-Work",
    "licence": "LicenseRef-Licensed",
    "written consent": "LicenseRef-Written-Consent",
}
"""What a right comes to in SPDX, which has no name for any of them."""
CONSENT = "LicenseRef-Consent"
"""The weights may be used as far as [consent] on their card goes."""


class NameTakenError(Exception):
    """The folder of a new pack is there already."""


@dataclass(frozen=True, slots=True)
class Baked:
    """A pack that is not written yet."""

    card: Card
    state: Mapping[str, Tensor]
    report: Mapping[str, Any]


def check(blank: Card, consent: Consent) -> None:
    """Check what a creator asks for: id, title and consent. Raises BrokenPack; its reason names the key."""
    size = replace(blank.size, activation_bytes_per_pixel=1.0)
    Card.parse(replace(blank, consent=consent, sha256="0" * 64, size=size).to_toml(), "a creation")


def base(library: Library) -> Card | None:
    """The first installed style that paints like any picture and can be made into one of its own."""
    return next((card for card in library.cards() if card.network == NETWORK), None)


def bake(library: Library, base: Card, code: Tensor, count: int, blank: Card, consent: Consent) -> Baked:
    """Fix a code, of ``count`` pictures, in an installed base. Blocks.

    ``blank`` has the style's id, title and origin; all the rest is filled in here.

    Raises:
        NoSuchStyle, BrokenPack: the base has gone, or its weights are not what its card says.
    """
    module = pack.load(library.folder(base.id), base, "cpu", torch.float32).module
    if not isinstance(module, ArbitraryNet):
        raise BrokenPack(library.folder(base.id), f"not of the network {NETWORK}")
    pictures = "1 picture" if count == 1 else f"{count} pictures"
    own = Source(f"{pictures} of {consent.subject}"[:500], "its creator", LICENCES[consent.rights])
    recipe = f"the style of {pictures}, as {base.id} {base.version} sees it"
    card = replace(
        blank,
        takes="photo",
        network="small",
        network_options=baking.options(module),
        licence=_licence(base.licence, own.licence),
        origin=replace(blank.origin, recipe=recipe, data=(own, *base.origin.data)),
        size=base.size,
        defaults=base.defaults,
        consent=consent,
    )
    report = {"base": base.id, "base_version": base.version, "base_sha256": base.sha256, "pictures": count}
    return Baked(card, baking.baked(module, code), report)


def _licence(base: Licence, own: str) -> Licence:
    """What holds for a pack: what holds for its base, and for the creator's pictures."""
    weights = base.weights if base.weights == "unknown" else f"{_operand(base.weights)} AND {CONSENT}"
    return Licence(weights, base.data if base.data == "unknown" else f"{_operand(base.data)} AND {own}")


def _operand(expression: str) -> str:
    return f"({expression})" if " OR " in expression else expression


def install(root: Path, new: Baked) -> Card:
    """Write a pack ``root/<id>``, whole or not at all, and never over another; return its finished card. Blocks.

    Raises:
        NameTakenError: something of this name is there.
        NotPainted: a photo becomes one flat colour in it.
        OSError: the disk takes no more.
    """
    module = pack.built(new.card, new.state, root / new.card.id)
    picture = preview(Style(new.card, module, torch.device("cpu")))
    if not root.is_dir():
        root.mkdir(parents=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{new.card.id}.", dir=root))
    try:
        card = pack.write(scratch / new.card.id, new.card, new.state, picture, new.report)
        _place(scratch / new.card.id, root / new.card.id)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return card


def _place(folder: Path, target: Path) -> None:
    """Rename, which refuses to take the place of a folder that holds anything, in any race."""
    try:
        folder.rename(target)
    except OSError as error:
        if target.exists():
            raise NameTakenError(target.name) from error
        raise


def same(folder: Path, card: Card, new: Baked) -> bool:
    """Whether an installed pack is this very one: name, consent and weights. Blocks. Raises BrokenPack."""
    if (card.consent, dict(card.title), card.network) != (new.card.consent, dict(new.card.title), new.card.network):
        return False
    there = pack.decoded(pack.content(folder, pack.WEIGHTS), folder)
    return there.keys() == new.state.keys() and all(
        there[name].shape == tensor.shape and torch.allclose(there[name].float(), tensor, rtol=SAME, atol=SAME)
        for name, tensor in new.state.items()
    )
