"""The menu of commands in people's apps, in each language; in groups, admins see more of them."""

import logging
from collections.abc import Sequence

from telegram import Bot, BotCommandScope, BotCommandScopeAllChatAdministrators, BotCommandScopeAllGroupChats
from telegram.error import TelegramError

from bots import replies

FOR_ADMINS = frozenset({"settings"})

log = logging.getLogger(__name__)


async def offer_commands(bot: Bot) -> None:
    """The bot works without it."""
    for language in replies.LANGUAGES:
        everything = replies.commands(language)
        for_all = [(name, description) for name, description in everything if name not in FOR_ADMINS]
        code = None if language == replies.LANGUAGES[0] else language
        await _offer(bot, everything, None, code)
        await _offer(bot, for_all, BotCommandScopeAllGroupChats(), code)
        await _offer(bot, everything, BotCommandScopeAllChatAdministrators(), code)


async def _offer(
    bot: Bot, commands: Sequence[tuple[str, str]], scope: BotCommandScope | None, code: str | None
) -> None:
    try:
        await bot.set_my_commands(commands, scope=scope, language_code=code)
    except TelegramError as error:
        log.warning("Telegram did not take the menu of commands: %s", error)
