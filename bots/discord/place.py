"""How to answer on Discord: what an Address holds here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bots.message import Address

UPLOAD_LIMIT = 10 * 2**20
"""Bytes per file that Discord takes everywhere; interactions name their own, higher one."""


@dataclass(frozen=True, slots=True)
class Place:
    """One channel, and the interaction to answer there, if any.

    ``source`` is the id of the interaction or message that is answered, ``reply_to`` of the message to reply to
    (0: none), ``pressed`` of the message whose button was pressed (0: none); ``layout`` says that it is one of
    components. ``limit`` is in bytes per file, ``expires`` in seconds since 1970. ``life`` names the process that
    received it. ``member`` says that the bot itself can write there, ``admin`` that the person may decide there.
    ``avatar`` is the address of the person's picture, ``avatars`` of those of the members they name ("ID=URL ID=URL"),
    ``icon`` of the server's.
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
    pressed: int = 0
    layout: bool = False
    member: bool = True
    admin: bool = False
    avatars: str = ""
    icon: str | None = None
    language: str = "en"

    @property
    def address(self) -> Address:
        return asdict(self)

    @classmethod
    def of(cls, address: Address) -> "Place":
        values: dict[str, Any] = dict(address)
        return cls(**values)

    @property
    def home(self) -> "Place | None":
        """The same channel, in answer to nothing."""
        return Place(self.channel, 0, 0, life=self.life) if self.member and self.channel else None

    def picture_of(self, person: str) -> str | None:
        """The address of the profile picture of the person who speaks, or of a member whom they named."""
        if person == str(self.person):
            return self.avatar
        return dict(pair.split("=", 1) for pair in self.avatars.split()).get(person)


def joined(avatars: Mapping[int, str | None]) -> str:
    """Addresses by person, as a Place keeps them."""
    return " ".join(f"{person}={url}" for person, url in avatars.items() if url)
