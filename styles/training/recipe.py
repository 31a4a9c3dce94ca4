"""A recipe: everything that decides what a training makes, read from one TOML file and checked key by key."""

import hashlib
import inspect
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from styles import scenery
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
from styles.networks import NETWORKS, REFERENCE, WORDS, Network, network
from styles.table import Table
from styles.theme import taking_words
from styles.training.errors import BadRecipe
from styles.training.losses import LOSSES
from styles.training.material import Art, Pairs, Photos, read_art, read_pairs, read_photos
from styles.training.phase import Phase, read_phase
from styles.training.scene import Loss
from styles.words import KEYWORDS

# What a recipe may leave out. These are part of every digest; see there before adding one.
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
COSMETIC = ("version", "title", "licence", "data", "best", "defaults", "sheet", "preview", "references")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A checked recipe. ``digest`` changes with whatever changes the weights.

    It learns from ``art`` and ``photos``, from ``pairs`` alone, or, where the network ``takes_words``, from scenes that
    are drawn of words, with or without ``art``; then ``sheet`` and ``preview`` are texts. ``init`` names the pack whose
    weights the generator starts from. ``references`` are the style pictures of sheet and preview, where the network
    takes one.
    """

    path: Path
    digest: str
    id: str
    version: str
    title: Mapping[str, str]
    seed: int
    network: str
    network_options: Mapping[str, Option]
    init: str | None
    art: Art | None
    photos: tuple[Photos, ...]
    pairs: Pairs | None
    phases: tuple[Phase, ...]
    losses: Mapping[str, Loss]
    warmup_steps: int
    average: float
    momentum: float
    clip: float | None
    best: int
    defaults: Defaults
    licence: Licence
    data: tuple[Source, ...]
    preview: tuple[str, ...]
    sheet: tuple[str, ...]
    references: tuple[str, ...]

    @property
    def patterns(self) -> tuple[str, ...]:
        """Where the art comes from: patterns of paths, of the art's own, of targets, or of photos that are drawn."""
        if self.pairs:
            return self.pairs.pictures or self.pairs.targets or self.pairs.photos
        return self.art.pictures if self.art else ()

    @property
    def takes_words(self) -> bool:
        return network(self.network).takes == WORDS

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
    known, options = _network(table)
    art, photos, pairs = _scenes(table, known.planned(options)) if known.takes == WORDS else _material(table)
    recipe = Recipe(
        path=path,
        digest=_digest(values),
        id=table.text("id", ID),
        version=table.text("version", VERSION),
        title=_title(table.table("title")),
        seed=table.integer("seed", 0, 2**31 - 1),
        network=known.name,
        network_options=options,
        init=table.text("init") if "init" in values else None,
        art=art,
        photos=photos,
        pairs=pairs,
        phases=tuple(read_phase(each, known, known.minimum(options)) for each in table.tables("phases")),
        losses=_losses(table.table("losses")),
        warmup_steps=table.integer("warmup_steps", 0, 10**6),
        average=table.number("average", 0, 0.99999),
        momentum=table.number("momentum", 0, 0.999),
        clip=table.number("clip", 1e-6, 1e6) if "clip" in values else None,
        best=table.integer("best", 64, 4096),
        defaults=read_defaults(table.table("defaults")),
        licence=read_licence(table.table("licence")),
        data=tuple(read_source(each) for each in table.tables("data")),
        preview=table.texts("preview"),
        sheet=table.texts("sheet"),
        references=table.texts("references") if "references" in values else (),
    )
    if bool(recipe.references) != (known.takes == REFERENCE):
        need = "must name style pictures to show, for" if not recipe.references else "has no place with"
        table.refuse("references", f"{need} the network {known.name}")
    for key in ("phases", "preview"):
        if not getattr(recipe, key):
            table.refuse(key, "must not be empty")
    _check_losses(recipe, table)
    _check_warm_up(recipe, table)
    table.done()
    return recipe


def _material(table: Table) -> tuple[Art | None, tuple[Photos, ...], Pairs | None]:
    if "pairs" in table.values:
        for key in ("art", "photos"):
            if key in table.values:
                table.refuse(key, "has no place beside `pairs`, which hold both")
        return None, (), read_pairs(table.table("pairs"))
    photos = tuple(read_photos(each) for each in table.tables("photos"))
    if not photos:
        table.refuse("photos", "must not be empty")
    return read_art(table.table("art")), photos, None


def _scenes(table: Table, planned: nn.Module) -> tuple[Art | None, tuple[()], None]:
    """The art, where scenes that are drawn of words are to be painted like some; the network must fit the scenes."""
    for key in ("photos", "pairs"):
        if key in table.values:
            table.refuse(key, "has no place with a network that takes words, which learns from scenes drawn by program")
    takes = taking_words(planned)
    if not takes.words or not set(takes.words) <= set(KEYWORDS):
        table.refuse("network.words", f"must name words that scenes are drawn of: {', '.join(KEYWORDS)}")
    if takes.latent != scenery.NUMBERS:
        table.refuse("network.latent", f"must be {scenery.NUMBERS}, as many numbers as a scene is drawn by")
    return read_art(table.table("art")) if "art" in table.values else None, (), None


def _digest(values: Mapping[str, Any]) -> str:
    """What decides the weights, hashed as written, with the defaults of OPTIONAL in place.

    A key that a later version adds must not be among those defaults, or it would change the digest of every recipe
    that does without it: let it be absent from a recipe that leaves it out, as ``init`` is.
    """
    decisive = {key: value for key, value in values.items() if key not in COSMETIC}
    return hashlib.sha256(json.dumps(decisive, sort_keys=True, default=str).encode()).hexdigest()


def _network(table: Table) -> tuple[Network, dict[str, Option]]:
    values = table.table("network")
    known = network(values.choice("name", [each.name for each in NETWORKS]))
    options = {key: values.option(key, MAX_OPTION) for key in values.values if key != "name"}
    there_are = inspect.signature(known.build).parameters
    for key in options:
        if key not in there_are:
            values.refuse(key, f"is not an option of the network {known.name}; there are {', '.join(there_are)}")
    try:
        known.planned(options)
    except ValueError as error:
        table.refuse("network", f"cannot be built with these options: {error}")
    return known, options


def _title(table: Table) -> dict[str, str]:
    table.need("en")
    return {language: table.text(language) for language in table.names(LANGUAGE)}


def _losses(table: Table) -> dict[str, Loss]:
    if not table.values:
        table.refuse("", f"must name at least one of {', '.join(LOSSES)}")
    for name in table.values:
        if name not in LOSSES:
            table.refuse(name, f"is not a loss; there are {', '.join(LOSSES)}")
    return {name: LOSSES[name].read(table.table(name)) for name in table.values}


def _check_losses(recipe: Recipe, table: Table) -> None:
    smallest = min(min(phase.sizes) for phase in recipe.phases)
    for name, loss in recipe.losses.items():
        drawn = recipe.takes_words and recipe.art is None  # then each scene is a picture's own target
        if loss.needs_pairs and recipe.pairs is None and not drawn:
            table.refuse(f"losses.{name}", "compares with the photo's own target, and needs `pairs`")
        if smallest < loss.least:
            table.refuse(f"losses.{name}", f"cannot judge crops of {smallest} pixels; it needs at least {loss.least}")


def _check_warm_up(recipe: Recipe, table: Table) -> None:
    if recipe.warmup_steps >= recipe.steps:
        table.refuse("warmup_steps", f"must be fewer than the {recipe.steps} steps of all phases")
    if recipe.warmup_steps and not any(loss.warms_up for loss in recipe.losses.values()):
        names = ", ".join(name for name, loss in LOSSES.items() if loss.warms_up)
        table.refuse("warmup_steps", f"leaves nothing to learn from: it needs one of the losses {names}")
