"""``/approve``: an admin of the chat, or the operator, says yes or no to a creator's style; a yes makes it."""

import logging
import re
import sqlite3
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bots import replies
from bots.adapter import Adapter, SendFailed, SendUncertain, TurnedAway
from bots.commands import Command
from bots.conversation import creators_questions as questions
from bots.conversation.consent import called
from bots.conversation.creators_policy import CreatorsPolicy
from bots.conversation.policy import Policy
from bots.conversation.request import Handler, Reply, unknown
from bots.ledger import Ledger
from bots.ledger.creations import Making, Stage, Stored, sha256
from bots.ledger.sealing import Locked
from bots.message import Answer, Message, Photo, Text
from inference.creation import EVERYWHERE, Creation
from inference.errors import BadReference, Failed, InvalidOption, ServiceError, StyleExists, UnknownStyle
from inference.service import Service

log = logging.getLogger(__name__)
_OPEN_S = 7 * 86400  # how long an approval may take; no answer is no
_AGREED = (Stage.CHOOSING, Stage.WAITING, Stage.APPROVED)
_PRESS = re.compile(r"([0-9a-f]{24}) (yes|no|look)")


@dataclass(frozen=True, slots=True)
class _Said:
    """A reply that several people read, each in their language."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)

    def text(self, tag: str) -> str:
        return replies.text(tag, self.key, **self.values)


class Approving:
    """Asks for approval, takes the answer, and has the style made. ``adapters`` are by their platforms."""

    def __init__(
        self, service: Service, policy: Policy, ledger: Ledger, rules: CreatorsPolicy, adapters: Mapping[str, Adapter]
    ) -> None:
        self._service, self._policy, self._ledger, self._rules = service, policy, ledger, rules
        self._creations, self._grants, self._adapters = ledger.creations, ledger.grants, adapters
        self.commands: Mapping[str, Handler] = {"approve": self._approve}

    async def agreed(self, message: Message, making: Making, adapter: Adapter) -> Text:
        """The creator has agreed to the statement: it is made if they may decide themselves, else others are asked.

        The statement stays in sight, word for word. Raises ServiceError.
        """
        tag = message.person.language
        if making.state is Stage.APPROVED or await self._may(message, making, adapter):
            said = await self._make(message, making)
        else:
            waiting = await self._creations.change(making.key, _AGREED, Stage.WAITING, _OPEN_S)
            said = _Said("creators-over") if waiting is None else await self._ask(waiting, adapter)
        return Text("\n\n".join([making.statement, replies.text(tag, "creators-agreed"), said.text(tag)]), panel=True)

    def ended(self, making: Making, tag: str) -> Text:
        """How it ended."""
        return Text(_ended(making).text(tag))

    async def close(self, making: Making, key: str, adapter: Adapter) -> None:
        """Put words in the place of those that ask for approval, if there are any."""
        if making.state is Stage.WAITING and making.sent:
            text = Text(replies.text(making.person.language, key))
            await _quietly(adapter.change(making.address, making.sent, text))

    async def tidy(self) -> None:
        """Drop what nobody went on with or answered in time; see to what a service could not withdraw when told."""
        try:
            for making in await self._creations.over():
                await self._creations.forget(making.key)
                if adapter := self._adapters.get(making.platform):
                    await self.close(making, "creators-no-answer", adapter)
            await self._withdraw_late()
        except (sqlite3.Error, ServiceError) as error:
            log.error("creators' styles could not be seen to: %s", error)

    async def _withdraw_late(self) -> None:
        over = (await self._grants.standing("")).withdrawn
        for style in await self._service.styles() if over else ():
            if style.id in over:
                await withdraw(self._service, style.id)

    async def _approve(self, message: Message, command: Command, adapter: Adapter) -> Reply:
        """A press under a question. Killed anywhere, it is understood again and comes to the same."""
        press, tag = _PRESS.fullmatch(command.rest), message.person.language
        if press is None:
            return unknown(message, command)
        making = await self._creations.find(press[1])
        if making is None or making.state in (Stage.COLLECTING, Stage.CHOOSING):
            return Text(replies.text(tag, "creators-over"), panel=True)
        if not await self._may(message, making, adapter):
            key = "creators-operator-approves" if making.everywhere else "creators-admins-approve"
            return Text(replies.text(tag, key), whispered=True)
        if press[2] == "look":
            return await self._look(tag, making)
        if making.state in (Stage.MADE, Stage.REFUSED):
            return replace(self.ended(making, tag), panel=True)
        said = await self._decide(message, making, yes=press[2] == "yes" or making.state is Stage.APPROVED)
        return Text(said.text(tag), panel=said.key != "creators-locked")

    async def _decide(self, message: Message, making: Making, *, yes: bool) -> _Said:
        """Take the answer, and tell the creator where they are."""
        if yes:
            said = await self._make(message, making)
        else:
            await self._creations.refuse(making.key)
            said = _ended(replace(making, state=Stage.REFUSED))
        if _elsewhere(message, making) and (adapter := self._adapters.get(making.platform)):
            text = Text(said.text(making.person.language))
            await _quietly(adapter.say(making.address, text))
            if making.sent:
                await _quietly(adapter.change(making.address, making.sent, text))
        return said

    async def _look(self, tag: str, making: Making) -> Answer | Text:
        """The draft once more, for who is to approve it. Raises ServiceError."""
        try:
            pictures = await self._creations.pictures(making.key)
        except Locked:
            return Text(replies.text(tag, "creators-locked"))
        if not pictures:
            return Text(replies.text(tag, "creators-over"))
        photo = await drawn(self._service, pictures)
        return Answer((photo,), questions.approval(tag, making).text, questions.approving(tag, making)[:1])

    async def _may(self, message: Message, making: Making, adapter: Adapter) -> bool:
        """Whether the message's person may approve it: the operator, or for one chat, its admins in that chat."""
        if self._policy.operates(message):
            return True
        if making.everywhere or _elsewhere(message, making):
            return False
        return await adapter.administers(message.person, message.address)

    async def _ask(self, making: Making, adapter: Adapter) -> _Said:
        """Ask in the chat, once; what to tell the creator. Raises Failed if it cannot be said there."""
        if making.sent is None and making.everywhere:
            await self._tell_operators(making)
        if making.sent is None and not (making.everywhere and making.private):  # there is nobody else to ask
            try:
                sent = await adapter.say(making.address, questions.approval(making.person.language, making))
            except TurnedAway:  # the next start asks
                raise
            except SendFailed as refusal:
                raise Failed from refusal
            except SendUncertain as broken:
                log.info("a question may or may not have arrived: %s", broken)
            else:
                await self._creations.asked(making.key, sent)
        return _Said("creators-asked-operator" if making.everywhere else "creators-asked")

    async def _tell_operators(self, making: Making) -> None:
        """Ask where an operator's own chat is known; /mystyles shows it to them in any case."""
        for operator in self._policy.operators:
            platform, _, person = operator.partition(":")
            adapter, home = self._adapters.get(platform), await self._ledger.chats.own(platform, person)
            if adapter and home:
                await _quietly(adapter.say(home, questions.approval(making.person.language, making)))

    async def _make(self, message: Message, making: Making) -> _Said:
        """It is approved: have it made, and record the grant. What to say of it. Raises ServiceError."""
        signature = making.approved_by or await self._grants.sign(message.platform, message.person.id)
        said = {"approved_by": signature}
        approved = await self._creations.change(making.key, _AGREED, Stage.APPROVED, _OPEN_S, **said)
        if approved is None:
            return _Said("creators-over")
        digests = await self._creations.digests(making.key)
        try:
            reason = await self._problem(approved, digests) or await self._created(approved)
        except Locked:
            return _Said("creators-locked")
        if reason:
            await self._creations.refuse(making.key)
            return _Said(reason)
        if approved.better:
            await self._ledger.betterings.expect(approved)
        await self._grants.grant(approved, digests)
        if await self._creations.find(making.key) is None:  # its creator dropped it just now
            await self._drop(approved)
            return _Said("creators-over")
        return _ended(replace(approved, state=Stage.MADE))

    async def _drop(self, making: Making) -> None:
        if not making.shares:
            await withdraw(self._service, making.style)

    async def _problem(self, making: Making, digests: Sequence[str]) -> str | None:
        """What has come up since the draft was shown."""
        person = f"{making.platform}:{making.person.id}"
        for name in (making.title, making.style):
            if reason := await self._rules.check(name, digests, person):
                return reason
        own = {own.style for own in await self._grants.own(making.platform, making.person.id)}
        return "creators-over" if making.shares and making.style not in own else None

    async def _created(self, making: Making) -> str | None:
        """Have the service make it, unless it is only shared; why it never will. Raises Locked, ServiceError."""
        if making.shares:
            return None
        pictures = await self._creations.pictures(making.key)
        scope = EVERYWHERE if making.everywhere else f"{making.platform}:{making.chat}"
        creation = Creation(
            id=making.style,
            title={"en": making.title},
            pictures=tuple(stored.picture for stored in pictures),
            subject=called(making.person) if making.rights == questions.RIGHT_WORDS["own"] else making.title,
            granted_by=f"{making.platform}:{making.person.id}",
            rights=making.rights,
            scope=(scope,),
            expires=making.expires,
            document_sha256=sha256(making.statement.encode()),
            better=bool(making.better),
        )
        try:
            await self._service.create(creation)
        except StyleExists as refusal:
            return f"error-{refusal.code}"
        except (BadReference, InvalidOption) as refusal:
            log.warning("a creator's style cannot be made: %s", refusal)
            return "creators-unusable"
        return None


async def drawn(service: Service, pictures: Sequence[Stored]) -> Photo:
    """The draft of a style from these pictures. Raises ServiceError."""
    return Photo(await service.draft([stored.picture for stored in pictures]), "image/jpeg", "draft.jpg")


async def withdraw(service: Service, style: str) -> None:
    """Have the service offer a style no longer. Raises ServiceError."""
    try:
        await service.withdraw(style)
    except UnknownStyle:
        log.info("the style %s was gone already", style)


def _ended(making: Making) -> _Said:
    if making.state is Stage.REFUSED:
        return _Said("creators-not-approved", {"title": making.title})
    key = "creators-shared" if making.shares else "creators-made"
    return _Said(key, {"title": making.title, "style": making.style})


def _elsewhere(message: Message, making: Making) -> bool:
    return (message.platform, message.chat) != (making.platform, making.chat)


async def _quietly(sending: Awaitable[object]) -> None:
    try:
        await sending
    except (SendFailed, SendUncertain) as refusal:
        log.info("a creator may not hear of it: %s", refusal)
