"""Downloads from Discord's CDN."""

import aiohttp

from bots import download
from bots.adapter import SendFailed, SendUncertain
from bots.discord.delivery import deliver
from bots.discord.endpoints import Endpoints
from bots.message import Picture

TIMEOUT = aiohttp.ClientTimeout(total=120, sock_connect=10, sock_read=30)


async def fetch(picture: Picture, endpoints: Endpoints) -> bytes:
    """Download a picture, never more than our limit of it and from nowhere but the CDN.

    Raises:
        TooLarge: it is larger.
        SendFailed: it is gone, or its address is not the CDN's.
    """
    if not endpoints.serves(picture.ref):
        raise SendFailed("the picture is not on Discord")
    download.check_size(picture.byte_count)
    try:
        return await deliver(lambda: _download(picture.ref), repeatable=True)
    except SendUncertain:
        raise SendFailed("the picture could not be downloaded") from None


async def _download(url: str) -> bytes:
    async with (
        aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()) as session,
        session.get(url, allow_redirects=False) as response,
    ):
        if response.status >= 500:
            raise aiohttp.ClientPayloadError(f"HTTP {response.status}")  # as passing as a broken connection
        if response.status != 200:
            raise SendFailed(f"the picture is gone (HTTP {response.status})")
        return await download.read(response)
