"""What is done beside the device for one call: before it runs, and after."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from PIL import Image

from inference import pictures
from inference.job import Options
from inference.pictures import Finished, Header, Pixels, Prepared
from inference.service import StyleInfo
from styles.style import Style


class Work(Protocol):
    """``prepare`` and ``finish`` block and run in threads beside the device, first one, then the other."""

    def prepare(self, height: int, width: int) -> Prepared:
        """The pixels to run, at a bucket of ``height`` × ``width``. Raises ServiceError."""
        ...

    def painter(self, style: Style) -> Style:
        """What paints them: the style itself, or a form of it that all pictures with the same key share."""
        ...

    def finish(self, prepared: Prepared, styled: Pixels, faces: Sequence[Pixels | None]) -> Finished:
        """What becomes of them, ``styled`` and the ``faces``."""
        ...


@dataclass(frozen=True, slots=True)
class Whole:
    """A picture that is a result by itself. ``options`` have the style's defaults put in."""

    data: bytes = field(repr=False)
    header: Header
    options: Options
    info: StyleInfo
    labels: pictures.Labels

    def prepare(self, height: int, width: int) -> Prepared:
        return pictures.prepare(self.data, self.header, self.options, height, width)

    def painter(self, style: Style) -> Style:
        return style

    def finish(self, prepared: Prepared, styled: Pixels, faces: Sequence[Pixels | None]) -> Finished:
        return pictures.finish(prepared, styled, self.options, self.info, self.labels, faces)


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture that is made of words alone, a square of ``side`` pixels; ``options`` need no photo."""

    side: int
    options: Options
    info: StyleInfo
    labels: pictures.Labels

    def prepare(self, height: int, width: int) -> Prepared:
        return Prepared(np.zeros((height, width, 3), np.uint8), self.side, self.side)

    def painter(self, style: Style) -> Style:
        return style

    def finish(self, prepared: Prepared, styled: Pixels, faces: Sequence[Pixels | None]) -> Finished:
        return pictures.finish(prepared, styled, self.options, self.info, self.labels, faces)


@dataclass(eq=False, slots=True)
class Part:
    """A picture of several that become one result: it keeps what it was ``painted``, and its own Result has no bytes.

    ``photo`` is RGB or RGBA in sRGB, upright, of the size of what is to be painted.
    """

    photo: Image.Image = field(repr=False)
    options: Options
    painted: Image.Image | None = None

    def prepare(self, height: int, width: int) -> Prepared:
        return pictures.ready(self.photo, self.photo.size, self.options, height, width)

    def painter(self, style: Style) -> Style:
        return style

    def finish(self, prepared: Prepared, styled: Pixels, faces: Sequence[Pixels | None]) -> Finished:
        self.painted = pictures.painted(prepared, styled, self.options, faces)
        return Finished(b"", "", *self.photo.size)
