"""How to answer on Discord: what an Address holds here."""

from dataclasses import asdict, dataclass
from typing import Any

from bots.message import Address

UPLOAD_LIMIT = 10 * 2**20
"""Bytes per file that Discord takes everywhere; interactions name their own, higher one."""


@dataclass(frozen=True, slots=True)
class Place:
    """One channel, and the interaction to answer there, if any.

    ``source`` is the id of the interaction or message that is answered, ``reply_to`` of the message to reply to
    (0: none). ``limit`` is in bytes per file, ``expires`` in seconds since 1970. ``life`` names the process that
    received it.
    """

    channel: int
    person: int
    source: int
    reply_to: int = 0
    limit: int = UPLOAD_LIMIT
    avatar: str | None = None
    application: int = 0
    token: str | None = None
    expires: int = 0
    life: str = ""

    @property
    def address(self) -> Address:
        return asdict(self)

    @classmethod
    def of(cls, address: Address) -> "Place":
        values: dict[str, Any] = dict(address)
        return cls(**values)
