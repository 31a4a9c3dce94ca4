"""Better generators for creators' styles: trained in the background, one at a time, while nobody waits.

The trainer is a process of its own, of the lowest priority and with one thread. As soon as somebody waits for the
service it is stopped where it is (SIGSTOP), and goes on when it has been quiet for a while (SIGCONT); where there are
no such signals, its priority must do. A restart goes on from the last checkpoint. What is kept on disk, and for how
long, is said in ``styles.bettering``.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from PIL import Image

from inference import pictures
from inference.errors import StyleUnavailable, UnknownStyle
from inference.granting import looked_at
from inference.job import Format
from inference.limits import Limits
from inference.trainer import Trainer
from styles import bettering, creations
from styles.card import Card
from styles.errors import StyleError
from styles.library import Library
from styles.training.apart import INTERRUPTED

log = logging.getLogger(__name__)

LOOK_S = 5.0  # how often we look for something to train


@dataclass(frozen=True, slots=True)
class Training:
    """Leave to train. ``photos`` is the folder to learn on; see ``styles.bettering.check``.

    Without ``runs``, what is to be trained is kept for a service on the same folders that does. Nobody must have waited
    for ``quiet_s`` before a training goes on: most people send more than one picture. ``nice`` is how far it stands
    below others, to 19.
    """

    photos: Path
    runs: bool = True
    quiet_s: float = 10.0
    nice: int = 19
    phases: Sequence[Mapping[str, Any]] = bettering.PHASES


class Bettering:
    """For one event loop. Enter it to start; leaving ends a training that runs, which goes on at the next start."""

    def __init__(
        self, library: Library, training: Training | None, device: str, limits: Limits, labels: pictures.Labels
    ) -> None:
        self._library, self._root, self._device = library, library.installed, device
        self._training, self._limits, self._labels = training, limits, labels
        self._people = 0
        self._trainer: Trainer | None = None
        self._style = ""  # that is being trained
        self._given_up: set[str] = set()  # until the next start
        self._waking: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    @property
    def trains(self) -> bool:
        """Whether creators' styles are made better here."""
        return self._training is not None and self._root is not None

    @property
    def pid(self) -> int | None:
        """The process that trains now, paused or not."""
        return self._trainer.pid if self._trainer and self._trainer.status is None else None

    async def __aenter__(self) -> Self:
        if self._training and self._training.runs and self._root:
            work = self._keep_training(self._root, self._training)
            self._task = asyncio.create_task(work, name="train creators' styles")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._waking:
            self._waking.cancel()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @contextmanager
    def people(self) -> Iterator[None]:
        """Somebody waits while inside; a training is paused."""
        self._people += 1
        if self._waking:
            self._waking.cancel()
            self._waking = None
        if self._trainer:
            self._trainer.pause()
        try:
            yield
        finally:
            self._people -= 1
            if self._task and not self._people:
                quiet_s = self._training.quiet_s if self._training else 0
                self._waking = asyncio.get_running_loop().call_later(quiet_s, self._go_on)

    def _go_on(self) -> None:
        self._waking = None
        if self._trainer:
            self._trainer.go_on()

    async def keep(self, card: Card, given: Sequence[bytes]) -> None:
        """A style just made is to be made better: keep its pictures until that is done. Where nothing is trained, none.

        Raises:
            OSError: the disk takes no more.
        """
        if self._training and self._root and self._is_plain(card.id):
            async with self._writing:
                await asyncio.to_thread(_kept, self._root, card.id, given, self._limits)

    def candidates(self) -> tuple[str, ...]:
        """The styles whose better generator waits for the creator's choice."""
        if self._root is None:
            return ()
        there = [style for style in bettering.styles(self._root) if bettering.is_over(self._root, style)]
        return tuple(style for style in there if self._is_plain(style))

    async def compared(self, style: str) -> bytes:
        """See ``inference.service.Service.compared``."""
        root = self._own(style)
        if not bettering.is_over(root, style):
            raise StyleUnavailable(f"There is no other generator of “{style}” to compare.")
        return await asyncio.to_thread((bettering.folder(root, style) / bettering.BOTH).read_bytes)

    async def choose(self, style: str, *, new: bool) -> None:
        """See ``inference.service.Service.choose``. Whoever calls this has to look at the packs again."""
        root = self._own(style)
        async with self._writing:
            if bettering.is_over(root, style):
                await asyncio.to_thread(bettering.take if new else bettering.drop, root, style)
                log.info("%s: its creator chose the %s generator", style, "new" if new else "old")

    async def forget(self, style: str) -> None:
        """End the training of a style that goes; nothing of it stays. Raises OSError."""
        if self._root is None or style not in bettering.styles(self._root):
            return
        if self._trainer and style == self._style:
            await self._trainer.end(at_once=True)
        async with self._writing:
            await asyncio.to_thread(bettering.drop, self._root, style)

    async def sweep(self) -> None:
        """Forget what is of no style any more: withdrawn by whomever, or its time is over."""
        for style in bettering.styles(self._root) if self._root else ():
            if bettering.creators(self._library, style) is None:
                try:
                    await self.forget(style)
                except OSError as error:
                    log.warning("%s: what was kept for its training cannot be removed: %s", style, error)

    def _own(self, style: str) -> Path:
        if self._root is None or bettering.creators(self._library, style) is None:
            raise UnknownStyle(style)
        return self._root

    def _is_plain(self, style: str) -> bool:
        """Whether it is a creator's, as it was made of pictures at first."""
        card = bettering.creators(self._library, style)
        return card is not None and card.version == creations.VERSION

    # One training after another.

    async def _keep_training(self, root: Path, training: Training) -> None:
        while True:
            style = None if self._busy else await asyncio.to_thread(self._next, root)
            if style is None:
                await asyncio.sleep(min(LOOK_S, training.quiet_s))
                continue
            try:
                await self._train(root, training, style)
            except Exception:  # the border of one training: whole to the log, and the next one has its turn
                log.exception("%s: cannot be made better", style)
                self._given_up.add(style)
            finally:
                self._trainer, self._style = None, ""

    @property
    def _busy(self) -> bool:
        return self._people > 0 or self._waking is not None

    def _next(self, root: Path) -> str | None:
        """The style to train next. What an end that was broken off has left behind goes."""
        for style in bettering.styles(root):
            if bettering.is_over(root, style):
                bettering.clear(root, style)
        waiting = [each for each in bettering.styles(root) if bettering.waits(root, each)]
        return next((each for each in waiting if each not in self._given_up and self._is_plain(each)), None)

    async def _train(self, root: Path, training: Training, style: str) -> None:
        card = self._library.card(style)
        write = partial(bettering.write_recipe, root, card, training.photos, training.phases)
        recipe = await asyncio.to_thread(write)
        self._style = style
        out = recipe.with_name(bettering.RUN)
        self._trainer = trainer = await Trainer.start(recipe, out, self._device, training.nice)
        log.info("%s: is being made better", style)
        if self._people:
            trainer.pause()
        try:
            said = await trainer.last_words()
        except asyncio.CancelledError:
            await trainer.end()
            raise
        async with self._writing:
            if bettering.waits(root, style):  # it was not forgotten meanwhile
                await asyncio.to_thread(self._settle, root, card, trainer.status or 0, said)

    def _settle(self, root: Path, card: Card, status: int, said: str) -> None:
        """A training has ended, by whatever. Pictures outlive it only where it is to go on."""
        if status < 0 or status == INTERRUPTED:
            log.warning("%s: its training was broken off (%d); the next start goes on with it", card.id, status)
            self._given_up.add(card.id)
            return
        try:
            if status:
                raise _TrainingFailed(said)
            bettering.finish(root, card, _encoder(card, self._labels))
        except (_TrainingFailed, StyleError) as error:
            log.error("%s: cannot be made better: %s", card.id, error)
            bettering.drop(root, card.id)
        else:
            log.info("%s: a better generator waits for its creator's choice", card.id)


class _TrainingFailed(Exception):
    """Its message is the trainer's."""


def _kept(root: Path, style: str, given: Sequence[bytes], limits: Limits) -> None:
    """Decode each picture once more, so that nothing of what came is written but its pixels."""
    seen = {picture.digest: picture for picture in looked_at(given, limits)}
    bettering.keep(root, style, [pictures.reference(each.data, each.header) for each in seen.values()])


def _encoder(card: Card, labels: pictures.Labels) -> Callable[[Image.Image], bytes]:
    told = pictures.xmp(f"{card.id} {card.version}", labels)
    return lambda sheet: pictures.encoded(sheet, Format.JPEG, told)
