"""The gallery: every style on one contact sheet, and a button for each."""

from collections.abc import Sequence
from dataclasses import replace

from bots import replies
from bots.commands import Wish, spoken
from bots.conversation import naming
from bots.conversation.naming import title
from bots.conversation.policy import Policy
from bots.message import Answer, Button, Message, Photo, Text
from inference.service import Service, StyleInfo

_PER_ROW = 3
_MOST = 24  # buttons; the narrowest platform takes 25 in one message
_MOST_ECHOED = 40  # characters of what a person typed that are said back
_MOST_SUGGESTED = 3


class Gallery:
    """Shows the styles of a message's chat."""

    def __init__(self, service: Service, policy: Policy) -> None:
        self._service, self._policy = service, policy

    async def show(self, message: Message, asks: str, command: str, wish: Wish) -> Text | Answer:
        """The contact sheet with its numbered list. ``asks`` is the reply that heads it; each button says ``command``.

        Raises:
            ServiceError: the styles cannot be listed.
        """
        styles, tag = await self._policy.styles(message), message.person.language
        if not styles:
            return Text(replies.text(tag, await self._policy.without_styles(message)))
        if not wish.in_range:
            return Text(replies.text(tag, "strength-range", style=styles[0].id))
        lines = [replies.text(tag, asks)]
        for number, style in enumerate(styles, 1):
            lines.append(replies.text(tag, "gallery-line", number=str(number), title=title(style, tag), id=style.id))
        sheet = await self._service.sheet(tuple(style.id for style in styles))
        photo = Photo(sheet, "image/jpeg", "styles.jpg")
        return Answer((photo,), "\n".join(lines), buttons(styles, tag, command, wish))


def buttons(styles: Sequence[StyleInfo], tag: str, command: str, wish: Wish) -> tuple[tuple[Button, ...], ...]:
    """A button for each style that says ``command`` with it."""
    pressed = [Button(title(style, tag), spoken(command, replace(wish, style=style.id))) for style in styles[:_MOST]]
    return tuple(tuple(pressed[start : start + _PER_ROW]) for start in range(0, len(pressed), _PER_ROW))


async def cannot(
    policy: Policy, message: Message, styles: Sequence[StyleInfo], style: StyleInfo | None, command: str, wish: Wish
) -> Text:
    """No such style, or a strength out of range: say so, and offer what is near. Raises ServiceError."""
    tag = message.person.language
    if not styles:
        return Text(replies.text(tag, await policy.without_styles(message)))
    if style is not None:
        return Text(replies.text(tag, "strength-range", style=style.id))
    near = naming.nearest(styles, wish.style)[:_MOST_SUGGESTED]
    text = replies.text(tag, "unknown-style", style=wish.style[:_MOST_ECHOED], near=len(near))
    possible = wish if wish.in_range else replace(wish, strength=None)
    return Text(text, buttons(near or styles, tag, command, possible))


def remembered(wanted: Wish) -> Wish:
    """What a button still says of a wish that is remembered: it holds 64 bytes. What is wrong is to be told."""
    return Wish(wanted.style, None if wanted.in_range else wanted.strength)
