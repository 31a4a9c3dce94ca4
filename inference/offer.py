"""What is offered: the library's packs, and what comes and goes among them while the service runs."""

import logging
from collections.abc import Sequence

import torch

from inference.errors import StyleWithdrawn, UnknownStyle
from styles.card import Card
from styles.errors import NoSuchStyle, StyleError
from styles.library import Broken, Library
from styles.style import Style

log = logging.getLogger(__name__)


class Offer:
    """For one event loop, but for ``load``, which any thread may call."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.cards: tuple[Card, ...] = ()

    def card(self, style: str) -> Card:
        """The card of a style. Raises UnknownStyle, StyleWithdrawn."""
        try:
            return self._library.card(style)
        except NoSuchStyle as error:
            if self._library.withdrawn(style):
                raise StyleWithdrawn from None
            raise UnknownStyle(error.style, error.suggestion) from None

    def load(self, style: str, *, device: torch.device | str, dtype: torch.dtype) -> Style:
        """Load a generator. Raises StyleError, and StyleWithdrawn where it was withdrawn meanwhile, by whomever."""
        try:
            return self._library.load(style, device=device, dtype=dtype)
        except StyleError:
            self._library.rescan()
            if self._library.withdrawn(style):
                raise StyleWithdrawn from None
            raise

    def renew(self) -> tuple[Card, ...] | None:
        """Offer what the library found when it looked last. The cards that left; None where nothing changed."""
        before, self.cards = self.cards, self._library.cards()
        if self.cards == before:
            return None
        log.info("styles: %s", " ".join(card.id for card in self.cards) or "none")
        return tuple(card for card in before if card not in self.cards)

    def tell_broken(self, known: Sequence[Broken] = ()) -> None:
        """Log what is wrong with packs, but for what is known."""
        for broken in self._library.broken():
            if broken not in known:
                log.warning("a pack is left out: %s", broken.reason)
