"""One trial: a world, a seed, some kills, and the account of it."""

import multiprocessing
import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bots.killing import program
from tests.bots.killing.account import Account, Accountant
from tests.bots.killing.people import People

PROGRAMS = multiprocessing.get_context("forkserver")
PROGRAMS.set_forkserver_preload(["__main__", "tests.bots.console_program", "tests.bots.killing.program"])
KILLED = -signal.SIGKILL
_LOOK_S = 0.01
_HANGS_S = 150.0
_MOST_STARTS = 30


@dataclass(frozen=True, slots=True)
class Kill:
    """After a time in seconds; or at the n-th time that the program comes to a point."""

    after_s: float = 0.0
    point: str = ""
    nth: int = 0


def kills(seed: str) -> list[Kill]:
    """Two to four: around a write to the ledger, around something that people see, at a time.

    The first comes for certain; the others may find that everything is answered.
    """
    chance = random.Random(f"kills {seed}")
    chosen = [Kill(point=chance.choice(program.POINTS[:2]), nth=chance.randint(1, 40))]
    for _ in range(chance.randint(1, 3)):
        if chance.random() < 0.4:
            chosen.append(Kill(after_s=chance.uniform(0.05, 0.5)))
        else:
            point = chance.choice(program.POINTS)
            chosen.append(Kill(point=point, nth=chance.randint(1, 60 if "writing" in point else 15)))
    return chosen


@dataclass(frozen=True, slots=True)
class Outcome:
    account: Account
    kills: int


class Trial:
    """People go on talking in a folder while programs are killed over it, and until one has answered everything."""

    def __init__(self, folder: Path, seed: str, *, repeatable: bool) -> None:
        self._folder, self._seed, self._repeatable = folder, seed, repeatable
        self._people = People(folder, seed)

    def run(self) -> Outcome:
        killed = 0
        self._people.begin()
        for kill in kills(self._seed):
            killed += self._run_program(kill) == KILLED
        for _ in range(_MOST_STARTS):
            self._run_program(Kill())
            if not self._people.look():
                return Outcome(Accountant(self._folder).account(), killed)
        raise RuntimeError("people never fell silent")

    def _run_program(self, kill: Kill) -> int | None:
        how = {"repeatable": self._repeatable, "point": kill.point, "nth": kill.nth}
        running = PROGRAMS.Process(target=program.run, args=(self._folder,), kwargs=how, daemon=True)
        running.start()
        began = time.monotonic()
        while running.is_alive():
            self._people.look()
            running.join(_LOOK_S)
            passed_s = time.monotonic() - began
            if kill.after_s and passed_s > kill.after_s:
                running.kill()
            if passed_s > _HANGS_S:
                running.kill()
                running.join()
                raise RuntimeError("the program hangs")
        if running.exitcode not in (0, KILLED):
            raise RuntimeError(f"the program ended with {running.exitcode}")
        return running.exitcode
