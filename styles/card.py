"""The card of a style: everything that ``style.toml`` says, checked. Needs no torch.

``Card.parse`` reads the text and ``Card.to_toml`` writes it; what one writes, the other reads back equal.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from styles.errors import BrokenPack
from styles.table import Table

ID = re.compile(r"[a-z0-9-]{1,32}")
VERSION = re.compile(r"\d{1,6}\.\d{1,6}\.\d{1,6}")
SHA256 = re.compile(r"[0-9a-f]{64}")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
PAST = re.compile(rf"{DATE.pattern}|unknown")  # nobody knows when some published weights were trained
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
TAKES = ("photo", "photo+reference", "words")
RIGHTS = ("own work", "licence", "written consent")

Option = bool | int | float | str
MAX_OPTION = 4096  # wider and deeper than any network we know; a card must not make us build a giant


@dataclass(frozen=True, slots=True)
class Size:
    """What sizes the network likes, in pixels of the side, and what a picture costs it.

    Sides are padded to ``multiple`` and to at least ``minimum``; ``best`` is the side it was trained or looks best
    at. ``activation_bytes_per_pixel`` is the measured peak of a float32 forward pass per input pixel.
    """

    multiple: int = 4
    minimum: int = 16
    best: int = 512
    activation_bytes_per_pixel: float = 0.0


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a job gets that does not ask: ``strength`` in [0, 1], and whether the photo's colours stay.

    ``faces``: small faces are painted finer than the rest. False for a style that looks worse so.
    """

    strength: float = 1.0
    keep_colours: bool = False
    faces: bool = True


@dataclass(frozen=True, slots=True)
class Licence:
    """SPDX expressions (or "unknown"): of the weights, and of what they were trained on."""

    weights: str
    data: str


@dataclass(frozen=True, slots=True)
class Source:
    """One picture or collection that a style was trained on."""

    title: str
    source: str
    licence: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the weights come from: the recipe (or the imported file), by whom, when, on what machine.

    ``trained_on`` is a date, YYYY-MM-DD, or "unknown".
    """

    recipe: str
    trained_by: str
    trained_on: str
    machine: str
    data: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """The leave of the person or brand whose style this is.

    ``rights`` is one of RIGHTS: by what right it was given. ``scope`` names the chats where it holds
    ("telegram:-100123"), "*" all of them; ``expires`` is its last day, YYYY-MM-DD in UTC. ``document_sha256`` is the
    digest of what was agreed to, word for word.
    """

    subject: str
    granted_by: str
    rights: str
    scope: tuple[str, ...]
    expires: str
    document_sha256: str


@dataclass(frozen=True, slots=True)
class Card:
    """One style, as its pack describes it. ``sha256`` is of ``weights.safetensors`` and empty before it is written."""

    id: str
    version: str
    title: Mapping[str, str]
    network: str
    licence: Licence
    origin: Origin
    takes: str = "photo"
    network_options: Mapping[str, Option] = field(default_factory=dict)
    sha256: str = ""
    size: Size = Size()
    defaults: Defaults = Defaults()
    consent: Consent | None = None

    @classmethod
    def parse(cls, text: str, source: str) -> "Card":
        """Read and check a ``style.toml``; ``source`` is the file's name for the errors.

        Raises:
            BrokenPack: the text is not TOML, or a key is missing, unknown or wrong; the sentence names file and key.
        """
        try:
            values = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise BrokenPack(source, f"not valid TOML: {error}") from error
        table = Table(source, "", values)
        card = cls(
            id=table.text("id", ID),
            version=table.text("version", VERSION),
            title=_title(table.table("title")),
            takes=table.choice("takes", TAKES),
            network=table.text("network"),
            network_options=_options(table.table("network_options", optional=True)),
            sha256=table.text("sha256", SHA256),
            size=_size(table.table("size")),
            defaults=read_defaults(table.table("defaults")),
            licence=read_licence(table.table("licence")),
            origin=_origin(table.table("origin")),
            consent=_consent(table.table("consent")) if "consent" in values else None,
        )
        table.done()
        return card

    def to_toml(self) -> str:
        """The text of ``style.toml``."""
        import tomli_w  # here, so that a bot host can read cards without it

        origin = {"recipe": self.origin.recipe, "trained_by": self.origin.trained_by}
        origin |= {"trained_on": self.origin.trained_on, "machine": self.origin.machine}
        values: dict[str, Any] = {name: getattr(self, name) for name in ("id", "version")}
        values |= {"title": dict(self.title), "takes": self.takes, "network": self.network}
        values |= {"network_options": dict(self.network_options), "sha256": self.sha256}
        values |= {name: _plain(getattr(self, name)) for name in ("size", "defaults", "licence")}
        values["origin"] = {**origin, "data": [_plain(source) for source in self.origin.data]}
        if self.consent:
            values["consent"] = _plain(self.consent)
        return tomli_w.dumps(values)


def _plain(part: Any) -> dict[str, Any]:
    values = {name: getattr(part, name) for name in part.__slots__}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _title(table: Table) -> dict[str, str]:
    table.need("en")
    return {language: table.text(language) for language in table.names(LANGUAGE)}


def _options(table: Table) -> dict[str, Option]:
    return {name: table.option(name, MAX_OPTION) for name in table.names()}


def _size(table: Table) -> Size:
    size = Size(
        multiple=table.integer("multiple", 1, 256),
        minimum=table.integer("minimum", 1, 4096),
        best=table.integer("best", 64, 4096),
        activation_bytes_per_pixel=table.number("activation_bytes_per_pixel", 1, 1e6),
    )
    table.done()
    return size


def read_defaults(table: Table) -> Defaults:
    faces = table.boolean("faces") if "faces" in table.values else True  # older than the key
    defaults = Defaults(table.number("strength", 0, 1), table.boolean("keep_colours"), faces)
    table.done()
    return defaults


def read_licence(table: Table) -> Licence:
    licence = Licence(table.text("weights"), table.text("data"))
    table.done()
    return licence


def _origin(table: Table) -> Origin:
    names = ("recipe", "trained_by")
    recipe, trained_by = (table.text(name) for name in names)
    trained_on, machine = table.text("trained_on", PAST), table.text("machine")
    data = tuple(read_source(part) for part in table.tables("data"))
    table.done()
    return Origin(recipe, trained_by, trained_on, machine, data)


def read_source(table: Table) -> Source:
    source = Source(table.text("title"), table.text("source"), table.text("licence"))
    table.done()
    return source


def _consent(table: Table) -> Consent:
    consent = Consent(
        subject=table.text("subject"),
        granted_by=table.text("granted_by"),
        rights=table.choice("rights", RIGHTS),
        scope=table.texts("scope") or table.refuse("scope", "names no chat; “*” is everywhere"),
        expires=table.text("expires", DATE),
        document_sha256=table.text("document_sha256", SHA256),
    )
    table.done()
    return consent
