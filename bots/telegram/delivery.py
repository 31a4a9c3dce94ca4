"""Getting a call through: one place for flood control, waiting, moved groups, and what was and was not delivered."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bots.adapter import SendFailed, SendUncertain
from bots.telegram.pace import Backoff, Flood, Pace
from bots.telegram.wire import RawBot, never_left, retry_after_s

T = TypeVar("T")
HARMLESS_TRIES = 4

log = logging.getLogger(__name__)


class Refused(SendFailed):
    """Telegram said no. ``reason`` is its own description, in lower case."""

    def __init__(self, description: str) -> None:
        super().__init__(f"Telegram refused: {description}")
        self.reason = description.lower()


class Delivery:
    """Makes calls through the connected bot, which ``connected`` waits for."""

    def __init__(self, connected: Callable[[], Awaitable[RawBot]], pace: Pace) -> None:
        self._connected, self._pace = connected, pace
        self.flood = Flood(pace)
        self._moved: dict[int, int] = {}

    async def send(
        self,
        chat: int,
        call: Callable[[RawBot, int], Awaitable[T]],
        *,
        count: int = 1,
        yielding: bool = False,
        repeatable: bool = False,
    ) -> T:
        """Make a call that shows in ``chat``; ``call`` gets the chat's present number, as groups move.

        Raises:
            Refused: nothing was delivered.
            SendUncertain: the request left and no answer came, and it is not ``repeatable``.
        """
        backoff = Backoff(self._pace)
        while True:
            bot = await self._connected()
            chat = self._moved.get(chat, chat)
            await self.flood.turn(chat, count, yielding=yielding)
            try:
                return await call(bot, chat)
            except RetryAfter as error:
                self.flood.hold(chat, retry_after_s(error))
            except ChatMigrated as error:
                self._moved[chat] = error.new_chat_id
            except TelegramError as error:
                await self._again(error, backoff, repeatable=repeatable)

    async def ask(self, call: Callable[[RawBot], Awaitable[T]]) -> T:
        """Make a call that shows nowhere and may be repeated; a few times if no answer comes. Raises as ``send``."""
        backoff = Backoff(self._pace)
        while True:
            bot = await self._connected()
            try:
                return await call(bot)
            except RetryAfter as error:
                log.debug("Asked to wait: %s", error)
                await asyncio.sleep(retry_after_s(error))
            except TelegramError as error:
                await self._again(error, backoff, repeatable=True)

    def present(self, chat: int) -> int:
        return self._moved.get(chat, chat)

    async def _again(self, error: TelegramError, backoff: Backoff, *, repeatable: bool) -> None:
        """Wait before the next try, or raise what the error means."""
        if isinstance(error, InvalidToken):  # the library's name for any 401 and 404
            raise Refused("the bot's token or what was asked for is not known there") from None
        if isinstance(error, BadRequest | Forbidden | Conflict):
            raise Refused(error.message) from None
        if not never_left(error) and not (repeatable and backoff.tries < HARMLESS_TRIES):
            raise SendUncertain("Telegram did not answer; it may or may not have been delivered.") from None
        log.debug("Trying again: %s", error)
        await backoff.wait()
