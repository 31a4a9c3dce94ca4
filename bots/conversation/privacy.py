"""``/privacy`` says what is kept of a person and why; ``/forgetme`` deletes it, and searches for what may be left."""

import asyncio
import hashlib
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, replace

from bots import replies
from bots.adapter import Adapter, SendFailed, SendUncertain
from bots.commands import Command
from bots.conversation.consent import called
from bots.conversation.request import Handler, Reply, sentence
from bots.ledger import Entry, Ledger, State
from bots.ledger.consents import Consent
from bots.ledger.forgetting import Held
from bots.message import Button, Message, Text, answer_key

log = logging.getLogger(__name__)
Cancel = Callable[[Entry], Awaitable[object]]
"""Ends what the person of an entry asked in its chat before it."""
Leave = Callable[[str, str], Awaitable[None]]
"""Takes back every style of a person on a platform."""

_WITHDRAW = re.compile(r"withdraw (\d{1,18})")
_LEAVES_S = 10.0  # for answers to the person that are leaving already
_LOOK_S = 0.02
_PER_ROW = 3
_LINES = {
    "waiting": "privacy-waiting",
    "keys": "privacy-keys",
    "remembered": "privacy-remembered",
    "results": "privacy-results",
    "pictures": "privacy-pictures",
    "spent": "privacy-spent",
    "consents": "privacy-consents",
    "questions": "privacy-questions",
    "blocked": "privacy-blocked",
    "languages": "privacy-languages",
    "creations": "privacy-creations",
    "styles": "privacy-styles",
    "chats": "privacy-chats",
}
_STAYS = ("spent", "blocked")  # when a person is forgotten


class Privacy:
    """The commands of this module by their names. ``cancel`` ends what runs for a person, ``leave`` their styles."""

    def __init__(self, ledger: Ledger, cancel: Cancel, leave: Leave) -> None:
        self._ledger, self._cancel, self._leave = ledger, cancel, leave
        self.commands: Mapping[str, Handler] = {"privacy": self._privacy, "forgetme": self._forgetme}

    async def _privacy(self, message: Message, command: Command, _adapter: Adapter) -> Reply:
        if match := _WITHDRAW.fullmatch(command.rest):
            if not await self._ledger.consents.withdraw(message.platform, message.person.id, int(match[1])):
                return replace(sentence(message, "privacy-not-yours"), whispered=True)
            return replace(await self._told(message), panel=True)
        return await self._told(message)

    async def _told(self, message: Message) -> Text:
        """What is kept, what there is of the person now, and what they answered for good, with a button for each."""
        tag, held = message.person.language, await self._held(message)
        there = _lines(tag, asdict(held))
        lines = [replies.text(tag, "privacy"), "", replies.text(tag, "privacy-held" if there else "privacy-nothing")]
        lines += there
        consents = await self._ledger.consents.given_by(message.platform, message.person.id)
        if consents:
            lines += ["", replies.text(tag, "privacy-answers")]
        lines += [_consent(message, place, consent) for place, consent in enumerate(consents, 1)]
        withdraw = [
            Button(replies.text(tag, "privacy-withdraw", place=str(place)), f"/privacy withdraw {consent.number}")
            for place, consent in enumerate(consents, 1)
        ]
        rows = [tuple(withdraw[start : start + _PER_ROW]) for start in range(0, len(withdraw), _PER_ROW)]
        rows.append((Button(replies.text(tag, "privacy-forgetme"), "/forgetme"),))
        return Text("\n".join(lines), tuple(rows), whispered=True)

    async def _held(self, message: Message) -> Held:
        own = await self._ledger.forgetting.number(message, answer_key(message))
        return await self._ledger.forgetting.held(message.platform, message.person.id, own or 0)

    async def _forgetme(self, message: Message, command: Command, adapter: Adapter) -> Reply:
        if message.person.id == message.chat and not message.private:  # an admin who speaks as the chat
            return sentence(message, "forgetme-as-yourself")
        sure = _sure(message)
        if command.rest == sure:
            return await self._forget(message, adapter)
        if command.rest:
            return replace(sentence(message, "privacy-not-yours"), whispered=True)
        button = Button(replies.text(message.person.language, "forgetme-sure"), f"/forgetme {sure}")
        return replace(sentence(message, "forgetme"), buttons=((button,),), whispered=True)

    async def _forget(self, message: Message, adapter: Adapter) -> Text | None:
        """Killed anywhere and understood again, it goes on with what is still there."""
        forgetting, platform, person = self._ledger.forgetting, message.platform, message.person.id
        digest = answer_key(message)
        own = await forgetting.number(message, digest)
        if own is None:
            return None
        held = await forgetting.held(platform, person, own)
        await self._end(message, own)
        await self._leave(platform, person)
        await self._clear(message, adapter)
        for dropped in await forgetting.forget(platform, person, own, digest):
            await self._tell(dropped, message, adapter)
        tag, done = message.person.language, _lines(message.person.language, _only(held, stays=False))
        done = [replies.text(tag, "forgetme-done"), *done] if done else [replies.text(tag, "privacy-nothing")]
        return Text("\n".join([*done, "", *await self._proof(message, own)]), panel=True)

    async def _proof(self, message: Message, own: int) -> list[str]:
        """What a search finds once a person is forgotten."""
        forgetting, platform, person = self._ledger.forgetting, message.platform, message.person.id
        tag = message.person.language
        if left := await forgetting.traces(platform, person, own):
            return [replies.text(tag, "forgetme-left", count=left)]
        stays = _lines(tag, _only(await forgetting.held(platform, person, own), stays=True))
        return [replies.text(tag, "forgetme-stays"), *stays] if stays else [replies.text(tag, "forgetme-proof")]

    async def _end(self, message: Message, own: int) -> None:
        """End what runs for the person in all chats, and let what is leaving arrive."""
        forgetting, platform, person = self._ledger.forgetting, message.platform, message.person.id
        for chat in await forgetting.open_chats(platform, person, own):
            await self._cancel(Entry(own, replace(message, chat=chat), State.RECEIVED))
        until = time.monotonic() + _LEAVES_S
        while await forgetting.open_chats(platform, person, own) and time.monotonic() < until:  # noqa: ASYNC110  the ledger tells nobody
            await asyncio.sleep(_LOOK_S)

    async def _clear(self, message: Message, adapter: Adapter) -> None:
        """Do now in the chats what could not be done later: their rows are about to go."""
        platform, person = message.platform, message.person.id
        for place in await self._ledger.forgetting.fading(platform, person):
            await _quietly(adapter.remove(place.address, place.sent))
        for question in await self._ledger.questions.about(platform, person):
            if question.sent and not question.answer:
                over = Text(replies.text(question.tag, "consent-over"))
                await _quietly(adapter.change(question.waiting.address, question.sent, over))
        for making in await self._ledger.creations.of_person(platform, person):
            if making.sent:
                over = Text(replies.text(making.person.language, "creators-over"))
                await _quietly(adapter.change(making.address, making.sent, over))

    async def _tell(self, dropped: Message, message: Message, adapter: Adapter) -> None:
        """Somebody waited for the person's profile picture."""
        text = Text(replies.text(dropped.person.language, "consent-no", member=called(message.person)))
        await _quietly(adapter.say(dropped.address, text))


async def _quietly(sending: Awaitable[object]) -> None:
    try:
        await sending
    except (SendFailed, SendUncertain) as refusal:
        log.info("while a person was forgotten: %s", refusal)


def _only(held: Held, *, stays: bool) -> dict[str, int]:
    """Of what is held, that which stays when a person is forgotten, or that which goes."""
    return {name: count for name, count in asdict(held).items() if (name in _STAYS) is stays}


def _lines(tag: str, counts: Mapping[str, int]) -> list[str]:
    """A line for each kind of thing of which there is any."""
    return [replies.text(tag, _LINES[name], count=count) for name, count in counts.items() if count]


def _consent(message: Message, place: int, consent: Consent) -> str:
    tag = message.person.language
    where = "here" if consent.chat == message.chat else "private" if consent.private else "elsewhere"
    what = "privacy-allowed" if consent.allowed else "privacy-refused"
    date = time.strftime("%Y-%m-%d", time.gmtime(consent.at))
    places = {"here": "privacy-here", "private": "privacy-private", "elsewhere": "privacy-elsewhere"}
    return replies.text(tag, what, place=str(place), where=replies.text(tag, places[where]), date=date)


def _sure(message: Message) -> str:
    """What only the person's own button says: a press by anybody else must not delete what is kept of *them*."""
    name = f"{message.platform}\0{message.person.id}"
    return hashlib.blake2b(name.encode(), digest_size=8, person=b"forgetme").hexdigest()
