"""Names as eyes read them: without case, accents, spaces and signs, and with look-alike letters as the Latin ones."""

import unicodedata
from functools import cache

from confusable_homoglyphs import confusables  # type: ignore[import-untyped]  # it carries no types

_LOOK = str.maketrans("03457$@1i!|", "oeastsallll")


def skeleton(name: str) -> str:
    """What a name looks like: two names with one skeleton are mistaken for each other.

    Look-alikes are those that Unicode lists (UTS #39), and the digits that are written for letters; 1, i and l are one.
    """
    letters = unicodedata.normalize("NFKD", name[:200]).casefold()
    latin = "".join(_latin(letter) for letter in letters)
    folded = unicodedata.normalize("NFKD", latin).casefold().translate(_LOOK)
    return "".join(letter for letter in folded if letter.isalnum())


@cache
def _latin(letter: str) -> str:
    """The one ASCII letter that a letter of another script is mistaken for; else the letter itself."""
    if letter.isascii():
        return letter
    alike = [one["c"] for one in confusables.confusables_data.get(letter, ())]
    return next((one for one in alike if one.isascii() and one.isalpha()), letter)
