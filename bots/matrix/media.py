"""Pictures in and out of the homeserver's media store, encrypted where their room is."""

import re
from typing import Any
from urllib.parse import parse_qs, urlencode

import aiohttp
import nio
from nio.crypto import decrypt_attachment, encrypt_attachment

from bots import download
from bots.adapter import SendFailed
from bots.backoff import Backoff
from bots.matrix.delivery import Delivery, Refused
from bots.matrix.pace import Pace
from bots.message import Photo, Picture

MEDIA = re.compile(r"mxc://([A-Za-z0-9.\-:\[\]]{1,255})/([A-Za-z0-9_\-]{1,255})")
KEY_PARTS = ("key", "iv", "sha256")


def reference(content: dict[str, Any]) -> str | None:
    """What ``fetch`` takes for the media that an event shows: its address, and its key if it is encrypted."""
    file = content.get("file")
    if not isinstance(file, dict):
        url = content.get("url")
        return url if isinstance(url, str) and MEDIA.fullmatch(url) else None
    key, hashes = file.get("key"), file.get("hashes")
    parts = (
        key.get("k") if isinstance(key, dict) else None,
        file.get("iv"),
        hashes.get("sha256") if isinstance(hashes, dict) else None,
    )
    url = file.get("url")
    if not (isinstance(url, str) and MEDIA.fullmatch(url) and all(isinstance(part, str) for part in parts)):
        return None
    return f"{url}#{urlencode(dict(zip(KEY_PARTS, parts, strict=True)))}"


class Media:
    """Downloads and uploads through a Delivery."""

    def __init__(self, delivery: Delivery, pace: Pace) -> None:
        self._delivery, self._pace = delivery, pace

    async def fetch(self, picture: Picture, client: Any) -> bytes:
        """Download a picture, never more than our limit of it.

        Raises:
            TooLarge: it is larger.
            SendFailed: it is gone, or is not what its message says.
        """
        download.check_size(picture.byte_count)
        url, _, keys = picture.ref.partition("#")
        match = MEDIA.fullmatch(url)
        if match is None:
            raise SendFailed("The picture is not on Matrix.")
        taken = await self._patiently(client, f"/_matrix/client/v1/media/download/{match[1]}/{match[2]}")
        return _decrypted(taken, keys) if keys else taken

    async def upload(self, photo: Photo, *, encrypted: bool) -> dict[str, Any]:
        """Put a picture where its event can name it; that part of the event's content. Raises as ``Delivery.send``."""
        sent, keys = encrypt_attachment(photo.picture) if encrypted else (photo.picture, None)

        async def call(client: Any) -> Any:
            answer, _ = await client.upload(
                lambda *_: sent,
                content_type="application/octet-stream" if encrypted else photo.media_type,
                filename=None if encrypted else photo.name,
                filesize=len(sent),
            )
            return answer

        try:
            url = (await self._delivery.ask(call)).content_uri
        except Refused as error:
            if error.code == "M_TOO_LARGE":
                raise SendFailed("The picture is larger than the homeserver takes.") from None
            raise
        return {"file": {**keys, "url": url}} if keys else {"url": url}

    async def _patiently(self, client: Any, path: str) -> bytes:
        backoff = Backoff(self._pace)
        while True:
            try:
                return await self._download(client, path)
            except (aiohttp.ClientError, TimeoutError):
                if backoff.tries >= self._pace.uncertain_tries:
                    raise SendFailed("Matrix did not hand out the picture.") from None
            await backoff.wait()

    async def _download(self, client: Any, path: str) -> bytes:
        headers = {"Authorization": f"Bearer {client.access_token}"}
        async with await client.send("GET", path, headers=headers) as response:
            if response.status == 429 or response.status >= 500 or response.status == 401:
                raise aiohttp.ClientPayloadError(f"HTTP {response.status}")  # as passing as a broken connection
            if response.status != 200:
                raise SendFailed(f"The picture is gone (HTTP {response.status}).")
            return await download.read(response)


def _decrypted(taken: bytes, keys: str) -> bytes:
    """Raises SendFailed when it is not what its message announced."""
    known = parse_qs(keys)
    key, iv, sha256 = (known.get(part, [""])[0] for part in KEY_PARTS)
    try:
        return bytes(decrypt_attachment(taken, key, sha256, iv))
    except (nio.EncryptionError, ValueError):
        raise SendFailed("The picture cannot be decrypted.") from None
