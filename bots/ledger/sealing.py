"""Creators' pictures at rest: sealed with the operator's key, where there is one.

The key is derived from the operator's words with scrypt (RFC 7914, n = 2^15, r = 8, p = 1) and the ledger's own salt;
pictures are sealed with Fernet (AES-128-CBC and HMAC-SHA-256, so that a wrong key is found out).
"""

import asyncio
import base64
import secrets

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bots.ledger.database import Database

_SEALED, _PLAIN = b"\x01", b"\x00"  # the first byte of what is stored


class Locked(Exception):
    """A picture was sealed with another key than the one that is set now, or with one while none is."""


class Sealing:
    """Seals and opens pictures. ``key`` is the operator's, any words; None leaves pictures as they are."""

    def __init__(self, database: Database, key: str | None) -> None:
        self._database, self._key, self._deriving = database, key, asyncio.Lock()
        self._fernet: Fernet | None = None

    async def seal(self, picture: bytes) -> bytes:
        fernet = await self._opened()
        if fernet is None:
            return _PLAIN + picture
        return _SEALED + await asyncio.to_thread(fernet.encrypt, picture)

    async def open(self, stored: bytes) -> bytes:
        """The picture that was stored. Raises Locked."""
        if stored[:1] == _PLAIN:
            return stored[1:]
        fernet = await self._opened()
        if fernet is None:
            raise Locked("The picture is sealed, and no key is set.")
        try:
            return await asyncio.to_thread(fernet.decrypt, stored[1:])
        except InvalidToken:
            raise Locked("The picture is sealed with another key.") from None

    async def _opened(self) -> Fernet | None:
        """The key, derived once: it takes a tenth of a second on purpose."""
        if self._key is None:
            return None
        async with self._deriving:
            if self._fernet is None:
                self._fernet = await asyncio.to_thread(_derived, self._key, await self._salt())
        return self._fernet

    async def _salt(self) -> bytes:
        async with self._database.transaction() as db:
            await db.execute(
                "INSERT INTO sealing (salt) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM sealing)",
                (secrets.token_bytes(16),),
            )
        rows = await self._database.rows("SELECT salt FROM sealing")
        return bytes(rows[0][0])


def _derived(key: str, salt: bytes) -> Fernet:
    words = Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(words))
