"""Who had today's pictures, once they are forgotten: a digest, so that forgetting gives nobody new ones.

The key lies in the ledger and goes with the last digest. Until then, whoever holds the ledger can find out whether a
person whom they know already was forgotten within the day; nobody can read from a digest whose it is.
"""

import hashlib
import secrets

import aiosqlite


async def sign(db: aiosqlite.Connection, platform: str, person: str) -> str:
    """The digest of a person, within a transaction of its caller; there is a key from now on."""
    await db.execute(
        "INSERT INTO spenders (key) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM spenders)", (secrets.token_bytes(32),)
    )
    return await known(db, platform, person) or ""


async def known(db: aiosqlite.Connection, platform: str, person: str) -> str | None:
    """The digest under which a person may be counted; None while nobody is counted under any."""
    keys = [key for (key,) in await db.execute_fetchall("SELECT key FROM spenders")]
    return hashlib.blake2b(f"{platform}\0{person}".encode(), key=keys[0], digest_size=16).hexdigest() if keys else None


async def tidy(db: aiosqlite.Connection, before: float) -> None:
    """Let go of the digests of what was debited before a time, and of the key that nobody is counted with."""
    await db.execute("UPDATE debits SET digest = NULL WHERE digest IS NOT NULL AND at < ?", (before,))
    await db.execute("DELETE FROM spenders WHERE NOT EXISTS (SELECT 1 FROM debits WHERE digest IS NOT NULL)")
