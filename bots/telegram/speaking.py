"""Saying, changing, taking back and showing."""

from collections.abc import Sequence

import telegram
from telegram import InputMediaDocument, InputMediaPhoto, LinkPreviewOptions

from bots.adapter import SendFailed, SendUncertain
from bots.message import Answer, Button, Photo, Text
from bots.telegram.delivery import Delivery, Refused
from bots.telegram.outgoing import (
    CAPTION_LENGTH,
    FILE_BYTES,
    REFUSED_AS_PHOTO,
    TEXT_LENGTH,
    Part,
    Place,
    cut,
    keyboard,
    parts,
)
from bots.telegram.wire import RawBot

GONE = ("not found", "can't be edited", "can't be deleted", "not modified")
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
PICTURES = "🖼"  # buttons stand under words, and an album's own words stay with it

Rows = Sequence[Sequence[Button]]


class Speaker:
    """Sends through a Delivery. Every method raises SendFailed or SendUncertain, as the adapter's interface says."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    async def say(self, place: Place, text: Text) -> str:
        async def call(bot: RawBot, chat: int) -> telegram.Message:
            return await bot.send_message(
                chat,
                cut(text.text, TEXT_LENGTH),
                message_thread_id=place.thread,
                reply_parameters=place.reply,
                reply_markup=keyboard(text.buttons),
                link_preview_options=NO_PREVIEW,
            )

        return str((await self._delivery.send(place.chat, call)).message_id)

    async def change(self, place: Place, sent: str, text: Text) -> None:
        async def call(bot: RawBot, chat: int) -> None:
            await bot.edit_message_text(
                cut(text.text, TEXT_LENGTH),
                chat,
                int(sent),
                reply_markup=keyboard(text.buttons),
                link_preview_options=NO_PREVIEW,
            )

        try:
            await self._delivery.send(place.chat, call, yielding=True, repeatable=True)
        except Refused as error:
            _raise_unless_gone(error)

    async def remove(self, place: Place, sent: str) -> None:
        async def call(bot: RawBot) -> None:
            await bot.delete_message(self._delivery.present(place.chat), int(sent))

        try:
            await self._delivery.ask(call)
        except Refused as error:
            _raise_unless_gone(error)

    async def show(self, place: Place, answer: Answer) -> None:
        """Send the pictures in as few requests as the limits allow, with caption and buttons where they may stand."""
        delivered = False
        planned = list(parts(answer))
        words_apart = bool(answer.buttons) and len(answer.photos) > 1  # an album takes no buttons
        try:
            for part in planned:
                caption = "" if delivered else answer.caption
                await self._part(place, part, caption, () if words_apart else answer.buttons)
                delivered = True
            if words_apart:
                await self.say(place, Text(f"{PICTURES} × {len(answer.photos)}", answer.buttons))
        except SendFailed as error:
            if delivered:  # to send all of it again would show the first part twice
                raise SendUncertain(f"Only a part was delivered: {error}") from None
            raise

    async def _part(self, place: Place, part: Part, caption: str, buttons: Rows) -> None:
        caption = cut(caption, CAPTION_LENGTH)
        try:
            await self._send(place, part, caption, buttons)
        except Refused as error:
            if part.as_file or not any(reason in error.reason for reason in REFUSED_AS_PHOTO):
                raise
            await self._send(place, Part(part.photos, as_file=True), caption, buttons)

    async def _send(self, place: Place, part: Part, caption: str, buttons: Rows) -> None:
        if any(len(photo.picture) > FILE_BYTES for photo in part.photos):
            raise SendFailed("Telegram takes files of up to 50 MB; this one is larger.")
        if len(part.photos) > 1:
            await self._album(place, part, caption)
        elif part.as_file:
            await self._document(place, part.photos[0], caption, buttons)
        else:
            await self._photo(place, part.photos[0], caption, buttons)

    async def _photo(self, place: Place, photo: Photo, caption: str, buttons: Rows) -> None:
        async def call(bot: RawBot, chat: int) -> None:
            await bot.send_photo(
                chat,
                photo.picture,
                filename=photo.name,
                caption=caption or None,
                message_thread_id=place.thread,
                reply_parameters=place.reply,
                reply_markup=keyboard(buttons),
            )

        await self._delivery.send(place.chat, call)

    async def _document(self, place: Place, photo: Photo, caption: str, buttons: Rows) -> None:
        async def call(bot: RawBot, chat: int) -> None:
            await bot.send_document(
                chat,
                photo.picture,
                filename=photo.name,
                caption=caption or None,
                disable_content_type_detection=True,
                message_thread_id=place.thread,
                reply_parameters=place.reply,
                reply_markup=keyboard(buttons),
            )

        await self._delivery.send(place.chat, call)

    async def _album(self, place: Place, part: Part, caption: str) -> None:
        kind = InputMediaDocument if part.as_file else InputMediaPhoto

        async def call(bot: RawBot, chat: int) -> None:
            media = [
                kind(photo.picture, filename=photo.name, caption=(caption or None) if first else None)
                for first, photo in zip([True] + [False] * len(part.photos), part.photos, strict=False)
            ]
            await bot.send_media_group(chat, media, message_thread_id=place.thread, reply_parameters=place.reply)

        await self._delivery.send(place.chat, call, count=len(part.photos))


def _raise_unless_gone(error: Refused) -> None:
    if not any(reason in error.reason for reason in GONE):
        raise error
