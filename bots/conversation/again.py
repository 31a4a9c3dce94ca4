"""Once more: the buttons under a result, which ask for the same photo with one thing changed.

What a result was made of is remembered for its person: the wish, and how the platform hands out the photo again, never
the photo itself. A button says ``/again KEY 75%``; the key names the answer it stands under.
"""

import json
from dataclasses import asdict, dataclass, replace

from bots import replies
from bots.commands import Wish, wish
from bots.ledger import records
from bots.ledger.memory import Memory
from bots.message import Button, Message, Picture
from inference.job import Crop

_REMEMBERED_S = 86400  # about as long as the addresses of Discord's pictures; the web chat's uploads go after an hour
_STEP = 25  # percent
_OWN = "own"  # takes back what was said of colours: the style's own way again


@dataclass(frozen=True, slots=True)
class Past:
    """What a result was made of. ``wish.style`` is a style's id."""

    wish: Wish
    pictures: tuple[Picture, ...]
    as_file: bool = False
    crop: Crop = Crop.NONE


async def remember(memory: Memory, message: Message, key: str, past: Past) -> None:
    """Durable as soon as the next thing is: a result without its buttons is no great loss."""
    await memory.remember(message, _what(key), json.dumps(asdict(past)), _REMEMBERED_S, durable=False)


async def recall(memory: Memory, message: Message, key: str) -> Past | None:
    """What the message's person got as the answer named ``key`` in this chat; None for anybody else's, and later."""
    values = json.loads(await memory.recall(message, _what(key)) or "{}")
    if not values:
        return None
    pictures, crop = records.pictures(values["pictures"]), Crop(values["crop"])
    return Past(Wish(**values["wish"]), pictures, values["as_file"], crop)


def command(key: str) -> str:
    """The name of the command that asks for the answer ``key`` once more."""
    return f"again {key}"


def changed(past: Wish, words: str) -> Wish:
    """A wish with what the words say in the place of what it said before; itself if they say nothing."""
    if words == _OWN:
        return replace(past, keep_colours=None, match_colours=None)
    said = {name: value for name, value in asdict(wish(words)).items() if value not in (None, "")}
    return replace(past, **said)


def buttons(tag: str, key: str, past: Wish) -> tuple[tuple[Button, ...], ...]:
    """What may be changed about a result that was made for this wish."""
    percent = _percent(past)
    weaker = [("again-weaker", f"{(percent - 1) // _STEP * _STEP}%")] if percent > _STEP else []
    stronger = [("again-stronger", f"{(percent // _STEP + 1) * _STEP}%")] if percent < 100 else []
    sharper = [] if past.sharp else [("again-sharper", "sharp")]
    colours = ("again-own", _OWN) if past.keep_colours else ("again-keep", "keep")
    rows = ([*weaker, *stronger, *sharper], [colours, ("again-other", "")])
    return tuple(tuple(_button(tag, key, label, words) for label, words in row) for row in rows)


def told(tag: str, past: Wish) -> list[str]:
    """What a result's caption says of the wish, beside the style's name."""
    lines = []
    if past.strength is not None:
        lines.append(replies.text(tag, "told-strength", percent=str(_percent(past))))
    if past.keep_colours:
        lines.append(replies.text(tag, "told-keep"))
    elif past.match_colours:
        lines.append(replies.text(tag, "told-match"))
    if past.sharp:
        lines.append(replies.text(tag, "told-sharp"))
    return lines


def _button(tag: str, key: str, label: str, words: str) -> Button:
    return Button(replies.text(tag, label), f"/{command(key)} {words}".rstrip())


def _percent(past: Wish) -> int:
    """Whoever names no strength gets a style's own, which is full strength for every style that is shipped."""
    return 100 if past.strength is None else round(past.strength * 100)


def _what(key: str) -> str:
    return f"result {key}"
