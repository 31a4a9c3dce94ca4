"""How a command says no: one sentence on stderr, and exit code 2."""

import click


class Refused(click.ClickException):
    """What was asked for cannot be done; the message is one sentence that says why."""

    exit_code = 2
