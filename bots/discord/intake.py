"""What people do on Discord becomes a Message, is recorded, and only then acknowledged."""

import logging
import time

import discord

from bots.adapter import Listener
from bots.discord.original import LIFE_S, Originals
from bots.discord.place import Place
from bots.message import Message, Person, Picture

AVATAR_SIDE = 1024
"""Pixels; Discord scales profile pictures to powers of two."""

_log = logging.getLogger(__name__)


class Intake:
    """Hands Messages to the listener. ``life`` names this process in every address."""

    def __init__(self, listener: Listener, originals: Originals, life: str) -> None:
        self.listener = listener
        self._originals = originals
        self._life = life

    async def interaction(
        self,
        interaction: discord.Interaction,
        text: str,
        pictures: tuple[Picture, ...] = (),
        reply_to: int = 0,
    ) -> None:
        """Record a command, a choice from a menu or a press, then tell Discord that an answer will come.

        Recording takes milliseconds of the three seconds that Discord waits. If it fails, nothing is acknowledged
        and Discord itself tells the person that the bot did not respond.
        """
        place = self._place(interaction, reply_to)
        original = self._originals.open(place)
        try:
            await self.listener.receive(_message_of(interaction, place, text, pictures))
            await _acknowledge(interaction)
        finally:
            original.acknowledged.set()  # whatever happened, the first attempt to answer finds out

    async def message(self, message: discord.Message, me: discord.ClientUser) -> None:
        """Record what was said in private or by mentioning the bot; other people's chatter is not ours to keep."""
        private = message.guild is None
        if message.author.bot or message.webhook_id or not (private or me in message.mentions):
            return
        pictures = pictures_of(message)
        text = _without_mentions(message.content, me.id)
        if not text and not pictures:
            return
        replied = message.reference.resolved if message.reference else None
        await self.listener.receive(
            Message(
                platform="discord",
                chat=str(message.channel.id),
                id=str(message.id),
                person=_person(message.author, "en"),
                text=text,
                address=self._place_of(message).address,
                pictures=pictures,
                replied=pictures_of(replied) if isinstance(replied, discord.Message) else (),
                private=private,
            )
        )

    def _place(self, interaction: discord.Interaction, reply_to: int) -> Place:
        return Place(
            channel=interaction.channel_id or 0,
            person=interaction.user.id,
            source=interaction.id,
            reply_to=reply_to,
            limit=interaction.filesize_limit,
            avatar=_avatar_url(interaction.user),
            application=interaction.application_id,
            token=interaction.token,
            expires=int(time.time()) + LIFE_S,
            life=self._life,
        )

    def _place_of(self, message: discord.Message) -> Place:
        return Place(
            channel=message.channel.id,
            person=message.author.id,
            source=message.id,
            reply_to=message.id,
            avatar=_avatar_url(message.author),
            life=self._life,
        )


def picture_of(attachment: discord.Attachment) -> Picture:
    return Picture(attachment.url, attachment.content_type or "", attachment.size, attachment.filename)


def pictures_of(message: discord.Message) -> tuple[Picture, ...]:
    """The pictures in a message or in what it forwards; if nothing there says that it is one, everything attached."""
    forwarded = [attachment for snapshot in message.message_snapshots for attachment in snapshot.attachments]
    attached = [*message.attachments, *forwarded]
    pictures = [attachment for attachment in attached if (attachment.content_type or "").startswith("image/")]
    return tuple(picture_of(attachment) for attachment in pictures or attached)


async def _acknowledge(interaction: discord.Interaction) -> None:
    try:
        await interaction.response.defer(thinking=True)
    except discord.HTTPException as refusal:
        # Too late or twice: the Message is recorded, and the answer finds its way into the channel.
        _log.warning("Discord did not take the acknowledgement (HTTP %s, code %s)", refusal.status, refusal.code)


def _message_of(interaction: discord.Interaction, place: Place, text: str, pictures: tuple[Picture, ...]) -> Message:
    return Message(
        platform="discord",
        chat=str(place.channel or f"with-{place.person}"),
        id=str(interaction.id),
        person=_person(interaction.user, str(interaction.locale)),
        text=text,
        address=place.address,
        pictures=pictures,
        private=interaction.guild_id is None,
    )


def _person(user: discord.abc.User, language: str) -> Person:
    return Person(str(user.id), user.display_name, language)


def _avatar_url(user: discord.User | discord.Member) -> str | None:
    """The person's own picture, in this server if they have one here; None for Discord's default."""
    asset = (user.guild_avatar if isinstance(user, discord.Member) else None) or user.avatar
    return asset.replace(size=AVATAR_SIDE, format="png").url if asset else None


def _without_mentions(text: str, me: int) -> str:
    return text.replace(f"<@{me}>", " ").replace(f"<@!{me}>", " ").strip()
