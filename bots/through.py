"""Getting a request through to a platform: tried again where nothing has left, or where twice does no harm."""

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import aiohttp

from bots.adapter import SendFailed, SendUncertain
from bots.backoff import Backoff

T = TypeVar("T")
E = TypeVar("E", bound=Exception)

PATIENCE_S = 120.0
"""How long a platform that breaks connections is tried again before we give up; one that takes none, until it does."""


@dataclass(frozen=True, slots=True)
class Waits:
    first_retry_s: float = 0.25
    last_retry_s: float = 15.0


async def through(
    attempt: Callable[[], Awaitable[T]],
    platform: str,
    refused: type[E],
    meaning: Callable[[E], SendFailed | None],
    *,
    repeatable: bool = False,
    patient: bool = False,
) -> T:
    """Make a request, over aiohttp, until it is through.

    ``repeatable``: making it twice leaves one message. ``patient``: it is then tried for as long as it takes.
    ``meaning`` tells what a ``refused`` of the platform's library means; None if the platform itself broke, and
    perhaps did what it was asked.

    Raises:
        SendFailed: the platform refused.
        SendUncertain: the connection broke after the request had left, and could not be repeated, or all that time.
    """
    give_up, backoff, left = time.monotonic() + (math.inf if patient else PATIENCE_S), Backoff(Waits()), False
    while True:
        try:
            return await attempt()
        except refused as refusal:
            if meant := meaning(refusal):
                raise meant from None
            left = True
        except aiohttp.ClientConnectorError:
            pass  # never left
        except (aiohttp.ClientError, OSError, TimeoutError):
            left = True
        if left and not (repeatable and time.monotonic() < give_up):
            raise SendUncertain(f"{platform} did not answer; it may or may not have been delivered")
        await backoff.wait()
