"""After an answer: where it stands is kept, so that it can be deleted."""

from bots.ledger import Entry, Ledger


class Afterwards:
    """Keeps where results stand in their chats."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def shown(self, entry: Entry, sent: str) -> None:
        """The pictures of a message stand in its chat as ``sent``."""

    async def tidy(self) -> None:
        """Delete the results whose time is over."""
