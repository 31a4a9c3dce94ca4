"""The command line: ``atelier run`` and everything else that a person types.

A command is imported when it is asked for, and imports what it needs when it runs: Ctrl-C finds us listening from the
first moment on, and a bot host needs no torch.
"""

from importlib import import_module
from typing import Any

import click

from deploy.cli.errors import Refused
from deploy.interrupt import ends_at_once

COMMANDS = {
    "run": "run",
    "serve": "run",
    "bot": "run",
    "style": "style",
    "theme": "theme",
    "styles": "styles",
    "train": "train",
    "evaluate": "evaluate",
    "bench": "bench",
}
"""Every command in the order to show them, and the module of this folder that it is in."""


class Atelier(click.Group):
    """Turns what we refuse into one sentence on stderr and exit code 2; anything else is a bug and shows its trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        with ends_at_once():
            module = import_module(f"deploy.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            if _is_refusal(error):
                raise Refused(str(error)) from error
            raise


def _is_refusal(error: Exception) -> bool:
    from bots.ledger import LedgerError
    from deploy.settings import SettingsError
    from inference.errors import ServiceError
    from styles.errors import StyleError

    return isinstance(error, SettingsError | LedgerError | ServiceError | StyleError)


@click.group(cls=Atelier, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="atelier")
def main() -> None:
    """Restyle pictures in chats: one shared, batched service of GAN generators, and bots that talk to it.

    \b
    First steps:
      atelier run                                    service, web chat and every bot whose token is set
      atelier style photo.jpg --style ukiyoe         one photo, no chat
      atelier style photos/ --style ukiyoe -o out/   a whole folder
      atelier theme misty harbour                    a picture of words
      atelier styles list                            what is installed

    Settings come from the environment (ATELIER_TELEGRAM_TOKEN=…), then atelier.toml, then defaults.
    """
