"""Keeps tokens out of the log: discord.py logs addresses and gateway events, and both carry interaction tokens."""

import logging
import re

_IN_ADDRESS = re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/?\s\"']+")
_IN_EVENT = re.compile(r"""(["']token["']:\s*["'])[^"']+""")


class Redaction(logging.Filter):
    """Takes the bot's token and every interaction's token out of a log record, its traceback included."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.clean(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = self.clean(logging.Formatter().formatException(record.exc_info))
        return True

    def clean(self, line: str) -> str:
        line = line.replace(self._token, "[secret]") if self._token else line
        return _IN_EVENT.sub(r"\1[secret]", _IN_ADDRESS.sub(r"\1[secret]", line))

    def install(self) -> None:
        """Guard every logger of the library: a filter on a parent does not see its children's records."""
        for name in list(logging.root.manager.loggerDict):
            if name == "discord" or name.startswith("discord."):
                self._guard(logging.getLogger(name))

    def _guard(self, logger: logging.Logger) -> None:
        for earlier in [known for known in logger.filters if isinstance(known, Redaction)]:
            logger.removeFilter(earlier)
        logger.addFilter(self)
