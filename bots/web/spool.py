"""Where uploaded pictures wait until the conversation fetches them.

A chat platform keeps what people send it; here nobody else does, so an upload is put into a small folder before its
Message is accepted, and a restart finds it again. A picture is deleted an hour after it came: so long do the buttons
under an answer ("other style") need it.
"""

import asyncio
import contextlib
import logging
import os
import re
import secrets
import time
from collections.abc import AsyncIterable, Callable
from pathlib import Path
from typing import IO, ParamSpec, TypeVar

from bots.message import Picture
from inference.errors import TooLarge

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)
LIMIT_BYTES = 20 * 1024 * 1024
_MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}
_REF = re.compile(r"[0-9a-f]{32}-[0-9a-f]{32}")


class SpoolFull(Exception):
    """There is no room for another upload just now."""


class Spool:
    """A folder of uploads, each named ``owner-random``; only the owner's Messages may name it.

    ``capacity_bytes`` bounds the whole folder, uploads under way counted at their largest.
    """

    def __init__(self, folder: Path, *, keep_s: float = 3600, capacity_bytes: int = 1 << 30) -> None:
        self._folder = folder
        self._keep_s = keep_s
        self._capacity_bytes = capacity_bytes
        self._arriving = 0

    async def put(self, owner: str, chunks: AsyncIterable[bytes]) -> tuple[str, int]:
        """Keep a picture durably. Returns its ref and byte count; raises ``TooLarge`` or ``SpoolFull``."""
        self._arriving += 1
        try:
            if await asyncio.to_thread(self._used) + self._arriving * LIMIT_BYTES > self._capacity_bytes:
                raise SpoolFull
            return await self._write(f"{owner}-{secrets.token_hex(16)}", chunks)
        finally:
            self._arriving -= 1

    async def get(self, ref: str) -> bytes:
        """The picture's bytes. Raises ``FileNotFoundError`` when it is gone or never was."""
        return await asyncio.to_thread(self._path(ref).read_bytes)

    async def look(self, owner: str, ref: str) -> Picture:
        """The picture as a Message names it. Raises ``FileNotFoundError`` when it is gone or somebody else's."""
        if not ref.startswith(f"{owner}-"):
            raise FileNotFoundError("no such picture")
        return await asyncio.to_thread(self._look, ref)

    async def sweep(self) -> None:
        """Delete what has been here for longer than ``keep_s``."""
        await asyncio.to_thread(self._sweep, time.time() - self._keep_s)

    async def _write(self, ref: str, chunks: AsyncIterable[bytes]) -> tuple[str, int]:
        path = self._path(ref)
        part = path.with_suffix(".part")
        file = await _on_disk(self._create, part)
        try:
            byte_count = await _pour(chunks, file)
            await _on_disk(_settle, file)
            await _on_disk(part.rename, path)
        finally:  # an upload that was cut off leaves nothing behind
            with contextlib.suppress(OSError):  # a full disk is told once; what is whole was flushed before
                file.close()
            part.unlink(missing_ok=True)
        return ref, byte_count

    def _path(self, ref: str) -> Path:
        if not _REF.fullmatch(ref):
            raise FileNotFoundError("no such picture")
        return self._folder / ref

    def _look(self, ref: str) -> Picture:
        with self._path(ref).open("rb") as file:
            head, byte_count = file.read(12), os.fstat(file.fileno()).st_size
        return Picture(ref, _media_type(head), byte_count)

    def _create(self, path: Path) -> IO[bytes]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def _used(self) -> int:
        return sum(entry.stat().st_size for entry in self._entries() if not entry.name.endswith(".part"))

    def _sweep(self, before: float) -> None:
        for entry in self._entries():
            if entry.stat().st_mtime < before:
                Path(entry.path).unlink(missing_ok=True)

    def _entries(self) -> list[os.DirEntry[str]]:
        if not self._folder.is_dir():
            return []
        with os.scandir(self._folder) as entries:
            return list(entries)


async def _on_disk(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return await asyncio.to_thread(work, *args, **kwargs)
    except OSError as error:
        log.error("an upload cannot be kept: %s", error.strerror)
        raise SpoolFull from error


async def _pour(chunks: AsyncIterable[bytes], file: IO[bytes]) -> int:
    byte_count = 0
    async for chunk in chunks:
        byte_count += len(chunk)
        if byte_count > LIMIT_BYTES:
            raise TooLarge(f"A picture may have at most {LIMIT_BYTES >> 20} MB.")
        await _on_disk(file.write, chunk)
    return byte_count


def _media_type(head: bytes) -> str:
    """What a file's first bytes claim to be; "" for anything else. Whether it is one, decoding will show."""
    if head[:4] == b"RIFF" and head[8:] == b"WEBP":
        return "image/webp"
    return next((media_type for magic, media_type in _MAGIC.items() if head.startswith(magic)), "")


def _settle(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
