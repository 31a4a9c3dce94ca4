"""What one person said and the other half of it is yet to come: a style waits for its photo, a photo for its style."""

import json
from dataclasses import asdict

from bots.commands import Wish
from bots.ledger import records
from bots.ledger.memory import Memory
from bots.message import Message, Picture

_REMEMBERED_S = 600
_CHOICE, _PICTURES, _SHEET = "choice", "pictures", "sheet"


class Announced:
    """Remembers for ten minutes, for one person in one chat."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def choose(self, message: Message, wish: Wish) -> None:
        """The next photo is to be made like this."""
        await self._memory.remember(message, _CHOICE, json.dumps(asdict(wish)), _REMEMBERED_S)

    async def choice(self, message: Message) -> Wish | None:
        chosen = await self._memory.recall(message, _CHOICE)
        return None if chosen is None else Wish(**json.loads(chosen))

    async def keep_pictures(self, message: Message) -> None:
        """The pictures of a message, if it has any, are to be made in the style that is named next."""
        if pictures := message.pictures or message.replied:
            value = {"pictures": [asdict(picture) for picture in pictures], "as_file": message.as_file}
            await self._memory.remember(message, _PICTURES, json.dumps(value), _REMEMBERED_S)

    async def pictures(self, message: Message) -> tuple[tuple[Picture, ...], bool]:
        """The pictures that a command is about, and whether they were sent as files: its own, or those kept before."""
        if pictures := message.pictures or message.replied:
            return pictures, message.as_file
        kept = json.loads(await self._memory.recall(message, _PICTURES) or "{}")
        return records.pictures(kept.get("pictures", ())), kept.get("as_file", False)

    async def lay_out(self, message: Message, key: str) -> None:
        """A numbered sheet leaves as the answer ``key``: a number alone means one of it."""
        await self._memory.remember(message, _SHEET, key, _REMEMBERED_S, durable=False)

    async def sheet(self, message: Message) -> str | None:
        """The key of the sheet that a number alone is about."""
        return await self._memory.recall(message, _SHEET)

    async def forget(self, message: Message) -> bool:
        """The person has changed their mind. False if neither half was said."""
        known = [await self._memory.recall(message, what) for what in (_CHOICE, _PICTURES)]
        for what in (_CHOICE, _PICTURES):
            await self._memory.forget(message, what)
        return any(known)
