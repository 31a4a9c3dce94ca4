"""Sending one part of an answer: a photo, what moves, a file or an album."""

from collections.abc import Sequence
from typing import Any

from telegram import InputMediaDocument, InputMediaPhoto, Message

from bots.adapter import SendFailed
from bots.message import Button, Photo
from bots.telegram.delivery import Delivery, Refused
from bots.telegram.outgoing import CAPTION_LENGTH, FILE_BYTES, REFUSED_AS_PHOTO, Kind, Part, Place, cut, keyboard
from bots.telegram.wire import RawBot

Rows = Sequence[Sequence[Button]]


class Sender:
    """Sends through a Delivery. Every method returns the messages that stand in the chat then."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    async def part(self, place: Place, part: Part, caption: str, buttons: Rows) -> tuple[Message, ...]:
        """As it was meant, or as a file where Telegram does not take it so."""
        caption = cut(caption, CAPTION_LENGTH)
        try:
            return await self._send(place, part, caption, buttons)
        except Refused as error:
            if part.kind is Kind.FILE or not any(reason in error.reason for reason in REFUSED_AS_PHOTO):
                raise
            return await self._send(place, Part(part.photos, Kind.FILE), caption, buttons)

    async def _send(self, place: Place, part: Part, caption: str, buttons: Rows) -> tuple[Message, ...]:
        if any(len(photo.picture) > FILE_BYTES for photo in part.photos):
            raise SendFailed("Telegram takes files of up to 50 MB; this one is larger.")
        if len(part.photos) > 1:
            return await self._album(place, part, caption)
        return (await self._one(place, part.kind, part.photos[0], caption, buttons),)

    async def _one(self, place: Place, kind: Kind, photo: Photo, caption: str, buttons: Rows) -> Message:
        async def call(bot: RawBot, chat: int) -> Message:
            how: dict[str, Any] = {
                "filename": photo.name,
                "caption": caption or None,
                "message_thread_id": place.thread,
                "reply_parameters": place.reply_in(chat),
                "reply_markup": keyboard(buttons),
            }
            match kind:
                case Kind.PHOTO:
                    return await bot.send_photo(chat, photo.picture, **how)
                case Kind.ANIMATION:
                    size: dict[str, Any] = {"width": photo.width or None, "height": photo.height or None}
                    return await bot.send_animation(chat, photo.picture, **size, **how)
                case Kind.FILE:
                    return await bot.send_document(chat, photo.picture, disable_content_type_detection=True, **how)

        return await self._delivery.send(place.chat, call)

    async def _album(self, place: Place, part: Part, caption: str) -> tuple[Message, ...]:
        kind = InputMediaDocument if part.kind is Kind.FILE else InputMediaPhoto

        async def call(bot: RawBot, chat: int) -> tuple[Message, ...]:
            media = [
                kind(photo.picture, filename=photo.name, caption=(caption or None) if first else None)
                for first, photo in zip([True] + [False] * len(part.photos), part.photos, strict=False)
            ]
            return await bot.send_media_group(
                chat, media, message_thread_id=place.thread, reply_parameters=place.reply_in(chat)
            )

        return await self._delivery.send(place.chat, call, count=len(part.photos))
