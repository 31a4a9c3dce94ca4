"""Times, and the waits between tries."""

import asyncio
import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Times in seconds. ``recent_s`` is how old a message may be when we hear it: after a month nobody waits."""

    poll_s: float = 30.0
    request_s: float = 60.0
    call_s: float = 180.0  # also an upload over a slow line, or the first look at hundreds of rooms
    first_retry_s: float = 0.5
    last_retry_s: float = 30.0
    uncertain_tries: int = 7  # about a minute in which a server that has restarted answers again
    record_tries: int = 12  # about five minutes; then one message that cannot be recorded stops holding up the rest
    recent_s: float = 24 * 3600.0


class Backoff:
    """Waits that double, with a little chance in them so that many bots do not knock in step."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.tries = 0

    async def wait(self) -> None:
        wait_s = min(self._pace.last_retry_s, self._pace.first_retry_s * 2**self.tries)
        self.tries += 1
        await asyncio.sleep(wait_s * random.uniform(0.8, 1.2))
