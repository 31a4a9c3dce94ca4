"""What a creator gives when a style is made of their own pictures: the pictures, and their leave. Needs no torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_PICTURES = 20
MOST_BYTES = 100_000_000
"""Of all pictures of one style together; none may be larger than a photo may be, either."""
RIGHTS = ("own work", "licence", "written consent")
"""By what right the creator gives them."""
EVERYWHERE = "*"
FOREVER = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Creation:
    """A style that is to be made of a creator's pictures, and whose it is, where, and until when.

    ``id`` is a style's, 1 to 32 of a–z, 0–9 and hyphens; ``title`` maps a language to the style's name, and has "en".
    ``pictures`` are 1 to 20. ``subject`` says in words whose style it is, ``granted_by`` is who gave leave
    ("telegram:17"), ``rights`` is one of RIGHTS. ``scope`` names the chats where it may be used
    ("telegram:-100123"); ("*",) is everywhere. ``expires`` is the last day, in UTC, on which it may be used,
    YYYY-MM-DD; "9999-12-31" is no end. ``document_sha256`` is the digest of what the creator agreed to, word for word.
    ``better``: where the service trains, it may keep the pictures until a better generator was learnt from them.
    """

    id: str
    title: Mapping[str, str]
    pictures: tuple[bytes, ...] = field(repr=False)
    subject: str
    granted_by: str
    rights: str
    scope: tuple[str, ...]
    expires: str
    document_sha256: str
    better: bool = False
