"""Inline mode: "@bot anime" in any chat shows what the styles look like and leads to where a photo can be sent.

What is offered there must be on Telegram already, so each style's preview is first sent to a staging chat.
"""

import asyncio
import logging
from collections.abc import Sequence

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultCachedPhoto,
    InlineQueryResultsButton,
    Message,
    User,
)
from telegram.error import TelegramError

from bots import replies
from bots.adapter import Listener, SendFailed, SendUncertain
from bots.telegram.chores import Chores
from bots.telegram.delivery import Delivery
from bots.telegram.wire import RawBot
from inference.errors import ServiceError

PATIENCE_S = 5.0  # people type on; what is not there by then comes with the next letter
REST_S = 60.0  # after a staging chat refused
CACHE_S = 300
LONGEST = 64  # characters typed that are looked at
FROM_HERE = "inline_"  # what a link says that names no style, as no style's id has a line below

log = logging.getLogger(__name__)


class Inline:
    """Answers inline queries. Previews are sent once in a run, when somebody first asks; ``chores`` outlive queries."""

    def __init__(
        self, delivery: Delivery, listener: Listener, me: User, chores: Chores, staging_chat: int | None
    ) -> None:
        self._delivery, self._listener, self._me, self._chores = delivery, listener, me, chores
        self._staging_chat, self._resting_until = staging_chat, 0.0
        self._previews: dict[str, str] = {}
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._one = asyncio.Lock()

    async def answer(self, query: InlineQuery) -> None:
        """Best effort: whoever typed on has no use for it."""
        language = query.from_user.language_code or "en"
        styles = await self._listener.suggest(query.query[:LONGEST].strip(), language)
        await self._prepare([style for style, _ in styles])
        ready = [self._result(style, title, language) for style, title in styles if style in self._previews]
        button = InlineQueryResultsButton(replies.text(language, "inline-open"), start_parameter=FROM_HERE)
        try:
            bot = await self._delivery.bot()
            await bot.answer_inline_query(
                query.id,
                ready,
                cache_time=CACHE_S if len(ready) == len(styles) else 0,
                is_personal=True,  # in the language of who asks
                button=button,
            )
        except (SendFailed, TelegramError) as error:
            log.debug("An inline query was not answered: %s", error)

    def _result(self, style: str, title: str, language: str) -> InlineQueryResultCachedPhoto:
        address = f"https://t.me/{self._me.username}?start={style}"
        button = InlineKeyboardButton(replies.text(language, "inline-try"), url=address)
        label = replies.text(language, "caption", title=title)
        return InlineQueryResultCachedPhoto(
            style,
            self._previews[style],
            title=title,
            caption=f"{label}\n{replies.text(language, 'inline-about')}",
            reply_markup=InlineKeyboardMarkup([[button]]),
        )

    async def _prepare(self, styles: Sequence[str]) -> None:
        """Have previews sent to the staging chat, and wait for a moment."""
        if self._staging_chat is None:
            return
        resting = asyncio.get_running_loop().time() < self._resting_until
        for style in styles if not resting else ():
            if style not in self._previews and style not in self._sending:
                self._sending[style] = self._chores.start(self._send(self._staging_chat, style))
        wanted = [self._sending[style] for style in styles if style in self._sending]
        if wanted:
            await asyncio.wait(wanted, timeout=PATIENCE_S)

    async def _send(self, chat: int, style: str) -> None:
        try:
            async with self._one:  # a group takes few in a minute, and answers to people go first
                self._previews[style] = await self._preview(chat, style)
        except (ServiceError, SendFailed, SendUncertain) as error:
            log.warning("No preview of %s for inline mode: %s", style, error)
            self._resting_until = asyncio.get_running_loop().time() + REST_S
        finally:
            del self._sending[style]

    async def _preview(self, chat: int, style: str) -> str:
        preview = await self._listener.preview(style)

        async def call(bot: RawBot, present: int) -> Message:
            return await bot.send_photo(present, preview, filename=f"{style}.jpg", disable_notification=True)

        sent = await self._delivery.send(chat, call, yielding=True, repeatable=True)  # one too many harms nobody
        return max(sent.photo, key=lambda size: size.width * size.height).file_id
