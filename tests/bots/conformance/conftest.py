"""One stage for each platform; every story of the suite is told on each of them."""

import logging
from collections.abc import AsyncIterator, Callable, Iterable

import pytest

from deploy.logs import OURS, QUIET
from tests.bots.conformance.discord_stage import DiscordStage
from tests.bots.conformance.matrix_stage import MatrixStage
from tests.bots.conformance.slack_stage import SlackStage
from tests.bots.conformance.stage import Stage
from tests.bots.conformance.telegram_stage import TelegramStage
from tests.bots.conformance.web_stage import WebStage
from tests.bots.matrix.conftest import synapse

__all__ = ["stage", "synapse"]

SIMPLE: dict[str, Callable[[], Stage]] = {
    stage.platform: stage for stage in (WebStage, TelegramStage, DiscordStage, SlackStage)
}
ON_A_SERVER = pytest.param("matrix", marks=[pytest.mark.matrix, pytest.mark.timeout(420)])


@pytest.fixture(params=[*SIMPLE, ON_A_SERVER])
async def stage(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Stage]:
    """A platform with our adapter connected. In the end no secret may stand in what an operator's log would show."""
    caplog.set_level(logging.DEBUG)
    async with _stage(request) as opened:
        yield opened
    written = "\n".join(map(logging.Formatter().format, _logged(caplog.records)))
    assert [secret for secret in opened.secrets if secret in written] == []


def _stage(request: pytest.FixtureRequest) -> Stage:
    if make := SIMPLE.get(request.param):
        return make()
    return MatrixStage(request.getfixturevalue("synapse"))


def _logged(records: Iterable[logging.LogRecord]) -> Iterable[logging.LogRecord]:
    """What a verbose program writes: our own lines, and of the libraries' what is not quietened."""
    levels = {**dict.fromkeys(QUIET, logging.WARNING), **dict.fromkeys(OURS, logging.DEBUG)}
    for record in records:
        name = next((name for name in levels if record.name == name or record.name.startswith(f"{name}.")), "")
        if record.levelno >= levels.get(name, logging.INFO):
            yield record
