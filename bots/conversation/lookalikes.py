"""Names as eyes read them: without case, accents, spaces and signs, and with look-alike letters as the Latin ones."""

import unicodedata
from functools import lru_cache

from confusable_homoglyphs import confusables

_LOOK = str.maketrans("03457$@1i!|", "oeastsallll")


def skeleton(name: str) -> str:
    """What a name looks like: two names with one skeleton are mistaken for each other.

    Look-alikes are those that Unicode lists (UTS #39), and the digits that are written for letters; 1, i and l are one.
    """
    letters = unicodedata.normalize("NFKD", name[:200])
    for _ in range(2):  # as capitals, which resemble others than small letters do, and then as small letters
        letters = unicodedata.normalize("NFKD", "".join(map(_latin, letters))).casefold()
    return "".join(letter for letter in letters.translate(_LOOK) if letter.isalnum())


@lru_cache(4096)
def _latin(letter: str) -> str:
    """The one ASCII letter that a letter of another script is mistaken for; else the letter itself."""
    if letter.isascii():
        return letter
    alike = [one["c"] for one in confusables.confusables_data.get(letter, ())]
    return next((one for one in alike if one.isascii() and one.isalpha()), letter)
