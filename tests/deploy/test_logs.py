"""No secret reaches the log, not even inside a traceback."""

import logging

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
