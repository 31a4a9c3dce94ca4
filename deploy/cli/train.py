"""``atelier train``: from a recipe to a style pack."""

from pathlib import Path

import click


@click.command()
@click.argument("recipe", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Folder for checkpoints, sheets and the pack [runs/ID]."
)
@click.option(
    "--data", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Root of the recipe's pictures."
)
@click.option("--restart", is_flag=True, help="Begin anew instead of resuming from the last checkpoint.")
def train(recipe: Path, out: Path | None, data: Path | None, restart: bool) -> None:
    """Train a style from a RECIPE (TOML) and end with a pack, its preview and its report.

    Ctrl-C leaves a checkpoint; the same command goes on from it. A sample sheet is written as it goes.

    \b
      atelier train styles/training/recipes/ukiyoe.toml --data ~/pictures
      atelier styles import runs/ukiyoe/pack
    """
    from styles.training import train as train_style

    pack = train_style(recipe, out=out, data=data, resume=not restart)
    click.echo(f"The pack is ready: {pack}")
