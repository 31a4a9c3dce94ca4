"""``/mystyles``: one's own styles, shared with one more chat or taken back; the operator also sees those that wait."""

import logging
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bots import replies
from bots.adapter import Adapter
from bots.commands import Command
from bots.conversation import creators_questions as questions
from bots.conversation import naming
from bots.conversation.approving import withdraw
from bots.conversation.bettering import CHOICES, Bettering
from bots.conversation.consent import called
from bots.conversation.policy import Policy, place
from bots.conversation.request import Handler, Reply, unknown
from bots.ledger import Ledger
from bots.ledger.creations import Making, Stage
from bots.ledger.grants import Granted
from bots.message import Button, Message, Text, answer_key
from inference.creation import EVERYWHERE, FOREVER
from inference.errors import ServiceError
from inference.service import Service

log = logging.getLogger(__name__)
_PRESS = re.compile(r"(share|back|sure|both|old|new) ([a-z0-9-]{1,32})")
_UNFINISHED_S = 86400  # until a share that nobody agreed to is forgotten
_MOST_WAITING = 5  # shown to the operator at once


class Owning:
    """The command of this module by its name."""

    def __init__(self, service: Service, policy: Policy, ledger: Ledger, bettering: Bettering) -> None:
        self._service, self._policy, self._ledger, self._bettering = service, policy, ledger, bettering
        self._creations, self._grants = ledger.creations, ledger.grants
        self.commands: Mapping[str, Handler] = {"mystyles": self._mystyles}

    async def leave(self, platform: str, person: str) -> None:
        """Take back every style of a person; what the service cannot do now is done later."""
        for own in await self._grants.own(platform, person):
            await self._grants.withdraw(own.style, platform, person)
            try:
                await withdraw(self._service, own.style)
            except ServiceError as refusal:
                log.warning("the style %s is withdrawn later: %s", own.style, refusal)

    async def _mystyles(self, message: Message, command: Command, adapter: Adapter) -> Reply:
        if not command.rest:
            return await self._listed(message)
        press, tag = _PRESS.fullmatch(command.rest), message.person.language
        if press is None:
            return unknown(message, command)
        if not await self._grants.owns(press[2], message.platform, message.person.id):
            return Text(replies.text(tag, "creators-not-yours"), whispered=True)
        return await self._do(message, press[1], press[2], adapter)

    async def _do(self, message: Message, word: str, style: str, adapter: Adapter) -> Reply:
        """A button of the creator's own. Raises ServiceError."""
        if word == "share":
            return await self._share(message, style, adapter)
        if word == "both":
            return await self._bettering.look(message, style)
        if word in CHOICES:
            return await self._bettering.choose(message, style, word)
        tag = message.person.language
        title = await self._title(style, tag)
        if word == "sure":
            return await self._take_back(message, style, title)
        sure = Button(replies.text(tag, "creators-back-sure"), f"/mystyles sure {style}")
        return Text(replies.text(tag, "creators-back-ask", title=title), ((sure,),), panel=True)

    async def _listed(self, message: Message) -> Text:
        tag, own = message.person.language, await self._grants.own(message.platform, message.person.id)
        titles = {style.id: naming.title(style, tag) for style in await self._service.styles()}
        making = await self._creations.of_person(message.platform, message.person.id)
        lines = [_line(message, granted, titles.get(granted.style, granted.style)) for granted in own]
        lines += [_unfinished(tag, one) for one in making]
        rows = [_buttons(message, granted, titles.get(granted.style, granted.style)) for granted in own]
        for better in await self._bettering.ready(message):
            label = replies.text(tag, "creators-better-look", title=better.title)
            rows.append((Button(label, f"/mystyles both {better.style}"),))
        waiting = await self._creations.waiting() if self._policy.operates(message) else ()
        for one in [each for each in waiting if each.everywhere][:_MOST_WAITING]:
            values = {"title": one.title, "style": one.style, "creator": called(one.person)}
            lines.append(replies.text(tag, "creators-waits-for-you", **values))
            rows += questions.approving(tag, one)
        if not lines:
            return Text(replies.text(tag, "creators-none"), whispered=True)
        heading = replies.text(tag, "creators-list")
        return Text("\n".join([heading, *lines]), tuple(filter(None, rows)), panel=True)

    async def _take_back(self, message: Message, style: str, title: str) -> Text:
        """From now on nobody may use it: first here, then in the service. Raises ServiceError."""
        await self._grants.withdraw(style, message.platform, message.person.id)
        for making in await self._creations.of_style(style):
            await self._creations.refuse(making.key)
        await withdraw(self._service, style)
        await self._ledger.betterings.forget(style)
        return Text(replies.text(message.person.language, "creators-taken-back", title=title), panel=True)

    async def _share(self, message: Message, style: str, adapter: Adapter) -> Text:
        """Show what is to be agreed to so that this chat may use it, too."""
        tag, own = message.person.language, await self._grants.own(message.platform, message.person.id)
        granted = next((each for each in own if each.style == style), None)
        if granted is None or _is_over(granted):
            return Text(replies.text(tag, "error-style_withdrawn"), whispered=True)
        if message.private:
            return Text(replies.text(tag, "creators-share-group"), whispered=True)
        if {EVERYWHERE, place(message)} & set(granted.scopes):
            return Text(replies.text(tag, "creators-shared-already"), whispered=True)
        begun = [one for one in await self._creations.of_style(style) if one.chat == message.chat and one.shares]
        making = begun[0] if begun else await self._sharing(message, granted, adapter)
        return replace(questions.agreement(tag, making, making.statement), panel=True)

    async def _sharing(self, message: Message, granted: Granted, adapter: Adapter) -> Making:
        making = Making(
            answer_key(message),
            *(message.platform, message.chat, message.person, granted.style, Stage.CHOOSING),
            *(time.time() + _UNFINISHED_S, await self._title(granted.style, message.person.language)),
            adapter.home(message.address) or message.address,
            shares=True,
            rights=granted.rights,
            everywhere=False,
            expires=granted.expires,
        )
        making = replace(making, statement=questions.statement(message.person.language, making, 0))
        await self._creations.begin(making)
        return making

    async def _title(self, style: str, tag: str) -> str:
        return next((naming.title(one, tag) for one in await self._service.styles() if one.id == style), style)


def _line(message: Message, granted: Granted, title: str) -> str:
    """A style, where it may be used, and for how long still."""
    tag, scopes = message.person.language, set(granted.scopes)
    where = "everywhere" if EVERYWHERE in scopes else "here" if scopes == {place(message)} else "chats"
    days = _days_left(granted)
    end = "never" if granted.expires == FOREVER else "over" if days < 0 else "days"
    names = {"title": title, "style": granted.style, "place": where, "end": end}
    return replies.text(tag, "creators-line", **names, chats=len(scopes), days=days)


def _unfinished(tag: str, making: Making) -> str:
    key = "creators-line-waiting" if making.state in (Stage.WAITING, Stage.APPROVED) else "creators-line-open"
    return replies.text(tag, key, title=making.title)


def _buttons(message: Message, granted: Granted, title: str) -> tuple[Button, ...]:
    if _is_over(granted):
        return ()
    tag = message.person.language
    back = Button(replies.text(tag, "creators-back", title=title), f"/mystyles back {granted.style}")
    if message.private or {EVERYWHERE, place(message)} & set(granted.scopes):
        return (back,)
    return Button(replies.text(tag, "creators-share", title=title), f"/mystyles share {granted.style}"), back


def _is_over(granted: Granted) -> bool:
    return granted.expires != FOREVER and _days_left(granted) < 0


def _days_left(granted: Granted) -> int:
    """For how many days it may be used after today."""
    return (date.fromisoformat(granted.expires) - questions.today()).days
