"""Whether a platform has let us in: what is sent waits for that, and is told when it was refused for good."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from bots.adapter import SendFailed, TurnedAway


class Entrance:
    """``refusal`` says why the platform turned us away; "" as long as it did not."""

    def __init__(self) -> None:
        self._settled = asyncio.Event()  # let in, or turned away for good
        self.refusal = ""

    @contextmanager
    def tried(self) -> Iterator[None]:
        """For as long as an adapter runs. A SendFailed that ends it is what all that is sent is told from then on."""
        self._settled.clear()
        self.refusal = ""
        try:
            yield
        except SendFailed as refusal:
            self.refusal = str(refusal)
            raise
        finally:
            self._settled.set() if self.refusal else self._settled.clear()

    def open(self) -> None:
        self._settled.set()

    async def passed(self) -> None:
        """Wait until we are let in. Raises TurnedAway when we are not."""
        await self._settled.wait()
        if self.refusal:
            raise TurnedAway(self.refusal)
