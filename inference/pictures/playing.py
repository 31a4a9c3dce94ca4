"""Frames become what moves: GIF stays GIF, a film MP4; WebP stays WebP with its transparency.

APNG, which few platforms play, becomes WebP, and a film GIF where PyAV is not there to write one. Every frame bears the
mark if one is asked for, and the file the same labels as a picture's, in the place that each format has for XMP.
"""

import struct
from collections.abc import Sequence

from PIL import Image

from inference.pictures import films
from inference.pictures.header import Header
from inference.pictures.moving import Frame
from inference.pictures.palette import flat
from inference.pictures.writing import Finished, saved

BYTES = 8_000_000
"""What every platform takes; a larger file is made anew of smaller frames."""
SHRINK, TRIES = 0.75, 4
QUALITY = 85
"""Of WebP: what moves is looked at less closely than what stands."""
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""The box in which ISO media files hold XMP (XMP specification, part 3)."""
GIF_XMP = b"\x21\xff\x0bXMP DataXMP"
GIF_TRAIL = b"\x01" + bytes(range(255, -1, -1)) + b"\x00"
"""Leads whoever reads the packet as a chain of blocks to its end (XMP specification, part 3)."""


def play(frames: Sequence[Frame], header: Header, label: bytes) -> Finished:
    """Encode what moves, of finished frames of one size; ``header`` is of what they were made of. Blocks.

    ``label`` is an XMP packet. The result is ``BYTES`` at most, for which frames are made smaller where need be.
    """
    for _ in range(TRIES):
        finished = _encoded(frames, header, label)
        if len(finished.picture) <= BYTES:
            break
        frames = _smaller(frames)
    return finished


def _encoded(frames: Sequence[Frame], header: Header, label: bytes) -> Finished:
    size = frames[0].picture.size
    if header.format in films.FORMATS and films.can_write():
        film = films.write([(frame.picture, frame.shown_ms) for frame in frames])
        return Finished(film + _box(XMP_UUID + label), "video/mp4", *size)
    if header.format in ("WEBP", "PNG"):
        return Finished(_webp(frames, header.loop, label), "image/webp", *size)
    return Finished(_gif(frames, header.loop, label), "image/gif", *size)


def _webp(frames: Sequence[Frame], loop: int, label: bytes) -> bytes:
    pictures, shown_ms = [frame.picture for frame in frames], [frame.shown_ms for frame in frames]
    more = {"duration": shown_ms, "loop": loop, "quality": QUALITY, "method": 2, "xmp": label}
    return saved(pictures[0], "WEBP", save_all=True, append_images=pictures[1:], **more)


def _gif(frames: Sequence[Frame], loop: int, label: bytes) -> bytes:
    pictures, clear = flat([frame.picture for frame in frames])
    more = {} if clear is None else {"transparency": clear, "disposal": 2}
    if loop != 1:
        more["loop"] = loop
    shown_ms = [frame.shown_ms for frame in frames]
    rest = pictures[1:]
    data = saved(pictures[0], "GIF", save_all=True, append_images=rest, duration=shown_ms, optimize=False, **more)
    return data[:-1] + GIF_XMP + label + GIF_TRAIL + b";"


def _box(content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, b"uuid") + content


def _smaller(frames: Sequence[Frame]) -> list[Frame]:
    width, height = (max(2, int(side * SHRINK) // 2 * 2) for side in frames[0].picture.size)
    size = width, height
    return [Frame(frame.picture.resize(size, Image.Resampling.BICUBIC), frame.shown_ms) for frame in frames]
