"""``atelier theme``: pictures made of words, and painted in a style, without any chat."""

import asyncio
import random
import re
import sys
from collections.abc import Iterator
from itertools import count as numbers
from itertools import islice
from pathlib import Path

import click

from deploy.cli.errors import Refused
from deploy.cli.packs import writing
from deploy.cli.pieces import SUFFIXES, kind_of, suffix_of
from deploy.cli.style import INTERRUPTED
from deploy.interrupt import ends_at_once
from inference.job import MOST_SEED, TAKES_WORDS, Format, Options, Result
from inference.limits import Limits

AT_ONCE = Limits().user_jobs
"""Pictures that are made together: as many as the service lets one person wait with, so that its batches fill."""
SHORT = 1_000_000
"""A seed by chance is below this: somebody may type it again."""
NAMED = 40
"""Letters of its words that a picture is named by."""


@click.command()
@click.argument("words", metavar="WORDS...", nargs=-1, required=True)
@click.option("--with", "painter", metavar="STYLE", help="Paint the picture in this style, then.")
@click.option("--seed", type=click.IntRange(0, MOST_SEED), help="Which picture of these words it is [by chance].")
@click.option("--count", type=click.IntRange(1, AT_ONCE), default=1, show_default=True, help="Make so many.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="A folder, or a file for one picture [.].")
@click.option("--style", help="The style that makes it [the first that takes words].")
@click.option(
    "--format",
    "form",
    type=click.Choice([one.value for one in Format]),
    help="How it is encoded [as the file of -o is named, else jpeg].",
)
@click.option("--mark", is_flag=True, help="Draw the small visible AI mark.")
def theme(
    words: tuple[str, ...],
    painter: str | None,
    seed: int | None,
    count: int,
    out: Path | None,
    style: str | None,
    form: str | None,
    mark: bool,
) -> None:
    """Make pictures of words.

    Say where it is, what is there, at what time of day and year, and in which weather, in English or in Chinese; what
    you leave open is drawn by chance. If none of your words is known, you are told some that are.

    The picture is named after its words, beside what is there already. The same words and --seed give the same picture
    again; of several, the seeds count up.

    \b
      atelier theme misty harbour
      atelier theme misty harbour at dawn --with ukiyoe
      atelier theme 雪山 村庄 --count 4 -o walls/
      atelier theme misty harbour --seed 4711 -o harbour.png
    """
    told = " ".join(words)
    kind, targets = _targets(_name(told, painter), out, Format(form) if form else None, count)
    first = random.randrange(SHORT) if seed is None else seed
    seeds = [(first + number) % (MOST_SEED + 1) for number in range(count)]
    with writing(targets[0]):  # before the work, not after it
        targets[0].parent.mkdir(parents=True, exist_ok=True)
    try:
        _make(told, style, painter, Options(format=kind, mark=mark), dict(zip(seeds, targets, strict=True)))
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)
        sys.exit(INTERRUPTED)


def _make(words: str, style: str | None, painter: str | None, options: Options, targets: dict[int, Path]) -> None:
    with ends_at_once():
        from deploy.cli.imagining import Wish, imagine
        from deploy.cli.restyling import first_that_takes

    style = style or asyncio.run(first_that_takes(TAKES_WORDS))
    asyncio.run(imagine(Wish(words, style, painter, options), targets, _tell))


def _tell(target: Path, seed: int, result: Result) -> None:
    click.echo(f"{target}  {result.width}×{result.height}  seed {seed}")


def _name(words: str, painter: str | None) -> str:
    """A file's name without its ending: misty-harbour, misty-harbour-ukiyoe."""
    name = "-".join(re.findall(r"\w+", words.lower()))[:NAMED].strip("-") or "theme"
    return f"{name}-{painter}" if painter else name


def _targets(name: str, out: Path | None, asked: Format | None, count: int) -> tuple[Format, list[Path]]:
    """The files to write, and their format; but for one that ``out`` names, none of them is there yet.

    Raises:
        Refused: ``out`` is no picture's name, or is one, and several are to be made.
    """
    if out is None or out.is_dir() or not out.suffix:
        kind = kind_of(None, asked)
        return kind, list(islice(_free(out or Path(), name, suffix_of(kind)), count))
    if count > 1 and out.suffix.lower() in SUFFIXES:
        raise Refused(f"{out}: this is the name of one picture, and there will be {count}; -o may be a folder.")
    return kind_of(out, asked), [out]


def _free(folder: Path, name: str, suffix: str) -> Iterator[Path]:
    """misty-harbour.jpg, misty-harbour-2.jpg, misty-harbour-3.jpg and so on: those that are not there."""
    for number in numbers(1):
        path = folder / f"{name}{'' if number == 1 else f'-{number}'}{suffix}"
        if not path.exists():
            yield path
