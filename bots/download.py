"""Downloads from a platform: never more than what we take from people, whatever their size is said to be."""

from collections.abc import Mapping

import aiohttp

from bots.adapter import SendFailed
from inference.errors import TooLarge

LIMIT = 20 * 2**20
"""Bytes of a picture that we take from people."""
_CHUNK = 64 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=120, sock_connect=10, sock_read=30)


def check_size(byte_count: int | None) -> None:
    """Raise TooLarge beyond the limit; a size that is not known yet may pass."""
    if (byte_count or 0) > LIMIT:
        raise TooLarge(f"The picture is larger than {LIMIT // 2**20} MB.")


async def get(url: str, headers: Mapping[str, str] | None = None) -> bytes:
    """What stands at an address, without cookies; a redirect could take what ``headers`` hold elsewhere.

    Raises:
        TooLarge: it is larger than we take.
        SendFailed: it is gone, or no more than a page that asks for a log-in.
        aiohttp.ClientError, OSError, TimeoutError: it may still be had later.
    """
    async with (
        aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()) as session,
        session.get(url, headers=headers, allow_redirects=False) as response,
    ):
        if response.status >= 500:
            raise aiohttp.ClientPayloadError(f"HTTP {response.status}")  # as passing as a broken connection
        if response.status != 200 or response.content_type == "text/html":
            raise SendFailed(f"the picture is gone (HTTP {response.status})")
        return await read(response)


async def read(response: aiohttp.ClientResponse) -> bytes:
    """The body of an answer. Raises TooLarge as soon as it is."""
    check_size(response.content_length)
    taken = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        taken += chunk
        check_size(len(taken))
    return bytes(taken)
