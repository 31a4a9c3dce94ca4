"""The seam: what the conversation asks for, on Discord."""

import asyncio
import contextlib
import hashlib
import secrets

import aiohttp
import discord

from bots.adapter import Listener, SendFailed, SendUncertain
from bots.discord import fetching
from bots.discord.connection import Connection
from bots.discord.delivery import InteractionOver, MessageGone
from bots.discord.endpoints import API_URL, Endpoints
from bots.discord.original import Original, Originals
from bots.discord.parcel import Parcel
from bots.discord.place import Place
from bots.discord.sender import Sender
from bots.message import Address, Answer, Person, Picture, Text

GRACE_S = 2.0
"""How long words are kept after they were taken back: the answer that usually follows then takes their place."""


class DiscordAdapter:
    """Discord, as one Adapter.

    ``repeatable``: while an interaction can be answered, an answer fills its one message, however often. Afterwards,
    and for what was said without a command, a message in the channel is recognised by its nonce for some minutes, and
    after a restart by the names of its files among the first hundred messages that followed the question.
    """

    platform = "discord"
    repeatable = True

    def __init__(
        self, token: str, *, api_url: str = API_URL, gateway_url: str | None = None, cdn_url: str | None = None
    ) -> None:
        self._endpoints = Endpoints(api_url, gateway_url, cdn_url)
        self._originals = Originals()
        self._life = secrets.token_hex(4)
        self._connection = Connection(token, self._endpoints)
        self._sender = Sender(self._connection.client)
        self._taking_back: set[asyncio.Task[None]] = set()

    async def run(self, listener: Listener) -> None:
        try:
            await self._connection.run(listener, self._originals, self._life)
        finally:
            for task in self._taking_back:
                task.cancel()

    async def fetch(self, picture: Picture) -> bytes:
        return await fetching.fetch(picture, self._endpoints)

    async def avatar(self, person: Person, address: Address) -> Picture | None:
        place = Place.of(address)
        if place.avatar is None or str(place.person) != person.id:
            return None
        return Picture(place.avatar, "image/png", name="avatar.png")

    async def chat_picture(self, address: Address) -> Picture | None:  # noqa: ARG002
        return None

    async def administers(self, person: Person, address: Address) -> bool:  # noqa: ARG002
        return False

    def home(self, address: Address) -> Address | None:  # noqa: ARG002
        return None

    async def say(self, address: Address, text: Text) -> str:
        with self._connection.sending():
            return await self._send(Place.of(address), Parcel.of_text(text))

    async def change(self, address: Address, sent: str, text: Text) -> None:
        place, parcel = Place.of(address), Parcel.of_text(text)
        way, _, name = sent.partition(":")
        with contextlib.suppress(MessageGone, InteractionOver):
            if way == "original":
                original = self._originals.of(place)
                async with original.turn:
                    if original.holds(sent):
                        await self._sender.fill_original(place, parcel)
            elif way == "followup":
                await self._sender.edit_followup(place, int(name), parcel)
            else:
                await self._sender.edit_post(place, int(name), parcel)

    async def remove(self, address: Address, sent: str | None) -> None:
        place = Place.of(address)
        if sent is None and place.token is None:
            return
        way, _, name = ("original", "", "") if sent is None else sent.partition(":")
        with contextlib.suppress(MessageGone, InteractionOver):
            if way == "original":
                task = asyncio.create_task(self._clear_later(place, sent))
                self._taking_back.add(task)
                task.add_done_callback(self._taking_back.discard)
            elif way == "followup":
                await self._sender.delete_followup(place, int(name))
            else:
                await self._sender.delete_post(place, int(name))

    async def busy(self, address: Address) -> None:
        """An interaction shows "thinking …" by itself."""
        place, client = Place.of(address), self._connection.at_once
        if place.token is None and client is not None:
            with contextlib.suppress(discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError):
                await client.get_partial_messageable(place.channel).typing()

    async def show(self, address: Address, answer: Answer, key: str) -> str:
        place = Place.of(address)
        with self._connection.sending():
            return await self._send(place, Parcel.of_answer(answer, key, place.limit))

    async def _send(self, place: Place, parcel: Parcel) -> str:
        if place.token:
            original = self._originals.of(place)
            await original.acknowledged.wait()
            async with original.turn:
                try:
                    return await self._by_interaction(place, original, parcel)
                except InteractionOver:
                    original.dead = True
            parcel = parcel.mentioning(place.person)
        return await self._by_channel(place, parcel)

    async def _by_interaction(self, place: Place, original: Original, parcel: Parcel) -> str:
        if not original.alive:
            raise InteractionOver("the interaction's quarter of an hour is over")
        if original.takes(parcel.key):
            try:
                await self._sender.fill_original(place, parcel)
            except MessageGone:
                original.gone = True
            else:
                original.answer = parcel.key
                original.words = "" if parcel.key else f"original:{secrets.token_hex(4)}"
                return original.words
        return f"followup:{await self._sender.follow_up(place, parcel)}"

    async def _by_channel(self, place: Place, parcel: Parcel) -> str:
        if parcel.key and place.life != self._life and await self._posted_before(place, parcel):
            return ""
        nonce = hashlib.sha256(parcel.key.encode()).hexdigest() if parcel.key else secrets.token_hex(12)
        return f"channel:{await self._sender.post(place, parcel, nonce)}"

    async def _posted_before(self, place: Place, parcel: Parcel) -> bool:
        """False where we may not read back what was said: then sending is all that is left."""
        with contextlib.suppress(SendFailed):
            return await self._sender.already_posted(place, parcel)
        return False

    async def _clear_later(self, place: Place, sent: str | None) -> None:
        await asyncio.sleep(GRACE_S)
        original = self._originals.of(place)
        async with original.turn:
            if original.is_thinking if sent is None else original.holds(sent):
                with contextlib.suppress(SendFailed, SendUncertain):
                    await self._sender.clear_original(place)
                    original.gone = True
