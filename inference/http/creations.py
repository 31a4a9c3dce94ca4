"""A multipart form becomes a creator's pictures, and a Creation where their leave is with them."""

import json
from typing import Any

from aiohttp import BodyPartReader, web

from inference.creation import MOST_BYTES, MOST_PICTURES, Creation
from inference.errors import BadReference, InvalidRequest
from inference.http import wire
from inference.http.form import Count, Inflow, read_form, read_part, too_large
from inference.limits import Limits

CREATION_BYTES = 16_000
"""What the JSON of a creation may weigh."""


class _Given:
    """What has come in of a form: fields “picture”, and “creation” where that is wanted."""

    def __init__(self, limits: Limits, *, with_creation: bool) -> None:
        self._limits, self._with_creation = limits, with_creation
        self.pictures: list[bytes] = []
        self.creation: bytes | None = None
        self._taken = 0

    async def take(self, part: BodyPartReader, count: Count) -> None:
        if part.name == "picture":
            self.pictures.append(await self._picture(part, count))
        elif part.name == "creation" and self._with_creation and self.creation is None:
            refusal = InvalidRequest("The field “creation” is too long.")
            self.creation = await read_part(part, CREATION_BYTES, count, refusal)
        else:
            raise InvalidRequest(f"There is no field “{(part.name or '')[:40]}”, or it is there twice.")

    async def _picture(self, part: BodyPartReader, count: Count) -> bytes:
        place = len(self.pictures) + 1
        if place > MOST_PICTURES:
            raise BadReference(f"A style is made of 1 to {MOST_PICTURES} pictures; these are more.")
        refusal = BadReference(f"Picture {place} cannot be used. {too_large(self._limits).message}", place)
        data = await read_part(part, self._limits.picture_bytes, count, refusal)
        self._taken += len(data)
        if self._taken > MOST_BYTES:
            raise BadReference(f"Together the pictures are larger than {MOST_BYTES // 1_000_000} MB.")
        return data


async def read_pictures(request: web.Request, limits: Limits, inflow: Inflow) -> tuple[bytes, ...]:
    """Read the fields “picture” of a draft. Raises InvalidRequest, BadReference, Busy."""
    given = _Given(limits, with_creation=False)
    await read_form(request, inflow, given.take, "one to twenty fields “picture”")
    return tuple(given.pictures)


async def read_creation(request: web.Request, limits: Limits, inflow: Inflow) -> Creation:
    """Read the fields “picture” and “creation”, which is JSON. Raises InvalidRequest, BadReference, Busy."""
    given = _Given(limits, with_creation=True)
    await read_form(request, inflow, given.take, "a field “creation” and one to twenty fields “picture”")
    if given.creation is None:
        raise InvalidRequest("The form needs a field “creation”.")
    try:
        values: Any = json.loads(given.creation)
        return wire.to_creation(values, tuple(given.pictures))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidRequest("The field “creation” is not the JSON that it should be.") from error
