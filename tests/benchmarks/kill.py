"""Kill the program at random points, start it again, and count what became of everything that people had asked.

    python -m tests.benchmarks.kill [--runs 100] [--seed 0]

Every run is a world of its own with a seed of its own, some kills, and every kind of request; half of them on a
platform that recognises repeated pictures. Ends with 1 and the seeds of the runs that are not as they must be.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.bots.killing.account import Account
from tests.bots.killing.trial import Trial

_TOLD = {
    "requests": "requests accepted",
    "answered": "answered exactly once",
    "uncertain": "told that it is uncertain",
    "cancelled": "cancelled by their person",
    "lost": "lost",
    "double": "answered twice",
    "pictures": "pictures shown",
    "debited": "pictures debited",
    "announced": "chats that heard an announcement",
    "told_again": "told once more that it is uncertain",
    "asked_again": "questions to members asked once more",
    "lines_left": "lines about waiting left standing",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="the first run's; the others follow [0]")
    given = parser.parse_args()
    began, kills, total, wrong = time.monotonic(), 0, Account(), []
    for seed in range(given.seed, given.seed + given.runs):
        with tempfile.TemporaryDirectory() as folder:
            outcome = Trial(Path(folder), str(seed), repeatable=bool(seed % 2)).run()
        kills, total = kills + outcome.kills, total + outcome.account
        if outcome.account.faults:
            wrong.append(seed)
            print(f"seed {seed}:", *outcome.account.faults, sep="\n  ", flush=True)
    print(f"{given.runs} runs, {kills} kills, {time.monotonic() - began:.0f} s")
    for name, told in _TOLD.items():
        print(f"  {told:<40} {getattr(total, name):6}")
    print(f"seeds that are not as they must be: {wrong}" if wrong else "nothing lost, nothing twice")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
