"""How a command says no: one sentence on stderr, and exit code 2."""

from typing import IO, Any

import click


class Refused(click.ClickException):
    """What was asked for cannot be done; the message is one sentence that says why."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.format_message(), err=True) if file is None else click.echo(self.format_message(), file=file)
