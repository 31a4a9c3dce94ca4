"""Photos on disk through the service: several at once, each result written whole or not at all."""

import asyncio
import errno
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from deploy.app import open_service
from deploy.cli.errors import Refused
from deploy.cli.pieces import Piece
from deploy.cli.progress import Progress
from deploy.library import open_library
from deploy.settings import Settings
from inference.errors import Busy, Failed, NotAPicture, TooLarge, UnknownStyle
from inference.job import TAKES_REFERENCE, TAKES_WORDS, Job, Result
from inference.limits import Limits
from inference.service import Service, StyleInfo

AT_ONCE = Limits().user_jobs
"""Photos handed to the service together: as many as it lets one person wait with, so that its batches fill and its
device waits for no disk."""
OF_ONE_PHOTO = (NotAPicture, TooLarge, Failed)
"""What is wrong with one photo; any other refusal would meet the next one as well."""
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
LEAST_WAIT_S = 0.1


NONE_TAKES = {
    TAKES_REFERENCE: "No installed style paints like another picture. MicroAST, which its authors publish, does: "
    "atelier styles import --network microast FOLDER --id microast.",
    TAKES_WORDS: "No installed style makes pictures of words. Generators like StyleGAN2, which many people publish, "
    "make some: atelier styles import --network stylegan2 FILE --id ID.",
}


async def first_that_takes(what: str) -> str:
    """The first style of the service in the settings that ``takes`` this, a key of NONE_TAKES. Raises Refused."""
    settings = Settings.load()
    if settings.inference_url:
        async with open_service(settings) as service:
            ids = [info.id for info in await service.styles() if info.takes == what]
    else:  # nothing has to start for this
        ids = [card.id for card in open_library(settings).cards() if card.takes == what]
    if not ids:
        raise Refused(NONE_TAKES[what])
    return ids[0]


async def restyle(pieces: Sequence[Piece], blank: Job, progress: Progress) -> None:
    """Restyle every piece with the service that the settings name; one that fails is told, and the rest goes on.

    ``blank`` is the job of each, but for its picture and its style.

    Raises:
        ServiceError: what no photo would get past.
        Refused: the disk takes no more.
    """
    async with open_service(Settings.load()) as service:
        for style in dict.fromkeys(piece.style for piece in pieces):
            _require_fit(await service.styles(), style, liking=bool(blank.references))
        left = iter(pieces)
        with progress:
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(AT_ONCE, len(pieces))):
                        group.create_task(_take_turns(service, left, blank, progress))
            except ExceptionGroup as troubles:
                raise troubles.exceptions[0] from None  # it stopped the others


def taken(infos: Sequence[StyleInfo], style: str) -> str:
    """What the style takes. Raises UnknownStyle, with the nearest one."""
    takes = {info.id: info.takes for info in infos}
    if style not in takes:
        raise UnknownStyle(style, next(iter(get_close_matches(style, takes, n=1, cutoff=0.5)), None))
    return takes[style]


def _require_fit(infos: Sequence[StyleInfo], style: str, *, liking: bool) -> None:
    takes = taken(infos, style)
    if takes == TAKES_WORDS:
        raise Refused(f"The style “{style}” makes pictures of words: atelier theme WORDS --style {style}.")
    if takes == TAKES_REFERENCE and not liking:
        raise Refused(f"The style “{style}” paints like another picture; name that with --like.")
    if liking and takes != TAKES_REFERENCE:
        raise Refused(f"The style “{style}” paints like no other picture; leave --like out, or the style.")


async def _take_turns(service: Service, left: Iterator[Piece], blank: Job, progress: Progress) -> None:
    for piece in left:
        try:
            result = await _restyled(service, piece, blank)
        except OF_ONE_PHOTO as error:
            progress.fail(piece, f"{piece.photo}: {error}")
        except OSError as error:  # of the photo or of its result; it says which
            if error.errno in FULL:
                raise Refused(f"{piece.target}: cannot be written ({error.strerror}).") from error
            progress.fail(piece, f"{error.filename or piece.photo}: {error.strerror or error}.")
        else:
            progress.finish(piece, result)


async def _restyled(service: Service, piece: Piece, blank: Job) -> Result:
    picture = await asyncio.to_thread(piece.photo.read_bytes)
    result = await stylized(service, replace(blank, picture=picture, style=piece.style))
    await asyncio.to_thread(save, piece.target, result.picture)
    return result


async def stylized(service: Service, job: Job) -> Result:
    """Run one job, however long others keep the service busy. Raises ServiceError, but for Busy."""
    while True:
        try:
            return await service.stylize(job)
        except Busy as busy:  # with other people's photos; ours have time
            await asyncio.sleep(max(LEAST_WAIT_S, busy.retry_after_s))


def save(target: Path, picture: bytes) -> None:
    """Write beside, then rename: under its own name a result is whole, whenever we are stopped."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.part")
    try:
        beside.write_bytes(picture)
        beside.replace(target)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
