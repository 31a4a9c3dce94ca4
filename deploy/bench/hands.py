"""Decode, generate and encode, as the service does them, with no service around: for bare pipelines and other engines.

Their pictures are the service's own: the same sizes, the same pixels, the same bytes.
"""

from collections.abc import Sequence
from functools import lru_cache

from deploy.bench.library import NotedLibrary, device
from deploy.bench.offer import Offer
from inference import pictures
from inference.asked import resolved
from inference.desk import info
from inference.job import Job, Options
from inference.limits import Limits
from inference.worker import restyle
from styles.style import Style

WISH = Options(faces=False)
"""The photo alone is styled: to find its faces is the service's own art."""


class Hands:
    """For one process; every method blocks, and may be called in any thread."""

    def __init__(self, offer: Offer) -> None:
        self.library, self._device = NotedLibrary(offer), device(offer)
        self._loaded = lru_cache(offer.cache)(self.load)

    def load(self, style: str) -> Style:
        """Load a generator. Raises StyleError."""
        return self._device.load(self.library.load, style)

    def style(self, style: str) -> Style:
        """A generator, from those that are loaded if it is there; the least recently used goes for it."""
        return self._loaded(style)

    def prepare(self, picture: bytes, style: str) -> pictures.Prepared:
        """Decode a photo to the size at which it runs. Raises ServiceError where it is none, StyleError."""
        card = self.library.card(style)
        options = resolved(Job(picture, style, WISH), card, Limits())
        header = pictures.inspect(picture, Limits())
        return pictures.prepare(picture, header, options, *pictures.bucket(header, options, card.size))

    def paint(self, style: Style, photos: Sequence[pictures.Pixels]) -> list[pictures.Pixels | Exception]:
        """Run photos of one size through a generator; the exception of each that alone has one."""
        self.library.notes.ran(len(photos))
        return list(restyle(style, photos).pictures)

    def finish(self, prepared: pictures.Prepared, styled: pictures.Pixels, style: str) -> bytes:
        """The result's JPEG."""
        card = self.library.card(style)
        options = resolved(Job(b"", style, WISH), card, Limits())
        return pictures.finish(prepared, styled, options, info(card)).picture
