"""Creators' styles on the command line: made of pictures on disk, with whose leave, and taken back."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from deploy.cli.errors import Refused
from deploy.cli.packs import open_library, writing
from deploy.settings import Settings
from inference.creation import EVERYWHERE, FOREVER, RIGHTS, Creation

GRANTED_BY = "operator"


@click.command()
@click.argument("name")
@click.argument("pictures", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--title", help="What people read; NAME if not given.")
@click.option("--subject", required=True, help="Whose style it is, in words.")
@click.option("--rights", required=True, type=click.Choice(RIGHTS), help="By what right the pictures are given.")
@click.option("--scope", multiple=True, help="A chat where it may be used, as telegram:-100123 [everywhere].")
@click.option("--expires", default=FOREVER, help="Its last day, YYYY-MM-DD in UTC [none].")
@click.option(
    "--document",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What the creator agreed to; its SHA-256 is kept [the sentence that is printed].",
)
@click.option("--better", is_flag=True, help="Let a better generator be trained, where ATELIER_TRAIN is set.")
def new(name: str, pictures: tuple[Path, ...], document: Path | None, **about: Any) -> None:
    """Make a style of 1 to 20 pictures of a creator, in seconds. NAME is what people type.

    The pictures themselves are not kept, or with --better, until that training is over. Whose leave it is stands in
    the style's card, under consent.

    \b
    Examples:
      atelier styles new ada paintings/*.jpg --subject "Ada Lovelace" --rights "own work"
      atelier styles new ada one.jpg two.jpg --subject Ada --rights licence --scope telegram:-100123 \\
        --expires 2030-12-31 --document contract.pdf
    """
    about["scope"] = about["scope"] or (EVERYWHERE,)
    _check_day(about["expires"])
    sentence = _agreed(name, **{key: about[key] for key in ("subject", "rights", "scope", "expires")})
    data = _bytes(document) if document else sentence.encode()
    creation = Creation(
        id=name,
        title={"en": about.pop("title") or name},
        pictures=tuple(_bytes(picture) for picture in pictures),
        granted_by=GRANTED_BY,
        document_sha256=hashlib.sha256(data).hexdigest(),
        **about,
    )
    if not document:
        click.echo(sentence, err=True)
    asyncio.run(_create(creation))
    click.echo(f"{name}: made of {len(pictures)} picture{'s' if len(pictures) > 1 else ''}")


@click.command()
@click.argument("style")
def withdraw(style: str) -> None:
    """Take a creator's style back: its pack is deleted, and its name is not given again.

    A service that runs on the same folder refuses whoever waits for it within seconds.

    \b
    Example:
      atelier styles withdraw ada
    """
    if Settings.load().inference_url:
        asyncio.run(_withdraw_there(style))
    else:  # nothing has to start for this
        _withdraw_here(style)
    click.echo(f"{style}: withdrawn")


def _withdraw_here(style: str) -> None:
    from styles import withdrawal

    library = open_library()
    if library.withdrawn(style):
        return
    card, folder = library.card(style), library.folder(style)
    if card.consent is None:
        raise Refused(f"The style “{style}” is no creator's; `atelier styles remove` removes what was imported.")
    with writing(folder):
        withdrawal.withdraw(folder, style, library.today())


async def _create(creation: Creation) -> None:
    from deploy.app import open_service

    async with open_service(Settings.load()) as service:
        await service.create(creation)


async def _withdraw_there(style: str) -> None:
    from deploy.app import open_service

    async with open_service(Settings.load()) as service:
        await service.withdraw(style)


def _agreed(name: str, subject: str, rights: str, scope: Sequence[str], expires: str) -> str:
    """What whoever types the command declares by it."""
    where = "everywhere" if EVERYWHERE in scope else f"in {', '.join(scope)}"
    until = "without end" if expires == FOREVER else f"up to and with {expires}"
    return f"The style “{name}” is made of pictures of {subject} ({rights}), to be used {where}, {until}."


def _check_day(day: str) -> None:
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise Refused("--expires must be a day, such as 2030-12-31.") from error


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refused(f"{file}: cannot be read ({error.strerror}).") from error
