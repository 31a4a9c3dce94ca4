"""The operator's policy about creators' styles: what no admin's yes can allow."""

from collections.abc import Collection
from enum import StrEnum
from typing import Protocol

from bots.conversation.blocked_names import NAMES
from bots.conversation.lookalikes import skeleton
from bots.ledger.grants import Grants

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

    def _names_blocked(self, name: str) -> bool:
        return any(name == one or (one in name and not _is_short(one)) for one in self._blocked)


def _is_short(name: str) -> bool:
    return name.isascii() and len(name) < _SHORT
