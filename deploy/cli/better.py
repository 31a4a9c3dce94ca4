"""``atelier styles better``: what was trained in the background for creators' styles is looked at, and chosen."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli.errors import Refused
from deploy.cli.packs import open_library, writing
from deploy.settings import Settings

if TYPE_CHECKING:
    from inference.bettering import Bettering


@click.command()
@click.argument("style", required=False)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The picture [STYLE-both.jpg].")
@click.option("--keep", "choice", type=click.Choice(("old", "new")), help="Keep the old one (A), or take the new (B).")
def better(style: str | None, output: Path | None, choice: str | None) -> None:
    """List the creators' styles that were made better, write a picture of both, or choose.

    A service with ATELIER_TRAIN trains in the background for styles that were made with --better. Until it is chosen,
    the old generator stays in use; what is not chosen is deleted.

    \b
    Examples:
      atelier styles better
      atelier styles better ada -o /tmp/both.jpg
      atelier styles better ada --keep new
    """
    if style is None:
        for each in asyncio.run(_candidates()):
            click.echo(each)
        return
    if choice:
        asyncio.run(_choose(style, new=choice == "new"))
        click.echo(f"{style}: the {choice} generator stays")
        return
    if style not in asyncio.run(_candidates()):
        raise Refused(f"There is no other generator of “{style}”; `atelier styles better` lists those that there are.")
    target = output or Path(f"{style}-both.jpg")
    picture = asyncio.run(_compared(style))
    with writing(target):
        target.write_bytes(picture)
    click.echo(f"{style}: written to {target}")


async def _candidates() -> tuple[str, ...]:
    from deploy.app import open_service

    if Settings.load().inference_url:
        async with open_service(Settings.load()) as service:
            return await service.candidates()
    return _here().candidates()


async def _compared(style: str) -> bytes:
    from deploy.app import open_service

    if Settings.load().inference_url:
        async with open_service(Settings.load()) as service:
            return await service.compared(style)
    return await _here().compared(style)


async def _choose(style: str, *, new: bool) -> None:
    from deploy.app import open_service

    if Settings.load().inference_url:
        async with open_service(Settings.load()) as service:
            await service.choose(style, new=new)
    else:  # a service that runs on the same folder sees it within seconds
        await _here().choose(style, new=new)


def _here() -> "Bettering":
    """What lies on this machine; nothing has to start for it."""
    from inference.bettering import Bettering
    from inference.limits import Limits
    from inference.pictures import Labels

    return Bettering(open_library(), None, "cpu", Limits(), Labels())
