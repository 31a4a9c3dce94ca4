"""Getting a call through: one place for flood control, waiting, moved groups, and what was and was not delivered."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bots.adapter import ChatGone, SendFailed, SendUncertain, TurnedAway
from bots.backoff import Backoff
from bots.telegram.pace import Flood, Pace
from bots.telegram.wire import RawBot, never_left, retry_after_s

T = TypeVar("T")
HARMLESS_TRIES = 4
NOBODY_THERE = (
    *("blocked by the user", "user is deactivated", "can't initiate conversation", "can't send messages to bots"),
    *("bot was kicked", "bot is not a member", "chat was deleted", "chat not found", "peer_id_invalid"),
)
"""Descriptions of refusals that hold until somebody there turns to us again."""

log = logging.getLogger(__name__)


class Refused(SendFailed):
    """Telegram said no. ``reason`` is its own description, in lower case."""

    def __init__(self, description: str) -> None:
        super().__init__(f"Telegram refused: {description}")
        self.reason = description.lower()


class NobodyThere(Refused, ChatGone):
    """And it will say so until somebody there turns to us again."""


class Delivery:
    """Makes calls through the connected bot, which ``connected`` waits for. ``moved`` is told of groups that moved."""

    def __init__(
        self, connected: Callable[[], Awaitable[RawBot]], pace: Pace, moved: Callable[[int, int], None]
    ) -> None:
        self._connected, self._pace, self._tell_moved = connected, pace, moved
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
            Refused, TurnedAway: nothing was delivered.
            SendUncertain: the request left and no answer came, and it is not ``repeatable``.
        """
        backoff = Backoff(self._pace)
        while True:
            bot = await self._connected()
            chat = self.present(chat)
            await self.flood.turn(chat, count, yielding=yielding)
            try:
                return await call(bot, chat)
            except RetryAfter as error:
                self.flood.hold(chat, retry_after_s(error))
            except ChatMigrated as error:
                self._move(chat, error.new_chat_id)
            except TelegramError as error:
                await self._again(error, backoff, repeatable=repeatable)

    async def ask(self, call: Callable[[RawBot], Awaitable[T]]) -> T:
        """Make a call that shows nowhere and may be repeated; a few times if no answer comes. Raises as ``send``."""
        return await self.ask_of(0, lambda bot, _: call(bot))

    async def ask_of(self, chat: int, call: Callable[[RawBot, int], Awaitable[T]]) -> T:
        """The same about a chat, whose present number ``call`` gets."""
        backoff = Backoff(self._pace)
        while True:
            bot = await self._connected()
            chat = self.present(chat)
            try:
                return await call(bot, chat)
            except ChatMigrated as error:
                self._move(chat, error.new_chat_id)
            except RetryAfter as error:
                log.debug("Asked to wait: %s", error)
                await asyncio.sleep(retry_after_s(error))
            except TelegramError as error:
                await self._again(error, backoff, repeatable=True)

    async def bot(self) -> RawBot:
        """The connected bot, for calls that are made once. Raises TurnedAway when Telegram did so."""
        return await self._connected()

    def present(self, chat: int) -> int:
        return self._moved.get(chat, chat)

    def follow(self, chat: int, to: int) -> None:
        """A group moved: what is addressed to it goes to its new number."""
        self._moved[chat] = to

    def _move(self, chat: int, to: int) -> None:
        self.follow(chat, to)
        self._tell_moved(chat, to)

    async def _again(self, error: TelegramError, backoff: Backoff, *, repeatable: bool) -> None:
        """Wait before the next try, or raise what the error means."""
        if isinstance(error, InvalidToken):  # the library's name for any 401 and 404
            if "unauthorized" in error.message.lower():
                raise TurnedAway("Telegram does not accept the bot's token any more.") from None
            raise Refused("the bot's token or what was asked for is not known there") from None
        if isinstance(error, BadRequest | Forbidden | Conflict):
            gone = any(reason in error.message.lower() for reason in NOBODY_THERE)
            raise (NobodyThere if gone else Refused)(error.message) from None
        if not never_left(error) and not (repeatable and backoff.tries < HARMLESS_TRIES):
            raise SendUncertain("Telegram did not answer; it may or may not have been delivered.") from None
        log.debug("Trying again: %s", error)
        await backoff.wait()
