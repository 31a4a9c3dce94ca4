"""Downloads from a platform: never more than what we take from people, whatever their size is said to be."""

import aiohttp

from inference.errors import TooLarge

LIMIT = 20 * 2**20
"""Bytes of a picture that we take from people."""
_CHUNK = 64 * 1024


def check_size(byte_count: int | None) -> None:
    """Raise TooLarge beyond the limit; a size that is not known yet may pass."""
    if (byte_count or 0) > LIMIT:
        raise TooLarge(f"The picture is larger than {LIMIT // 2**20} MB.")


async def read(response: aiohttp.ClientResponse) -> bytes:
    """The body of an answer. Raises TooLarge as soon as it is."""
    check_size(response.content_length)
    taken = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        taken += chunk
        check_size(len(taken))
    return bytes(taken)
