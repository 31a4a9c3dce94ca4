"""The operator's policy about creators' styles, and about words: what no admin's yes can allow."""

import re
from collections.abc import Collection, Iterator
from enum import StrEnum
from itertools import accumulate
from typing import Protocol

from bots.conversation.blocked_names import NAMES
from bots.conversation.lookalikes import skeleton
from bots.ledger.grants import Grants

_BETWEEN = re.compile(r"\s+"), re.compile(r"[\W_]+")  # "b@nksy" is one word, "banksy/sea" two
_LONGEST_NAME = 16  # words; some write a name with a space after each letter
_SHORT = 5  # letters: a shorter Latin name is refused only as a whole, for it stands within many others ("kaws")


class Reason(StrEnum):
    """Why a style may not be; each value is the reply that says so."""

    NAME = "creators-refused-name"
    PICTURES = "creators-refused-pictures"
    OTHER = "creators-refused"


class CreatorsPolicy(Protocol):
    """What an operator may put in the place of ``DefaultPolicy``, which a policy of their own can also ask.

    It is asked when a creator begins (with no pictures yet), before the first draft is shown, and once more before the
    style is made. Whether the pictures show somebody's face, and whether that person agrees, is the creator's
    statement to make and the approver's to judge; an operator who wants more knows here who asks, and for what.
    """

    async def check(self, name: str, pictures: Collection[str], person: str) -> Reason | None:
        """Why this may not become a style; None if it may.

        ``name`` is a title as typed or a style's id, ``pictures`` are SHA-256 digests in hexadecimal, ``person`` is
        who asks, as "telegram:17".
        """
        ...

    async def refuses(self, words: str, person: str) -> bool:
        """Whether no picture may be made of these words of a person's ("telegram:17"). Asked for every ``/theme``."""
        ...


class DefaultPolicy:
    """Refuses blocked names, however they are spelled, and pictures of a style that somebody else took back."""

    def __init__(self, grants: Grants, blocked: Collection[str] = NAMES) -> None:
        self._grants = grants
        self._blocked = frozenset(filter(None, map(skeleton, blocked)))

    async def check(self, name: str, pictures: Collection[str], person: str) -> Reason | None:
        if self._names_blocked(skeleton(name)):
            return Reason.NAME
        if pictures and await self._grants.revoked(pictures, person):
            return Reason.PICTURES
        return None

    async def refuses(self, words: str, person: str) -> bool:  # noqa: ARG002  whose words they are changes nothing
        whole = any(run in self._blocked for run in _runs(words))
        return whole or any(map(self._names_blocked, map(skeleton, words.split())))

    def _names_blocked(self, name: str) -> bool:
        return any(name == one or (one in name and not _is_short(one)) for one in self._blocked)


def _runs(words: str) -> Iterator[str]:
    """A few words that follow each other, as one name: it begins and ends where they do (“river banks yellow”)."""
    for between in _BETWEEN:
        parts = [skeleton(part) for part in between.split(words)]
        for start in range(len(parts)):
            yield from accumulate(parts[start : start + _LONGEST_NAME])


def _is_short(name: str) -> bool:
    return name.isascii() and len(name) < _SHORT
