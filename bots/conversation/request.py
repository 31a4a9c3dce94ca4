"""What a command comes to: words, pictures that are there already, pictures that are to be made, or silence."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bots.adapter import Adapter
from bots.commands import Command
from bots.conversation.again import Past
from bots.message import Answer, Message, Picture, Text
from inference.job import Format, Options

_SHARP = 0.6  # the detail of “sharp”: seen at once, and not yet gritty
_LOSSLESS = ("image/png", "image/webp", "image/gif")


@dataclass(frozen=True, slots=True)
class Request:
    """Pictures that are to be made in one style. ``ends_choice``: the style was announced for these pictures alone."""

    asked: Past
    options: Options
    ends_choice: bool = False

    @property
    def style(self) -> str:
        return self.asked.wish.style

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return self.asked.pictures

    @property
    def as_file(self) -> bool:
        return self.asked.as_file


Reply = Text | Answer | Request | None
Handler = Callable[[Message, Command, Adapter], Awaitable[Reply]]
"""Understands one command. Called again after a restart, so it changes nothing that it may not change twice."""


def request(asked: Past) -> Request:
    """The Request for pictures in the way that was asked."""
    wish = asked.wish
    lossless = asked.as_file and all(picture.media_type in _LOSSLESS for picture in asked.pictures)
    options = Options(
        strength=wish.strength,
        keep_colours=wish.keep_colours,
        match_colours=bool(wish.match_colours) and not wish.keep_colours,
        detail=_SHARP if wish.sharp else 0.0,
        faces=wish.faces,
        format=Format.PNG if lossless else Format.JPEG,
        crop=asked.crop,
    )
    return Request(asked, options)
