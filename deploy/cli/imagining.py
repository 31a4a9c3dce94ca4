"""Pictures made of words by the service, and painted by it in a style: two jobs for each, many at once."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.app import open_service
from deploy.cli.errors import Refused
from deploy.cli.packs import writing
from deploy.cli.restyling import save, stylized, taken
from deploy.settings import Settings
from inference.job import TAKES_REFERENCE, TAKES_WORDS, Format, Job, Options, Result
from inference.service import Service

Tell = Callable[[Path, int, Result], None]
"""Is told of each picture that is there: its file, its seed, and what became of it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What pictures are made of, by which style, and by which other one they are painted, if by any.

    ``options`` are of the last step.
    """

    words: str
    style: str
    painter: str | None
    options: Options


async def imagine(wish: Wish, targets: Mapping[int, Path], tell: Tell) -> None:
    """Make a picture for each seed, with the service that the settings name, and write it to its target.

    Raises:
        ServiceError: what the service says of any of them; the others are not waited for.
        Refused: a style takes something else, or a picture cannot be written.
    """
    async with open_service(Settings.load()) as service:
        await _require_fit(service, wish)
        try:
            async with asyncio.TaskGroup() as group:
                for seed, target in targets.items():
                    group.create_task(_imagine(service, wish, seed, target, tell))
        except ExceptionGroup as troubles:
            raise troubles.exceptions[0] from None


async def _require_fit(service: Service, wish: Wish) -> None:
    infos = await service.styles()
    if taken(infos, wish.style) != TAKES_WORDS:
        raise Refused(f"The style “{wish.style}” makes no pictures of words; try --with {wish.style}.")
    if wish.painter is None:
        return
    if taken(infos, wish.painter) == TAKES_WORDS:
        raise Refused(f"The style “{wish.painter}” makes pictures of words, and paints none; try --style.")
    if taken(infos, wish.painter) == TAKES_REFERENCE:
        raise Refused(f"The style “{wish.painter}” paints like another picture; atelier style --like does that.")


async def _imagine(service: Service, wish: Wish, seed: int, target: Path, tell: Tell) -> None:
    job = Job(b"", wish.style, wish.options, user="cli", words=wish.words, seed=seed)
    if wish.painter is None:
        result = await stylized(service, job)
    else:
        made = await stylized(service, replace(job, options=Options(format=Format.PNG)))
        result = await stylized(service, Job(made.picture, wish.painter, wish.options, user="cli"))
    with writing(target):
        await asyncio.to_thread(save, target, result.picture)
    tell(target, seed, result)
