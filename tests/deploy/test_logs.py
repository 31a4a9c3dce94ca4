"""No secret reaches the log, not even inside a traceback."""

import logging
import subprocess
import sys

from deploy.logs import Redacting


def test_secrets_are_taken_out_of_messages_and_tracebacks() -> None:
    try:
        raise RuntimeError("GET https://api.example/bot123:secret/getMe failed")
    except RuntimeError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "", 0, "token %s", ("123:secret",), (type(error), error, error.__traceback__)
        )
    line = Redacting(["123:secret", ""]).format(record)
    assert "123:secret" not in line
    assert "token [secret]" in line


TALK = """
import logging
from deploy import logs
logs.configure((), verbose=True)
for name in ("bots.ledger", "aiosqlite", "hpack"):
    logging.getLogger(name).debug("said by %s", name)
"""


def test_verbose_shows_our_steps_and_nothing_that_libraries_would_tell_of_people() -> None:
    done = subprocess.run([sys.executable, "-c", TALK], capture_output=True, text=True, check=True)
    assert [line.rpartition(" ")[2] for line in done.stderr.splitlines()] == ["bots.ledger"]
