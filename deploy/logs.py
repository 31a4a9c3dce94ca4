"""Logging: one line per event on stderr, and no secret in any of them."""

import logging
import re
from collections.abc import Iterable

FORMAT = "%(asctime)s %(levelname).1s %(name)s: %(message)s"
OURS = ("atelier", "bots", "deploy", "inference", "styles")
QUIET = (
    "httpx",
    "httpcore",
    "telegram",
    "discord",
    "nio",
    "slack_sdk",
    "slack_bolt",
    "aiohttp.access",
    "asyncio",
    "tornado.access",
    "PIL",
)
"""Libraries whose lines below WARNING are chatter, or carry a token in a URL."""


def is_ours(record: logging.LogRecord) -> bool:
    """False for what a stranger sent that is not HTTP: aiohttp answers it with 400 and would log its whole trace."""
    from aiohttp.http import HttpProcessingError  # here, as it would make every command start a fifth of a second later

    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


class Redacting(logging.Formatter):
    """Takes every known secret out of a finished line, the traceback's included."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__(FORMAT, datefmt="%H:%M:%S")
        known = sorted((secret for secret in secrets if secret), key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        return self._known.sub("[secret]", line) if self._known else line


def configure(secrets: Iterable[str], *, verbose: bool = False) -> None:
    """Log to stderr. ``verbose`` shows our own debug lines; the libraries' would show people's words and pictures."""
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting(secrets))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else logging.INFO)
    logging.getLogger("aiohttp.server").addFilter(is_ours)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
