"""A job's style pictures, judged before anything waits: their headers, their shares of a mix, and who each one is."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from inference import pictures
from inference.job import Reference
from inference.limits import Limits
from inference.pictures import Header


@dataclass(frozen=True, slots=True)
class StylePicture:
    """``digest`` is SHA-256 of its bytes, ``data``; the ``share`` of all of a job's sum to 1."""

    digest: str
    data: bytes = field(repr=False)
    header: Header
    share: float


def judged(references: Sequence[Reference], limits: Limits) -> tuple[StylePicture, ...]:
    """Read the headers alone. Blocks. Weights are positive.

    Raises:
        BadReference: not a picture, too small, too large; the sentence says which.
    """
    total = sum(reference.weight for reference in references)
    return tuple(
        StylePicture(
            digest=hashlib.sha256(reference.picture).hexdigest(),
            data=reference.picture,
            header=_header(reference.picture, limits),
            share=reference.weight / total,
        )
        for reference in references
    )


def _header(data: bytes, limits: Limits) -> Header:
    with pictures.of_reference():
        return pictures.inspect(data, limits)
