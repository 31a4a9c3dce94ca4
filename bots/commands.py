"""The grammar of commands, the same on every platform: ``/style starry night 70% keep``.

Pure functions of text: what a name means is decided by the conversation, which knows the installed styles.
"""

import re
import unicodedata
from dataclasses import dataclass

MENU = (
    *("style", "styles", "try", "like", "theme", "avatar", "queue", "cancel"),
    *("newstyle", "mystyles", "settings", "language", "privacy", "forgetme", "help"),
)
NAMES = (*MENU, "start")  # platforms offer "start" by themselves
RESTYLING = (  # what a chat's rules may leave to its admins
    *("style", "styles", "try", "like", "theme", "avatar", "again", "newstyle"),
)
OF_RIGHT = ("privacy", "forgetme")  # answered even to people whom the operator has blocked
_LONGEST_WISH = 200  # characters; far longer than any name, short enough for any pattern

_COMMAND = re.compile(r"\s*[/!]([a-z_]+)(?:\s+(.*))?$", re.IGNORECASE | re.DOTALL)
_WORDS = {
    ("keep_colours", True): r"keep(?:\s+my)?(?:\s+colou?rs?)?|保留(?:颜色|顏色|原色)",
    ("match_colours", True): r"match(?:\s+(?:my|the))?(?:\s+colou?rs?)?|匹配(?:颜色|顏色|色调)",
    ("sharp", True): r"sharp(?:er)?|清晰|锐利|銳利",
    ("faces", False): r"no\s*faces?|plain\s+faces?|不细画脸",
    ("faces", True): r"(?:fine\s+)?faces?|细画脸",
}
_ENDINGS = {what: re.compile(rf"(?:^|\s)(?:{words})$", re.IGNORECASE) for what, words in _WORDS.items()}
_STRENGTH = re.compile(r"(?:^|\s)(-?\d{1,6}(?:\.\d{1,6})?)\s*%$")
_BARE_STRENGTH = re.compile(r"(?<=\S)\s(-?\d{1,6}(?:\.\d{1,6})?)$")  # "ukiyoe 70": a number after a name


@dataclass(frozen=True, slots=True)
class Wish:
    """What ``/style`` and ``/avatar`` ask for: the style as typed ("" for none), the strength (1.0 is 100 %).

    The others stand for words at the end; None is the style's own way.
    """

    style: str = ""
    strength: float | None = None
    keep_colours: bool | None = None
    match_colours: bool | None = None
    sharp: bool | None = None
    faces: bool | None = None

    @property
    def in_range(self) -> bool:
        return self.strength is None or 0 <= self.strength <= 1


@dataclass(frozen=True, slots=True)
class Command:
    """``name`` is lower case and may be unknown; ``rest`` is what follows it."""

    name: str
    rest: str = ""

    @property
    def wish(self) -> Wish:
        return wish(self.rest)


def parse(text: str) -> Command | None:
    """The command that a text is, or None for plain words."""
    match = _COMMAND.match(text)
    return Command(match[1].lower(), (match[2] or "").strip()) if match else None


def wish(words: str, *, bare: bool = True) -> Wish:
    """Take strength, "keep" and the like off the end of the words, in any order; what is left names the style.

    ``bare``: a number alone at the end is a strength, too.
    """
    rest, strength = unicodedata.normalize("NFKC", words[:_LONGEST_WISH]).strip(), None
    asked: dict[str, bool] = {}
    match: re.Match[str] | None
    while True:
        if found := _ending(rest, asked):
            name, value, match = found
            asked[name] = value
        elif strength is None and (match := _STRENGTH.search(rest)):
            strength = float(match[1]) / 100
        elif bare and strength is None and (match := _BARE_STRENGTH.search(rest)):
            strength = _fraction(match[1])
        else:
            return Wish(rest, strength, **asked)
        rest = rest[: match.start()].rstrip()


def _ending(words: str, asked: dict[str, bool]) -> tuple[str, bool, re.Match[str]] | None:
    """The word at the end that asks for something new: its name, what it asks, and where it stands."""
    for (name, value), ending in _ENDINGS.items():
        if name not in asked and (match := ending.search(words)):
            return name, value, match
    return None


def worded(rest: str) -> str:
    """What a picture is to be made of, as ``/theme`` takes it: on one line, and of what can be seen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in rest).split())


def spoken(command: str, wish: Wish) -> str:
    """The text of a command, as a button carries it; the inverse of ``parse``.

    Kept colours leave nothing to match, so that only one of them is said: a button holds 64 bytes.
    """
    words = [f"/{command}", wish.style]
    if wish.strength is not None:
        words.append(f"{round(wish.strength * 100)}%")
    if wish.keep_colours:
        words.append("keep")
    elif wish.match_colours:
        words.append("match")
    if wish.sharp:
        words.append("sharp")
    if wish.faces is not None:
        words.append("face" if wish.faces else "noface")
    return " ".join(word for word in words if word)


def _fraction(number: str) -> float:
    """0.7 and 70 mean the same; "1" is one percent, as everybody who types whole numbers means percent."""
    value = float(number)
    return value if "." in number and 0 <= value <= 1 else value / 100
