"""The codes of style pictures: each is made once, kept for whoever wants that picture next, and mixed at no cost."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from inference import pictures
from inference.errors import BadReference
from inference.limits import Limits
from inference.metrics import Metrics
from inference.references import StylePicture
from inference.worker import Turn, Worker, encoded
from styles.errors import NotPainted
from styles.style import Style

Name = tuple[str, str, str]
"""A style's id and version, and a picture's digest."""


class Codes:
    """Bounded in number and in bytes; the least recently used leave first. For one event loop."""

    def __init__(self, worker: Worker, limits: Limits, metrics: Metrics) -> None:
        self._worker, self._limits, self._metrics = worker, limits, metrics
        self._made: OrderedDict[Name, asyncio.Task[Tensor]] = OrderedDict()  # least recently used first

    async def mixed(self, style: Style, references: Sequence[StylePicture]) -> Tensor:
        """The code, K values in float32, of a mix of style pictures by their shares.

        Those who ask for the same picture at once wait for one making of it.

        Raises:
            BadReference: one of them cannot be decoded, or comes to no numbers.
            Exception: whatever the generator raised.
        """
        made = await asyncio.gather(*(self._code(style, each) for each in references))
        return torch.stack([each.share * code for each, code in zip(references, made, strict=True)]).sum(dim=0)

    def forget(self, style: str, version: str) -> None:
        """Drop all codes of a style; who waits for one still gets it."""
        for name in [name for name in self._made if name[:2] == (style, version)]:
            del self._made[name]
        self._shrink()

    async def _code(self, style: Style, picture: StylePicture) -> Tensor:
        name = (style.card.id, style.card.version, picture.digest)
        making = self._made.get(name)
        if making is None:
            self._metrics.code_misses.inc()
            making = self._made[name] = asyncio.create_task(self._make(style, picture), name="encode a style picture")
            making.add_done_callback(partial(self._settle, name))
        else:
            self._metrics.code_hits.inc()
        self._made.move_to_end(name)
        return await asyncio.shield(making)  # whoever gives up must not take it from the others

    async def _make(self, style: Style, picture: StylePicture) -> Tensor:
        try:
            pixels = await self._worker.beside(pictures.reference, picture.data, picture.header)

            def encode(_: Turn) -> Tensor:
                with self._metrics.encode_s.labels(style.card.id).time():
                    return encoded(style, pixels)

            return await self._worker.on_device(encode)
        except NotPainted as error:
            raise BadReference("The style picture cannot be used. No style can be seen in it.") from error

    def _settle(self, name: Name, making: "asyncio.Task[Tensor]") -> None:
        """It is done: what failed is forgotten, unless it was forgotten already and asked for again."""
        if (making.cancelled() or making.exception()) and self._made.get(name) is making:
            del self._made[name]
        self._shrink()

    def _shrink(self) -> None:
        done = {name: _bytes(making) for name, making in self._made.items() if making.done()}
        total = sum(done.values())
        for name, count in done.items():
            if len(self._made) <= self._limits.codes and total <= self._limits.code_bytes:
                break
            del self._made[name]
            total -= count
        self._metrics.code_bytes.set(total)


def _bytes(making: "asyncio.Task[Tensor]") -> int:
    failed = making.cancelled() or making.exception()
    return 0 if failed else making.result().nbytes
