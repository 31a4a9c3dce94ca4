"""Photos on disk through the service: several at once, each result written whole or not at all."""

import asyncio
import errno
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from deploy.app import open_service
from deploy.cli.errors import Refused
from deploy.cli.pieces import Piece
from deploy.cli.progress import Progress
from deploy.settings import Settings
from inference.errors import Busy, Failed, NotAPicture, TooLarge, UnknownStyle
from inference.job import Job, Options, Result
from inference.limits import Limits
from inference.service import Service

AT_ONCE = Limits().user_jobs
"""Photos handed to the service together: as many as it lets one person wait with, so that its batches fill and its
device waits for no disk."""
OF_ONE_PHOTO = (NotAPicture, TooLarge, Failed)
"""What is wrong with one photo; any other refusal would meet the next one as well."""
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
LEAST_WAIT_S = 0.1


async def restyle(pieces: Sequence[Piece], options: Options, progress: Progress) -> None:
    """Restyle every piece with the service that the settings name; one that fails is told, and the rest goes on.

    Raises:
        ServiceError: what no photo would get past.
        Refused: the disk takes no more.
    """
    async with open_service(Settings.load()) as service:
        await _require_known(service, dict.fromkeys(piece.style for piece in pieces))
        left = iter(pieces)
        with progress:
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(AT_ONCE, len(pieces))):
                        group.create_task(_take_turns(service, left, options, progress))
            except ExceptionGroup as troubles:
                raise troubles.exceptions[0] from None  # it stopped the others


async def _require_known(service: Service, styles: Iterable[str]) -> None:
    known = [info.id for info in await service.styles()]
    for style in styles:
        if style not in known:
            raise UnknownStyle(style, next(iter(get_close_matches(style, known, n=1, cutoff=0.5)), None))


async def _take_turns(service: Service, left: Iterator[Piece], options: Options, progress: Progress) -> None:
    for piece in left:
        try:
            result = await _restyled(service, piece, options)
        except OF_ONE_PHOTO as error:
            progress.fail(piece, f"{piece.photo}: {error}")
        except OSError as error:  # of the photo or of its result; it says which
            if error.errno in FULL:
                raise Refused(f"{piece.target}: cannot be written ({error.strerror}).") from error
            progress.fail(piece, f"{error.filename or piece.photo}: {error.strerror or error}.")
        else:
            progress.finish(piece, result)


async def _restyled(service: Service, piece: Piece, options: Options) -> Result:
    picture = await asyncio.to_thread(piece.photo.read_bytes)
    job = Job(picture, piece.style, options, user="cli")
    while True:
        try:
            result = await service.stylize(job)
        except Busy as busy:  # with other people's photos; ours have time
            await asyncio.sleep(max(LEAST_WAIT_S, busy.retry_after_s))
        else:
            await asyncio.to_thread(_save, piece.target, result.picture)
            return result


def _save(target: Path, picture: bytes) -> None:
    """Write beside, then rename: under its own name a result is whole, whenever we are stopped."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.part")
    try:
        beside.write_bytes(picture)
        beside.replace(target)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
