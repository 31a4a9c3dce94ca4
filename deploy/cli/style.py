"""``atelier style``: photos on disk, without any chat."""

import asyncio
from pathlib import Path

import click

from deploy.cli.errors import Refused
from deploy.settings import Settings
from inference.errors import ServiceError
from inference.job import Crop, Format, Job, Options
from inference.service import Service

AT_ONCE = 4
"""Photos handed to the service together: enough to fill a batch, few enough to bound the memory."""
SUFFIXES = {".jpg": Format.JPEG, ".jpeg": Format.JPEG, ".png": Format.PNG, ".webp": Format.WEBP}


@click.command()
@click.argument("photos", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--style", "style_id", required=True, help="A style's id; `atelier styles list` shows them.")
@click.option(
    "-o", "--out", default=Path(), type=click.Path(path_type=Path), help="A folder, or a file for one photo [.]."
)
@click.option("--strength", type=click.FloatRange(0, 1), help="0 is the photo, 1 the style [the style's own].")
@click.option("--keep-colours", is_flag=True, default=None, help="Keep the photo's colours.")
@click.option("--max-side", default=2048, show_default=True, help="Longer side of the result, in pixels.")
@click.option(
    "--format",
    "form",
    type=click.Choice([one.value for one in Format]),
    help="How results are encoded [as the file of -o is named, else jpeg].",
)
@click.option("--avatar", is_flag=True, help="Crop a square around the face.")
@click.option("--mark", is_flag=True, help="Draw the small visible AI mark.")
def style(
    photos: tuple[Path, ...],
    style_id: str,
    out: Path,
    strength: float | None,
    keep_colours: bool | None,
    max_side: int,
    form: str | None,
    avatar: bool,
    mark: bool,
) -> None:
    """Restyle PHOTOS and write the results into the working folder, as NAME-STYLE.jpg.

    \b
      atelier style cat.jpg --style ukiyoe
      atelier style *.jpg --style anime --strength 0.8 -o styled/
    """
    photos = tuple(dict.fromkeys(photos))
    file = len(photos) == 1 and bool(out.suffix) and not out.is_dir()
    kind = _format(form, out if file else None)
    options = Options(strength, keep_colours, max_side, kind, crop=Crop.AVATAR if avatar else Crop.NONE, mark=mark)
    suffix = next(suffix for suffix, known in SUFFIXES.items() if known is kind)
    targets = {photo: out if file else out / f"{photo.stem}-{style_id}{suffix}" for photo in photos}
    _require_apart(targets)
    failures = asyncio.run(_restyle(targets, style_id, options))
    if failures:
        raise Refused("\n".join(failures))


async def _restyle(targets: dict[Path, Path], style_id: str, options: Options) -> list[str]:
    from tqdm import tqdm

    from deploy.app import open_service

    async with open_service(Settings.load()) as service:
        gate, failures = asyncio.Semaphore(AT_ONCE), list[str]()
        with tqdm(total=len(targets), unit="photo", disable=None) as bar:

            async def one(photo: Path, target: Path) -> None:
                async with gate:
                    try:
                        await _write(service, photo, target, style_id, options)
                    except ServiceError as error:
                        failures.append(f"{photo}: {error}")
                    except OSError as error:  # of the photo or of its result; it says which
                        failures.append(f"{error.filename or target}: {error.strerror or error}.")
                    bar.update()

            async with asyncio.TaskGroup() as group:
                for photo, target in targets.items():
                    group.create_task(one(photo, target))
    return failures


async def _write(service: Service, photo: Path, target: Path, style_id: str, options: Options) -> None:
    picture = await asyncio.to_thread(photo.read_bytes)
    result = await service.stylize(Job(picture, style_id, options, user="cli"))
    await asyncio.to_thread(_save, target, result.picture)
    click.echo(f"{target}  {result.width}×{result.height}  {result.ran_s:.2f} s")


def _save(target: Path, picture: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(picture)


def _format(wanted: str | None, file: Path | None) -> Format:
    """The format that was asked for, by name or by the name of the file to write."""
    if file is None:
        return Format(wanted or Format.JPEG)
    named = SUFFIXES.get(file.suffix.lower())
    if named is None:
        raise Refused(f"{file}: a result's name ends in {', '.join(SUFFIXES)}; a folder must be there already.")
    if wanted not in (None, named.value):
        raise Refused(f"{file}: this is not the name of a {wanted} picture.")
    return named


def _require_apart(targets: dict[Path, Path]) -> None:
    """No result may take the place of another, or of a photo."""
    photos = {photo.resolve() for photo in targets}
    taken: dict[Path, Path] = {}
    for photo, target in targets.items():
        if target.resolve() in photos:
            raise Refused(f"{target}: this is one of the photos, and would be overwritten.")
        if (other := taken.setdefault(target, photo)) is not photo:
            raise Refused(f"{other} and {photo} would both become {target}.")
