"""``/settings``: how a chat's admins want things there, as a panel of buttons that are typed commands, too."""

import re
from collections.abc import Iterable, Mapping, Sequence

from bots import replies
from bots.adapter import Adapter
from bots.commands import Command
from bots.conversation import languages, naming, panels
from bots.conversation.policy import Policy, place
from bots.conversation.request import Handler, Reply
from bots.conversation.topics import LANGUAGE, STYLE, STYLES, Topic
from bots.ledger.chats import Chats, Rules
from bots.message import Message, Text
from inference.service import StyleInfo

_MOST_NAMED = 100  # styles in one command


class ChatRules:
    """The commands of this module by their names."""

    def __init__(self, policy: Policy, chats: Chats) -> None:
        self._policy, self._chats = policy, chats
        self.commands: Mapping[str, Handler] = {"settings": self._settings}

    async def _settings(self, message: Message, command: Command, adapter: Adapter) -> Reply:
        tag = message.person.language
        if not await adapter.administers(message.person, message.address):
            return Text(replies.text(tag, "settings-admins"), whispered=True)
        name, *words = command.rest.lower().split(maxsplit=1)[:2] or [""]
        if not name:
            return await self._overview(message)
        topic = next((each for each in panels.topics(private=message.private) if each.name == name), None)
        if topic is None:
            return panels.wrong(tag, "delete 1h" if message.private else "quota 20")
        said = words[0] if words else ""
        return await (self._choose(message, topic, said) if topic.choices else self._styles(message, topic, said))

    async def _choose(self, message: Message, topic: Topic, word: str) -> Text:
        """A topic with choices: show them, or take one."""
        if not word:
            return panels.choices(message.person.language, topic, await self._rules(message))
        value = topic.read((languages.named(word) or word) if topic is LANGUAGE else word)
        if value is None:
            return panels.wrong(message.person.language, f"{topic.name} {topic.example}")
        return await self._decide(message, topic, value[0])

    async def _styles(self, message: Message, topic: Topic, words: str) -> Text:
        """Which styles are used here, or which is taken where none is named. Raises ServiceError."""
        installed, tag = await self._policy.offered(place(message)), message.person.language
        if topic is STYLE:
            installed = tuple(style for style in installed if not naming.takes_words(style))
        if not words:
            return panels.styles(tag, topic, await self._rules(message), installed)
        if words == ("none" if topic is STYLE else "all"):
            return await self._decide(message, topic, "" if topic is STYLE else ())
        typed = [words] if topic is STYLE else _names(words)
        found = {name: _style(installed, name) for name in typed}
        if strange := [name for name in typed if not found[name]]:
            return panels.unknown(tag, topic, installed, typed, strange)
        ids = [(name[:1], style.id) for name, style in found.items() if style]
        if topic is STYLE:
            return await self._decide(message, topic, ids[0][1])
        return await self._allow(message, installed, ids)

    async def _allow(self, message: Message, installed: Sequence[StyleInfo], ids: Iterable[tuple[str, str]]) -> Text:
        """Use these styles alone, or these besides (“+”), or not these (“-”)."""
        rules = await self._rules(message)
        allowed = _allowed(rules.styles, [style.id for style in installed], list(ids))
        if not allowed:
            return Text(replies.text(message.person.language, "styles-one"), whispered=True)
        every = len(allowed) == len(installed)
        await self._decide(message, STYLES, () if every else allowed)
        return panels.styles(message.person.language, STYLES, await self._rules(message), installed)

    async def _decide(self, message: Message, topic: Topic, value: object) -> Text:
        await self._chats.change(message.platform, message.chat, **{topic.rule: value})
        return await self._overview(message)

    async def _overview(self, message: Message) -> Text:
        rules = await self._rules(message)
        return panels.overview(message.person.language, rules, private=message.private, mark=self._policy.mark)

    async def _rules(self, message: Message) -> Rules:
        return await self._chats.rules(message.platform, message.chat)


def _names(words: str) -> list[str]:
    """Styles as people list them: by commas, or else by spaces."""
    parts = re.split(r"[,，、]" if re.search(r"[,，、]", words) else r"\s+", words)
    return [part.strip() for part in parts if part.strip()][:_MOST_NAMED]


def _style(installed: Sequence[StyleInfo], name: str) -> StyleInfo | None:
    """The style of this name; a number would be one of a sheet that nobody looks at now."""
    bare = name.lstrip("+-")
    return None if bare.isdecimal() else naming.exact(installed, bare)


def _allowed(before: Sequence[str], installed: Sequence[str], ids: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The styles that may be used from now on, in the order to show them."""
    more, less = {id_ for sign, id_ in ids if sign == "+"}, {id_ for sign, id_ in ids if sign == "-"}
    named = {id_ for sign, id_ in ids if sign not in "+-"}
    start = named or set(before or installed)
    return tuple(id_ for id_ in installed if id_ in (start | more) - less)
