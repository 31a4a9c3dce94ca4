"""A style picture's bytes become the pixels that its code is made of; whatever is wrong with it is said to be its own.

It is read with the care that photos are: sizes judged by the header, turned upright, in sRGB, transparent parts over
white, of what moves the first frame.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from inference.errors import BadReference, NotAPicture, TooLarge
from inference.pictures.colours import flattened
from inference.pictures.features import Pixels
from inference.pictures.header import Header
from inference.pictures.reading import decoded

SIDE = 384
"""Pixels that the shorter side has at most. Looked at with MicroAST on four paintings: at 512 and 768 results look the
same for twice and five times the work, at 256 fine grain creeps into what is even in the photo."""
LONGEST = 3 * SIDE
"""Of panoramas, which would otherwise cost twenty times as much as a square."""


def reference_size(header: Header) -> tuple[int, int]:
    """The (width, height) at which a style picture is looked at; never enlarged."""
    width, height = header.width, header.height
    scale = min(1.0, SIDE / min(width, height), LONGEST / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def reference(data: bytes, header: Header) -> Pixels:
    """Decode a style picture. Blocks.

    Raises:
        BadReference: the picture behind the header is broken or cut off.
    """
    with of_reference():
        return np.array(flattened(decoded(data, header, reference_size(header)))[0])


@contextmanager
def of_reference() -> Iterator[None]:
    """Say of a style picture, not of the photo, what is wrong inside the block. Raises BadReference."""
    try:
        yield
    except (NotAPicture, TooLarge) as error:
        raise BadReference(f"The style picture cannot be used. {error.message}") from error
