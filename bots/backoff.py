"""The waits between tries."""

import asyncio
import random
from typing import Protocol


class Pace(Protocol):
    """The first wait and the longest, in seconds."""

    @property
    def first_retry_s(self) -> float: ...

    @property
    def last_retry_s(self) -> float: ...


class Backoff:
    """Waits that double, with a little chance in them so that many bots do not knock in step."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.tries = 0

    async def wait(self) -> None:
        wait_s = min(self._pace.last_retry_s, self._pace.first_retry_s * 2**self.tries)
        self.tries += 1
        await asyncio.sleep(wait_s * random.uniform(0.8, 1.2))

    def reset(self) -> None:
        self.tries = 0
