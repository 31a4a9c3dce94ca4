"""By which way something is said, changed and taken back: by an interaction's token, or in the channel.

What was sent is named by its message's id; words in an interaction's own message by that and a mark of their own
("MESSAGE/MARK"), as later words and the answer take their place there.
"""

import asyncio
import contextlib
import hashlib
import secrets
from dataclasses import replace

from bots.adapter import MessageGone, SendFailed, SendUncertain
from bots.discord.delivery import InteractionOver
from bots.discord.original import Ack, Original, Originals
from bots.discord.parcel import Parcel
from bots.discord.place import Place
from bots.discord.sender import ORIGINAL, Sender

GRACE_S = 2.0
"""How long words are kept after they were taken back: the answer that usually follows then takes their place."""


class Routes:
    """``life`` names this process. What fails is raised as ``deliver`` raises it."""

    def __init__(self, sender: Sender, originals: Originals, life: str) -> None:
        self._sender, self._originals, self._life = sender, originals, life
        self._taking_back: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Leave standing what is still to be taken back."""
        for task in self._taking_back:
            task.cancel()

    async def send(self, place: Place, parcel: Parcel) -> str:
        """Say or show something; returns its name."""
        if place.token:
            original = self._originals.of(place)
            original.decide(Ack.WHISPER if parcel.whispered else Ack.NEW)
            await original.acknowledged.wait()
            async with original.turn:
                try:
                    return await self._by_interaction(place, original, parcel)
                except InteractionOver:
                    original.dead = True
            parcel = parcel.mentioning(place.person)
        return await self._by_channel(place, parcel)

    async def change(self, place: Place, sent: str, parcel: Parcel) -> None:
        """Put words in the place of others, if they still stand there."""
        message, _, mark = sent.partition("/")
        with contextlib.suppress(MessageGone, InteractionOver):
            if place.pressed and message == str(place.pressed):
                await self._change_pressed(place, replace(parcel, layout=place.layout))
            elif mark:
                await self._change_words(place, sent, parcel)
            elif message.isdecimal():
                await self._change_further(place, int(message), parcel)

    async def remove(self, place: Place, sent: str | None) -> None:
        """Take something back; None for the sign that an answer is coming."""
        if (sent is None or "/" in sent) and place.token:
            task = asyncio.create_task(self._clear_later(place, sent))
            self._taking_back.add(task)
            task.add_done_callback(self._taking_back.discard)
        elif sent and sent.isdecimal():
            with contextlib.suppress(MessageGone, InteractionOver):
                await self._delete(place, int(sent))

    # By an interaction

    async def _by_interaction(self, place: Place, original: Original, parcel: Parcel) -> str:
        await self._recognise(original)
        if not original.alive:
            raise InteractionOver("the interaction's quarter of an hour is over")
        if original.takes(parcel.key, whispered=parcel.whispered):
            with contextlib.suppress(MessageGone):
                return await self._fill(place, original, parcel)
            original.gone = True
        if parcel.whispered and original.is_thinking:  # all would see it there
            await self._clear(place, original)
        return await self._further(place, original, parcel)

    async def _recognise(self, original: Original) -> None:
        """After a restart: which message an interaction fills. Raises InteractionOver."""
        if original.ack is None and original.alive:
            pressed = original.place.pressed
            updates = bool(pressed) and await self._sender.original_id(original.place) == pressed
            original.ack = Ack.UPDATE if updates else Ack.NEW

    async def _fill(self, place: Place, original: Original, parcel: Parcel) -> str:
        original.message = await self._sender.fill_original(place, parcel)
        original.answer = parcel.key
        original.words = "" if parcel.key else f"{original.message}/{secrets.token_hex(4)}"
        return original.words or str(original.message)

    async def _further(self, place: Place, original: Original, parcel: Parcel) -> str:
        """One more message. Discord cannot recognise a repetition of it: an answer goes out once, or by the channel."""
        if parcel.key in original.tried:
            raise SendUncertain("the answer was sent before, and nobody knows whether it arrived")
        if parcel.key and original.inherited and place.member:
            return await self._by_channel(place, parcel.mentioning(place.person))
        if parcel.key:
            original.tried.add(parcel.key)
        try:
            return str(await self._sender.follow_up(place, parcel))
        except SendFailed:
            original.tried.discard(parcel.key)
            raise

    async def _change_pressed(self, place: Place, parcel: Parcel) -> None:
        original = self._originals.of(place)
        original.decide(Ack.UPDATE)
        await original.acknowledged.wait()
        async with original.turn:
            await self._recognise(original)
            if original.ack is Ack.UPDATE and original.alive:
                await self._sender.fill_original(place, parcel)
                return
            try:
                await self._edit_post(place, place.pressed, parcel)
            except SendFailed:  # nobody but the person sees it, or the bot cannot write there: say it anew
                await self._by_interaction(place, original, replace(parcel, layout=False))
            else:
                if original.is_thinking:
                    await self._clear(place, original)

    async def _change_words(self, place: Place, sent: str, parcel: Parcel) -> None:
        original = self._originals.of(place)
        async with original.turn:
            if original.holds(sent):
                original.message = int(sent.partition("/")[0])
                await self._change_further(place, original.message, parcel)

    async def _change_further(self, place: Place, message: int, parcel: Parcel) -> None:
        if self._usable(place):
            with contextlib.suppress(MessageGone, InteractionOver):
                await self._sender.edit_followup(place, self._named(place, message), parcel)
                return
        await self._edit_post(place, message, parcel)

    async def _delete(self, place: Place, message: int) -> None:
        press = self._originals.pressing(message)
        if press and await self._delete_pressed(press):
            return
        if self._usable(place):
            with contextlib.suppress(MessageGone, InteractionOver):
                await self._sender.delete_followup(place, self._named(place, message))
                return
        if place.member:
            await self._sender.delete_post(place, message)

    async def _delete_pressed(self, press: Original) -> bool:
        """By the press of a button in it; False if the press was acknowledged as something else meanwhile."""
        press.decide(Ack.UPDATE)
        await press.acknowledged.wait()
        if press.ack is not Ack.UPDATE:
            return False
        with contextlib.suppress(InteractionOver):
            await self._sender.clear_original(press.place)
            return True
        return False

    async def _clear_later(self, place: Place, sent: str | None) -> None:
        await asyncio.sleep(GRACE_S)
        original = self._originals.of(place)
        with contextlib.suppress(SendFailed, SendUncertain):
            async with original.turn:
                if sent is None and original.is_thinking:
                    await self._clear(place, original)
                elif sent and original.holds(sent):
                    original.message = int(sent.partition("/")[0])
                    await self._delete(place, original.message)
                    original.gone = True

    async def _clear(self, place: Place, original: Original) -> None:
        await self._sender.clear_original(place)
        original.gone = True

    def _usable(self, place: Place) -> bool:
        return bool(place.token) and self._originals.of(place).alive

    def _named(self, place: Place, message: int) -> int:
        return ORIGINAL if self._originals.of(place).message == message else message

    # In the channel

    async def _by_channel(self, place: Place, parcel: Parcel) -> str:
        if not place.member:
            raise SendFailed("the interaction is over, and the bot itself cannot write there")
        if parcel.key and place.life != self._life and (posted := await self._posted_before(place, parcel)):
            return str(posted)
        nonce = hashlib.sha256(parcel.key.encode()).hexdigest() if parcel.key else secrets.token_hex(12)
        return str(await self._sender.post(place, parcel, nonce))

    async def _posted_before(self, place: Place, parcel: Parcel) -> int:
        """0 where we may not read back what was said: then sending is all that is left."""
        with contextlib.suppress(SendFailed):
            return await self._sender.already_posted(place, parcel)
        return 0

    async def _edit_post(self, place: Place, message: int, parcel: Parcel) -> None:
        if not place.member:
            raise MessageGone("the message is out of reach")
        await self._sender.edit_post(place, message, parcel)
