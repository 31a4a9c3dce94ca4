"""What is kept of a person beyond one chat: the language they chose, and whether the operator blocked them."""

from dataclasses import dataclass

from bots.ledger.database import Database


@dataclass(frozen=True, slots=True)
class Known:
    """``language`` is None until the person chose one."""

    language: str | None = None
    blocked: bool = False


class People:
    """People by (platform, person)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, platform: str, person: str) -> Known:
        rows = await self._database.rows(
            "SELECT language, blocked FROM people WHERE platform = ? AND person = ?", platform, person
        )
        return Known(rows[0][0], bool(rows[0][1])) if rows else Known()

    async def speak(self, platform: str, person: str, language: str | None) -> None:
        """Speak to a person in this language from now on; None for what their platform says."""
        await self._set(platform, person, "language", language)

    async def block(self, platform: str, person: str, *, blocked: bool) -> None:
        await self._set(platform, person, "blocked", blocked)

    async def _set(self, platform: str, person: str, column: str, value: str | bool | None) -> None:
        async with self._database.transaction() as db:
            await db.execute(
                f"INSERT INTO people (platform, person, {column}) VALUES (?, ?, ?) "  # noqa: S608  ours
                f"ON CONFLICT DO UPDATE SET {column} = excluded.{column}",
                (platform, person, value),
            )
