"""``/newstyle``: a creator's pictures are collected, a draft is shown, and what they grant is asked step by step.

Every step stands in the ledger before it is answered, so that a restart goes on where the program ended.
"""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bots import replies
from bots.adapter import Adapter, SendFailed, TurnedAway
from bots.commands import Command
from bots.conversation import creators_questions as questions
from bots.conversation import style_names
from bots.conversation.announced import Announced
from bots.conversation.answering import failure_text
from bots.conversation.approving import Approving, drawn
from bots.conversation.creators_policy import CreatorsPolicy
from bots.conversation.request import Handler, Reply
from bots.ledger import Ledger
from bots.ledger.creations import Added, Making, Stage
from bots.ledger.sealing import Locked
from bots.message import Answer, Message, Picture, Text, answer_key
from inference.creation import MOST_PICTURES
from inference.errors import BadReference, ServiceError, TooLarge
from inference.service import Service

MOST_BYTES = 48 * 2**20
"""Of all pictures of one style together: what is held in memory at once while it is made."""
_MOST_OPEN = 3  # unfinished styles of one person
_MOST_OWN = 10  # styles of one person that are in force
_UNFINISHED_S = 86400  # until a style that nobody goes on with is forgotten
_MOST_ECHOED = 40  # characters of what a person typed that are said back
_PRESS = re.compile(
    r"(?P<key>[0-9a-f]{24}) (?P<word>done|drop|without|right|for|days|better|agree)(?: (?P<value>[0-9a-z]{1,16}))?"
)


class Creating:
    """The command of this module by its name. ``rules`` are the operator's."""

    def __init__(self, service: Service, ledger: Ledger, rules: CreatorsPolicy, approving: Approving) -> None:
        self._service, self._ledger, self._rules, self._approving = service, ledger, rules, approving
        self._creations, self._announced = ledger.creations, Announced(ledger.memory)
        self.commands: Mapping[str, Handler] = {"newstyle": self._newstyle}

    async def take_back(self, message: Message) -> bool:
        """The person makes none of the styles here whose pictures they were sending. False if there is none."""
        own = await self._creations.of_person(message.platform, message.person.id)
        here = [making for making in own if making.chat == message.chat and making.state is Stage.COLLECTING]
        for making in here:
            await self._creations.forget(making.key)
        return bool(here)

    async def _newstyle(self, message: Message, command: Command, adapter: Adapter) -> Reply:
        if press := _PRESS.fullmatch(command.rest):
            return await self._pressed(message, press, adapter)
        if not command.rest:
            return await self._more(message, adapter)
        making = await self._begun(message, command.rest, adapter)
        return making if isinstance(making, Text) else await self._take(message, making, adapter)

    async def _more(self, message: Message, adapter: Adapter) -> Reply:
        """Pictures for the style that was named before."""
        key = await self._announced.collecting(message)
        making = await self._creations.find(key) if key else None
        if making is None or making.state is not Stage.COLLECTING:
            await self._announced.collected(message, key or "")
            return _words(message, "creators-how")
        return await self._take(message, making, adapter)

    async def _begun(self, message: Message, words: str, adapter: Adapter) -> Making | Text:
        """The style of this name that the person is making here, or a new one; or why there can be none."""
        name, tag = style_names.read(words), message.person.language
        own = await self._creations.of_person(message.platform, message.person.id)
        for making in own:
            if making.style == name.id and making.chat == message.chat and making.state is Stage.COLLECTING:
                return making
        if name.title and (reason := await self._refused(name.title, name.id, (), message)):
            return Text(replies.text(tag, reason), whispered=True)
        if problem := style_names.problem(name, await self._taken(name)):
            said = replies.text(tag, problem, most=style_names.LONGEST_TITLE, title=name.title[:_MOST_ECHOED])
            return Text(said, whispered=True)
        if len(own) >= _MOST_OPEN:
            return Text(replies.text(tag, "creators-many-open", count=len(own)), whispered=True)
        if len(await self._ledger.grants.own(message.platform, message.person.id)) >= _MOST_OWN:
            return Text(replies.text(tag, "creators-many-own", count=_MOST_OWN), whispered=True)
        return await self._new(message, name, adapter)

    async def _new(self, message: Message, name: style_names.Name, adapter: Adapter) -> Making:
        making = Making(
            answer_key(message),
            *(message.platform, message.chat, message.person, name.id, Stage.COLLECTING),
            *(time.time() + _UNFINISHED_S, name.title, adapter.home(message.address) or message.address),
            private=message.private,
        )
        await self._creations.begin(making)
        return making

    async def _taken(self, name: style_names.Name) -> set[str]:
        """The name's own id, if it is, or was, another style's. Raises ServiceError."""
        fold = style_names.folded
        names = {fold(each) for style in await self._service.styles() for each in (style.id, *style.title.values())}
        making, known = await self._creations.of_style(name.id), await self._ledger.grants.known(name.id)
        return {name.id} if making or known or {fold(name.id), fold(name.title)} & names else set()

    async def _take(self, message: Message, making: Making, adapter: Adapter) -> Text:
        """Keep the pictures that came with a message, and say how many there are now."""
        own = message.pictures or message.replied
        fetched, remarks = await self._fetched(message, own[: MOST_PICTURES + 1], adapter)
        added = await self._creations.add(making.key, fetched, most=MOST_PICTURES, most_bytes=MOST_BYTES)
        await self._creations.change(making.key, (Stage.COLLECTING,), Stage.COLLECTING, _UNFINISHED_S)
        await self._announced.collect(message, making.key)
        remarks = (*remarks, *_remarks(message.person.language, added, beyond=len(own) - len(fetched) - len(remarks)))
        return questions.collecting(message.person.language, making, added.count, remarks)

    async def _fetched(
        self, message: Message, pictures: Sequence[Picture], adapter: Adapter
    ) -> tuple[list[bytes], tuple[str, ...]]:
        """The pictures, and what is to be said of those that could not be had."""
        found, remarks = [], []
        for number, picture in enumerate(pictures, 1):
            try:
                found.append(await adapter.fetch(picture))
                continue
            except ServiceError as refusal:
                code = refusal.code
            except TurnedAway:  # it may still be there for the next start
                raise
            except SendFailed:
                code = "gone"
            tag = message.person.language
            remarks.append(replies.text(tag, "item-failed", number=str(number), reason=failure_text(tag, code)))
        return found, tuple(remarks)

    async def _pressed(self, message: Message, press: re.Match[str], adapter: Adapter) -> Reply:
        """A button of a style that is being made: its creator's own press counts."""
        making, word, value = await self._creations.find(press["key"]), press["word"], press["value"] or ""
        if making is None or making.platform != message.platform:
            return replace(_words(message, "creators-over"), panel=True)
        if making.person.id != message.person.id:
            return replace(_words(message, "creators-not-yours"), whispered=True)
        if making.state in (Stage.MADE, Stage.REFUSED):
            return replace(self._approving.ended(making, message.person.language), panel=True)
        return await self._do(message, making, (word, value), adapter)

    async def _do(self, message: Message, making: Making, said: tuple[str, str], adapter: Adapter) -> Reply:
        word, value = said
        match word:
            case "drop":
                return await self._drop(message, making, adapter)
            case "agree":
                return await self._agree(message, making, value, adapter)
            case _ if making.state in (Stage.WAITING, Stage.APPROVED):
                return replace(_words(message, "creators-agreed-already"), whispered=True)
            case "without":
                count = await self._creations.leave_out(making.key, value)
                return replace(questions.collecting(message.person.language, making, count), panel=True)
            case "done":
                return await self._draft(message, making, adapter)
        return await self._choose(message, making, word, value)

    async def _drop(self, message: Message, making: Making, adapter: Adapter) -> Text:
        await self._creations.forget(making.key)
        await self._announced.collected(message, making.key)
        await self._approving.close(making, "creators-dropped", adapter)
        return replace(_words(message, "creators-dropped"), panel=True)

    async def _draft(self, message: Message, making: Making, adapter: Adapter) -> Answer | Text:
        """What the style would look like; the first of the questions stands under it. Raises ServiceError."""
        tag, digests = message.person.language, await self._creations.digests(making.key)
        if not digests:
            return questions.collecting(tag, making, 0)
        if reason := await self._refused(making.title, making.style, digests, message):
            await self._creations.refuse(making.key)
            return Text(replies.text(tag, reason))
        await adapter.busy(message.address)
        try:
            pictures = await self._creations.pictures(making.key)
            photo = await drawn(self._service, pictures)
        except Locked:
            return _words(message, "creators-locked")
        except (BadReference, TooLarge) as refusal:
            return _unusable(tag, making, digests, refusal)
        stages = (Stage.COLLECTING, Stage.CHOOSING)
        await self._creations.change(making.key, stages, Stage.CHOOSING, _UNFINISHED_S)
        await self._announced.collected(message, making.key)
        caption = replies.text(tag, "creators-draft", title=making.title)
        return Answer((photo,), caption, questions.rights(tag, making))

    async def _choose(self, message: Message, making: Making, word: str, value: str) -> Text:
        """Take one answer, and ask what is not answered yet; in the end, for agreement to all of it."""
        said = _said(word, value)
        tag, count = message.person.language, len(await self._creations.digests(making.key))
        changed = await self._creations.change(making.key, (Stage.CHOOSING,), Stage.CHOOSING, _UNFINISHED_S, **said)
        if not said or changed is None:
            return replace(_words(message, "creators-draft-first"), whispered=True)
        trains = changed.days is not None and await self._service.trains()
        question = questions.following(tag, changed, count, trains=trains)
        unasked = trains and changed.better is None
        if changed.days is not None and changed.everywhere is not None and changed.rights and not unasked:
            await self._creations.change(
                making.key, (Stage.CHOOSING,), Stage.CHOOSING, _UNFINISHED_S, statement=question.text
            )
        return replace(question, panel=word != "right")  # a picture bears the first question

    async def _agree(self, message: Message, making: Making, digits: str, adapter: Adapter) -> Text:
        if not making.statement or digits != questions.short(making.statement):
            return replace(_words(message, "creators-changed"), whispered=True)
        return await self._approving.agreed(message, making, adapter)

    async def _refused(self, title: str, style: str, digests: Sequence[str], message: Message) -> str | None:
        person = f"{message.platform}:{message.person.id}"
        return await self._rules.check(title, digests, person) or await self._rules.check(style, digests, person)


def _said(word: str, value: str) -> dict[str, str | bool | int]:
    """What a button's words say; nothing if no button of ours says so."""
    if word == "right" and value in questions.RIGHT_WORDS:
        return {"rights": questions.RIGHT_WORDS[value]}
    if word == "for" and value in ("here", "all"):
        return {"everywhere": value == "all"}
    if word == "days" and value.isdigit() and int(value) in questions.DAYS:
        return {"days": int(value), "expires": questions.last_day(int(value))}
    if word == "better" and value in ("yes", "no"):
        return {"better": value == "yes"}
    return {}


def _remarks(tag: str, added: Added, *, beyond: int) -> tuple[str, ...]:
    """What is to be said of pictures that came and were not kept."""
    remarks = []
    if added.known:
        remarks.append(replies.text(tag, "creators-known", count=added.known))
    if added.too_many or beyond > 0:
        remarks.append(replies.text(tag, "creators-too-many", most=MOST_PICTURES))
    if added.too_large:
        remarks.append(replies.text(tag, "creators-too-large", most=MOST_BYTES // 2**20))
    return tuple(remarks)


def _unusable(tag: str, making: Making, digests: Sequence[str], refusal: ServiceError) -> Text:
    """One of the pictures cannot be used: which one, if the service says so, and a button to leave it out."""
    number = refusal.place if isinstance(refusal, BadReference) else 0
    if not 1 <= number <= len(digests):
        return replace(questions.collecting(tag, making, len(digests)), text=replies.text(tag, "creators-unusable"))
    label = replies.text(tag, "creators-leave-out", number=str(number))
    without = questions.button(making, label, f"without {digests[number - 1][:16]}")
    text = replies.text(tag, "creators-unusable-one", number=str(number))
    return Text(text, ((without, questions.drop(tag, making)),))


def _words(message: Message, key: str) -> Text:
    return Text(replies.text(message.person.language, key))
