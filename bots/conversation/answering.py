"""An answer from its parts: the results of a message with their caption and their buttons."""

from collections.abc import Mapping
from dataclasses import dataclass

from bots import replies
from bots.conversation import again
from bots.conversation.again import Past
from bots.ledger import Item
from bots.message import Answer, Photo, Text
from inference.errors import Failed, TooManyFrames
from inference.job import Result

_SUFFIX = {
    **{"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"},
    **{"image/gif": "gif", "image/apng": "png", "video/mp4": "mp4", "video/webm": "webm"},
}


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of a message. ``titles`` name styles in its person's language, ``past`` is None if forgotten."""

    tag: str
    key: str
    past: Past | None
    items: tuple[Item, ...]
    titles: Mapping[str, str]


def compose(made: Made) -> Answer | Text:
    """All results as one answer; words if there is no result at all."""
    results = [(item, item.result) for item in made.items if item.result]
    if not results:
        return Text(failure_text(made.tag, made.items[0].failure if made.items else Failed.code), _rescue(made))
    photos = tuple(_photo(item, result, among=len(made.items)) for item, result in results)
    if made.past and made.past.is_sheet:
        styles = [(style, made.titles.get(style, style)) for style in made.past.styles]
        return Answer(photos, _sheet_caption(made, styles), again.sheet_buttons(made.tag, made.key, styles))
    at_hand = made.past.pictures if made.past else ()
    before = tuple(at_hand[item.item] for item, _ in results) if at_hand else ()
    return Answer(photos, _caption(made), _buttons(made), before=before)


def failure_text(tag: str, code: str | None) -> str:
    """The sentence for an error's code."""
    return replies.text(tag, f"error-{code or Failed.code}")


def _caption(made: Made) -> str:
    style = made.items[0].style
    head = replies.text(made.tag, "caption", title=made.titles.get(style, style))
    lines = [" · ".join([head, *_details(made)])]
    for item in made.items:
        if item.failure:
            reason = failure_text(made.tag, item.failure)
            lines.append(replies.text(made.tag, "item-failed", number=str(item.item + 1), reason=reason))
    return "\n".join(lines)


def _sheet_caption(made: Made, styles: list[tuple[str, str]]) -> str:
    lines = [" · ".join([replies.text(made.tag, "try-caption"), *_details(made)])]
    for number, (_, title) in enumerate(styles, 1):
        lines.append(replies.text(made.tag, "try-line", number=str(number), title=title))
    if made.past and made.past.among > 1:
        lines.append(replies.text(made.tag, "try-first", count=made.past.among))
    return "\n".join(lines)


def _details(made: Made) -> list[str]:
    """What there is to say beside the style, whose place the words have where no other style restyled them."""
    if made.past is None:
        return []
    words = [again.titled(made.tag, made.past)] if made.past.words and not made.past.is_words_alone else []
    return [*words, *again.told(made.tag, made.past.wish)]


def _buttons(made: Made) -> again.Rows:
    return (*_rescue(made), *again.buttons(made.tag, made.key, made.past)) if made.past else ()


def _rescue(made: Made) -> again.Rows:
    """Where something moves for too long: its first frame."""
    too_long = any(item.failure == TooManyFrames.code for item in made.items)
    return again.still_button(made.tag, made.key) if made.past and made.past.pictures and too_long else ()


def _photo(item: Item, result: Result, *, among: int) -> Photo:
    name = "sheet" if again.SEVERAL in item.style else item.style
    number = f"-{item.item + 1}" if among > 1 else ""
    file = f"{name}{number}.{_SUFFIX.get(result.media_type, 'jpg')}"
    return Photo(result.picture, result.media_type, file, result.width, result.height, animated=result.frames > 1)
