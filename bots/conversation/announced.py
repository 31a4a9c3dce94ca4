"""What one person said and the other half of it is yet to come: a style waits for its photo, a photo for its style."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from bots.commands import Wish
from bots.ledger import records
from bots.ledger.memory import Memory
from bots.message import Message, Picture

_REMEMBERED_S = 600
_CHOICE, _PICTURES, _SHEET = "choice", "pictures", "sheet"
_LIKING, _COLLECTING = "liking", "collecting"


@dataclass(frozen=True, slots=True)
class Liking:
    """A photo that is to be like other pictures, as far as it was said: the pictures, the photo first, and how.

    ``weights`` are the shares of the style pictures, or none for equal ones; ``message`` is the id of what said it.
    """

    wish: Wish
    weights: tuple[float, ...]
    pictures: tuple[Picture, ...]
    as_file: bool
    message: str

    @property
    def missing(self) -> int:
        """How many pictures are yet to come."""
        return max(0, 1 + max(1, len(self.weights)) - len(self.pictures))


class Announced:
    """Remembers for ten minutes, for one person in one chat."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def choose(self, message: Message, wish: Wish) -> None:
        """The next photo is to be made like this."""
        await self._memory.remember(message, _CHOICE, json.dumps(asdict(wish)), _REMEMBERED_S)

    async def choice(self, message: Message) -> Wish | None:
        """The style that waits for its photo; None also while the next picture has another meaning."""
        chosen = json.loads(await self._memory.recall(message, _CHOICE) or "{}")
        return Wish(**chosen) if chosen and not chosen.keys() & {_LIKING, _COLLECTING} else None

    async def collect(self, message: Message, key: str) -> None:
        """The next pictures are for the creator's style under this key: in the place of any choice."""
        await self._memory.remember(message, _CHOICE, json.dumps({_COLLECTING: key}), _REMEMBERED_S)

    async def collecting(self, message: Message) -> str | None:
        """The key of the creator's style that the next pictures are for."""
        key = json.loads(await self._memory.recall(message, _CHOICE) or "{}").get(_COLLECTING)
        return str(key) if key else None

    async def collected(self, message: Message, key: str) -> None:
        """No more pictures come for the creator's style under this key."""
        if await self.collecting(message) == key:
            await self._memory.forget(message, _CHOICE)

    async def begin(self, message: Message, liking: Liking) -> None:
        """The next pictures are the photo, or the style pictures, that are missing: in the place of any choice."""
        value = json.dumps({_LIKING: asdict(liking)})
        await self._memory.remember(message, _CHOICE, value, _REMEMBERED_S)

    async def liking(self, message: Message) -> Liking | None:
        """What was begun, even if nothing is missing from it any more."""
        values = json.loads(await self._memory.recall(message, _CHOICE) or "{}").get(_LIKING)
        if values is None:
            return None
        said = {"wish": Wish(**values["wish"]), "weights": tuple(values["weights"])}
        return Liking(**(values | said | {"pictures": records.pictures(values["pictures"])}))

    async def awaits_picture(self, message: Message) -> bool:
        """Whether the next picture has a meaning already."""
        liking = await self.liking(message)
        if liking or await self.collecting(message):
            return liking is None or bool(liking.missing)
        return await self.choice(message) is not None

    async def keep_pictures(self, message: Message) -> None:
        """The pictures of a message, if it has any, are to be made in the style that is named next."""
        if pictures := message.pictures or message.replied:
            earlier = await self._kept(message)
            again = records.pictures(earlier.get("pictures", ())) == pictures
            value = {
                "pictures": [asdict(picture) for picture in pictures],
                "as_file": message.as_file,
                "earlier": earlier.get("earlier" if again else "pictures", ()),
            }
            await self._memory.remember(message, _PICTURES, json.dumps(value), _REMEMBERED_S)

    async def pictures(self, message: Message) -> tuple[tuple[Picture, ...], bool]:
        """The pictures that a command is about, and whether they were sent as files: its own, or those kept before."""
        if pictures := message.pictures or message.replied:
            return pictures, message.as_file
        kept = await self._kept(message)
        return records.pictures(kept.get("pictures", ())), kept.get("as_file", False)

    async def latest(self, message: Message) -> tuple[tuple[Picture, ...], bool]:
        """The pictures kept last, or where it was a single one, the one before it and this one."""
        kept = await self._kept(message)
        pictures = records.pictures(kept.get("pictures", ()))
        if len(pictures) == 1:
            pictures = (*records.pictures(kept.get("earlier", ()))[-1:], *pictures)
        return pictures, kept.get("as_file", False)

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

    async def _kept(self, message: Message) -> dict[str, Any]:
        values: dict[str, Any] = json.loads(await self._memory.recall(message, _PICTURES) or "{}")
        return values
