"""What a command comes to: words, pictures that are there already, pictures that are to be made, or silence."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bots import replies
from bots.adapter import Adapter
from bots.commands import Command
from bots.conversation.again import Past
from bots.message import Answer, Message, Picture, Text
from inference.job import Format, Options

_SHARP = 0.6  # the detail of “sharp”: seen at once, and not yet gritty
_LOSSLESS = ("image/png", "image/webp", "image/gif")
_FULL_SIDE = 4096  # pixels, of “full”
_MOST_ECHOED = 40  # characters of what a person typed that are said back


@dataclass(frozen=True, slots=True)
class Request:
    """Pictures that are to be made in one style, of photos or of words; or one in several on a numbered sheet.

    ``ends_choice``: the style was announced for these pictures alone.
    """

    asked: Past
    options: Options
    ends_choice: bool = False

    @property
    def style(self) -> str:
        return self.asked.wish.style

    @property
    def styles(self) -> frozenset[str]:
        """Every style that it takes, also the one that first makes a picture of the words."""
        return frozenset((*self.asked.styles, *filter(None, (self.asked.maker,))))

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return self.asked.pictures

    @property
    def count(self) -> int:
        """How many pictures are to be made."""
        return 1 if self.asked.words else len(self.pictures)

    @property
    def as_file(self) -> bool:
        return _as_file(self.asked)


Reply = Text | Answer | Request | None
Handler = Callable[[Message, Command, Adapter], Awaitable[Reply]]
"""Understands one command. Called again after a restart, so it changes nothing that it may not change twice."""


def request(asked: Past) -> Request:
    """The Request for pictures in the way that was asked; a sheet shows the first of them."""
    if asked.is_sheet:
        asked = replace(asked, pictures=asked.pictures[:1], among=max(asked.among, len(asked.pictures)))
    wish = asked.wish
    lossless = _as_file(asked) and all(picture.media_type in _LOSSLESS for picture in asked.pictures)
    options = Options(
        strength=wish.strength,
        keep_colours=wish.keep_colours,
        match_colours=bool(wish.match_colours) and not wish.keep_colours,
        detail=_SHARP if wish.sharp else 0.0,
        faces=wish.faces,
        format=Format.PNG if lossless else Format.JPEG,
        crop=asked.crop,
        still=asked.still,
    )
    return Request(asked, replace(options, max_side=_FULL_SIDE) if asked.full else options)


def sentence(message: Message, key: str, **values: str | int) -> Text:
    """A reply in the language of the message's person."""
    return Text(replies.text(message.person.language, key, **values))


def unknown(message: Message, command: Command) -> Text | None:
    """The answer to a command that is not ours: in a group it is another bot's."""
    if not message.private:
        return None
    return Text(replies.text(message.person.language, "unknown-command", command=command.name[:_MOST_ECHOED]))


def _as_file(asked: Past) -> bool:
    """A sheet is only looked at; what is chosen from it comes as its photo did."""
    return asked.as_file and not asked.is_sheet
