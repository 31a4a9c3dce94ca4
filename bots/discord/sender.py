"""The requests that send, change and take back messages: by an interaction's token, or in a channel."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import discord

from bots.discord.delivery import deliver
from bots.discord.parcel import Parcel
from bots.discord.pictures import attached
from bots.discord.place import Place

ORIGINAL = cast(int, "@original")
"""Discord takes this word for a message's id; discord.py's types do not know it."""
SEARCHED = 100
"""Messages after the question that are searched for an answer of an earlier process; the most one request returns."""

Connected = Callable[[], Awaitable[discord.Client]]
"""Waits until we are connected."""


class Sender:
    """Every method waits for the connection and raises what ``deliver`` raises."""

    def __init__(self, connected: Connected) -> None:
        self._connected = connected

    async def original_id(self, place: Place) -> int:
        """Which message the interaction fills."""

        async def attempt() -> int:
            return (await (await self._webhook(place)).fetch_message(ORIGINAL)).id

        return await deliver(attempt, repeatable=True)

    async def fill_original(self, place: Place, parcel: Parcel) -> int:
        return await self.edit_followup(place, ORIGINAL, parcel)

    async def clear_original(self, place: Place) -> None:
        await self.delete_followup(place, ORIGINAL)

    async def follow_up(self, place: Place, parcel: Parcel) -> int:
        """A further message by the token. Discord cannot recognise a repetition of it."""

        async def attempt() -> int:
            webhook = await self._webhook(place)
            return (await webhook.send(wait=True, ephemeral=parcel.whispered, **parcel.as_new())).id

        return await deliver(attempt, repeatable=False)

    async def edit_followup(self, place: Place, message: int, parcel: Parcel) -> int:
        async def attempt() -> int:
            return (await (await self._webhook(place)).edit_message(message, **parcel.as_edit())).id

        return await deliver(attempt, repeatable=True)

    async def delete_followup(self, place: Place, message: int) -> None:
        async def attempt() -> None:
            await (await self._webhook(place)).delete_message(message)

        await deliver(attempt, repeatable=True)

    async def post(self, place: Place, parcel: Parcel, nonce: str) -> int:
        """A message in the channel. Discord recognises a repetition by its nonce (25 characters) for a few minutes."""

        async def attempt() -> int:
            arguments: dict[str, Any] = {**parcel.as_new(), "nonce": nonce[:25], "mention_author": False}
            if place.reply_to:
                arguments["reference"] = _reference(place)
            return (await (await self._channel(place)).send(**arguments)).id

        return await deliver(attempt, repeatable=True)

    async def edit_post(self, place: Place, message: int, parcel: Parcel) -> None:
        async def attempt() -> None:
            await (await self._channel(place)).get_partial_message(message).edit(**parcel.as_edit())

        await deliver(attempt, repeatable=True)

    async def delete_post(self, place: Place, message: int) -> None:
        async def attempt() -> None:
            await (await self._channel(place)).get_partial_message(message).delete()

        await deliver(attempt, repeatable=True)

    async def already_posted(self, place: Place, parcel: Parcel) -> int:
        """The message by which an earlier process of ours has sent this answer: its files' names carry its tag."""

        async def attempt() -> int:
            client = await self._connected()
            after = discord.Object(place.source)
            async for message in (await self._channel(place)).history(after=after, limit=SEARCHED):
                ours = client.user is not None and message.author.id == client.user.id
                if ours and any(parcel.tag in picture.name for picture in attached(message)):
                    return message.id
            return 0

        return await deliver(attempt, repeatable=True)

    async def _webhook(self, place: Place) -> discord.Webhook:
        webhook = discord.Webhook.partial(place.application, place.token or "", client=await self._connected())
        webhook.type = discord.WebhookType.application  # only such a one may whisper
        return webhook

    async def _channel(self, place: Place) -> discord.PartialMessageable:
        return (await self._connected()).get_partial_messageable(place.channel)


def _reference(place: Place) -> discord.MessageReference:
    """A reply that still goes out when the message it answers was deleted."""
    return discord.MessageReference(message_id=place.reply_to, channel_id=place.channel, fail_if_not_exists=False)
