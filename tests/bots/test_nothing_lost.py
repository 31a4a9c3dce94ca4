"""Killed again and again under load, with every kind of request: nothing is lost, and nothing is answered twice.

Real programs, real SIGKILL; ``python -m tests.benchmarks.kill --runs 100`` does the same more often. Fails with the
seed, which decides what is said and when the program is killed.
"""

from pathlib import Path

import pytest

from tests.bots.killing.trial import Trial

pytestmark = pytest.mark.timeout(200)  # a busy disk takes a second and more for each write that must be on it


@pytest.mark.parametrize("repeatable", [False, True], ids=["plain", "repeatable"])
@pytest.mark.parametrize("seed", range(7))
def test_everything_is_answered_once_or_told_to_be_uncertain(tmp_path: Path, seed: int, repeatable: bool) -> None:
    outcome = Trial(tmp_path, str(seed), repeatable=repeatable).run()
    assert outcome.kills
    assert outcome.account.faults == [], f"seed {seed}"
    assert outcome.account.requests > 10
