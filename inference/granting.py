"""What a creator asks for and gives, judged before anything is made of it."""

import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from inference.creation import MOST_BYTES, MOST_PICTURES, Creation
from inference.errors import BadReference, InvalidOption
from inference.job import Reference
from inference.limits import Limits
from inference.references import StylePicture, judged
from styles import creations
from styles.card import Card, Consent, Licence, Origin
from styles.errors import BrokenPack


def asked(creation: Creation, day: str) -> tuple[Card, Consent]:
    """What is asked for on this day: a card whose generator is not known yet. Raises InvalidOption."""
    consent = Consent(
        subject=creation.subject,
        granted_by=creation.granted_by,
        rights=creation.rights,
        scope=creation.scope,
        expires=creation.expires,
        document_sha256=creation.document_sha256,
    )
    card = Card(
        id=creation.id,
        version=creations.VERSION,
        title=creation.title,
        network="small",
        licence=Licence("unknown", "unknown"),
        origin=Origin("unknown", "its creator", day, platform.machine() or "unknown"),
    )
    try:
        creations.check(card, consent)
    except BrokenPack as error:
        raise InvalidOption(f"Of the new style, {error.reason}.") from error
    if consent.expires < day:
        raise InvalidOption(f"Of the new style, `consent.expires` is {consent.expires}, which is over.")
    return card, consent


def looked_at(given: Sequence[bytes], limits: Limits) -> tuple[StylePicture, ...]:
    """Judge the pictures by their headers. Blocks. Raises BadReference."""
    if not 1 <= len(given) <= MOST_PICTURES:
        raise BadReference(f"A style is made of 1 to {MOST_PICTURES} pictures; these are {len(given)}.")
    if sum(map(len, given)) > MOST_BYTES:
        raise BadReference(f"Together the pictures are larger than {MOST_BYTES // 1_000_000} MB.")
    seen: list[StylePicture] = []
    for place, picture in enumerate(given, start=1):
        with numbered(place, len(given)):
            seen += judged((Reference(picture),), limits)
    return tuple(seen)


@contextmanager
def numbered(place: int, count: int) -> Iterator[None]:
    """Say which of several pictures cannot be used."""
    try:
        yield
    except BadReference as error:
        if count == 1:
            raise
        reason = error.message.partition(". ")[2]
        raise BadReference(f"Picture {place} of {count} cannot be used. {reason}", place) from error
