"""``atelier run``, ``serve`` and ``bot``: the long-running programs."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import click

from deploy import logs
from deploy.interrupt import ends_at_once
from deploy.settings import Settings

verbose = click.option("-v", "--verbose", is_flag=True, help="Log every step.")


@click.command()
@verbose
def run(verbose: bool) -> None:
    """Everything in one process: the service, the web chat, and every bot whose token is set.

    \b
      atelier run
      ATELIER_TELEGRAM_TOKEN=123:abc atelier run      with the Telegram bot
      ATELIER_LISTEN=0.0.0.0:8080 ATELIER_WEB_TOKEN=… ATELIER_INFERENCE_TOKEN=… atelier run
    """
    with ends_at_once():
        from deploy.app import run_everything

    _start(run_everything, verbose)


@click.command()
@verbose
def serve(verbose: bool) -> None:
    """The inference service alone, over HTTP (POST /v1/stylize).

    \b
      atelier serve
      curl -F image=@photo.jpg -F style=ukiyoe http://127.0.0.1:8080/v1/stylize -o out.jpg
    """
    with ends_at_once():
        from deploy.app import run_service

    _start(run_service, verbose)


@click.command()
@verbose
def bot(verbose: bool) -> None:
    """The bots and the web chat alone, against ATELIER_INFERENCE_URL. Needs no torch.

    \b
      ATELIER_INFERENCE_URL=http://127.0.0.1:9000 ATELIER_TELEGRAM_TOKEN=… atelier bot
    """
    with ends_at_once():
        from deploy.app import run_bots

    _start(run_bots, verbose)


def _start(program: Callable[[Settings], Coroutine[Any, Any, None]], verbose: bool) -> None:
    settings = Settings.load()
    logs.configure(settings.secrets(), verbose=verbose)
    asyncio.run(program(settings))
