"""Make the peers' environments, once.

    python -m tests.benchmarks.peers.install [NAME...]

Each sees this project's environment behind its own packages, so that torch is not installed once more and all
engines generate with the same.
"""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

from tests.benchmarks.peers.engines import ENVIRONMENTS, python

REQUIREMENTS = Path(__file__).parent


def peers() -> list[str]:
    """Their names, from the files of what they require."""
    return sorted(path.stem.removeprefix("requirements-") for path in REQUIREMENTS.glob("requirements-*.txt"))


def install(peer: str) -> None:
    """Make one environment, or bring it up to date."""
    folder = ENVIRONMENTS / peer
    venv.create(folder, with_pip=True)
    own = sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
    Path(own, "project.pth").write_text(sysconfig.get_path("purelib") + "\n")
    requirements = str(REQUIREMENTS / f"requirements-{peer}.txt")
    subprocess.run([python(peer), "-m", "pip", "install", "--quiet", "--requirement", requirements], check=True)


if __name__ == "__main__":
    for name in sys.argv[1:] or peers():
        print(f"{name} …", flush=True)
        install(name)
