"""Downloads from Discord's CDN."""

from bots import download
from bots.adapter import SendFailed, SendUncertain
from bots.discord.delivery import deliver
from bots.discord.endpoints import Endpoints
from bots.message import Picture


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
        return await deliver(lambda: download.get(picture.ref), repeatable=True)
    except SendUncertain:
        raise SendFailed("the picture could not be downloaded") from None
