"""What a Message asks for. Nothing is sent here and no picture is fetched: understanding it twice does no harm."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from bots import replies
from bots.adapter import Adapter
from bots.commands import Command, Wish, parse, spoken
from bots.conversation import again, naming
from bots.conversation.again import Past
from bots.conversation.gallery import buttons, gallery
from bots.ledger import records
from bots.ledger.memory import Memory
from bots.message import Answer, Message, Picture, Text
from inference.job import Crop, Format, Options
from inference.service import Service, StyleInfo

_REMEMBERED_S = 600  # how long a chosen style waits for its photo, and a photo for its style
_CHOICE, _PICTURES = "choice", "pictures"
_MOST_ECHOED = 40  # characters of what a person typed that are said back
_MOST_SUGGESTED = 3
_SHARP = 0.6  # the detail of “sharp”: seen at once, and not yet gritty
_KEY = re.compile(r"[0-9a-f]{24}")
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


class Asking:
    """Understands Messages, with the installed styles and what was remembered of the person."""

    def __init__(self, service: Service, memory: Memory, *, mark: bool) -> None:
        self._service, self._memory, self._mark = service, memory, mark

    async def concerns(self, message: Message) -> bool:
        """Whether a message is for us at all: chatter in a group is not, but a photo somebody announced is."""
        if message.addressed or message.private:
            return True
        return bool(message.pictures) and await self._memory.recall(message, _CHOICE) is not None

    async def understand(self, message: Message, adapter: Adapter) -> Text | Answer | Request | None:
        """What to say, to show or to make; None if silence is the answer.

        Raises:
            ServiceError: the styles cannot be listed.
        """
        command = parse(message.text)
        if command is None:
            return await self._plain(message)
        match command.name:
            case "style":
                return await self._style(message, command.wish)
            case "avatar":
                return await self._avatar(message, command.wish, adapter)
            case "again":
                return await self._again(message, command)
            case "styles":
                return await self._gallery(message, "gallery-all", "style", Wish())
            case _:
                return self._words_alone(message, command)

    def _words_alone(self, message: Message, command: Command) -> Text | None:
        if command.name in ("start", "help"):
            return _words(message, command.name)
        if not message.private:
            return None  # another bot's command
        return _words(message, "unknown-command", command=command.name[:_MOST_ECHOED])

    async def forget(self, message: Message) -> bool:
        """The person has changed their mind about what they announced. False if they had announced nothing."""
        known = [await self._memory.recall(message, what) for what in (_CHOICE, _PICTURES)]
        await self._memory.forget(message, _CHOICE)
        await self._memory.forget(message, _PICTURES)
        return any(known)

    async def _plain(self, message: Message) -> Text | Answer | Request | None:
        """Words without a command, or a bare picture."""
        words = message.text.strip()
        if words and (message.private or message.addressed):
            styles = await self._styles()
            if naming.exact(styles, words) and not words.isdecimal():
                return await self._style(message, Wish(words))
        if message.pictures:
            return await self._bare_picture(message)
        return None if message.replied and not message.private else _words(message, "hint")

    async def _bare_picture(self, message: Message) -> Text | Answer | Request | None:
        choice = await self._memory.recall(message, _CHOICE)
        if choice is None:
            return await self._style(message, Wish()) if message.private or message.addressed else None
        wish = Wish(**json.loads(choice))
        request = self._request(Past(wish, message.pictures, message.as_file))
        return replace(request, ends_choice=not message.private)  # people in a group go on to talk of other things

    async def _style(self, message: Message, wish: Wish) -> Text | Answer | Request:
        styles = await self._styles()
        pictures, as_file = message.pictures or message.replied, message.as_file
        style = naming.exact(styles, wish.style)
        if style is None or not wish.in_range:
            return await self._ask_for_style(message, styles, style, wish)
        if not pictures:
            pictures, as_file = await self._kept_pictures(message)
        if pictures:
            return self._request(Past(replace(wish, style=style.id), pictures, as_file))
        return await self._choose(message, style, wish)

    async def _ask_for_style(
        self, message: Message, styles: Sequence[StyleInfo], style: StyleInfo | None, wish: Wish
    ) -> Text | Answer:
        """Pictures without a style that can be used: remember them, and let the person choose."""
        pictures = message.pictures or message.replied
        if pictures:
            await self._keep_pictures(message, pictures)
        if wish.style or not styles:
            return _cannot(message, styles, style, "style", wish)
        return await self._gallery(message, "gallery-photo" if pictures else "gallery-all", "style", wish)

    async def _choose(self, message: Message, style: StyleInfo, wish: Wish) -> Text:
        """A style before its photo: remember it and ask for the photo."""
        chosen = replace(wish, style=style.id)
        await self._memory.remember(message, _CHOICE, json.dumps(asdict(chosen)), _REMEMBERED_S)
        title = naming.title(style, message.person.language)
        key = "send-photo" if message.private else "send-photo-group"
        return _words(message, key, title=title, command=spoken("style", chosen))

    async def _avatar(self, message: Message, wish: Wish, adapter: Adapter) -> Text | Answer | Request:
        styles = await self._styles()
        if not wish.style and styles:
            return await self._gallery(message, "gallery-avatar", "avatar", wish)
        style = naming.exact(styles, wish.style)
        if style is None or not wish.in_range:
            return _cannot(message, styles, style, "avatar", wish)
        picture = await adapter.avatar(message.person, message.address) if not message.pictures else None
        pictures = message.pictures or ((picture,) if picture else ())
        if not pictures:
            return _words(message, "avatar-missing", command=spoken("avatar", replace(wish, style=style.id)))
        return self._request(Past(replace(wish, style=style.id), pictures, message.as_file, Crop.AVATAR))

    async def _again(self, message: Message, command: Command) -> Text | Answer | Request | None:
        """A press under a result: the same pictures with the change that it says, or else the gallery for them."""
        key, _, words = command.rest.partition(" ")
        if not _KEY.fullmatch(key):
            return self._words_alone(message, command)
        past = await again.recall(self._memory, message, key)
        if past is None:
            return _words(message, "again-gone")
        if not words:
            return await self._gallery(message, "gallery-photo", again.command(key), Wish())
        return self._request(replace(past, wish=again.changed(past.wish, words)))

    async def _gallery(self, message: Message, asks: str, command: str, wish: Wish) -> Text | Answer:
        styles = await self._styles()
        if not styles:
            return _words(message, "no-styles")
        if not wish.in_range:
            return _words(message, "strength-range", style=styles[0].id)
        sheet = await self._service.sheet()
        return gallery(sheet, styles, message.person.language, asks, command, wish)

    def _request(self, asked: Past) -> Request:
        wish, as_file = asked.wish, asked.as_file
        lossless = as_file and all(picture.media_type in _LOSSLESS for picture in asked.pictures)
        options = Options(
            strength=wish.strength,
            keep_colours=wish.keep_colours,
            match_colours=bool(wish.match_colours) and not wish.keep_colours,
            detail=_SHARP if wish.sharp else 0.0,
            faces=wish.faces,
            format=Format.PNG if lossless else Format.JPEG,
            crop=asked.crop,
            mark=self._mark and not as_file,  # a file carries its label in its metadata, which no platform strips
        )
        return Request(asked, options)

    async def _styles(self) -> tuple[StyleInfo, ...]:
        return await self._service.styles()

    async def _keep_pictures(self, message: Message, pictures: tuple[Picture, ...]) -> None:
        value = {"pictures": [asdict(picture) for picture in pictures], "as_file": message.as_file}
        await self._memory.remember(message, _PICTURES, json.dumps(value), _REMEMBERED_S)

    async def _kept_pictures(self, message: Message) -> tuple[tuple[Picture, ...], bool]:
        kept = json.loads(await self._memory.recall(message, _PICTURES) or "{}")
        return records.pictures(kept.get("pictures", ())), kept.get("as_file", False)


def _cannot(message: Message, styles: Sequence[StyleInfo], style: StyleInfo | None, command: str, wish: Wish) -> Text:
    """No such style, or a strength out of range: say so, and offer what is near."""
    if not styles:
        return _words(message, "no-styles")
    if style is not None:
        return _words(message, "strength-range", style=style.id)
    near = naming.nearest(styles, wish.style)[:_MOST_SUGGESTED]
    text = _words(message, "unknown-style", style=wish.style[:_MOST_ECHOED], near=len(near))
    possible = wish if wish.in_range else replace(wish, strength=None)
    return replace(text, buttons=buttons(near or styles, message.person.language, command, possible))


def _words(message: Message, key: str, **values: str | int) -> Text:
    return Text(replies.text(message.person.language, key, **values))
