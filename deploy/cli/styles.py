"""``atelier styles``: what is installed, and taking packs in and out. Commands that need torch import it themselves."""

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import click

from deploy.cli.better import better
from deploy.cli.creators import new, withdraw
from deploy.cli.errors import Refused
from deploy.cli.packs import import_checkpoint, import_pack, installed, open_library, place, writing
from styles import pack
from styles.card import Card
from styles.library import Library

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for a machine to read.")


@click.group()
def styles() -> None:
    """List, show, check and exchange styles.

    Styles come with Atelier, from the folders in ATELIER_STYLES, and from what was imported here.

    \b
    Examples:
      atelier styles list
      atelier styles import --network fast-neural-style candy.pth --id candy --title-en Candy
      atelier styles import candy.zip
      atelier styles new ada paintings/*.jpg --subject "Ada Lovelace" --rights "own work"
    """


styles.add_command(new)
styles.add_command(withdraw)
styles.add_command(better)


@styles.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List the installed styles, and say what is wrong with broken ones.

    \b
    Examples:
      atelier styles list
      atelier styles list --json | jq -r '.[].id'
    """
    library = open_library()
    if as_json:
        click.echo(_json([_described(card) for card in library.cards()]))
    else:
        for card in library.cards():
            titles = " · ".join(dict.fromkeys(card.title.values()))
            click.echo(f"{card.id:<20} {card.version:<8} {place(library, card.id):<9} {titles}")
    for broken in library.broken():
        click.echo(f"broken: {broken.reason}", err=True)


@styles.command()
@click.argument("style")
@as_json
def show(style: str, as_json: bool) -> None:
    """Show one style's card, its size and its cost.

    GMAC is billions of multiply-accumulates for one picture of 512×512 pixels, measured now.

    \b
    Examples:
      atelier styles show ukiyoe
      atelier styles show ukiyoe --json | jq .gmac_512
    """
    library = open_library()
    facts = _described(library.card(style)) | _cost(library, style)
    facts["installed"], facts["folder"] = place(library, style), str(library.folder(style))
    if as_json:
        click.echo(_json(facts))
        return
    for key, value in facts.items():
        click.echo(
            f"{key:<18} {value if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)}"
        )


@styles.command()
@click.argument("names", metavar="[STYLE]...", nargs=-1)
def verify(names: tuple[str, ...]) -> None:
    """Check packs wholly: card, hash, weights, preview, and a run on a photo; all of them if none is named.

    Where OpenVINO is installed, its result is held against torch's, too.

    \b
    Examples:
      atelier styles verify
      atelier styles verify ukiyoe candy
    """
    from inference.device import cpu_dtype
    from styles import bundle, compiled

    library = open_library()
    for name in names or [card.id for card in library.cards()]:
        bundle.verify(library.folder(name))
        click.echo(f"{name}: sound")
        if compiled.is_installed():
            apart = compiled.check(library.folder(name), cpu_dtype())
            told = "differs by {:.2f} of 255 steps, at most {:.1f}".format(*apart) if apart else "leaves it to torch"
            click.echo(f"{name}: OpenVINO {told}", err=True)
    if not names and library.broken():
        raise Refused(" ".join(broken.reason for broken in library.broken()))


@styles.command("import")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--network",
    help="Whose published checkpoint SOURCE is: fast-neural-style, cartoongan, cyclegan, pix2pix, animegan2, or (its "
    "folder) microast or adain.",
)
@click.option("--id", "style", help="What people type: a–z, 0–9 and hyphens, at most 32.")
@click.option("--title-en", help="The English title; the id if not given.")
@click.option("--title-zh", help="The Chinese title.")
@click.option("--version", default="1.0.0", show_default=True, help="The pack's version.")
@click.option("--licence", default="unknown", show_default=True, help="SPDX licence of the weights.")
@click.option("--data-licence", default="unknown", show_default=True, help="Licence of what they were trained on.")
@click.option("--trained-by", default="unknown", show_default=True, help="Who made the weights.")
@click.option("--strength", type=click.FloatRange(0, 1), default=1.0, show_default=True, help="Default strength.")
@click.option("--keep-colours", is_flag=True, help="Keep the photo's colours by default.")
@click.option("--sha256", help="What the publisher says of the checkpoint; another file is refused.")
@click.option("--replace", is_flag=True, help="Replace an imported style of the same id.")
def import_(source: Path, network: str | None, replace: bool, **about: Any) -> None:
    """Take in a published checkpoint (with --network), or a pack as a zip file or a folder.

    A checkpoint is read without running anything in it, converted, and tried before it is installed. Where
    several files are published, SOURCE is their folder.

    \b
    Examples:
      atelier styles import --network fast-neural-style candy.pth --id candy --title-en Candy --title-zh 糖果
      atelier styles import --network cartoongan Hayao_net_G_float.pth --id hayao --licence Apache-2.0
      atelier styles import --network microast MicroAST/models --id microast --title-en MicroAST --licence MIT
      atelier styles import --network stylegan2 landscapes.pt --id landscapes
      atelier styles import candy.zip
    """
    with writing(installed()):
        card = import_checkpoint(source, network, replace, about) if network else import_pack(source, replace, about)
    click.echo(f"{card.id}: installed in {installed() / card.id}")


@styles.command()
@click.argument("style")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The zip file; STYLE.zip here.")
def export(style: str, output: Path | None) -> None:
    """Write a style's pack, checked, to a zip file that `import` takes.

    \b
    Examples:
      atelier styles export candy
      atelier styles export candy -o /tmp/candy.zip
    """
    from styles import bundle

    target = output or Path(f"{style}.zip")
    folder = open_library().folder(style)
    with writing(target):
        bundle.export(folder, target)
    click.echo(f"{style}: written to {target}")


@styles.command()
@click.argument("style")
def remove(style: str) -> None:
    """Remove a style that was imported here. Built-in styles and other folders are left alone.

    \b
    Example:
      atelier styles remove candy
    """
    library = open_library()
    folder = library.folder(style)
    if place(library, style) != "imported":
        raise Refused(f"The style “{style}” was not imported here; it is in {folder}.")
    if library.card(style).consent:
        raise Refused(f"The style “{style}” is a creator's; `atelier styles withdraw {style}` takes it back.")
    with writing(folder):
        shutil.rmtree(folder)
    click.echo(f"{style}: removed")


@styles.command()
@click.argument("style")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="The picture; STYLE.jpg here.")
def preview(style: str, output: Path | None) -> None:
    """Write a style's preview picture, a JPEG.

    \b
    Examples:
      atelier styles preview ukiyoe
      atelier styles preview ukiyoe -o /tmp/ukiyoe.jpg
    """
    picture, target = open_library().preview(style), output or Path(f"{style}.jpg")
    with writing(target):
        target.write_bytes(picture)
    click.echo(f"{style}: written to {target}")


def _described(card: Card) -> dict[str, Any]:
    return dataclasses.asdict(card) | {"title": dict(card.title)}


def _cost(library: Library, style: str) -> dict[str, Any]:
    import torch

    from styles.measure import measure

    cost = measure(library.load(style, device="cpu", dtype=torch.float32).module)
    size = (library.folder(style) / pack.WEIGHTS).stat().st_size
    return {"parameters": cost.parameters, "gmac_512": cost.gmac_512, "bytes": size}


def _json(values: Any) -> str:
    return json.dumps(values, indent=2, ensure_ascii=False)
