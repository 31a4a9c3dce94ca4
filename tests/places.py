"""Where things lie. Importing it changes nothing, as importing ``tests.conftest`` does: benchmarks need all cores."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def photo(name: str) -> bytes:
    """A real CC0 photo as a JPEG: "astronaut" (512×512), "cat" (451×300) or "coffee" (512×341)."""
    return (ROOT / "styles" / "samples" / f"{name}.jpg").read_bytes()
