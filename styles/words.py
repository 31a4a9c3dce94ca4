"""The words that a picture can be made of: what a text means, and what goes together with it.

Nothing here knows of pixels or of torch. A text is cut into English words and into runs of Chinese signs, each looked
up in the lists of `styles.vocabulary`; whatever else it holds is not understood, which is no error.
"""

import itertools
import random
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping

from styles.vocabulary import CHINESE, ENGLISH, KINDS, MEANINGS, SIMPLIFIED

KEYWORDS: tuple[str, ...] = tuple(MEANINGS)
"""In the order of a network's labels: it never changes, new ones go at the end."""
PLACES, TIMES, WEATHERS, SEASONS, THINGS, MOODS = KINDS

_ENGLISH_WORD = re.compile(r"[a-z]+")
_CHINESE_WORD = re.compile("|".join(sorted(CHINESE, key=len, reverse=True)))  # the longest first, so 海港 is no 海
_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""))

_LIKELY: Mapping[tuple[str, ...], str] = {
    PLACES: "sea sea harbour harbour lake lake river mountain mountain hill forest meadow desert island city village "
    "garden",
    TIMES: "dawn day day sunset night",
    WEATHERS: "clear clear clear clear misty misty cloudy cloudy rain storm snow",
    SEASONS: "spring summer summer autumn winter",
}
"""What is drawn by chance where nothing was said; what stands twice is twice as likely."""

_SUITS: Mapping[str, str] = {
    "snow": "winter",
    "storm": "summer autumn",
    "rain": "spring summer autumn",
    "winter": "clear misty cloudy snow",
    "spring": "clear misty cloudy rain",
    "summer": "clear misty cloudy rain storm",
    "autumn": "clear misty cloudy rain storm",
    "desert": "clear misty summer",
    "garden": "spring summer clear misty cloudy rain",
    "meadow": "spring summer autumn",
    "sun": "dawn day sunset clear misty cloudy",
    "moon": "night clear misty cloudy",
    "stars": "night clear",
    "boat": "sea harbour lake river island",
    "house": "village lake hill meadow forest mountain",
    "tower": "sea harbour island city hill",
    "bridge": "river city lake",
    "tree": "meadow hill lake garden river",
    "castle": "mountain hill lake sea forest",
    "road": "hill meadow mountain desert village",
    "birds": "sea lake meadow hill harbour dawn day sunset",
    "flowers": "meadow garden hill spring summer",
    "calm": "clear misty cloudy",
    "golden": "sunset dawn clear misty",
    "red": "sunset dawn clear cloudy",
    "pink": "dawn sunset clear misty cloudy",
    "blue": "dawn day night",
    "dark": "night storm rain cloudy",
    "bright": "day clear",
    "warm": "sunset day summer autumn clear misty",
    "cold": "winter dawn day night",
}
"""What a word allows of the kinds that it names here; it leaves all other kinds open."""

_COMPANIONS: tuple[tuple[str, float, str], ...] = (
    ("mountain", 0.45, "lake river forest village clear misty cloudy snow"),
    ("forest", 0.3, "lake mountain river hill"),
    ("village", 0.3, "mountain hill meadow"),
    ("sun", 0.7, "dawn day sunset clear misty"),
    ("moon", 0.7, "night clear misty cloudy"),
    ("stars", 0.8, "night clear"),
    ("boat", 0.7, "harbour"),
    ("boat", 0.35, "sea lake river island dawn day sunset clear misty cloudy"),
    ("house", 0.6, "harbour"),
    ("house", 0.25, "lake hill meadow mountain forest"),
    ("tower", 0.25, "sea harbour island"),
    ("bridge", 0.35, "river city"),
    ("tree", 0.4, "meadow hill lake garden river"),
    ("castle", 0.12, "mountain hill lake"),
    ("road", 0.3, "hill meadow desert mountain"),
    ("birds", 0.3, "dawn day sunset clear misty cloudy"),
    ("flowers", 0.8, "garden spring summer"),
    ("flowers", 0.4, "meadow hill spring summer"),
    ("calm", 0.15, "clear misty cloudy"),
    ("golden", 0.2, "dawn sunset clear misty"),
    ("pink", 0.15, "dawn sunset clear misty cloudy"),
    ("red", 0.12, "sunset clear cloudy"),
    ("blue", 0.12, "day night clear misty snow"),
    ("dark", 0.15, "night sunset storm rain cloudy"),
    ("bright", 0.2, "day clear"),
    ("warm", 0.12, "day sunset summer autumn clear"),
    ("cold", 0.2, "winter"),
)
"""What may come of itself, how often, and of which kinds it needs one of these."""


def understood(text: str) -> tuple[str, ...]:
    """Return the keywords that ``text`` means, each once, in the order of KEYWORDS; () for none.

    English in any case, with plurals and synonyms; Chinese in simplified or traditional signs, spaced or not. Never
    raises, whatever the text holds, and takes time in proportion to its length.
    """
    plain = _plain(text)
    return _ordered([*_english(plain), *_chinese(plain)])


def known(text: str, words: str) -> tuple[str, ...]:
    """Return ``understood(text)`` without what a card's comma-joined ``words`` do not hold."""
    held = {word.strip() for word in words.split(",")}
    return tuple(keyword for keyword in understood(text) if keyword in held)


def completed(keywords: Collection[str], draw: random.Random) -> tuple[str, ...]:
    """Return a whole scene: ``keywords``, and by chance what was not said, so that it goes together.

    It has exactly one time, one weather and one season, and a place. What was said stays; of two times, weathers or
    seasons that were said, which no scene can have at once, chance keeps one. The same state of ``draw`` and the same
    keywords, in any order, give the same scene.
    """
    scene = list(_ordered(keywords))
    for kind in (PLACES, WEATHERS, SEASONS, TIMES):
        said = [word for word in scene if word in kind]
        if said and kind is PLACES:
            continue
        kept = _chosen(said or _suiting(kind, scene), draw)
        scene = [word for word in scene if word not in said or word == kept]
        scene += [kept] * (kept not in scene)
    whole = set(scene)
    for thing, chance, needs in _COMPANIONS:  # in their order: some need what came before
        if draw.random() < chance and _fits(whole, needs) and _welcome(thing, whole):
            whole.add(thing)
    return _ordered(whole)


def _plain(text: str) -> str:
    """Return ``text`` in small letters without accents, with full-width letters and traditional signs made plain."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(SIMPLIFIED)


def _english(plain: str) -> Iterator[str]:
    words = _ENGLISH_WORD.findall(plain)
    for word, following in itertools.zip_longest(words, words[1:], fillvalue=""):
        yield from ENGLISH.get(f"{word}-{_singular(following)}", ())
        yield from ENGLISH.get(_singular(word), ())


def _singular(word: str) -> str:
    """Return the listed word that ``word`` is a plural of, else ``word``."""
    if word in ENGLISH:
        return word
    stems = (word.removesuffix(ending) + single for ending, single in _ENDINGS if word.endswith(ending))
    return next((stem for stem in stems if stem in ENGLISH), word)


def _chinese(plain: str) -> Iterator[str]:
    for found in _CHINESE_WORD.finditer(plain):
        yield from CHINESE[found.group()]


def _ordered(keywords: Iterable[str]) -> tuple[str, ...]:
    said = set(keywords)
    return tuple(keyword for keyword in KEYWORDS if keyword in said)


def _chosen(words: list[str], draw: random.Random) -> str:
    return words[int(draw.random() * len(words))]  # random() alone is the same in every version of Python


def _suiting(kind: tuple[str, ...], scene: Iterable[str]) -> list[str]:
    """Return what is likely of ``kind`` beside ``scene``; who leaves nothing of it is not heard."""
    likely = _LIKELY[kind].split()
    for word in scene:
        allowed = set(_SUITS.get(word, "").split())
        likely = [other for other in likely if other in allowed] or likely
    return likely


def _fits(scene: set[str], needs: str) -> bool:
    needed = set(needs.split())
    return all(needed.isdisjoint(kind) or not needed.isdisjoint(scene & set(kind)) for kind in KINDS)


def _welcome(word: str, scene: set[str]) -> bool:
    """Tell whether ``word`` crowds nobody out: one mood is enough, and few places."""
    if word in MOODS:
        return scene.isdisjoint(MOODS)
    return word not in PLACES or len(scene & set(PLACES)) < 2
