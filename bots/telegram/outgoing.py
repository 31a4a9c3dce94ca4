"""What an answer looks like on Telegram: its limits, as pure functions."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import accumulate, groupby

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MaybeInaccessibleMessage, ReplyParameters

from bots.message import Address, Answer, Button, Photo
from bots.rows import broken

CAPTION_LENGTH, TEXT_LENGTH = 1024, 4096
ALBUM = 10
BUTTON_BYTES = 64
ROW, BUTTONS = 8, 100  # in a row, and under a message
ANIMATIONS = ("image/gif", "video/mp4")  # what moves in the chat by itself
PHOTO_BYTES = 10_000_000  # "10 MB"; which megabyte is meant is not said, so the smaller one
FILE_BYTES = 50_000_000
PHOTO_SIDES = 10_000  # width and height together
PHOTO_RATIO = 20
REFUSED_AS_PHOTO = (
    "photo_invalid_dimensions",
    "photo_save_file_invalid",
    "image_process_failed",
    "too big for a photo",
)
"""Descriptions with which Telegram refuses a picture as a photo that it would take as a file."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes: the chat, the topic in it, the message it replies to, the press that asked for it."""

    chat: int
    thread: int | None
    message: int | None
    press: str = ""

    @classmethod
    def of(cls, address: Address) -> "Place":
        chat, thread, message = address["chat"], address.get("thread"), address.get("message")
        if chat is None:
            raise ValueError("an address without a chat")
        press = str(address.get("press") or "")
        return cls(int(chat), int(thread) if thread else None, int(message) if message else None, press)

    def reply_in(self, chat: int) -> ReplyParameters | None:
        """The message may be deleted while its job waits; the answer comes all the same.

        A group that moved counts its messages anew: the number would mean somebody else's.
        """
        if not self.message or chat != self.chat:
            return None
        return ReplyParameters(self.message, allow_sending_without_reply=True)


@dataclass(frozen=True, slots=True)
class Shown:
    """Messages of ours that stand in a chat. As text it is the id by which the conversation knows them."""

    chat: int
    messages: tuple[int, ...]

    @classmethod
    def read(cls, sent: str, place: Place) -> "Shown":
        chat, _, numbers = sent.rpartition(":")
        return cls(int(chat or place.chat), tuple(int(number) for number in numbers.split(",") if number))

    @classmethod
    def of(cls, messages: Sequence[MaybeInaccessibleMessage]) -> "Shown":
        """Of messages in one chat; where the group moved between them, of those in the new one."""
        chat = messages[-1].chat.id
        return cls(chat, tuple(message.message_id for message in messages if message.chat.id == chat))

    def __str__(self) -> str:
        return f"{self.chat}:{','.join(map(str, self.messages))}"


class Kind(Enum):
    PHOTO, ANIMATION, FILE = range(3)


@dataclass(frozen=True, slots=True)
class Part:
    """What goes out in one request: one picture, or an album of 2–10 photos or of 2–10 files."""

    photos: tuple[Photo, ...]
    kind: Kind


def parts(answer: Answer) -> Iterator[Part]:
    """Split an answer: an album has at most ten, of one kind, and what moves goes alone. The order is kept."""

    def kind(photo: Photo) -> Kind:
        return Kind.FILE if answer.as_file else kind_of(photo)

    for what, photos in groupby(answer.photos, key=kind):
        alike, most = tuple(photos), 1 if what is Kind.ANIMATION else ALBUM
        for start in range(0, len(alike), most):
            yield Part(alike[start : start + most], what)


def kind_of(photo: Photo) -> Kind:
    """As what Telegram shows a picture; what it would not show goes as a file."""
    if photo.animated:
        return Kind.ANIMATION if photo.media_type in ANIMATIONS else Kind.FILE
    return Kind.PHOTO if fits_photo(photo) else Kind.FILE


def fits_photo(photo: Photo) -> bool:
    """Whether Telegram shows this as a photo. A size of 0 is unknown; then Telegram is asked."""
    if len(photo.picture) > PHOTO_BYTES:
        return False
    if not (photo.width and photo.height):
        return True
    longer, shorter = max(photo.width, photo.height), min(photo.width, photo.height)
    return photo.width + photo.height <= PHOTO_SIDES and longer <= PHOTO_RATIO * shorter


def cut(text: str, length: int) -> str:
    """Shorten to ``length`` UTF-16 units, which is how Telegram counts, never through a character."""
    if _units(text) <= length:
        return text
    shortened = text.encode("utf-16-le")[: 2 * (length - 1)].decode("utf-16-le", "ignore")
    return shortened.rstrip() + "…"


def keyboard(rows: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup | None:
    """The buttons under a message, or None for none. Longer rows are broken; of too many, the first are shown."""
    fitting = [[_button(button) for button in row if _fits_button(button)] for row in rows]
    shown = broken(fitting, ROW)
    if sum(map(len, shown)) > BUTTONS:
        log.error("Of the buttons, only the first are shown: there may be %d", BUTTONS)
        shown = _first(shown, BUTTONS)
    return InlineKeyboardMarkup(shown) if shown else None


def _first(rows: Sequence[list[InlineKeyboardButton]], count: int) -> list[list[InlineKeyboardButton]]:
    starts = accumulate(map(len, rows), initial=0)
    return [row[: count - start] for row, start in zip(rows, starts, strict=False) if start < count]


def _button(button: Button) -> InlineKeyboardButton:
    return InlineKeyboardButton(button.label, callback_data=button.command)


def _fits_button(button: Button) -> bool:
    """One that is too long would have the whole message refused."""
    fits = 0 < len(button.command.encode()) <= BUTTON_BYTES
    if not fits:
        log.error("A button's command must have 1–%d bytes: %r", BUTTON_BYTES, button.command)
    return fits


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
