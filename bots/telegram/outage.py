"""Telegram is away: say so once, keep trying at falling frequency, say when it is back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bots.adapter import TurnedAway
from bots.backoff import Backoff
from bots.telegram.pace import Pace
from bots.telegram.wire import retry_after_s

T = TypeVar("T")

log = logging.getLogger(__name__)
_AWAY = "Telegram cannot be reached; trying until it can: %s"
_TAKEN = "Another program receives what is said to this bot; trying until it stops: %s"


class Outage:
    """One line at its beginning and one at its end, however long it lasts."""

    def __init__(self, pace: Pace) -> None:
        self._backoff = Backoff(pace)

    async def wait(self, error: TelegramError) -> None:
        """Wait before the next try. Raises TurnedAway when trying again cannot help."""
        if isinstance(error, InvalidToken):
            raise TurnedAway("Telegram does not accept the bot's token; @BotFather shows the right one.") from None
        if isinstance(error, BadRequest | Forbidden):
            raise TurnedAway(f"Telegram refused: {error.message}") from None
        if isinstance(error, RetryAfter):
            return await asyncio.sleep(retry_after_s(error))
        if not self.lasts:
            log.warning(_TAKEN if isinstance(error, Conflict) else _AWAY, error)
        return await self._backoff.wait()

    @property
    def lasts(self) -> bool:
        return self._backoff.tries > 0

    def over(self) -> None:
        if self.lasts:
            log.info("Telegram can be reached again")
        self._backoff.reset()


async def until_reached(call: Callable[[], Awaitable[T]], pace: Pace) -> T:
    """Make a call that has to succeed before anything else can. Raises TurnedAway when Telegram does so."""
    outage = Outage(pace)
    while True:
        try:
            answer = await call()
        except TelegramError as error:
            await outage.wait(error)
        else:
            outage.over()
            return answer
