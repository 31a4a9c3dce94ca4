"""What every test may rely on."""

import os
from pathlib import Path

import hypothesis
import pytest

from tests.places import ROOT, SHARED, photo

__all__ = ["ROOT", "SHARED", "photo"]

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported; tests share the cores
hypothesis.settings.register_profile("untimed", deadline=None)  # how long an example takes says how busy the cores are
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real weights, pictures and specifications beside the project."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the shared material at {SHARED.name}/ beside the project")
    return SHARED
