"""The durable memory of the bots: what was said, what is being made of it, and whether it was answered."""

from bots.ledger.database import LedgerError
from bots.ledger.ledger import Ledger
from bots.ledger.records import Entry, Item, Reply, State

__all__ = ["Entry", "Item", "Ledger", "LedgerError", "Reply", "State"]
