"""The seam: what the conversation asks for, on Discord."""

import asyncio
import contextlib
import secrets
from dataclasses import replace

import aiohttp
import discord

from bots import download
from bots.adapter import Listener, SendFailed
from bots.discord import parcel
from bots.discord.connection import Connection
from bots.discord.endpoints import API_URL, Endpoints
from bots.discord.original import Ack, Originals
from bots.discord.parcel import Parcel
from bots.discord.place import Place
from bots.discord.routes import Routes
from bots.discord.sender import Sender
from bots.message import Address, Answer, Person, Photo, Picture, Text
from inference.errors import ServiceError

HESITATE_S = 1.0
"""A third of the time that Discord gives an acknowledgement; words are there after some hundredths of a second."""
BEFORE_S, BEFORE_LIMIT = 5.0, 4 * 2**20
"""Seconds and bytes that showing the photo beside its result is worth."""
BEFORE_SUFFIX = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


class DiscordAdapter:
    """Discord, as one Adapter.

    ``repeatable``: while an interaction can be answered, an answer fills its one message, however often. Afterwards,
    and for what was said without a command, a message in the channel is recognised by its nonce for some minutes, and
    after a restart by the names of its files among the first hundred messages that followed the question.
    ``hesitate_s`` is how long the acknowledgement of an interaction waits for what is said first.
    """

    platform = "discord"
    repeatable = True

    def __init__(
        self,
        token: str,
        *,
        api_url: str = API_URL,
        gateway_url: str | None = None,
        cdn_url: str | None = None,
        hesitate_s: float = HESITATE_S,
    ) -> None:
        self._endpoints = Endpoints(api_url, gateway_url, cdn_url)
        self._originals = Originals()
        self._life = secrets.token_hex(4)
        self._connection = Connection(token, self._endpoints, hesitate_s)
        self._routes = Routes(Sender(self._connection.client), self._originals, self._life)

    async def run(self, listener: Listener) -> None:
        try:
            await self._connection.run(listener, self._originals, self._life)
        finally:
            self._routes.stop()

    async def fetch(self, picture: Picture) -> bytes:
        return await download.fetch(picture, "Discord", self._endpoints.hosts)

    async def avatar(self, person: Person, address: Address) -> Picture | None:
        url = Place.of(address).picture_of(person.id)
        return Picture(url, "image/png", name="avatar.png") if url else None

    async def chat_picture(self, address: Address) -> Picture | None:
        icon = Place.of(address).icon
        return Picture(icon, "image/png", name="icon.png") if icon else None

    async def administers(self, person: Person, address: Address) -> bool:
        """As Discord said when the person spoke: an administrator, or who may manage the server."""
        place = Place.of(address)
        return place.admin and str(place.person) == person.id

    def home(self, address: Address) -> Address | None:
        """The channel, where the bot itself is a member and not only something that a person brought along."""
        home = Place.of(address).home
        return home.address if home else None

    async def say(self, address: Address, text: Text) -> str:
        with self._connection.sending():
            return await self._routes.send(Place.of(address), Parcel.of_text(text))

    async def change(self, address: Address, sent: str, text: Text) -> None:
        await self._routes.change(Place.of(address), sent, Parcel.of_text(text))

    async def remove(self, address: Address, sent: str | None) -> None:
        await self._routes.remove(Place.of(address), sent)

    async def busy(self, address: Address) -> None:
        """An interaction shows "thinking …" by itself, once it is clear that something will come."""
        place, client = Place.of(address), self._connection.at_once
        if place.token:
            self._originals.of(place).decide(Ack.NEW)
        elif client is not None:
            with contextlib.suppress(discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError):
                await client.get_partial_messageable(place.channel).typing()

    async def show(self, address: Address, answer: Answer, key: str) -> str:
        place = Place.of(address)
        with self._connection.sending():
            sent = Parcel.of_answer(answer, key, place.limit)
            if sent.layout:
                before = await self._before(answer.before[0], place.limit)
                sent = replace(sent, before=before, language=place.language)
            return await self._routes.send(place, sent)

    async def _before(self, picture: Picture, limit: int) -> Photo | None:
        """The photo that a result was made of, if it can be had soon and shown; it is not worth waiting for."""
        suffix = BEFORE_SUFFIX.get(picture.media_type)
        if suffix is None or (picture.byte_count or 0) > BEFORE_LIMIT:
            return None
        with contextlib.suppress(SendFailed, ServiceError, TimeoutError):
            async with asyncio.timeout(BEFORE_S):
                data = await self.fetch(picture)
                return parcel.before(data, suffix) if len(data) <= min(limit, BEFORE_LIMIT) else None
        return None
