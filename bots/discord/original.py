"""The one message that an interaction may fill and refill (Discord calls it @original).

Everything that is said in answer to an interaction goes there as long as it can: filling it twice leaves one message,
so it is repeatable, and it does not count against the five further messages that a user-installed bot may send.
Words give way to later words and to the answer; an answer gives way to nothing but itself.
"""

import asyncio
import time
from dataclasses import dataclass, field

from bots.discord.place import Place

LIFE_S = 15 * 60
"""How long an interaction can be answered."""


@dataclass(slots=True)
class Original:
    """What one interaction's message shows at the moment.

    ``words`` is the id of the words it shows, ``answer`` the key of the answer it shows. ``acknowledged`` is set when
    Discord was told that an answer will come: before that there is nothing to fill. ``turn`` lets one speaker write
    at a time. ``inherited``: an earlier process received it, so what it shows is not known to us.
    """

    expires: float
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    words: str = ""
    answer: str = ""
    gone: bool = False
    dead: bool = False
    inherited: bool = False

    @property
    def alive(self) -> bool:
        """Whether Discord still takes answers to this interaction."""
        return not self.dead and time.time() < self.expires

    def takes(self, key: str) -> bool:
        """Whether words (``key`` empty) or the answer named ``key`` may be put there."""
        return not self.gone and self.answer in {"", key}

    @property
    def is_thinking(self) -> bool:
        """Whether it still shows nothing but that an answer will come."""
        return self.alive and not (self.gone or self.words or self.answer)

    def holds(self, words: str) -> bool:
        """Whether it still shows these words."""
        unknown = self.inherited and not self.words and not self.answer  # words said before the restart
        return self.alive and not self.gone and (unknown or self.words == words)


class Originals:
    """The interactions of the last quarter of an hour, by token."""

    def __init__(self) -> None:
        self._by_token: dict[str, Original] = {}

    def open(self, place: Place) -> Original:
        """A new interaction, not yet acknowledged; a known one when the gateway delivers it again."""
        self._forget_expired()
        return self._by_token.setdefault(place.token or "", Original(expires=place.expires))

    def of(self, place: Place) -> Original:
        """The interaction to answer. One that an earlier process received counts as acknowledged."""
        known = self._by_token.get(place.token or "")
        if known:
            return known
        original = self.open(place)
        original.inherited = True
        original.acknowledged.set()
        return original

    def _forget_expired(self) -> None:
        now = time.time()
        for token in [token for token, original in self._by_token.items() if original.expires < now]:
            del self._by_token[token]
