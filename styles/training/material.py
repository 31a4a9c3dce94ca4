"""What a recipe learns from: art and photos that know nothing of each other, or pairs."""

from dataclasses import dataclass

from styles.table import Table
from styles.training.drawings import DRAWINGS
from styles.training.drawings.rule import Rule

SIDES = ("left", "right")


@dataclass(frozen=True, slots=True)
class Art:
    """The style's pictures (patterns of paths), seen with their shorter side at ``side`` pixels.

    ``top`` of all crops, from 0 to 1, are taken at the upper edge: where characters have their heads. ``drawn`` is the
    rule by which the art is first made out of the pictures. A crop shows up to ``loosest`` times its size; ``varied``
    gives each one colours of its own, so that few pictures make many styles.
    """

    pictures: tuple[str, ...]
    side: int
    top: float
    drawn: Rule | None
    loosest: float = 1.0
    varied: bool = False


@dataclass(frozen=True, slots=True)
class Photos:
    """One kind of photo to learn on: patterns of paths, and how often it is drawn against the other kinds."""

    pictures: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Pairs:
    """Photos with their targets (patterns of paths), both seen with their shorter side at ``side`` pixels.

    One of three: ``pictures`` that hold both side by side, the photo at ``photo``, left or right; ``photos`` and
    ``targets`` that have their names in common; or ``photos`` whose targets are ``drawn`` by that rule.
    """

    side: int
    pictures: tuple[str, ...] = ()
    photo: str = "left"
    photos: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    drawn: Rule | None = None


def read_art(table: Table) -> Art:
    table = Table(table.source, table.path, {"top": 0.0, "loosest": 1.0, "varied": False, **table.values})
    pictures, side, top = _patterns(table, "pictures"), _side(table), table.number("top", 0, 1)
    art = Art(pictures, side, top, _drawn(table), table.number("loosest", 1, 16), table.boolean("varied"))
    table.done()
    return art


def read_photos(table: Table) -> Photos:
    photos = Photos(_patterns(table, "pictures"), table.number("share", 0.001, 1000))
    table.done()
    return photos


def read_pairs(table: Table) -> Pairs:
    side = _side(table)
    if "pictures" in table.values:
        pairs = Pairs(side, pictures=_patterns(table, "pictures"), photo=table.choice("photo", SIDES))
    elif "drawn" in table.values:
        pairs = Pairs(side, photos=_patterns(table, "photos"), drawn=_drawn(table))
    else:
        pairs = Pairs(side, photos=_patterns(table, "photos"), targets=_patterns(table, "targets"))
    table.done()
    return pairs


def _side(table: Table) -> int:
    return table.integer("side", 64, 4096)


def _drawn(table: Table) -> Rule | None:
    """The rule that ``drawn`` names, with whichever of its parameters stand beside."""
    return DRAWINGS[table.choice("drawn", tuple(DRAWINGS))].read(table) if "drawn" in table.values else None


def _patterns(table: Table, key: str) -> tuple[str, ...]:
    patterns = table.texts(key)
    if not patterns:
        table.refuse(key, "must not be empty")
    return patterns
