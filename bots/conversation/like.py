"""``/like``: one photo in the style of other pictures, which are sent with it, before it or after it.

The first picture is the photo, the others are its style; what a picture answers is its style, too. One percentage is
the strength, as with ``/style``; two or three are the shares of the style pictures, in their order.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bots.adapter import Adapter
from bots.commands import Command, Wish, parse, wish
from bots.conversation import naming
from bots.conversation.again import Past
from bots.conversation.announced import Announced, Liking
from bots.conversation.policy import Policy
from bots.conversation.request import Handler, Reply, Request, request, sentence
from bots.ledger import Ledger
from bots.message import Message, Picture, Text
from inference.job import MOST_REFERENCES
from inference.service import StyleInfo

_LONGEST_WORDS = 200  # characters, as of any wish
_NUMBER = re.compile(r"(?<![\w.-])(-?\d{1,6}(?:\.\d{1,6})?)\s*(%?)(?![\w.])")
_BETWEEN = re.compile(r"[+,，、/&]")


class Like:
    """The command of this module by its name."""

    def __init__(self, policy: Policy, ledger: Ledger) -> None:
        self._policy, self._announced = policy, Announced(ledger.memory)
        self.commands: Mapping[str, Handler] = {"like": self.like}

    async def like(self, message: Message, command: Command, _adapter: Adapter) -> Reply:
        """Make it if photo and style are there; else remember what is, and ask for what is not."""
        styles = await self._policy.reference_styles(message)
        if not styles:
            return sentence(message, "like-none")
        asked = await self._asked(message, command)
        style = naming.exact(styles, asked.wish.style) if asked.wish.style else styles[0]
        if problem := _problem(message, style, asked):
            await self._announced.begin(message, replace(asked, wish=Wish(), weights=()))
            return problem
        if asked.missing or style is None:
            await self._announced.begin(message, asked)
            return _ask(message, asked)
        return _made(asked, style)

    async def _asked(self, message: Message, command: Command) -> Liking:
        """What is wanted of which pictures, with what was said of it before."""
        begun = await self._announced.liking(message)
        wanted, weights = understood(command.rest)
        if begun and not command.rest:
            wanted, weights = begun.wish, begun.weights
        own = _own(message)
        if begun and begun.message == message.id:  # it was understood before, by an earlier start
            return replace(begun, wish=wanted, weights=weights)
        if begun and begun.pictures and (not own or _goes_on(message, begun, own)):
            return Liking(wanted, weights, (*begun.pictures, *own), begun.as_file, message.id)
        if own:
            return Liking(wanted, weights, own, message.as_file, message.id)
        pictures, as_file = await self._announced.latest(message)
        return Liking(wanted, weights, pictures, as_file, message.id)


def understood(words: str) -> tuple[Wish, tuple[float, ...]]:
    """What the words wish, and the shares of the style pictures (1.0 is 100 %): "70% 30% keep", "70 + 30"."""
    words = unicodedata.normalize("NFKC", words[:_LONGEST_WORDS])
    numbers = [_fraction(number, percent) for number, percent in _NUMBER.findall(words)]
    wanted = wish(_BETWEEN.sub(" ", _NUMBER.sub(" ", words)))
    if len(numbers) > 1:
        return wanted, tuple(numbers)
    return (replace(wanted, strength=numbers[0]) if numbers else wanted), ()


def _fraction(number: str, percent: str) -> float:
    """As with ``/style``: 70%, 70 and 0.7 mean the same."""
    value = float(number)
    return value if "." in number and not percent and 0 <= value <= 1 else value / 100


def _own(message: Message) -> tuple[Picture, ...]:
    """The pictures that a message brings, the photo first: one that answers another is the photo for it."""
    if parse(message.text) is None or len(message.pictures) > 1:
        return message.pictures
    return (*message.pictures, *message.replied)


def _goes_on(message: Message, begun: Liking, own: Sequence[Picture]) -> bool:
    """Whether pictures belong to those before; several with a command of their own are a new beginning."""
    return bool(begun.missing) and (len(own) == 1 or parse(message.text) is None)


def _problem(message: Message, style: StyleInfo | None, asked: Liking) -> Text | None:
    """Why this cannot be made, whatever else is sent."""
    references = max(len(asked.pictures) - 1, len(asked.weights))
    if style is None:
        return sentence(message, "like-words")
    if references > MOST_REFERENCES:
        return sentence(message, "like-too-many", most=MOST_REFERENCES)
    if not asked.wish.in_range or not all(0 < weight <= 1 for weight in asked.weights):
        return sentence(message, "like-range")
    if asked.weights and references > len(asked.weights):
        return sentence(message, "like-shares-wrong", shares=len(asked.weights), pictures=references)
    return None


def _ask(message: Message, asked: Liking) -> Text:
    if not asked.pictures:
        return sentence(message, "like-photo" if message.private else "like-photo-group")
    return sentence(message, "like-style" if message.private else "like-style-group", count=asked.missing)


def _made(asked: Liking, style: StyleInfo) -> Request:
    photo, *references = asked.pictures
    wanted = replace(asked.wish, style=style.id)
    past = Past(wanted, (photo,), asked.as_file, references=tuple(references), weights=asked.weights)
    return replace(request(past), ends_choice=True)
