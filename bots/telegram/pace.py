"""How fast we may speak: Telegram's flood limits, kept so that they are seldom met."""

import asyncio
from collections import deque
from dataclasses import dataclass

KEPT_CHATS = 1024  # idle chats are forgotten beyond this many


@dataclass(frozen=True, slots=True)
class Pace:
    """Limits as (messages, seconds), and times in seconds.

    Telegram's FAQ asks for about one message a second in a chat (short bursts are fine), 20 a minute in a group and
    30 a second in all.
    """

    per_chat: tuple[int, float] = (4, 4.0)
    per_group: tuple[int, float] = (20, 60.0)
    overall: tuple[int, float] = (30, 1.0)
    album_quiet_s: float = 0.6  # an album's items are separate updates; it is whole when none came for this long
    spinner_s: float = 3.0  # a pressed button spins no longer, and nothing is whispered later
    poll_s: int = 25
    connect_s: float = 10.0
    read_s: float = 30.0
    upload_s: float = 120.0
    first_retry_s: float = 1.0
    last_retry_s: float = 30.0
    record_tries: int = 12  # about five minutes; then one message that cannot be recorded stops holding up the rest


class Flood:
    """Waits until a message may be sent. Only what becomes a message or an edit takes a turn; chat actions never do."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._overall = _Window(*pace.overall)
        self._chats: dict[int, tuple[_Window, ...]] = {}
        self._held_until: dict[int, float] = {}

    async def turn(self, chat: int, count: int = 1, *, yielding: bool = False) -> None:
        """Wait for room for ``count`` messages in ``chat``. What is ``yielding`` leaves a quarter of it to the rest."""
        windows = (*self._windows(chat), self._overall)
        wait_s = self._wait_s(chat, windows, count, yielding)
        while wait_s > 0:
            await asyncio.sleep(wait_s)
            wait_s = self._wait_s(chat, windows, count, yielding)
        now = _now()
        for window in windows:
            window.take(count, now)

    def hold(self, chat: int, wait_s: float) -> None:
        """Telegram asked for silence in this chat; the others go on."""
        self._held_until[chat] = _now() + wait_s

    def is_held(self, chat: int) -> bool:
        return self._held_s(chat) > 0

    def _held_s(self, chat: int) -> float:
        left_s = self._held_until.get(chat, 0.0) - _now()
        if left_s <= 0:
            self._held_until.pop(chat, None)
        return left_s

    def _wait_s(self, chat: int, windows: tuple["_Window", ...], count: int, yielding: bool) -> float:
        now = _now()
        return max(self._held_s(chat), *(window.wait_s(count, now, yielding) for window in windows))

    def _windows(self, chat: int) -> tuple["_Window", ...]:
        if chat not in self._chats:
            self._forget_idle()
            limits = (self._pace.per_chat, self._pace.per_group) if chat < 0 else (self._pace.per_chat,)
            self._chats[chat] = tuple(_Window(*limit) for limit in limits)
        return self._chats[chat]

    def _forget_idle(self) -> None:
        if len(self._chats) < KEPT_CHATS:
            return
        now = _now()
        self._chats = {chat: windows for chat, windows in self._chats.items() if any(w.busy(now) for w in windows)}


class _Window:
    """At most ``limit`` in any ``period_s``. What is larger than the limit waits for an empty window and fills it."""

    def __init__(self, limit: int, period_s: float) -> None:
        self._limit, self._period_s = limit, period_s
        self._times: deque[float] = deque()

    def busy(self, now: float) -> bool:
        while self._times and self._times[0] <= now - self._period_s:
            self._times.popleft()
        return bool(self._times)

    def wait_s(self, count: int, now: float, yielding: bool) -> float:
        if not self.busy(now):
            return 0.0
        room = self._limit - self._limit // 4 if yielding else self._limit
        excess = len(self._times) + min(count, room) - room
        return self._times[excess - 1] + self._period_s - now if excess > 0 else 0.0

    def take(self, count: int, now: float) -> None:
        self._times.extend([now] * min(count, self._limit))


def _now() -> float:
    return asyncio.get_running_loop().time()
