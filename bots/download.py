"""Downloads from a platform: never more than what we take from people, whatever their size is said to be."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

import aiohttp
from yarl import URL

from bots.adapter import SendFailed, SendUncertain
from bots.message import Picture
from bots.through import through
from inference.errors import TooLarge

LIMIT = 20 * 2**20
"""Bytes of a picture that we take from people."""
Hosts = Mapping[str, Mapping[str, str]]
"""Origins, such as "https://*.example.org", each with the headers that it is shown."""
_CHUNK = 64 * 1024
_TIMEOUT = aiohttp.ClientTimeout(total=120, sock_connect=10, sock_read=30)


def check_size(byte_count: int | None) -> None:
    """Raise TooLarge beyond the limit; a size that is not known yet may pass."""
    if (byte_count or 0) > LIMIT:
        raise TooLarge(f"The picture is larger than {LIMIT // 2**20} MB.")


async def fetch(picture: Picture, platform: str, hosts: Hosts) -> bytes:
    """Download a picture by its address, from the platform's own hosts alone; tried again where it may still be had.

    Raises:
        TooLarge: it is larger than we take.
        SendFailed: it is gone, could not be had, or its address is not the platform's.
    """
    headers = shown_to(picture.ref, hosts)
    if headers is None:
        raise SendFailed(f"the picture is not on {platform}")
    check_size(picture.byte_count)
    try:
        return await through(
            lambda: _get(picture.ref, headers), platform, SendFailed, lambda gone: gone, repeatable=True
        )
    except SendUncertain:
        raise SendFailed("the picture could not be downloaded") from None


def shown_to(url: str, hosts: Hosts) -> Mapping[str, str] | None:
    """The headers for the host of an address; None where it is none of these, or no address."""
    try:
        origin = str(URL(url).origin())
    except ValueError:
        return None
    return next((shown for host, shown in hosts.items() if origin == host or fnmatchcase(origin, host)), None)


async def _get(url: str, headers: Mapping[str, str]) -> bytes:
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
