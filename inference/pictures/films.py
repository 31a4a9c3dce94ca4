"""MP4 and WebM, which chats make of GIFs, read through PyAV where it is installed (the extra ``video``).

Only pictures are read, of few codecs and by one thread; sound, subtitles and whatever else a file may hold or point
to is left alone. At most ``PER_SECOND`` frames a second are taken, as many as a GIF has.
"""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from inference.errors import NotAPicture
from inference.limits import Limits

if TYPE_CHECKING:
    from av import VideoFrame, VideoStream
    from av.container import InputContainer

INSTALLED = find_spec("av") is not None

FORMATS = ("MP4", "WEBM")
STARTS = ((re.compile(rb"....ftyp(?!hei|hev|mif|msf|avi)", re.DOTALL), "mp4"), (re.compile(rb"\x1aE\xdf\xa3"), "webm"))
"""How files begin, and what PyAV calls their format."""
CODECS = frozenset({"h264", "hevc", "mpeg4", "vp8", "vp9", "libdav1d"})

ENCODER = "libx264"
MILLISECOND = Fraction(1, 1000)

PER_SECOND = 15
PACKETS = 20_000
"""Of a film, looked through for their times; a longer one is cut there, and is too long anyway."""
USUAL_MS = 1000 // PER_SECOND


class Size(NamedTuple):
    """What ``Header`` wants to know of a film."""

    format: str
    width: int
    height: int
    frames: int


def can_read(data: bytes) -> bool:
    """Whether this looks like a film, and PyAV is there to read it."""
    return INSTALLED and _kind(data) != ""


def inspect(data: bytes, limits: Limits) -> Size:
    """Look through a film's packets; only its first frame is decoded, if even that.

    Raises:
        NotAPicture: broken, without pictures, or of a codec that we do not read.
    """
    kind = _kind(data)
    with _opened(data) as (container, stream):
        width, height = stream.codec_context.width, stream.codec_context.height
        packets = (packet.pts for packet, _ in zip(container.demux(stream), range(PACKETS), strict=False))
        times = sorted(pts for pts in packets if pts is not None)
        pace, unit = _Pace(), stream.time_base or MILLISECOND
        count = sum(pace.takes(pts * unit) for pts in times)
        if not (count and width and height):
            raise NotAPicture("The film holds no pictures.")
        if width * height <= limits.picture_pixels and _turned(container, stream):
            width, height = height, width
    return Size(kind.upper(), width, height, count)


def first(data: bytes, size: tuple[int, int]) -> Image.Image:
    """The first frame, RGB, at ``size`` (width, height). Raises NotAPicture."""
    for image, _ in frames(data, size):
        return image
    raise NotAPicture("The film holds no pictures.")


def frames(data: bytes, size: tuple[int, int]) -> Iterator[tuple[Image.Image, int]]:
    """The frames that are taken, RGB at ``size`` (width, height), and how many milliseconds each is shown.

    Raises:
        NotAPicture: the first cannot be decoded. A film that breaks off later ends there.
    """
    from av import FFmpegError

    before: tuple[Image.Image, float] | None = None
    try:
        for image, start_ms in _decoded(data, size):
            if before:
                yield before[0], max(1, round(start_ms - before[1]))
            before = image, start_ms
    except (NotAPicture, FFmpegError) as error:
        if before is None:
            raise NotAPicture("The film is damaged.") from error
    if before:
        yield before[0], USUAL_MS


def _decoded(data: bytes, size: tuple[int, int]) -> Iterator[tuple[Image.Image, float]]:
    pace = _Pace()
    with _opened(data) as (container, stream):
        for frame in container.decode(stream):
            time = (frame.pts or 0) * (frame.time_base or MILLISECOND)
            if pace.takes(time):
                yield _upright(frame, size), float(time * 1000)


def _upright(frame: "VideoFrame", size: tuple[int, int]) -> Image.Image:
    """As a phone that was held sideways meant it. ``rotation`` is in degrees, against the clock."""
    turned = frame.rotation % 180 != 0
    width, height = size[::-1] if turned else size
    image = Image.fromarray(frame.to_ndarray(format="rgb24", width=width, height=height, interpolation="BICUBIC"))
    return image.rotate(frame.rotation, expand=True) if frame.rotation else image


class _Pace:
    """Says which frames are taken: evenly ``PER_SECOND``, or all where there are fewer."""

    def __init__(self) -> None:
        self._due: Fraction | None = None

    def takes(self, time: Fraction) -> bool:
        """Asked with each frame's time, in order. 25 a second become 15, and not the 12.5 that are every other one."""
        step = Fraction(1, PER_SECOND)
        if self._due is not None and time < self._due:
            return False
        late = self._due is None or time - self._due >= step
        self._due = time + step if late or self._due is None else self._due + step
        return True


def _turned(container: "InputContainer", stream: "VideoStream") -> bool:
    container.seek(0)
    first = next(container.decode(stream), None)
    return first is not None and first.rotation % 180 != 0


@contextmanager
def _opened(data: bytes) -> "Iterator[tuple[InputContainer, VideoStream]]":
    import av

    try:
        with av.open(io.BytesIO(data), "r", format=_kind(data)) as container:
            stream = next(iter(container.streams.video), None)
            if stream is None or getattr(stream.codec_context, "name", "") not in CODECS:  # no context: no known codec
                raise NotAPicture("This is a film that cannot be read.")
            stream.codec_context.thread_count = 1
            yield container, stream
    except (av.FFmpegError, ValueError, OverflowError) as error:
        raise NotAPicture("The film is damaged.") from error


def _kind(data: bytes) -> str:
    return next((kind for start, kind in STARTS if start.match(data[:16])), "")


def can_write() -> bool:
    """Whether PyAV is there, and was built with an H.264 encoder."""
    if not INSTALLED:
        return False
    import av

    return ENCODER in av.codecs_available


def write(frames: Sequence[tuple[Image.Image, int]]) -> bytes:
    """An MP4 (H.264, no sound) of frames, all of one even size, each with the milliseconds for which it is shown."""
    import av

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream(ENCODER, options={"crf": "20", "preset": "veryfast"})
        if not isinstance(stream, av.VideoStream):
            raise TypeError(f"{ENCODER} does not encode pictures")
        stream.width, stream.height = frames[0][0].size
        stream.pix_fmt, stream.codec_context.thread_count = "yuv420p", 1
        stream.time_base = stream.codec_context.time_base = MILLISECOND
        start_ms = 0
        for picture, shown_ms in frames:
            frame = av.VideoFrame.from_ndarray(np.asarray(picture.convert("RGB")), format="rgb24")
            frame.pts, frame.time_base, frame.duration = start_ms, MILLISECOND, shown_ms
            container.mux(stream.encode(frame))
            start_ms += shown_ms
        container.mux(stream.encode())
    return out.getvalue()
