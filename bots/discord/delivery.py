"""One request to Discord: tried again where that is harmless, and its errors put into words.

discord.py itself waits out flood control (429) and repeats after server errors; this adds what it leaves open:
connections that cannot be made or that break, and what a refusal means.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord

from bots.adapter import ChatGone, SendFailed, SendUncertain, TurnedAway

T = TypeVar("T")

PATIENCE_S = 120.0
"""How long a Discord that breaks connections is tried again before we give up; one that takes none, until it does."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 15.0

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


class MessageGone(SendFailed):
    """The message to change was deleted."""


async def deliver(attempt: Callable[[], Awaitable[T]], *, repeatable: bool) -> T:
    """Make a request until it is through. ``repeatable``: making it twice leaves one message.

    Raises:
        SendFailed: Discord refused.
        SendUncertain: the connection broke after the request had left, and could not be repeated, or all that time.
    """
    give_up = time.monotonic() + PATIENCE_S
    pause_s, left = FIRST_PAUSE_S, False
    while True:
        try:
            return await attempt()
        except discord.HTTPException as refusal:
            if refusal.status < 500:
                raise explained(refusal) from None
            left = True
        except aiohttp.ClientConnectorError:
            pass  # never left
        except (aiohttp.ClientError, OSError, TimeoutError):
            left = True
        if left and not (repeatable and time.monotonic() + pause_s < give_up):
            raise SendUncertain("the connection to Discord broke while sending")
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


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
