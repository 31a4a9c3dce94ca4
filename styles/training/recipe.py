"""A recipe: everything that decides what a training makes, read from one TOML file and checked key by key."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from styles.card import (
    ID,
    LANGUAGE,
    MAX_OPTION,
    VERSION,
    Defaults,
    Licence,
    Option,
    Source,
    read_defaults,
    read_licence,
    read_source,
)
from styles.errors import BrokenPack
from styles.networks import NETWORKS
from styles.table import Table
from styles.training.errors import BadRecipe
from styles.training.losses import LOSSES
from styles.training.scene import Loss

# What a recipe may leave out.
OPTIONAL: Mapping[str, Any] = {
    "version": "1.0.0",
    "seed": 1,
    "warmup_steps": 0,
    "average": 0.998,
    "momentum": 0.9,
    "best": 512,
    "defaults": {"strength": 1.0, "keep_colours": False},
    "sheet": [],
}
# What does not change the weights, so that a checkpoint outlives a change of it.
COSMETIC = ("version", "title", "licence", "data", "best", "defaults", "sheet", "preview")


@dataclass(frozen=True, slots=True)
class Art:
    """The style's pictures (patterns of paths), seen with their shorter side at ``side`` pixels.

    ``top`` of all crops, from 0 to 1, are taken at the upper edge: where characters have their heads.
    """

    pictures: tuple[str, ...]
    side: int
    top: float


@dataclass(frozen=True, slots=True)
class Photos:
    """One kind of photo to learn on: patterns of paths, and how often it is drawn against the other kinds."""

    pictures: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Phase:
    """``steps`` optimiser steps on ``batch`` square crops of ``size`` pixels; the learning rate starts at ``rate``."""

    steps: int
    size: int
    batch: int
    rate: float


@dataclass(frozen=True, slots=True)
class Recipe:
    """A checked recipe. ``digest`` changes with whatever changes the weights."""

    path: Path
    digest: str
    id: str
    version: str
    title: Mapping[str, str]
    seed: int
    network: str
    network_options: Mapping[str, Option]
    art: Art
    photos: tuple[Photos, ...]
    phases: tuple[Phase, ...]
    losses: Mapping[str, Loss]
    warmup_steps: int
    average: float
    momentum: float
    best: int
    defaults: Defaults
    licence: Licence
    data: tuple[Source, ...]
    preview: tuple[str, ...]
    sheet: tuple[str, ...]

    @property
    def steps(self) -> int:
        return sum(phase.steps for phase in self.phases)


def read(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        BadRecipe: no such file, not TOML, or a key is missing, unknown or wrong; one sentence names file and key.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"))
        return _recipe(path, {**OPTIONAL, **values})
    except OSError as error:
        raise BadRecipe(f"{path}: cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadRecipe(f"{path}: not valid TOML: {error}.") from error
    except BrokenPack as error:  # what a table says of a key
        raise BadRecipe(str(error)) from error


def _recipe(path: Path, values: Mapping[str, Any]) -> Recipe:
    table = Table(str(path), "", values)
    network, options = _network(table)
    recipe = Recipe(
        path=path,
        digest=_digest(values),
        id=table.text("id", ID),
        version=table.text("version", VERSION),
        title=_title(table.table("title")),
        seed=table.integer("seed", 0, 2**31 - 1),
        network=network,
        network_options=options,
        art=_art(table.table("art")),
        photos=tuple(_photos(each) for each in table.tables("photos")),
        phases=tuple(_phase(each) for each in table.tables("phases")),
        losses=_losses(table.table("losses")),
        warmup_steps=table.integer("warmup_steps", 0, 10**6),
        average=table.number("average", 0, 0.99999),
        momentum=table.number("momentum", 0, 0.999),
        best=table.integer("best", 64, 4096),
        defaults=read_defaults(table.table("defaults")),
        licence=read_licence(table.table("licence")),
        data=tuple(read_source(each) for each in table.tables("data")),
        preview=table.texts("preview"),
        sheet=table.texts("sheet"),
    )
    for key in ("photos", "phases", "preview"):
        if not getattr(recipe, key):
            table.refuse(key, "must not be empty")
    table.done()
    return recipe


def _digest(values: Mapping[str, Any]) -> str:
    decisive = {key: value for key, value in values.items() if key not in COSMETIC}
    return hashlib.sha256(json.dumps(decisive, sort_keys=True, default=str).encode()).hexdigest()


def _network(table: Table) -> tuple[str, dict[str, Option]]:
    values = dict(table.table("network").values)
    network = Table(table.source, "network.", values)
    name = network.choice("name", [each.name for each in NETWORKS])
    return name, {key: network.option(key, MAX_OPTION) for key in values if key != "name"}


def _title(table: Table) -> dict[str, str]:
    table.need("en")
    return {language: table.text(language) for language in table.names(LANGUAGE)}


def _art(table: Table) -> Art:
    table = Table(table.source, table.path, {"top": 0.0, **table.values})
    art = Art(_patterns(table), table.integer("side", 64, 4096), table.number("top", 0, 1))
    table.done()
    return art


def _photos(table: Table) -> Photos:
    photos = Photos(_patterns(table), table.number("share", 0.001, 1000))
    table.done()
    return photos


def _patterns(table: Table) -> tuple[str, ...]:
    patterns = table.texts("pictures")
    if not patterns:
        table.refuse("pictures", "must not be empty")
    return patterns


def _phase(table: Table) -> Phase:
    phase = Phase(
        steps=table.integer("steps", 1, 10**7),
        size=table.integer("size", 32, 2048),
        batch=table.integer("batch", 1, 256),
        rate=table.number("rate", 1e-7, 1),
    )
    if phase.size % 4:
        table.refuse("size", "must be a multiple of 4")
    table.done()
    return phase


def _losses(table: Table) -> dict[str, Loss]:
    if not table.values:
        table.refuse("", f"must name at least one of {', '.join(LOSSES)}")
    for name in table.values:
        if name not in LOSSES:
            table.refuse(name, f"is not a loss; there are {', '.join(LOSSES)}")
    return {name: LOSSES[name].read(table.table(name)) for name in table.values}
