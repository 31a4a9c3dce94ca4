"""What only the operator can say: ``/block``, ``/unblock``, ``/stats``, ``/announce``.

For everybody else these commands do not exist.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from bots import replies
from bots.adapter import Adapter
from bots.commands import Command
from bots.conversation.bulletin import Bulletin
from bots.conversation.policy import Policy
from bots.conversation.request import Handler, Reply
from bots.ledger import Ledger
from bots.ledger.statistics import Statistics
from bots.message import Button, Message, Text, answer_key

_PERSON = re.compile(r"([a-z]{1,32}):(\S{1,200})")
_KEYED = re.compile(r"(send|drop) ([0-9a-f]{24})")
_MOST_ECHOED = 40  # characters of what a person typed that are said back

_Saying = Callable[[Message, Command], Awaitable[Text]]


class Operating:
    """The commands of this module by their names."""

    def __init__(self, policy: Policy, ledger: Ledger, bulletin: Bulletin) -> None:
        self._policy, self._ledger, self._bulletin = policy, ledger, bulletin
        commands: dict[str, _Saying] = {
            "block": partial(self._block, blocked=True),
            "unblock": partial(self._block, blocked=False),
            "stats": self._stats,
            "announce": self._announce,
        }
        self.commands: Mapping[str, Handler] = {name: self._guarded(saying) for name, saying in commands.items()}

    def _guarded(self, saying: _Saying) -> Handler:
        async def handle(message: Message, command: Command, adapter: Adapter) -> Reply:  # noqa: ARG001
            if self._policy.operates(message):
                return await saying(message, command)
            if not message.private:
                return None  # another bot's command
            return Text(replies.text(message.person.language, "unknown-command", command=command.name))

        return handle

    async def _block(self, message: Message, command: Command, *, blocked: bool) -> Text:
        """Whoever is typed as "platform:id", or else named in the message or replied to by it."""
        tag, typed = message.person.language, _PERSON.fullmatch(command.rest)
        named = [(typed[1], typed[2])] if typed else [(message.platform, person.id) for person in message.mentioned]
        if not named:
            return Text(replies.text(tag, "block-whom", command=f"/{command.name}"), whispered=True)
        people = ", ".join(f"{platform}:{person}" for platform, person in named)
        if blocked and any(self._policy.is_operator(*person) for person in named):
            return Text(replies.text(tag, "block-operator"), whispered=True)
        for platform, person in named:
            await self._ledger.people.block(platform, person, blocked=blocked)
        return Text(replies.text(tag, "blocked" if blocked else "unblocked", people=people), whispered=True)

    async def _stats(self, message: Message, _command: Command) -> Text:
        counted = await self._ledger.counting.statistics()
        return Text("\n".join(_described(message.person.language, counted)), whispered=True)

    async def _announce(self, message: Message, command: Command) -> Text:
        """Show what would be said to everybody; send it, or drop it, when its button says so."""
        tag = message.person.language
        if pressed := _KEYED.fullmatch(command.rest):
            return await self._announced(tag, *pressed.groups())
        if not command.rest:
            return Text(replies.text(tag, "announce-what"), whispered=True)
        key, chats = answer_key(message), len(await self._ledger.chats.reachable())
        await self._ledger.announcements.draft(key, command.rest, message)
        buttons = (
            Button(replies.text(tag, "announce-send", count=chats), f"/announce send {key}"),
            Button(replies.text(tag, "announce-drop"), f"/announce drop {key}"),
        )
        preview = replies.text(tag, "announce-preview", count=chats, words=command.rest)
        return Text(preview, (buttons,), panel=True, whispered=True)

    async def _announced(self, tag: str, decision: str, key: str) -> Text:
        if decision == "drop":
            await self._ledger.announcements.drop(key)
            return Text(replies.text(tag, "announce-dropped"), panel=True, whispered=True)
        announcement = await self._ledger.announcements.begin(key)
        if announcement is None:
            return Text(replies.text(tag, "announce-gone"), panel=True, whispered=True)
        self._bulletin.start(announcement)
        return Text(replies.text(tag, "announce-sending", count=announcement.chats), panel=True, whispered=True)


def _described(tag: str, counted: Statistics) -> list[str]:
    pictures = {"day": counted.pictures[1], "week": counted.pictures[7], "month": counted.pictures[30]}
    lines = [replies.text(tag, "stats-pictures", **pictures)]
    if counted.platforms:
        lines.append(replies.text(tag, "stats-platforms", counts=_listed(counted.platforms)))
        lines.append(replies.text(tag, "stats-styles", counts=_listed(counted.styles)))
    lines.append(replies.text(tag, "stats-people", people=counted.people, chats=counted.chats))
    lines.append(replies.text(tag, "stats-now", open=counted.open, reachable=counted.reachable))
    endings = {name: counted.endings.get(name, 0) for name in ("failed", "uncertain", "cancelled")}
    lines.append(replies.text(tag, "stats-endings", **endings))
    return lines


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
