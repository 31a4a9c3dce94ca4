"""Who may have what: blocked people, languages, the chat's rules, quotas."""

from collections.abc import Collection
from dataclasses import replace

from bots import replies
from bots.adapter import Adapter
from bots.commands import OF_RIGHT, RESTYLING, Command, parse
from bots.conversation import again, languages, naming
from bots.conversation.request import Request
from bots.ledger import Entry, Ledger
from bots.ledger.debits import Over
from bots.message import Answer, Message, Text
from inference.creation import EVERYWHERE
from inference.service import Service, StyleInfo

_MOST_WAITING = 20  # pictures of one person; two albums of the largest size
_REMEMBERED_S = 86400  # that a message had too many pictures, until it is answered


class Policy:
    """Decides with what the ledger holds.

    ``operators`` are people as "platform:id"; ``mark`` is their choice of the visible mark, which no chat can turn on
    again. ``person_quota`` is how many pictures a person may have in a day, in all chats of a platform; ``max_items``
    how many of one message are made.
    """

    def __init__(
        self,
        service: Service,
        ledger: Ledger,
        *,
        operators: Collection[str] = (),
        mark: bool = True,
        person_quota: int | None = None,
        max_items: int = 10,
    ) -> None:
        self._service, self._ledger, self._operators, self.mark = service, ledger, frozenset(operators), mark
        self._person_quota, self._max_items = person_quota, max_items

    async def admitted(self, message: Message, adapter: Adapter) -> Message | None:
        """The message in the language to answer it in; None for whom the operator has blocked.

        What is kept of blocked people they may still ask, and have deleted.
        """
        known, command = await self._ledger.people.known(message.platform, message.person.id), parse(message.text)
        if known.blocked and not (command and command.name in OF_RIGHT):
            return None
        if not known.blocked:  # nobody announces anything to somebody who is not heard
            await self._ledger.chats.note(message, adapter.home(message.address))
        rules = await self._ledger.chats.rules(message.platform, message.chat)
        own = languages.chosen(command, known.language)  # what it chooses holds for its own answer, too
        language = own or rules.language or message.person.language
        return replace(message, person=replace(message.person, language=language))

    @property
    def operators(self) -> Collection[str]:
        return self._operators

    def operates(self, message: Message) -> bool:
        """Whether the message's person runs this Atelier."""
        return self.is_operator(message.platform, message.person.id)

    def is_operator(self, platform: str, person: str) -> bool:
        return f"{platform}:{person}" in self._operators

    async def styles(self, message: Message) -> tuple[StyleInfo, ...]:
        """The styles that may be used in the message's chat for a photo alone. Raises ServiceError."""
        return naming.for_photos(await self._all_styles(message))

    async def reference_styles(self, message: Message) -> tuple[StyleInfo, ...]:
        """The styles that may be used in the message's chat with a style picture. Raises ServiceError."""
        return tuple(style for style in await self._all_styles(message) if naming.takes_reference(style))

    async def word_styles(self, message: Message) -> tuple[StyleInfo, ...]:
        """The styles that may be used in the message's chat for words alone. Raises ServiceError."""
        return tuple(style for style in await self._all_styles(message) if naming.takes_words(style))

    async def without_styles(self, message: Message) -> str:
        """The reply that tells why there is no style here for a photo alone. Raises ServiceError."""
        if await self.reference_styles(message):
            return "no-styles-but-like"
        if await self.word_styles(message):
            return "no-styles-but-theme"
        return "no-styles-allowed" if await self.offered(place(message)) else "no-styles"

    async def _all_styles(self, message: Message) -> tuple[StyleInfo, ...]:
        rules = await self._ledger.chats.rules(message.platform, message.chat)
        styles = await self.offered(place(message))
        return tuple(style for style in styles if not rules.styles or style.id in rules.styles)

    async def offered(self, where: str) -> tuple[StyleInfo, ...]:
        """The installed styles that their creators let be used in a chat ("telegram:-100123"), or in every chat.

        Raises:
            ServiceError: the styles cannot be listed.
        """
        styles, standing = await self._service.styles(), await self._ledger.grants.standing(where)
        return tuple(
            style
            for style in styles
            if style.id not in standing.withdrawn
            and (not style.scope or {EVERYWHERE, where} & set(style.scope) or style.id in standing.shared)
        )

    async def withdrawn(self, message: Message, name: str) -> bool:
        """Whether a name was that of a creator's style that was taken back."""
        over = (await self._ledger.grants.standing(place(message))).withdrawn
        return "-".join(name.casefold().split()) in over

    async def refusal(self, message: Message, command: Command | None, adapter: Adapter) -> Text | None:
        """Why the message's person may not restyle pictures here; None if they may, or ask something else."""
        if command and (command.name not in RESTYLING or again.deletes(command)):
            return None
        rules = await self._ledger.chats.rules(message.platform, message.chat)
        if rules.people == "everyone" or self.operates(message):
            return None
        if await adapter.administers(message.person, message.address):
            return None
        return Text(replies.text(message.person.language, "admins-alone"), whispered=True)

    async def debit(self, entry: Entry, request: Request) -> Request | Text:
        """The request as it is to be made, and counted; or why not. Counted once however often called."""
        message = entry.message
        tag = message.person.language
        rules = await self._ledger.chats.rules(message.platform, message.chat)
        if rules.styles and not request.styles <= set(rules.styles):
            return Text(replies.text(tag, "style-not-here"))
        request = await self._capped(message, request)
        kept = len(await self._ledger.kept(entry.number))
        waiting = await self._ledger.waiting(message.platform, message.person.id) - kept
        if waiting + request.count > _MOST_WAITING:
            return Text(replies.text(tag, "too-many-waiting", count=waiting))
        quotas = {"person": rules.person_quota, "chat": rules.chat_quota, "everywhere": self._person_quota}
        if over := await self._ledger.debits.take(entry, request.style, request.count, quotas):
            return Text(_over(tag, over))
        # A file carries its label in its metadata, which no platform strips.
        mark = self.mark and rules.label and not request.as_file
        return replace(request, options=replace(request.options, mark=mark))

    async def remark(self, message: Message, answer: Answer | Text) -> Answer | Text:
        """The answer, which also says that some of the message's pictures were left out, if they were."""
        asked = await self._ledger.memory.recall(message, _capped_as(message))
        if asked is None or isinstance(answer, Text):
            return answer
        said = replies.text(message.person.language, "items-capped", made=self._max_items, asked=int(asked))
        return replace(answer, caption=f"{answer.caption}\n{said}")

    async def _capped(self, message: Message, request: Request) -> Request:
        """The first pictures of the request, as many as one message may have."""
        pictures = request.pictures
        if len(pictures) <= self._max_items:
            return request
        await self._ledger.memory.remember(message, _capped_as(message), str(len(pictures)), _REMEMBERED_S)
        return replace(request, asked=replace(request.asked, pictures=pictures[: self._max_items]))


def place(message: Message) -> str:
    """A message's chat, as styles' scopes name it."""
    return f"{message.platform}:{message.chat}"


def _capped_as(message: Message) -> str:
    return f"capped {message.id}"


def _over(tag: str, over: Over) -> str:
    """When there is room again, or that there never is for so many at once."""
    if over.free_in_s is None:
        return replies.text(tag, "quota-at-once", quota=over.quota)
    minutes = max(1, -(-int(over.free_in_s) // 60))
    hours = (minutes + 30) // 60 if minutes >= 60 else 0
    time = replies.text(tag, "in-hours", hours=hours) if hours else replies.text(tag, "in-minutes", minutes=minutes)
    match over.scope:
        case "person":
            return replies.text(tag, "quota-person", quota=over.quota, time=time)
        case "chat":
            return replies.text(tag, "quota-chat", quota=over.quota, time=time)
        case _:
            return replies.text(tag, "quota-everywhere", quota=over.quota, time=time)
