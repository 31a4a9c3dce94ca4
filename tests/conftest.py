"""What every test may rely on."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported; tests share the cores

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real weights, pictures and specifications beside the project."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the shared material at {SHARED.name}/ beside the project")
    return SHARED


def photo(name: str) -> bytes:
    """A real CC0 photo as a JPEG: "astronaut" (512×512), "cat" (451×300) or "coffee" (512×341)."""
    return (ROOT / "styles" / "samples" / f"{name}.jpg").read_bytes()
