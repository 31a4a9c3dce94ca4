"""The command line: ``atelier run`` and everything else that a person types.

Each command imports what it needs when it runs, so that ``--help`` is instant and a bot host needs no torch.
"""

from typing import Any

import click

from bots.ledger import LedgerError
from deploy.cli.errors import Refused
from deploy.cli.evaluate import evaluate
from deploy.cli.run import bot, run, serve
from deploy.cli.style import style
from deploy.cli.styles import styles
from deploy.cli.train import train
from deploy.settings import SettingsError
from inference.errors import ServiceError
from styles.errors import StyleError


class Atelier(click.Group):
    """Turns what we refuse into one sentence on stderr and exit code 2; anything else is a bug and shows its trace."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (SettingsError, LedgerError, ServiceError, StyleError) as error:
            raise Refused(str(error)) from error


@click.group(cls=Atelier, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="atelier")
def main() -> None:
    """Restyle pictures in chats: one shared, batched service of GAN generators, and bots that talk to it.

    \b
    First steps:
      atelier run                                    service, web chat and every bot whose token is set
      atelier style photo.jpg --style ukiyoe         one photo, no chat
      atelier styles list                            what is installed

    Settings come from the environment (ATELIER_TELEGRAM_TOKEN=…), then atelier.toml, then defaults.
    """


for command in (run, serve, bot, style, styles, train, evaluate):
    main.add_command(command)
