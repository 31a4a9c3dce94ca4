"""The gallery: every style on one contact sheet, and a button for each."""

from collections.abc import Sequence
from dataclasses import replace

from bots import replies
from bots.commands import Wish, spoken
from bots.conversation.naming import title
from bots.message import Answer, Button, Photo
from inference.service import StyleInfo

_PER_ROW = 3
_MOST = 24  # buttons; the narrowest platform takes 25 in one message


def gallery(sheet: bytes, styles: Sequence[StyleInfo], tag: str, asks: str, command: str, wish: Wish) -> Answer:
    """The contact sheet with its numbered list. ``asks`` is the reply that heads it; every button carries ``wish``."""
    lines = [replies.text(tag, asks)]
    for number, style in enumerate(styles, 1):
        lines.append(replies.text(tag, "gallery-line", number=str(number), title=title(style, tag), id=style.id))
    photo = Photo(sheet, "image/jpeg", "styles.jpg")
    return Answer((photo,), "\n".join(lines), buttons(styles, tag, command, wish))


def buttons(styles: Sequence[StyleInfo], tag: str, command: str, wish: Wish) -> tuple[tuple[Button, ...], ...]:
    """A button for each style that says ``command`` with it."""
    pressed = [Button(title(style, tag), spoken(command, replace(wish, style=style.id))) for style in styles[:_MOST]]
    return tuple(tuple(pressed[start : start + _PER_ROW]) for start in range(0, len(pressed), _PER_ROW))
