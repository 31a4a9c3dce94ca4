"""Once more: the buttons under a result, which ask for the same photo with one thing changed.

What a result was made of is remembered for its person: the wish, and how the platform hands out the photo again, never
the photo itself. A button says ``/again KEY 75%``; the key names the answer it stands under.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from bots import replies
from bots.commands import Command, Wish, wish
from bots.ledger import records
from bots.ledger.memory import Memory
from bots.message import Button, Message, Picture
from inference.job import Crop

_REMEMBERED_S = 86400  # about as long as the addresses of Discord's pictures; the web chat's uploads go after an hour
_STEP = 25  # percent
_PER_ROW = 3
_OWN = "own"  # takes back what was said of colours: the style's own way again
_FILE, _STILL, _ANOTHER = "file", "still", "another"
DELETE = "delete"
SEVERAL = ","  # joins the ids of the styles on a sheet

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Past:
    """What a result was made of. ``wish.style`` is a style's id; or several, joined: then it is a numbered sheet.

    ``full`` asks for the full size, ``still`` for the first frame of what moves. ``among`` is how many pictures a
    sheet's one was the first of. ``references`` are style pictures, ``weights`` their shares, none for equal ones.
    ``subject`` is the id of another member whose picture it is, who allowed this and no more: it is not remembered how
    to fetch that picture again. Where there is no photo, ``words`` and ``seed`` make one in the style ``maker``, the
    same one every time; ``wish.style`` is that style, or one for photos in which the picture comes then.
    """

    wish: Wish
    pictures: tuple[Picture, ...]
    as_file: bool = False
    crop: Crop = Crop.NONE
    full: bool = False
    still: bool = False
    among: int = 1
    references: tuple[Picture, ...] = ()
    weights: tuple[float, ...] = ()
    subject: str = ""
    words: str = ""
    seed: int = 0
    maker: str = ""

    @property
    def is_at_hand(self) -> bool:
        """Whether it can be made once more."""
        return bool(self.pictures or self.words)

    @property
    def is_words_alone(self) -> bool:
        """Whether it is a picture of words that no other style has restyled."""
        return bool(self.words) and self.wish.style == self.maker

    @property
    def blend(self) -> tuple[tuple[Picture, float], ...]:
        """Each style picture with its weight."""
        return tuple(zip(self.references, self.weights or (1.0,) * len(self.references), strict=True))

    @property
    def styles(self) -> tuple[str, ...]:
        return tuple(self.wish.style.split(SEVERAL))

    @property
    def is_sheet(self) -> bool:
        return len(self.styles) > 1


async def remember(memory: Memory, message: Message, key: str, past: Past) -> None:
    """Durable as soon as the next thing is: a result without its buttons is no great loss."""
    await memory.remember(message, what(key), json.dumps(asdict(past)), _REMEMBERED_S, durable=False)


async def recall(memory: Memory, message: Message, key: str) -> Past | None:
    """What the message's person got as the answer named ``key`` in this chat; None for anybody else's, and later."""
    values = json.loads(await memory.recall(message, what(key)) or "{}")
    if not values:
        return None
    made = {"wish": Wish(**values["wish"]), "weights": tuple(values.get("weights", ()))}
    made |= {name: records.pictures(values.get(name, ())) for name in ("pictures", "references")}
    return Past(**(values | made | {"crop": Crop(values["crop"])}))


def what(key: str) -> str:
    """The name under which it is remembered what the answer ``key`` was made of."""
    return f"result {key}"


def command(key: str) -> str:
    """The name of the command that asks for the answer ``key`` once more."""
    return f"again {key}"


def deletes(asked: Command) -> bool:
    """Whether a command takes a result away, which asks for no picture."""
    return asked.name == "again" and asked.rest.partition(" ")[2] == DELETE


def changed(past: Past, words: str, seed: int = 0) -> Past:
    """A past with what the words say in the place of what it said before; itself if they say nothing.

    A word that changes something is never a style's name here. ``seed`` is a new one, for another picture.
    """
    if words == _OWN:
        return replace(past, wish=replace(past.wish, keep_colours=None, match_colours=None))
    if words == _FILE:
        return replace(past, as_file=True, full=True)
    if words == _STILL:
        return replace(past, still=True)
    if words == _ANOTHER:
        return replace(past, seed=seed)
    said = {name: value for name, value in asdict(wish(words)).items() if value not in (None, "")}
    return replace(past, wish=replace(past.wish, **said))


def buttons(tag: str, key: str, past: Past) -> Rows:
    """What may be changed about a result; of pictures that are not at hand again it can only be deleted."""
    delete, full = ("again-delete", DELETE), [] if past.full else [("again-file", _FILE)]
    if not past.is_at_hand:
        return _rows(tag, key, [delete])
    another = [("again-another", _ANOTHER)] if past.words else []
    if past.is_words_alone:
        return _rows(tag, key, [*another, ("again-style", "")], [*full, delete])
    percent = _percent(past.wish)
    weaker = [("again-weaker", f"{(percent - 1) // _STEP * _STEP}%")] if percent > _STEP else []
    stronger = [("again-stronger", f"{(percent // _STEP + 1) * _STEP}%")] if percent < 100 else []
    sharper = [] if past.wish.sharp else [("again-sharper", "sharp")]
    colours = ("again-own", _OWN) if past.wish.keep_colours else ("again-keep", "keep")
    return _rows(tag, key, [*weaker, *stronger, *sharper], [colours, *full], [delete, ("again-other", ""), *another])


def sheet_buttons(tag: str, key: str, styles: Sequence[tuple[str, str]]) -> Rows:
    """A numbered button for each (id, title) on a sheet, to make it in full size; and one to delete the sheet."""
    numbered = [Button(f"{number}. {title}", f"/{command(key)} {id_}") for number, (id_, title) in enumerate(styles, 1)]
    rows = [tuple(numbered[start : start + _PER_ROW]) for start in range(0, len(numbered), _PER_ROW)]
    return (*rows, (_button(tag, key, "again-delete", DELETE),))


def still_button(tag: str, key: str) -> Rows:
    """What may be done where something moves for too long."""
    return ((_button(tag, key, "again-still", _STILL),),)


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


def liked(tag: str, past: Past) -> str:
    """What a result's caption says where its style came from pictures."""
    if past.weights:
        shares = " + ".join(f"{round(weight * 100)} %" for weight in past.weights)
        return replies.text(tag, "like-title-shares", shares=shares)
    return replies.text(tag, "like-title", count=len(past.references))


def titled(tag: str, past: Past) -> str:
    """What a result's caption says where it was made of words."""
    return replies.text(tag, "theme-title", words=past.words)


def _rows(tag: str, key: str, *rows: Sequence[tuple[str, str]]) -> Rows:
    """Buttons of (label, words)."""
    return tuple(tuple(_button(tag, key, label, words) for label, words in row) for row in rows)


def _button(tag: str, key: str, label: str, words: str) -> Button:
    return Button(replies.text(tag, label), f"/{command(key)} {words}".rstrip())


def _percent(past: Wish) -> int:
    """Whoever names no strength gets a style's own, which is full strength for every style that is shipped."""
    return 100 if past.strength is None else round(past.strength * 100)
