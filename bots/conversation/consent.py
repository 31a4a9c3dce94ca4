"""A member is asked before anybody else has their profile picture restyled. No answer is no."""

import asyncio
import logging
import re
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bots import replies
from bots.adapter import Adapter, SendFailed, SendUncertain, TurnedAway
from bots.commands import Command
from bots.conversation import naming
from bots.conversation.request import Handler, Reply, unknown
from bots.ledger import Ledger
from bots.ledger.questions import Permission, Question
from bots.message import Button, Message, Person, Text, answer_key
from inference.errors import Failed
from inference.service import StyleInfo

log = logging.getLogger(__name__)
Receive = Callable[[Message], Awaitable[None]]
"""Records a message and starts its turn: one that had to wait for a member's consent."""

_OPEN_S = 86400  # how long a member may think about it
_MOST_OPEN = 5  # questions in one chat at a time, so that nobody is pestered
_PATIENCE_S = 20.0  # with one platform, each time; one that is not connected has us wait
_LONGEST_NAME = 40  # characters of a name that are said back
_PRESS = re.compile(r"([0-9a-f]{24}) (once|always|never)")
_GRANTED = re.compile(r".*/granted/([0-9a-f]{24})(?: .*)?", re.DOTALL)  # a chat that moved adds to the ids


class Consent:
    """Asks members, takes their answers, and knows which messages were allowed."""

    def __init__(self, ledger: Ledger, receive: Receive) -> None:
        self._ledger, self._receive = ledger, receive
        self.commands: Mapping[str, Handler] = {"consent": self._answered}

    async def answer(self, waiting: Message, style: StyleInfo, adapter: Adapter) -> Text | None:
        """Why the picture of the member that the message mentions is not made now; None if it may be.

        A member who has not answered for good is asked. Asking again, after a restart, changes nothing.

        Raises:
            Failed: the question cannot be said there.
        """
        tag, member = waiting.person.language, waiting.mentioned[0]
        if match := _GRANTED.fullmatch(waiting.id):
            return None if await self._granted(waiting, match[1]) else Text(replies.text(tag, "consent-over"))
        question = await self._ledger.questions.find(answer_key(waiting))
        if question is None:
            standing = await self._ledger.consents.standing(waiting.platform, waiting.chat, member.id)
            if standing is not None:
                return None if standing else Text(replies.text(tag, "consent-no", member=called(member)))
        return await self._ask(waiting, question, style, adapter)

    async def _granted(self, message: Message, key: str) -> bool:
        """Whether this is the very message that waited for a member who has allowed it.

        Nobody can make such a message up: it must ask what was asked, and bear an id of which the ledger knows.
        """
        question = await self._ledger.questions.find(key)
        return question is not None and question.allowed and _is(message, released(question))

    async def _ask(self, waiting: Message, question: Question | None, style: StyleInfo, adapter: Adapter) -> Text:
        tag, member = waiting.person.language, waiting.mentioned[0]
        if question is None:
            refusal = await self._too_many(waiting, member)
            if refusal:
                return refusal
            spoken = await self._language(waiting, member)
            until = time.time() + _OPEN_S
            question = Question(answer_key(waiting), waiting.chat, waiting, spoken, until)
            await self._ledger.questions.ask(question)
        if question.sent is None and question.answer is None:
            await self._say(question, naming.title(style, question.tag), adapter)
        return Text(replies.text(tag, "consent-asked", member=called(member)))

    async def take_back(self, message: Message, adapter: Adapter) -> bool:
        """The message's person wants none of what members of the chat are asked for. False if nobody is."""
        questions = await self._ledger.questions.open(message.platform, message.chat)
        own = [question for question in questions if question.waiting.person.id == message.person.id]
        for question in own:
            await self._ledger.questions.forget(question.key)
            await _close(question, adapter)
        return bool(own)

    async def tidy(self, adapters: Mapping[str, Adapter]) -> None:
        """Forget the questions that nobody answered in time, and say so in their place; on a full disk, next time."""
        for platform, adapter in adapters.items():
            try:
                async with asyncio.timeout(_PATIENCE_S):
                    for question in await self._ledger.questions.expire(platform):
                        await _close(question, adapter)
            except TimeoutError:
                log.info("%s: some questions keep their buttons, which say that they are over", platform)
            except sqlite3.Error as error:
                log.error("questions whose time is over could not be forgotten: %s", error)

    async def _answered(self, message: Message, command: Command, _adapter: Adapter) -> Reply:
        """A press under a question. Killed anywhere, it is understood again and comes to the same."""
        press, tag = _PRESS.fullmatch(command.rest), message.person.language
        if press is None:
            return unknown(message, command)
        question = await self._ledger.questions.find(press[1])
        if question is None or question.waiting.platform != message.platform:
            return Text(replies.text(tag, "consent-over"), panel=True)
        if question.member.id != message.person.id:
            return Text(replies.text(tag, "consent-not-yours", member=called(question.member)), whispered=True)
        answered = await self._ledger.questions.answer(question.key, Permission(press[2]))
        if answered is None:
            return Text(replies.text(tag, "consent-over"), panel=True)
        if answered.allowed:
            await self._receive(released(answered))
        return Text(_decided(answered, tag), panel=True)

    async def _too_many(self, waiting: Message, member: Person) -> Text | None:
        """Why the member is not asked now."""
        tag, asker = waiting.person.language, waiting.person.id
        if (await self._ledger.people.known(waiting.platform, member.id)).blocked:  # an answer would not be heard
            return Text(replies.text(tag, "consent-no", member=called(member)))
        questions = await self._ledger.questions.open(waiting.platform, waiting.chat)
        if any(open_.member.id == member.id and open_.waiting.person.id == asker for open_ in questions):
            return Text(replies.text(tag, "consent-still-open", member=called(member)))
        if len(questions) >= _MOST_OPEN:
            return Text(replies.text(tag, "consent-many-open", count=len(questions)))
        return None

    async def _language(self, waiting: Message, member: Person) -> str:
        """The member's choice, or else the language of the one who asks: the two share a chat."""
        known = await self._ledger.people.known(waiting.platform, member.id)
        return known.language or waiting.person.language

    async def _say(self, question: Question, title: str, adapter: Adapter) -> None:
        waiting, tag = question.waiting, question.tag
        names = {"member": called(question.member), "requester": called(waiting.person)}
        text = Text(replies.text(tag, "consent-question", title=title, **names), (_buttons(question),))
        try:
            sent = await adapter.say(waiting.address, text)
        except TurnedAway:  # the next start asks
            raise
        except SendFailed as refusal:
            await self._ledger.questions.forget(question.key)
            raise Failed from refusal
        except SendUncertain as broken:
            log.info("a question may or may not have arrived: %s", broken)
        else:
            await self._ledger.questions.asked(question.key, sent)


async def _close(question: Question, adapter: Adapter) -> None:
    if not question.sent:
        return
    text = Text(replies.text(question.tag, "consent-no", member=called(question.member)))
    try:
        await adapter.change(question.waiting.address, question.sent, text)
    except (SendFailed, SendUncertain) as refusal:
        log.info("a question keeps its buttons: %s", refusal)
    except Exception:  # the border of one question: a bug in an adapter costs the others nothing
        log.exception("a question keeps its buttons")


def called(person: Person) -> str:
    """A person's name as it is said to others: on one line, and short."""
    name = " ".join("".join(letter if letter.isprintable() else " " for letter in person.name).split())
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _buttons(question: Question) -> tuple[Button, ...]:
    labels = {
        Permission.ONCE: replies.text(question.tag, "consent-once"),
        Permission.ALWAYS: replies.text(question.tag, "consent-always"),
        Permission.NEVER: replies.text(question.tag, "consent-never"),
    }
    return tuple(Button(label, f"/consent {question.key} {word}") for word, label in labels.items())


def _decided(question: Question, tag: str) -> str:
    names = {"member": called(question.member)}
    match question.answer:
        case Permission.ONCE:
            return replies.text(tag, "consent-given-once", requester=called(question.waiting.person), **names)
        case Permission.ALWAYS:
            return replies.text(tag, "consent-given-always", **names)
        case _:
            return replies.text(tag, "consent-no", **names)


def released(question: Question) -> Message:
    """The message that waited, as it goes on: with an id of its own, so that it is recorded once, however often."""
    waiting = question.waiting
    return replace(waiting, id=f"{waiting.id}/granted/{question.key}", chat=question.chat, addressed=True)


def _is(message: Message, allowed: Message) -> bool:
    """Whether it is that very message; its language, and the id of its chat, may have changed since."""
    return f"{message.id} ".startswith(f"{allowed.id} ") and _asks(message) == _asks(allowed)


def _asks(message: Message) -> tuple[str, str, list[str]]:
    """Who asks what of whom."""
    return message.person.id, message.text, [person.id for person in message.mentioned]
