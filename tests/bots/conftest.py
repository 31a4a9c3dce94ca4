"""What a conversation takes: a ledger's place, a console and a service."""

from pathlib import Path

import pytest

from tests.bots.console import Console, Inverting


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


@pytest.fixture
def console() -> Console:
    return Console()


@pytest.fixture
def service() -> Inverting:
    return Inverting()
