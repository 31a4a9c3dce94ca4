"""Members who were asked for their profile picture: who waits for the answer, and what it was.

A question that was answered is kept until its time is over, so that pressing its buttons again changes nothing and the
message that waited for it is proved to have been allowed.
"""

import json
import time
from dataclasses import dataclass
from enum import StrEnum

from bots.ledger import records
from bots.ledger.consents import stand
from bots.ledger.database import Database
from bots.message import Message, Person

_KEPT_S = 86400  # after the answer: how long the message that waited for it may wait for its picture


class Permission(StrEnum):
    """What a member answers; each is the word of its button."""

    ONCE = "once"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Question:
    """One member is asked. ``waiting`` is the requester's message, in which ``mentioned`` is the member alone.

    ``sent`` is the adapter's id of the words that ask, ``tag`` their language. ``until`` is in seconds since 1970.
    """

    key: str
    chat: str
    waiting: Message
    tag: str
    until: float
    sent: str | None = None
    answer: Permission | None = None

    @property
    def member(self) -> Person:
        return self.waiting.mentioned[0]

    @property
    def allowed(self) -> bool:
        return self.answer in (Permission.ONCE, Permission.ALWAYS)


class Questions:
    """Questions by their key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, question: Question) -> None:
        """Record a question. Recording it again changes nothing."""
        waiting = question.waiting
        async with self._database.transaction() as db:
            await db.execute(
                "INSERT INTO requests (key, platform, chat, person, requester, body, until) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (
                    *(question.key, waiting.platform, question.chat, question.member.id, waiting.person.id),
                    *(_body(question), question.until),
                ),
            )

    async def asked(self, key: str, sent: str) -> None:
        """The words that ask stand in the chat."""
        async with self._database.transaction(durable=False) as db:
            await db.execute("UPDATE requests SET body = json_set(body, '$.sent', ?) WHERE key = ?", (sent, key))

    async def answer(self, key: str, answer: Permission) -> Question | None:
        """The question with its answer, which is the first that was given; None if it is over."""
        async with self._database.transaction() as db:
            question = await self.find(key)
            if question is None or question.answer:
                return question
            await db.execute(
                "UPDATE requests SET body = json_set(body, '$.answer', ?), until = ? WHERE key = ?",
                (str(answer), time.time() + _KEPT_S, key),
            )
            if answer is not Permission.ONCE:
                member = (question.waiting.platform, question.chat, question.member.id)
                await stand(db, *member, allowed=answer is Permission.ALWAYS)
        return await self.find(key)

    async def find(self, key: str) -> Question | None:
        """The question whose time is not over."""
        rows = await self._database.rows(
            "SELECT key, chat, body, until FROM requests WHERE key = ? AND until > ?", key, time.time()
        )
        return _question(*rows[0]) if rows else None

    async def open(self, platform: str, chat: str) -> tuple[Question, ...]:
        """What members of a chat are asked and have not answered."""
        rows = await self._database.rows(
            "SELECT key, chat, body, until FROM requests WHERE platform = ? AND chat = ? AND until > ?",
            *(platform, chat, time.time()),
        )
        return tuple(question for question in (_question(*row) for row in rows) if not question.answer)

    async def about(self, platform: str, person: str) -> tuple[Question, ...]:
        """What a person is asked, or has others asked, in all chats."""
        rows = await self._database.rows(
            "SELECT key, chat, body, until FROM requests WHERE platform = ? AND ? IN (person, requester)",
            *(platform, person),
        )
        return tuple(_question(*row) for row in rows)

    async def forget(self, key: str) -> None:
        async with self._database.transaction() as db:
            await db.execute("DELETE FROM requests WHERE key = ?", (key,))

    async def expire(self, platform: str) -> tuple[Question, ...]:
        """Forget the questions whose time is over; those that nobody answered."""
        now = time.time()
        query = "SELECT key, chat, body, until FROM requests WHERE platform = ? AND until <= ?"
        rows = await self._database.rows(query, platform, now)
        if rows:
            async with self._database.transaction(durable=False) as db:
                await db.execute("DELETE FROM requests WHERE platform = ? AND until <= ?", (platform, now))
        return tuple(question for question in (_question(*row) for row in rows) if not question.answer)


def _body(question: Question) -> str:
    waiting = json.loads(records.message_to_json(question.waiting))
    values = {"waiting": waiting, "tag": question.tag, "sent": question.sent, "answer": question.answer}
    return json.dumps(values, ensure_ascii=False)


def _question(key: str, chat: str, body: str, until: float) -> Question:
    values = json.loads(body)
    answer = Permission(values["answer"]) if values["answer"] else None
    waiting = records.message_from_json(json.dumps(values["waiting"]))
    return Question(key, chat, waiting, values["tag"], until, values["sent"], answer)
