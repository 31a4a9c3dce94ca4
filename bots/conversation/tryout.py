"""``/try``: one photo in every style, small, on one numbered sheet; a number makes it in full size."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bots import replies
from bots.adapter import Adapter
from bots.commands import Command, Wish, spoken, wish
from bots.conversation import naming
from bots.conversation.again import SEVERAL, Past
from bots.conversation.announced import Announced
from bots.conversation.gallery import cannot
from bots.conversation.policy import Policy
from bots.conversation.request import Handler, Reply, request
from bots.ledger import Ledger
from bots.message import Message, Text
from inference.service import StyleInfo

_MOST = 24  # styles on a sheet: as many as it has buttons, with one more to delete it
_LONGEST_NAME = 6  # words
_BETWEEN = re.compile(r"[\s,，、]+")


class Tryout:
    """The command of this module by its name."""

    def __init__(self, policy: Policy, ledger: Ledger) -> None:
        self._policy, self._announced = policy, Announced(ledger.memory)
        self.commands: Mapping[str, Handler] = {"try": self._try}

    async def _try(self, message: Message, command: Command, _adapter: Adapter) -> Reply:
        styles = await self._policy.styles(message)
        chosen, wanted, unknown = _understood(styles, command)
        if unknown or not styles or not wanted.in_range:
            await self._announced.keep_pictures(message)
            known = None if unknown or not styles else styles[0]
            return await cannot(self._policy, message, styles, known, "try", replace(wanted, style=unknown))
        sheet = replace(wanted, style=SEVERAL.join(style.id for style in (chosen or styles)[:_MOST]))
        pictures, as_file = await self._announced.pictures(message)
        if pictures:
            return request(Past(sheet, pictures, as_file))
        return await self._ask_for_photo(message, sheet, spoken("try", replace(wanted, style=_names(chosen))))

    async def _ask_for_photo(self, message: Message, sheet: Wish, said: str) -> Text:
        await self._announced.choose(message, sheet)
        key = "try-photo" if message.private else "try-photo-group"
        return Text(replies.text(message.person.language, key, command=said))


def named(styles: Sequence[StyleInfo], words: str) -> tuple[tuple[StyleInfo, ...], str]:
    """The styles that words name one after another, and the first word that names none ("" if all do).

    The longest name wins, so that a title may have several words: "anime starry night 2".
    """
    found: dict[str, StyleInfo] = {}
    left = [word for word in _BETWEEN.split(words) if word]
    while left:
        for count in range(min(len(left), _LONGEST_NAME), 0, -1):
            if style := naming.exact(styles, " ".join(left[:count])):
                found[style.id], left = style, left[count:]
                break
        else:
            return tuple(found.values()), left[0]
    return tuple(found.values()), ""


def _understood(styles: Sequence[StyleInfo], command: Command) -> tuple[tuple[StyleInfo, ...], Wish, str]:
    """The styles that a command names, what else it wishes, and a name that is not known.

    Names come first, for in "/try 1 3" and "/try 1 3 keep" the 3 is a style and no strength.
    """
    for wanted in (Wish(command.rest), wish(command.rest, bare=False), command.wish):
        chosen, unknown = named(styles, wanted.style)
        if not unknown:
            break
    return chosen, wanted, unknown


def _names(styles: Sequence[StyleInfo]) -> str:
    return " ".join(style.id for style in styles)
