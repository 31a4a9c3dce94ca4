"""Who may have what: blocked people, languages, the chat's rules, quotas."""

from collections.abc import Collection
from dataclasses import replace

from bots import replies
from bots.adapter import Adapter
from bots.commands import Command
from bots.conversation.request import Request
from bots.ledger import Entry, Ledger
from bots.message import Message, Text
from inference.service import Service, StyleInfo

_MOST_WAITING = 20  # pictures of one person; two albums of the largest size


class Policy:
    """Decides with what the ledger holds. ``operators`` are people as "platform:id"; ``mark`` is their choice."""

    def __init__(self, service: Service, ledger: Ledger, *, operators: Collection[str], mark: bool) -> None:
        self._service, self._ledger, self._operators, self._mark = service, ledger, frozenset(operators), mark

    async def admitted(self, message: Message, adapter: Adapter) -> Message | None:
        """The message in its person's language; None for whom the operator has blocked."""
        known = await self._ledger.people.known(message.platform, message.person.id)
        if known.blocked:
            return None
        await self._ledger.chats.note(message, adapter.home(message.address))
        rules = await self._ledger.chats.rules(message.platform, message.chat)
        language = known.language or rules.language or message.person.language
        return replace(message, person=replace(message.person, language=language))

    def operates(self, message: Message) -> bool:
        """Whether the message's person runs this Atelier."""
        return f"{message.platform}:{message.person.id}" in self._operators

    async def styles(self, message: Message) -> tuple[StyleInfo, ...]:
        """The styles that may be used in the message's chat. Raises ServiceError."""
        rules = await self._ledger.chats.rules(message.platform, message.chat)
        styles = await self._service.styles()
        return tuple(style for style in styles if style.id in rules.styles) or styles

    async def refusal(self, message: Message, command: Command | None, adapter: Adapter) -> Text | None:  # noqa: ARG002
        """Why the message's person may not ask this here; None if they may."""
        return None

    async def debit(self, entry: Entry, request: Request) -> Request | Text:
        """The request as it is to be made, and counted; or why not. Counted once however often called."""
        message, kept = entry.message, len(await self._ledger.kept(entry.number))
        waiting = await self._ledger.waiting(message.platform, message.person.id) - kept
        if waiting + len(request.pictures) > _MOST_WAITING:
            return Text(replies.text(message.person.language, "too-many-waiting", count=waiting))
        rules = await self._ledger.chats.rules(message.platform, message.chat)
        # A file carries its label in its metadata, which no platform strips.
        mark = self._mark and rules.label and not request.as_file
        return replace(request, options=replace(request.options, mark=mark))

    async def settle(self, entry: Entry) -> None:
        """Give back what was counted for pictures that failed."""
