"""What became of everything that people said: counted from what they saw, and compared with what the ledger says."""

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from bots import replies
from bots.ledger import State
from bots.message import answer_key
from tests.bots.console import read_journal
from tests.bots.killing.people import NEWS
from tests.bots.killing.square import MARK, NEGATIVE, message_of

UNCERTAIN = {replies.text(tag, "uncertain") for tag in replies.LANGUAGES}
DELETED = {replies.text(tag, "deleted") for tag in replies.LANGUAGES}
_REPORT = re.compile(
    "|".join(
        re.sub(r"\d\d", r"(\\d+)", replies.text(tag, "announce-report", sent=11, failed=22, uncertain=33, waiting=44))
        for tag in replies.LANGUAGES
    )
)
_WAITING = tuple(
    replies.text(tag, key, **values).partition("77")[0]
    for tag in replies.LANGUAGES
    for key, values in {
        "waiting-next": {"eta": 77},
        "waiting-position": {"position": 77, "eta": 77},
        "waiting-running": {},
        "waiting-busy": {},
        "waiting-service": {},
    }.items()
)

Line = dict[str, Any]


@dataclass
class Account:
    """Counts of one world, or of many. ``faults`` are sentences about what must not be."""

    requests: int = 0
    answered: int = 0
    uncertain: int = 0
    cancelled: int = 0
    lost: int = 0
    double: int = 0
    pictures: int = 0
    debited: int = 0
    announced: int = 0
    told_again: int = 0
    asked_again: int = 0
    lines_left: int = 0
    faults: list[str] = field(default_factory=list)

    def __add__(self, other: "Account") -> "Account":
        return Account(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass(frozen=True)
class _Row:
    number: int
    chat: str
    message: str
    person: str
    state: str
    open: bool
    debit: int


class Accountant:
    """Reads a folder whose programs have ended."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._updates = {update["id"]: update for update in read_journal(folder / "updates")}
        self._lines = read_journal(folder / "journal")
        self._rows, self._announcements = _read(folder / "ledger.sqlite3")
        self._total = Account()

    def account(self) -> Account:
        self._count_requests()
        self._count_debits()
        self._count_news()
        self._count_what_stands()
        self._look_for_pictures()
        self._look_for_errors()
        return self._total

    def _fault(self, sentence: str) -> None:
        self._total.faults.append(sentence)

    def _count_requests(self) -> None:
        """Each message in the ledger has ended, and people saw exactly one answer to it, or were told."""
        known = {row.message for row in self._rows}
        for missing in self._updates.keys() - known:
            self._total.lost += 1
            self._fault(f"{missing} was said, and the ledger does not know it")
        groups: dict[str, list[_Row]] = defaultdict(list)
        for row in self._rows:
            groups[row.message.partition("/granted/")[0]].append(row)
        for said, rows in groups.items():
            self._count_answers(said, rows)

    def _count_answers(self, said: str, rows: list[_Row]) -> None:
        """``rows`` are a message, and what waited for a member's consent and then went on as a message of its own."""
        states = Counter(row.state for row in rows)
        answers, told = len(set(self._answers(said))), sum(line["text"] in UNCERTAIN for line in self._about(said))
        sure, unsure = states[State.SENT], states[State.UNCERTAIN]
        self._total.requests += len(rows)
        self._total.answered += min(answers, sure)
        self._total.uncertain += unsure
        self._total.cancelled += states[State.CANCELLED]
        self._total.told_again += max(0, told - unsure)
        if any(row.open for row in rows) or states[State.FAILED]:
            self._total.lost += 1
            self._fault(f"{said} ended as {states}")
        if answers < sure or told < unsure:
            self._total.lost += 1
            self._fault(f"{said}: {answers} answers, told {told} times, {states}")
        if answers > sure + unsure or (told and not unsure):
            self._total.double += 1
            self._fault(f"{said}: {answers} answers, told {told} times, {states}")
        if states[State.CANCELLED] and not self._was_cancelled(rows[0]):
            self._fault(f"{said} is cancelled, and nobody asked for it")

    def _answers(self, said: str) -> Iterator[str]:
        """What tells the answers to a message apart: a change made twice in one place is one answer."""
        for line in self._about(said):
            words = line["text"] not in UNCERTAIN and not _is_aside(line)
            if line["does"] == "show" or (line["does"] == "say" and words):
                yield f"as {line['sent']}"
            elif line["does"] == "change" and words and line["sent"] == self._updates[said]["pressed"]:
                yield f"in {line['sent']}"

    def _about(self, said: str) -> list[Line]:
        return [line for line in self._lines if line["re"] == said]

    def _was_cancelled(self, row: _Row) -> bool:
        who = (row.chat, row.person, "/cancel")
        return any((one["chat"], one["person"], one["text"]) == who for one in self._updates.values())

    def _count_debits(self) -> None:
        """What was shown was debited, picture by picture; of what may have been shown, at most what was asked."""
        shown = {line["key"]: line["pictures"] for line in self._lines if line["does"] == "show"}
        for row in self._rows:
            made = [name for name in shown.get(self._key(row), ()) if name]
            self._total.pictures += len(made)
            self._total.debited += row.debit
            unsure = row.state == State.UNCERTAIN and not made
            if row.debit != len(made) and not (unsure and row.debit <= 3):
                self._fault(f"{row.message} ({row.state}): {row.debit} debited, {len(made)} shown")

    def _key(self, row: _Row) -> str:
        said = message_of(self._updates[row.message.partition("/granted/")[0]])
        return answer_key(replace(said, id=row.message))

    def _count_news(self) -> None:
        """An announcement is in each chat once at most, and its report says where it perhaps is not."""
        heard = Counter(line["chat"] for line in self._lines if line["re"] is None and line["text"] == NEWS)
        self._total.announced += len(heard)
        for chat, count in heard.items():
            if count > 1:
                self._total.double += 1
                self._fault(f"{chat} heard the news {count} times")
        reports = [match for line in self._lines if (match := _REPORT.fullmatch(line["text"]))]
        if not all(state in ("draft", "done") for state in self._announcements):
            self._fault(f"announcements are {self._announcements}")
        if "done" in self._announcements and not reports:
            self._total.lost += 1
            self._fault("the operator was not told how the announcement went")
        for report in reports:
            sent, failed, uncertain, waiting = map(int, filter(None, report.groups()))
            if failed or waiting or not sent <= len(heard) <= sent + uncertain:
                self._fault(f"{len(heard)} chats heard the news, and its report is: {report[0]}")

    def _count_what_stands(self) -> None:
        """Results stay but for those that were deleted; questions are asked once, and lines about waiting go."""
        standing, questions = {}, Counter[str]()
        for line in self._lines:
            if line["does"] in ("say", "show"):
                standing[line["sent"]] = line
                questions.update(_asked(line))
            elif line["does"] == "remove":
                gone = standing.pop(line["sent"], None)
                if gone and not _is_waiting(gone) and not self._may_go(gone):
                    self._fault(f"{gone} was taken away, and nobody asked for it")
        self._total.asked_again += sum(count - 1 for count in questions.values())
        self._total.lines_left += sum(_is_waiting(line) for line in standing.values())
        for line in self._lines:
            if line["text"] in DELETED and any(self._deletes(line["re"], left) for left in standing.values()):
                self._fault(f"{line['re']} was told that a result is deleted, and it stands there")

    def _may_go(self, line: Line) -> bool:
        return any(self._deletes(said, line) for said in self._updates)

    def _deletes(self, said: str, line: Line) -> bool:
        return bool(line["key"]) and self._updates[said]["text"] == f"/again {line['key']} delete"

    def _look_for_pictures(self) -> None:
        for file in self._folder.glob("ledger*"):
            data = file.read_bytes()
            if NEGATIVE in data or MARK.encode() in data:
                self._fault(f"{file.name} still holds bytes of a picture")

    def _look_for_errors(self) -> None:
        errors = self._folder / "errors"
        if errors.exists():
            self._fault(f"errors were logged:\n{errors.read_text()}")


def _is_waiting(line: Line) -> bool:
    return not line["buttons"] and line["text"].startswith(_WAITING)


def _is_aside(line: Line) -> bool:
    """Words about a message that do not answer it."""
    return _is_waiting(line) or bool(_asked(line)) or _REPORT.fullmatch(line["text"]) is not None


def _asked(line: Line) -> set[str]:
    """The keys of the questions that a line asks of a member."""
    return {command.split()[1] for command in line["buttons"] if command.startswith("/consent ")}


def _read(ledger: Path) -> tuple[list[_Row], list[str]]:
    with closing(sqlite3.connect(ledger)) as db:
        rows = db.execute(
            "SELECT number, messages.chat, message, messages.person, state, body IS NOT NULL, coalesce(pictures, 0) "
            "FROM messages LEFT JOIN debits USING (number)"
        ).fetchall()
        announcements = db.execute("SELECT state FROM announcements").fetchall()
    return [_Row(*row) for row in rows], [state for (state,) in announcements]
