"""Killed at any point and started again: what was accepted is answered, and nothing is answered twice.

Real programs, real SIGKILL. They are forked from a server that has imported everything, so that a start is quick.
"""

import multiprocessing.context
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bots import replies
from tests.bots import console_program
from tests.bots.console import append, read_journal
from tests.bots.console_program import POINTS
from tests.bots.killing.trial import KILLED, PROGRAMS

PATIENCE_S = 150  # a busy disk takes a second and more for each of a hundred writes that must be on it
pytestmark = pytest.mark.timeout(200)
UNCERTAIN = replies.text("en", "uncertain")


@dataclass(frozen=True, slots=True)
class Town:
    """A platform with some people on it, in a folder that outlives the programs."""

    folder: Path
    repeatable: bool

    def ask(self, update: str, text: str, pictures: int = 0, person: str = "7") -> None:
        photo = self.folder / "photo"
        photo.write_bytes(b"a photo" * 3000)
        refs = [str(photo)] * pictures
        append(self.folder / "updates", {"id": update, "person": person, "text": text, "pictures": refs})

    def ask_much(self, count: int) -> None:
        """Photos, albums, and words between them, by six people."""
        for number in range(count):
            text, pictures = ("/help", 0) if number % 5 == 4 else ("/style ukiyoe", 3 if number % 3 == 2 else 1)
            self.ask(str(number), text, pictures, str(number % 6))

    def start(self, **how: Any) -> "multiprocessing.context.ForkServerProcess":
        program = PROGRAMS.Process(
            target=console_program.run,
            args=(self.folder,),
            kwargs={"repeatable": self.repeatable} | how,
            daemon=True,  # so that one that hangs ends with its test run
        )
        program.start()
        return program

    def run(self, **how: Any) -> int | None:
        program = self.start(**how)
        program.join(PATIENCE_S)
        assert program.exitcode is not None, "the program hangs"
        return program.exitcode

    def answers(self) -> Counter[str]:
        """How often each update was answered: by pictures, or by words that are no progress line."""
        return Counter(line["chat"] for line in self._seen() if line["kind"] == "photos" or "/queue" in line["text"])

    def uncertain(self) -> Counter[str]:
        return Counter(line["chat"] for line in self._seen() if line["text"] == UNCERTAIN)

    def asked(self) -> set[str]:
        return {update["id"] for update in read_journal(self.folder / "updates")}

    def _seen(self) -> list[dict[str, Any]]:
        return read_journal(self.folder / "journal")

    def all_is_well(self) -> None:
        answers, uncertain = self.answers(), self.uncertain()
        assert {update for update, count in answers.items() if count > 1} == set(), "answered twice"
        assert self.asked() - set(answers) - set(uncertain) == set(), "neither answered nor told"


@pytest.fixture(params=[False, True], ids=["plain", "repeatable"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Town:
    return Town(tmp_path, repeatable=request.param)


def test_without_a_kill_everything_is_answered_once(town: Town) -> None:
    town.ask_much(10)
    assert town.run() == 0
    assert town.answers() == dict.fromkeys(town.asked(), 1)
    assert not town.uncertain()


@pytest.mark.parametrize("point", POINTS)
def test_an_album_whose_program_is_killed_at_a_boundary(town: Town, point: str) -> None:
    town.ask("album", "/style ukiyoe", pictures=3)
    assert town.run(die_at=point, die_on=2 if "keep" in point or "decide" in point else 1) == KILLED
    assert town.run() == 0
    arrived = point in ("after show", "before finish")
    in_doubt = arrived or point in ("after begin_sending", "before show")
    if town.repeatable or not in_doubt:
        assert town.answers() == {"album": 1}
        assert not town.uncertain()
    else:
        assert town.answers() == ({"album": 1} if arrived else {})
        assert town.uncertain() == {"album": 1}


@pytest.mark.parametrize("seed", range(3))
def test_killed_again_and_again_at_any_moment(town: Town, seed: int) -> None:
    moments = random.Random(seed)
    town.ask_much(25)  # longer work than two of the moments below, so at least two kills interrupt it
    kills = 0
    for _ in range(5):
        program = town.start()
        program.join(moments.uniform(0.02, 0.35))
        program.kill()
        program.join()
        kills += program.exitcode == KILLED
    assert kills >= 2, "otherwise nothing was interrupted"
    assert town.run() == 0
    town.all_is_well()


def test_words_that_are_uncertain_are_told_to_be_so_once(town: Town) -> None:
    town.ask("words", "/help")
    assert town.run(die_at="after begin_sending") == KILLED
    assert town.run() == 0
    assert town.run() == 0
    assert town.uncertain() == {"words": 1}, "words carry no key, so no platform recognises them"
    assert not town.answers()
