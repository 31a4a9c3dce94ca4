"""Saying, changing, taking back and showing."""

from telegram import LinkPreviewOptions, Message

from bots.adapter import SendFailed, SendUncertain
from bots.message import Answer, Text
from bots.telegram.delivery import Delivery, Refused
from bots.telegram.outgoing import TEXT_LENGTH, Place, Shown, cut, keyboard, parts
from bots.telegram.sending import Sender
from bots.telegram.wire import RawBot

GONE = ("not found", "can't be edited", "not modified", "message_id_invalid")
NO_WORDS = "no text in the message"  # a picture bears the button
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
PICTURES = "🖼"  # buttons stand under words, and an album's own words stay with it


class Speaker:
    """Sends through a Delivery. Every method raises SendFailed or SendUncertain, as the adapter's interface says.

    What was shown is only touched in the chat where it was shown: a group that moved counts its messages anew.
    """

    def __init__(self, delivery: Delivery) -> None:
        self._delivery, self._sender = delivery, Sender(delivery)

    async def say(self, place: Place, text: Text) -> Shown:
        async def call(bot: RawBot, chat: int) -> Message:
            return await bot.send_message(
                chat,
                cut(text.text, TEXT_LENGTH),
                message_thread_id=place.thread,
                reply_parameters=place.reply_in(chat),
                reply_markup=keyboard(text.buttons),
                link_preview_options=NO_PREVIEW,
            )

        return Shown.of([await self._delivery.send(place.chat, call)])

    async def change(self, place: Place, shown: Shown, text: Text) -> None:
        """Words take the place of words; a picture keeps its own, and the new ones are said beside it."""

        async def call(bot: RawBot, chat: int) -> None:
            if chat == shown.chat:
                await bot.edit_message_text(
                    cut(text.text, TEXT_LENGTH),
                    chat,
                    shown.messages[-1],
                    reply_markup=keyboard(text.buttons),
                    link_preview_options=NO_PREVIEW,
                )

        try:
            await self._delivery.send(shown.chat, call, yielding=True, repeatable=True)
        except Refused as error:
            if NO_WORDS in error.reason:
                await self.say(place, text)
            else:
                _raise_unless_gone(error)

    async def remove(self, shown: Shown) -> None:
        async def call(bot: RawBot, chat: int) -> None:
            if chat != shown.chat:
                raise SendFailed("The group moved; what was said before cannot be taken back.")
            if len(shown.messages) == 1:
                await bot.delete_message(chat, shown.messages[0])
            else:
                await bot.delete_messages(chat, shown.messages)  # passes over those that are gone

        try:
            await self._delivery.ask_of(shown.chat, call)
        except Refused as error:
            _raise_unless_gone(error)

    async def show(self, place: Place, answer: Answer) -> Shown:
        """Send the pictures in as few requests as the limits allow, with caption and buttons where they may stand."""
        delivered: list[Message] = []
        words_apart = bool(answer.buttons) and len(answer.photos) > 1  # an album takes no buttons
        try:
            for part in parts(answer):
                caption = "" if delivered else answer.caption
                delivered += await self._sender.part(place, part, caption, () if words_apart else answer.buttons)
            if not words_apart:
                return Shown.of(delivered)
            below = await self.say(place, Text(f"{PICTURES} × {len(answer.photos)}", answer.buttons))
        except SendFailed as error:
            if delivered:  # to send all of it again would show the first part twice
                raise SendUncertain(f"Only a part was delivered: {error}") from None
            raise
        above = Shown.of(delivered)
        return Shown(below.chat, (above.messages if above.chat == below.chat else ()) + below.messages)


def _raise_unless_gone(error: Refused) -> None:
    if not any(reason in error.reason for reason in GONE):
        raise error
