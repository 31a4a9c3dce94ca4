"""Presses of buttons that Telegram still waits for: a button spins until its press is answered, once."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from bots.adapter import SendFailed, SendUncertain
from bots.message import Text
from bots.telegram.delivery import Delivery, Refused
from bots.telegram.pace import Pace

WHISPER_LENGTH = 200

log = logging.getLogger(__name__)


class Presses:
    """Holds each press open for a moment, as only the answer to a press can be for the one who pressed alone."""

    def __init__(self, delivery: Delivery, pace: Pace) -> None:
        self._delivery, self._pace = delivery, pace
        self._open: dict[str, asyncio.Event] = {}

    def attend(self, press: str) -> Coroutine[Any, Any, None]:
        """A press has come. What is returned is to run beside its recording; it answers when nobody whispers."""
        over = self._open[press] = asyncio.Event()
        return self._let_go(press, over)

    def stop(self, press: str) -> None:
        """The button need not spin any more: something else is seen of the press."""
        if over := self._open.get(press):
            over.set()

    async def whisper(self, press: str, text: Text) -> bool:
        """Show words to who pressed, alone. False if that is not possible (any more). Raises SendUncertain."""
        if press not in self._open or text.buttons or not 0 < len(text.text) <= WHISPER_LENGTH:
            return False
        self._open.pop(press).set()
        try:
            await self._delivery.ask(lambda bot: bot.answer_callback_query(press, text.text, show_alert=True))
        except Refused as error:  # too late
            log.debug("A whisper was not taken: %s", error)
            return False
        return True

    async def _let_go(self, press: str, over: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(self._pace.spinner_s):
                await over.wait()
        except TimeoutError:
            pass  # nobody said anything: the work may take long
        finally:
            still_open = self._open.pop(press, None) is over
        if still_open:
            await self._answer(press)

    async def _answer(self, press: str) -> None:
        """Best effort: the press itself is recorded apart from this."""
        try:
            await self._delivery.ask(lambda bot: bot.answer_callback_query(press))
        except (SendFailed, SendUncertain) as error:
            log.debug("A press was not answered: %s", error)
