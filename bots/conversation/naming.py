"""Which style a person means by what they typed: an id, a title in any language, a number on the contact sheet."""

import difflib
import unicodedata
from collections.abc import Sequence

from bots import replies
from inference.job import TAKES_REFERENCE, TAKES_WORDS
from inference.service import StyleInfo

_RESEMBLES = 0.55  # difflib's ratio: "ukyoe" is 0.91 to "ukiyoe", "stary" is 0.67 to "starrynight"


def title(style: StyleInfo, tag: str) -> str:
    """The style's name in a person's language."""
    return style.title.get(replies.language(tag)) or style.title.get("en") or style.id


def takes_reference(style: StyleInfo) -> bool:
    """Whether the style comes from a picture that is sent with the photo."""
    return style.takes == TAKES_REFERENCE


def takes_words(style: StyleInfo) -> bool:
    """Whether the style makes a picture of words, and takes no photo."""
    return style.takes == TAKES_WORDS


def for_photos(styles: Sequence[StyleInfo]) -> tuple[StyleInfo, ...]:
    """The styles that need a photo alone."""
    return tuple(style for style in styles if not takes_reference(style) and not takes_words(style))


def exact(styles: Sequence[StyleInfo], typed: str) -> StyleInfo | None:
    """The style with this id, title or number; spaces, hyphens, accents and case do not matter."""
    if typed.isdecimal() and len(typed) < 5 and 1 <= int(typed) <= len(styles):
        return styles[int(typed) - 1]
    wanted = _fold(typed)
    return next((style for style in styles if wanted in _names(style)), None) if wanted else None


def nearest(styles: Sequence[StyleInfo], typed: str) -> tuple[StyleInfo, ...]:
    """Styles that begin with, contain or resemble what was typed, best first; all of them for nothing typed."""
    wanted = _fold(typed)
    if typed.strip() and not wanted:
        return ()
    ranked = sorted(((_likeness(style, wanted), -place) for place, style in enumerate(styles)), reverse=True)
    return tuple(styles[-place] for likeness, place in ranked if likeness >= _RESEMBLES)


def _likeness(style: StyleInfo, wanted: str) -> float:
    return max(_similarity(name, wanted) for name in _names(style))


def _similarity(name: str, wanted: str) -> float:
    if name.startswith(wanted):
        return 3.0
    return 2.0 if wanted in name else difflib.SequenceMatcher(None, name, wanted).ratio()


def _names(style: StyleInfo) -> frozenset[str]:
    return frozenset(_fold(name) for name in (style.id, *style.title.values())) - {""} or frozenset({style.id})


def _fold(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name[:100]).casefold()
    return "".join(letter for letter in letters if letter.isalnum())
