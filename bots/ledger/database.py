"""One SQLite file: opened safely, brought to the present schema, and written in whole transactions."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiosqlite

from bots.ledger.schema import STEPS

_SETTINGS = (
    "PRAGMA locking_mode = EXCLUSIVE",  # two programs on one ledger would answer everything twice
    "PRAGMA journal_mode = WAL",
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
)


class LedgerError(Exception):
    """The ledger cannot be used; the text is a sentence for the operator."""


class Database:
    """An async context manager over one connection."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = asyncio.Lock()  # keeps the statements of one transaction together on the one connection

    async def __aenter__(self) -> Self:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))  # SQLite's own files take over this mode
        except OSError as error:
            raise LedgerError(f"The ledger {self.path} is not usable: {error.strerror or error}.") from error
        self._db = await aiosqlite.connect(self.path, isolation_level=None, timeout=1)
        try:
            for setting in _SETTINGS:
                await self._db.execute_fetchall(setting)
            await self._upgrade()
        except BaseException as error:
            await self._db.close()
            if isinstance(error, sqlite3.Error):
                in_use = isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
                reason = "in use by another program" if in_use else f"not usable: {error}"
                raise LedgerError(f"The ledger {self.path} is {reason}.") from error
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._db.close()

    @asynccontextmanager
    async def transaction(self, *, durable: bool = True) -> AsyncIterator[aiosqlite.Connection]:
        """Write as a whole or not at all; ``durable`` writes are on the disk when this returns."""
        async with self._writing:
            await self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            try:
                await self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                await self._db.execute("COMMIT")
            except BaseException:
                await self._db.rollback()
                raise

    async def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self._db.execute_fetchall(query, values)]

    async def empty_log(self) -> None:
        """Move everything into the file proper and cut the write-ahead log, which still holds deleted bytes."""
        async with self._writing:
            await self._db.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def _upgrade(self) -> None:
        async with self.transaction() as db:
            ((version,),) = await self.rows("PRAGMA user_version")
            if version > len(STEPS):
                raise LedgerError(f"The ledger {self.path} was written by a newer Atelier; please update.")
            for statement in (statement for step in STEPS[version:] for statement in step):
                await db.execute(statement)
            await db.execute(f"PRAGMA user_version = {len(STEPS)}")
