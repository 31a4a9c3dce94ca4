"""What ``/settings`` can decide: each topic with the words that are typed and the values that they stand for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bots import replies

Value = str | int | bool | None
_MOST_PICTURES = 10_000  # a day; more is no quota


@dataclass(frozen=True, slots=True)
class Topic:
    """``name`` and the keys of ``choices`` are typed; ``rule`` is the field of ``Rules`` that it decides.

    ``label`` and ``asks`` are replies. Without ``choices`` the choices are the installed styles. ``counted``: any
    number of pictures is a choice. ``group``: private chats, whose person decides for nobody else, do not need it.
    """

    name: str
    rule: str
    label: str
    asks: str
    example: str
    choices: Mapping[str, Value] = field(default_factory=dict)
    counted: bool = False
    group: bool = False

    def read(self, word: str) -> tuple[Value] | None:
        """The value that a typed word stands for, in a tuple; None for a word that is no choice."""
        if word in self.choices:
            return (self.choices[word],)
        counts = self.counted and word.isascii() and word.isdigit() and len(word) <= len(str(_MOST_PICTURES))
        return (int(word),) if counts and 1 <= int(word) <= _MOST_PICTURES else None


LANGUAGE = Topic(
    *("language", "language", "rule-language", "asks-language", "zh"), choices={"en": "en", "zh": "zh", "auto": None}
)
STYLE = Topic("style", "style", "rule-style", "asks-style", "anime")
STYLES = Topic("styles", "styles", "rule-styles", "asks-styles", "anime ink")
TOPICS = (
    LANGUAGE,
    STYLE,
    STYLES,
    Topic(
        *("people", "people", "rule-people", "asks-people", "admins"),
        choices={"everyone": "everyone", "admins": "admins"},
        group=True,
    ),
    Topic(
        *("quota", "person_quota", "rule-quota", "asks-quota", "20"),
        choices={"5": 5, "10": 10, "20": 20, "50": 50, "off": None},
        counted=True,
        group=True,
    ),
    Topic(
        *("chatquota", "chat_quota", "rule-chatquota", "asks-chatquota", "200"),
        choices={"50": 50, "100": 100, "200": 200, "500": 500, "off": None},
        counted=True,
        group=True,
    ),
    Topic(
        *("delete", "delete_after_s", "rule-delete", "asks-delete", "1h"),
        choices={"off": None, "1h": 3600, "1d": 86_400, "1w": 604_800},
    ),
    Topic(*("label", "label", "rule-label", "asks-label", "off"), choices={"on": True, "off": False}),
    Topic(
        *("avatars", "avatars", "rule-avatars", "asks-avatars", "own"),
        choices={"everyone": "everyone", "own": "own", "off": "off"},
        group=True,
    ),
)
_SAID: Mapping[tuple[str, Value], str] = {
    ("language", "en"): "language-en",
    ("language", "zh"): "language-zh",
    ("language", None): "language-auto",
    ("people", "everyone"): "people-everyone",
    ("people", "admins"): "people-admins",
    ("delete", None): "delete-off",
    ("delete", 3600): "delete-hour",
    ("delete", 86_400): "delete-day",
    ("delete", 604_800): "delete-week",
    ("label", True): "label-on",
    ("label", False): "label-off",
    ("avatars", "everyone"): "avatars-everyone",
    ("avatars", "own"): "avatars-own",
    ("avatars", "off"): "avatars-off",
}


def said(tag: str, topic: Topic, value: Value) -> str:
    """A value of a topic's choices in words."""
    if topic.counted:
        return replies.text(tag, "quota-off") if value is None else replies.text(tag, "quota-day", count=int(value))
    return replies.text(tag, _SAID[topic.name, value])
