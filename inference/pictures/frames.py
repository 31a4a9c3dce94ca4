"""Counting a GIF's frames without decoding any: Pillow's own count walks the whole file, however long it is."""

GIF_HEADER_BYTES = 13
IMAGE_BYTES, EXTENSION_BYTES = 10, 2
IMAGE, EXTENSION = 0x2C, 0x21


def gif_frames(data: bytes, *, stop: int) -> int:
    """Count image blocks by the GIF89a block structure, up to ``stop``; a broken tail ends the count.

    Frames are at least 1: whether the first is whole shows when it is decoded.
    """
    at = GIF_HEADER_BYTES + _colours(data, GIF_HEADER_BYTES - 3)
    frames = 0
    while at < len(data) and frames < stop:
        if data[at] == IMAGE:
            frames += 1
            at += IMAGE_BYTES + _colours(data, at + IMAGE_BYTES - 1) + 1  # the byte after is the LZW code size
        elif data[at] == EXTENSION:
            at += EXTENSION_BYTES
        else:
            break  # the trailer, or junk
        at = _after_blocks(data, at)
    return max(1, frames)


def _colours(data: bytes, at: int) -> int:
    """Bytes of the colour table that the flags at ``at`` announce."""
    flags = data[at] if at < len(data) else 0
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int) -> int:
    """The place after a chain of length-prefixed blocks, which an empty one ends."""
    while at < len(data) and data[at]:
        at += data[at] + 1
    return at + 1
