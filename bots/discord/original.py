"""The one message that an interaction may fill and refill (Discord calls it @original).

Everything that is said in answer to an interaction goes there as long as it can: filling it twice leaves one message,
so it is repeatable, and it does not count against the five further messages that a user-installed bot may send.
Words give way to later words and to the answer; an answer gives way to nothing but itself.

Which message it is, and who sees it, is settled by the acknowledgement, once and for all. So the acknowledgement waits
a moment for the first thing that is said: whispered words want a message for the speaker alone, a panel wants the
message whose button was pressed, all else a new message.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from enum import Enum, auto

from bots.discord.place import Place

LIFE_S = 15 * 60
"""How long an interaction can be answered."""
KNOWN_S = 3600
"""How long what it showed is known after that, so that words left standing can be taken back."""


class Ack(Enum):
    """What an interaction's message is: a new one, a new one for the speaker alone, or the one that was pressed."""

    NEW = auto()
    WHISPER = auto()
    UPDATE = auto()


@dataclass(slots=True)
class Original:
    """What one interaction's message shows at the moment.

    ``ack`` is what it is, None while that is open or, if ``inherited``, unknown: an earlier process received it.
    ``message`` is its id once known, ``words`` the id of the words it shows, ``answer`` the key of the answer it shows,
    ``tried`` the keys of answers that went out as further messages. ``acknowledged`` is set when Discord was told that
    an answer will come: before that there is nothing to fill. ``turn`` lets one speaker write at a time.
    """

    place: Place
    ack: Ack | None = None
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    message: int = 0
    words: str = ""
    answer: str = ""
    tried: set[str] = field(default_factory=set)
    gone: bool = False
    dead: bool = False
    inherited: bool = False
    _decided: asyncio.Event = field(default_factory=asyncio.Event)

    def decide(self, ack: Ack) -> None:
        """What the acknowledgement is to be; the first one who says so is obeyed."""
        if self.ack is None and not self.inherited:
            self.ack = ack
            self._decided.set()

    async def hesitate(self, longest_s: float) -> Ack:
        """Wait a moment for what is said first, and decide without it then."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(longest_s):
                await self._decided.wait()
        # After a press nothing may be coming: a message that promises an answer would promise it for ever.
        self.decide(Ack.UPDATE if self.place.pressed else Ack.NEW)
        return self.ack or Ack.NEW

    @property
    def alive(self) -> bool:
        """Whether Discord still takes answers to this interaction."""
        return not self.dead and time.time() < self.place.expires

    def takes(self, key: str, *, whispered: bool) -> bool:
        """Whether words (``key`` empty) or the answer named ``key`` may be put there, before those who may see it."""
        mine = self.ack is not Ack.UPDATE and (self.ack is Ack.WHISPER) == whispered
        return mine and not self.gone and self.answer in {"", key}

    @property
    def is_thinking(self) -> bool:
        """Whether it still shows nothing but that an answer will come."""
        return self.alive and self.ack is not Ack.UPDATE and not (self.gone or self.words or self.answer)

    def holds(self, words: str) -> bool:
        """Whether it still shows these words."""
        unknown = self.inherited and not self.words and not self.answer  # words said before the restart
        return not self.gone and ((unknown and self.alive) or self.words == words)


class Originals:
    """The interactions of the last quarter of an hour, and what is left of those before, by token."""

    def __init__(self) -> None:
        self._by_token: dict[str, Original] = {}

    def open(self, place: Place) -> Original:
        """A new interaction, not yet acknowledged; a known one when the gateway delivers it again."""
        self._forget_expired()
        return self._by_token.setdefault(place.token or "", Original(place))

    def of(self, place: Place) -> Original:
        """The interaction to answer. One that an earlier process received counts as acknowledged."""
        known = self._by_token.get(place.token or "")
        if known:
            return known
        original = self.open(place)
        original.inherited = True
        original.acknowledged.set()
        return original

    def pressing(self, message: int) -> Original | None:
        """A press on a button of this message that can still be answered: by its token the message can be changed."""
        presses = (original for original in self._by_token.values() if original.place.pressed == message)
        usable = (press for press in presses if press.alive and press.ack in {None, Ack.UPDATE} and not press.inherited)
        return next(usable, None)

    def _forget_expired(self) -> None:
        past = time.time() - KNOWN_S
        for token in [token for token, original in self._by_token.items() if original.place.expires < past]:
            del self._by_token[token]
