"""What a creator's style is called: a title in any script, and an id that everybody can type."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from bots.commands import NAMES, RESTYLING, wish

LONGEST_TITLE = 40  # characters
_LONGEST_ID = 32
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WORDS = (  # what the grammar of some command means by a word
    *("sharp", "sharper", "keep", "match", "own", "my", "face", "faces", "noface", "no", "plain", "fine", "file"),
    *("delete", "still", "group", "for", "all", "none", "auto", "on", "off", "any", "style", "consent", "approve"),
    *("colour", "colours", "color", "colors", "everyone", "admins", "other", "another", "share", "back", "sure"),
)
RESERVED = frozenset((*NAMES, *RESTYLING, *_WORDS))


@dataclass(frozen=True, slots=True)
class Name:
    """``id`` is "" where none can be derived from the title, and none was said."""

    title: str
    id: str


def read(words: str) -> Name:
    """The name that was typed: "Autumn ink", or with an id of its own "秋墨 = autumn-ink"."""
    title, _, chosen = unicodedata.normalize("NFKC", words).partition("=")
    return Name(_clean(title), derived(chosen or title))


def derived(title: str) -> str:
    """An id from the letters a–z and the digits of a title; "" if it has other letters, or digits alone."""
    letters = unicodedata.normalize("NFKD", title).casefold()
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    if any(letter.isalnum() and not letter.isascii() for letter in plain):
        return ""
    found = "-".join(re.findall(r"[a-z0-9]+", plain.replace("'", "")))[:_LONGEST_ID].strip("-")
    return found if _ID.fullmatch(found) else ""


def problem(name: Name, taken: Iterable[str]) -> str | None:
    """The reply that says why a style cannot be called so; None if it can. ``taken`` are ids."""
    if not name.title or len(name.title) > LONGEST_TITLE:
        return "creators-name-long"
    if not name.id:
        return "creators-name-letters"
    if _is_reserved(name):
        return "creators-name-reserved"
    return "creators-name-taken" if name.id in taken else None


def _is_reserved(name: Name) -> bool:
    """Whether "/style NAME" would mean something else."""
    words = {name.id, name.title.casefold()}
    if words & RESERVED or name.id.isdigit() or name.title.isdecimal():
        return True
    return any(wish(word).style != word for word in (name.id, name.title))


def _clean(title: str) -> str:
    """On one line, and of letters and signs that can be seen."""
    seen = "".join(letter if letter.isprintable() else " " for letter in title.replace(",", " "))
    return " ".join(seen.split()).lstrip("/!@#")


def folded(name: str) -> str:
    """A name as people say it: without case, accents, spaces and signs."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in letters if letter.isalnum())
