"""What moves becomes frames, one after another, so that never more of them are held than are needed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image

from inference.errors import NotAPicture
from inference.job import Options
from inference.pictures import films
from inference.pictures.header import Header, opened
from inference.pictures.ladder import framed, result_size
from inference.pictures.reading import upright

LONGEST = 512
"""The longer side at most of what moves: as large as chats show it, and small enough to pass everywhere."""


@dataclass(frozen=True, slots=True)
class Frame:
    """``picture`` is RGB or RGBA in sRGB, upright; it is shown for ``shown_ms``."""

    picture: Image.Image = field(repr=False)
    shown_ms: int


def moving_size(header: Header, options: Options) -> tuple[int, int]:
    """The (width, height) of a result that moves; both even, which films want."""
    width, height = result_size(*framed(header, options), min(options.max_side, LONGEST))
    return max(2, width // 2 * 2), max(2, height // 2 * 2)


def frames(data: bytes, header: Header, size: tuple[int, int]) -> Iterator[Frame]:
    """Decode the frames, in order, at ``size`` (width, height). Each step blocks.

    Raises:
        NotAPicture: the first is broken. What breaks off later ends there, as it does where people watch it.
    """
    if header.format in films.FORMATS:
        yield from (Frame(picture, shown_ms) for picture, shown_ms in films.frames(data, size))
        return
    count = 0
    try:
        for frame in _drawn(data, header, size):
            yield frame
            count += 1
    except NotAPicture:
        if not count:
            raise


def _drawn(data: bytes, header: Header, size: tuple[int, int]) -> Iterator[Frame]:
    with opened(data) as image:
        for place in range(header.frames):
            image.seek(place)
            picture = upright(image, header, size)
            picture = picture.copy() if picture is image else picture  # which the next frame overwrites
            yield Frame(picture, max(0, round(image.info.get("duration", 0))))
