"""Every engine that is measured, ours first."""

import os
from pathlib import Path

from deploy.bench.engine import OURS, Engine

ENVIRONMENTS = Path(__file__).resolve().parents[1] / "out" / "peers"
"""One environment each, made by ``tests.benchmarks.peers.install``."""


def python(peer: str) -> str:
    """The interpreter of a peer's environment."""
    return str(ENVIRONMENTS / peer / ("Scripts" if os.name == "nt" else "bin") / "python")


_BY_HAND = "pictures of several styles and sizes in one batch are sorted into runs by hand; it does not know of them"
_MIXED = dict.fromkeys(("mixed", "many", "bursts", "greedy", "broken"), _BY_HAND)
_FAIR = {"greedy": f"it does not know people; {_BY_HAND}"}

ENGINES: tuple[Engine, ...] = (
    OURS,
    Engine("fifo", "tests.benchmarks.peers.fifo", "query"),
    Engine("litserve", "tests.benchmarks.peers.lit_serve", "form", python("litserve"), _MIXED | _FAIR),
    Engine("bentoml", "tests.benchmarks.peers.bento_ml", "form", python("bentoml"), _MIXED | _FAIR),
    Engine("ray-serve", "tests.benchmarks.peers.ray_serve", "query", python("ray"), _MIXED | _FAIR),
    Engine("mosec", "tests.benchmarks.peers.mosec_stages", "line", python("mosec"), _MIXED | _FAIR),
)
