"""The style pictures of a job: kept with its picture, and gone with it (``schema`` sees to that)."""

from collections.abc import Sequence

import aiosqlite

from bots.ledger.database import Database
from inference.job import Reference


async def keep(db: aiosqlite.Connection, number: int, item: int, references: Sequence[Reference]) -> None:
    """Record them in their order, in the transaction that records the job."""
    await db.executemany(
        "INSERT INTO job_references (number, item, place, picture, weight) VALUES (?, ?, ?, ?, ?)",
        [(number, item, place, each.picture, each.weight) for place, each in enumerate(references)],
    )


async def recall(database: Database, number: int, item: int) -> tuple[Reference, ...]:
    """Those of one job, in their order."""
    rows = await database.rows(
        "SELECT picture, weight FROM job_references WHERE number = ? AND item = ? ORDER BY place", number, item
    )
    return tuple(Reference(picture, weight) for picture, weight in rows)
