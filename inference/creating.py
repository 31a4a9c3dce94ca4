"""Creators' styles: drafted from their pictures, made into packs, and taken back.

The pictures become codes, one each, whose mean is fixed in a pack (``styles.creations``). Neither pictures nor codes
are kept: here they live for as long as a call does.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import torch
from PIL import Image
from torch import Tensor

from inference import pictures
from inference.cache import Cache
from inference.creation import Creation
from inference.errors import BadReference, Busy, Failed, StyleExists, StyleUnavailable, UnknownStyle
from inference.granting import asked, looked_at, numbered
from inference.job import Format
from inference.limits import Limits
from inference.references import StylePicture
from inference.worker import Worker, encoded, restyle_apart
from styles import creations, samples, withdrawal
from styles.card import Card, Consent
from styles.creations import Baked
from styles.errors import NoSuchStyle, NotPainted
from styles.library import Library
from styles.style import Style

log = logging.getLogger(__name__)

T = TypeVar("T")

AT_ONCE = 4
"""Drafts and creations that are under way, each with its pictures; one more is told to come back."""
SOON_S = 5.0
DRAFT_HEIGHT = 300
EVEN = 2.0
"""A deviation of the pixels, in 255 steps, below which a picture is one plain colour. It has no style to give, and
among others it would wash out theirs. Text is welcome, as comics and calligraphy are: the draft shows what comes of it.
"""


class Studio:
    """For one event loop. Creators take turns: one draft or creation at a time is on the device."""

    def __init__(self, library: Library, cache: Cache, worker: Worker, limits: Limits, labels: pictures.Labels) -> None:
        self._library, self._cache, self._worker = library, cache, worker
        self._limits, self._labels = limits, labels
        self._inside = 0
        self._stuck: set[Path] = set()
        self._drawing, self._writing = asyncio.Lock(), asyncio.Lock()

    async def draft(self, given: Sequence[bytes]) -> bytes:
        """See ``inference.service.Service.draft``."""
        async with self._turn():
            base = self._base()
            seen = await self._worker.beside(looked_at, given, self._limits)
            async with self._cache.use(base.id, base.version) as style:
                code = await self._code(style, seen)
                photos = samples.photos(DRAFT_HEIGHT)
                codes = [code] * len(photos)
                painted = await self._worker.on_device(lambda _: restyle_apart(style, photos, DRAFT_HEIGHT**2, codes))
        parts = [part for part in painted if part is not None]
        if len(parts) < len(photos):
            raise Failed("Something went wrong on our side; no draft was made.")
        return await self._worker.beside(_drawn, parts, base, self._labels)

    async def create(self, creation: Creation) -> Card:
        """See ``inference.service.Service.create``; the library has looked again when this returns."""
        async with self._turn():
            base, root = self._base(), self._root()
            blank, consent = asked(creation, self._library.today())
            self._refuse_another(blank, consent)
            seen = await self._worker.beside(looked_at, creation.pictures, self._limits)
            async with self._cache.use(base.id, base.version) as style:
                code = await self._code(style, seen)
            new = await self._worker.beside(creations.bake, self._library, base, code, len(seen), blank, consent)
            async with self._writing:
                return await _to_its_end(self._worker.beside(self._installed, root, new))

    async def withdraw(self, style: str) -> None:
        """Remove a creator's pack. The library has looked again when this returns. Raises UnknownStyle."""
        async with self._writing:
            await _to_its_end(self._worker.beside(self._withdrawn, style))

    def clear_lapsed(self) -> None:
        """Remove the packs whose time is over, and what others took back. Blocks."""
        for folder, style in self._library.lapsed().items():
            try:
                withdrawal.withdraw(folder, style, self._library.today())
            except OSError as error:
                if folder not in self._stuck:
                    log.warning("%s: its time is over, but its pack cannot be removed: %s", style, error)
                self._stuck.add(folder)
            else:
                log.info("%s: removed; its time is over, or it was taken back", style)

    def _withdrawn(self, style: str) -> None:
        try:
            card, folder = self._library.card(style), self._library.folder(style)
        except NoSuchStyle as error:
            if self._library.withdrawn(style):
                return
            raise UnknownStyle(error.style, error.suggestion) from None
        if card.consent is None:
            raise UnknownStyle(style)
        withdrawal.withdraw(folder, style, self._library.today())
        self._library.rescan()
        log.info("%s: withdrawn", style)

    def _installed(self, root: Path, new: Baked) -> Card:
        style = new.card.id
        try:
            there, folder = self._library.card(style), self._library.folder(style)
        except NoSuchStyle:
            return self._written(root, new)
        if creations.same(folder, there, new):
            return there
        raise StyleExists(_taken(style))

    def _written(self, root: Path, new: Baked) -> Card:
        try:
            card = creations.install(root, new)
        except creations.NameTakenError as error:
            raise StyleExists(_taken(new.card.id)) from error
        except NotPainted as error:
            raise BadReference("No style can be made of these pictures; photos come out as one flat colour.") from error
        self._library.rescan()
        log.info("%s: made of %d pictures", card.id, new.report["pictures"])
        return card

    def _base(self) -> Card:
        base = creations.base(self._library)
        if base is None:
            raise StyleUnavailable("No installed style can be made into one of your own.")
        return base

    def _root(self) -> Path:
        if self._library.installed is None:
            raise StyleUnavailable("This service has no place for new styles.")
        return self._library.installed

    def _refuse_another(self, blank: Card, consent: Consent) -> None:
        """Before anything is looked at. What is there with the same leave may be the very same."""
        if self._library.withdrawn(blank.id):
            raise StyleExists(f"The name “{blank.id}” was another style's, which was withdrawn; choose another name.")
        for card in self._library.cards():
            if card.id == blank.id and (card.consent, dict(card.title)) != (consent, dict(blank.title)):
                raise StyleExists(_taken(blank.id))

    async def _code(self, style: Style, seen: Sequence[StylePicture]) -> Tensor:
        """The mean of all pictures' codes. What is wrong is said of the first picture that is."""
        counted = Counter(picture.digest for picture in seen)
        first = {picture.digest: place for place, picture in reversed([*enumerate(seen, start=1)])}
        making = [self._code_of(style, seen[first[digest] - 1], first[digest], len(seen)) for digest in counted]
        made = await asyncio.gather(*making, return_exceptions=True)
        codes = [code for code in made if isinstance(code, Tensor)]
        for error in made:
            if isinstance(error, BaseException):
                raise error
        shares = torch.tensor([count / len(seen) for count in counted.values()])
        return torch.stack(codes).mul(shares[:, None]).sum(dim=0)

    async def _code_of(self, style: Style, picture: StylePicture, place: int, count: int) -> Tensor:
        with numbered(place, count):
            pixels = await self._worker.beside(pictures.reference, picture.data, picture.header)
            if pixels.std(axis=(0, 1)).max() < EVEN:
                raise BadReference("The style picture cannot be used. It is one plain colour.")
            try:
                return await self._worker.on_device(lambda _: encoded(style, pixels))
            except NotPainted as error:
                raise BadReference("The style picture cannot be used. No style can be seen in it.") from error

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._inside >= AT_ONCE:
            raise Busy(SOON_S)
        self._inside += 1
        try:
            async with self._drawing:
                yield
        finally:
            self._inside -= 1


def _drawn(painted: Sequence[pictures.Pixels], base: Card, labels: pictures.Labels) -> bytes:
    row: Image.Image = samples.row(painted)
    return pictures.encoded(row, Format.JPEG, pictures.xmp(f"{base.id} {base.version}", labels))


def _taken(style: str) -> str:
    return f"There is a style “{style}” already; choose another name."


async def _to_its_end(work: Awaitable[T]) -> T:
    """Await what must not be left half-way; a caller who gives up waits until it is done."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
