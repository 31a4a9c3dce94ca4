"""One request to Discord: tried again where that is harmless, and its errors put into words.

discord.py itself waits out flood control (429) and repeats after server errors.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import discord

from bots.adapter import ChatGone, MessageGone, SendFailed, TurnedAway
from bots.through import through

T = TypeVar("T")

_REASONS = {
    40005: "the picture is larger than may be uploaded there",
    50013: "the bot may not write there",
}
_GONE = {
    10003: "the channel is gone",
    10004: "the server is gone",
    50001: "the bot cannot see that channel",
    50007: "that person takes no private messages from the bot",
}
_TOKEN_DEAD = {10015, 10062, 50027}
"""Unknown webhook, unknown interaction, invalid webhook token: the interaction was never acknowledged or is over."""
_UNKNOWN_MESSAGE = 10008

_log = logging.getLogger(__name__)


class InteractionOver(SendFailed):
    """Discord takes no more answers to this interaction; the channel may still be open."""


async def deliver(attempt: Callable[[], Awaitable[T]], *, repeatable: bool) -> T:
    """Make a request until it is through, as ``through`` does; raises the same."""
    return await through(attempt, "Discord", discord.HTTPException, _meaning, repeatable=repeatable)


def _meaning(refusal: discord.HTTPException) -> SendFailed | None:
    return None if refusal.status >= 500 else explained(refusal)


def explained(refusal: discord.HTTPException) -> SendFailed:
    """What a refusal means. Discord's own text stays out: it may quote what was sent."""
    if refusal.code in _TOKEN_DEAD:
        return InteractionOver("the interaction can no longer be answered")
    if refusal.code == _UNKNOWN_MESSAGE:
        return MessageGone("the message is gone")
    if refusal.code in _GONE:
        return ChatGone(_GONE[refusal.code])
    if refusal.status == 401:
        return TurnedAway("Discord does not accept the bot's token any more (HTTP 401)")
    if refusal.status == 413:
        return SendFailed(_REASONS[40005])
    unknown = f"Discord refused the message (HTTP {refusal.status}, code {refusal.code})"
    return SendFailed(_REASONS.get(refusal.code, unknown))
