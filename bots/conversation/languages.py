"""``/language``: what a person wants to be spoken to in, in every chat of a platform."""

from collections.abc import Mapping

from bots import replies
from bots.adapter import Adapter
from bots.commands import Command
from bots.conversation.request import Handler, Reply
from bots.ledger.people import People
from bots.message import Button, Message, Text

AUTOMATIC = "auto"
_CHOICES = {"en": "language-en", "zh": "language-zh", AUTOMATIC: "language-auto"}
_WORDS = {
    **dict.fromkeys(("en", "english", "英文", "英语", "英語"), "en"),
    **dict.fromkeys(("zh", "chinese", "中文", "汉语", "漢語"), "zh"),
    **dict.fromkeys(("auto", "automatic", "自动", "自動"), AUTOMATIC),
}


def named(words: str) -> str | None:
    """The language that words name: "en", "zh" or ``AUTOMATIC``; None if they name none."""
    return _WORDS.get(words.strip().lower())


def label(tag: str, choice: str) -> str:
    """What a choice is called; a language in its own words."""
    return replies.text(tag, _CHOICES[choice])


def chosen(command: Command | None, before: str | None) -> str | None:
    """A person's own language once they have said this; None for what their chat or platform says."""
    choice = named(command.rest) if command and command.name == "language" else None
    return before if choice is None else _stored(choice)


class Languages:
    """The commands of this module by their names."""

    def __init__(self, people: People) -> None:
        self._people = people
        self.commands: Mapping[str, Handler] = {"language": self._language}

    async def _language(self, message: Message, command: Command, _adapter: Adapter) -> Reply:
        tag, choice = message.person.language, named(command.rest)
        if command.rest and choice is None:
            return Text(replies.text(tag, "language-wrong"), whispered=True)
        if choice:
            await self._people.speak(message.platform, message.person.id, _stored(choice))
        else:
            known = await self._people.known(message.platform, message.person.id)
            choice = known.language or AUTOMATIC
        text = replies.text(tag, "language-chosen" if command.rest else "language-ask", language=label(tag, choice))
        buttons = tuple(Button(label(tag, each), f"/language {each}") for each in _CHOICES if each != choice)
        return Text(text, (buttons,), panel=True, whispered=True)


def _stored(choice: str) -> str | None:
    return None if choice == AUTOMATIC else choice
