"""What people do on Discord becomes a Message, is recorded, and only then acknowledged."""

import logging
import re
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import discord

from bots.adapter import Listener
from bots.discord.original import LIFE_S, Ack, Originals
from bots.discord.pictures import avatar_url, icon_url, pictures_of
from bots.discord.place import Place, joined
from bots.message import Message, Person, Picture

NAMED = 10
"""Members that one message may name; far more than anybody asks."""

_MENTION = re.compile(r"<@!?\d+>")
_log = logging.getLogger(__name__)


class Intake:
    """Hands Messages to the listener.

    ``life`` names this process in every address, ``sending`` marks what stopping must wait for, ``hesitate_s`` is how
    long an acknowledgement waits for what is said first.
    """

    def __init__(
        self,
        listener: Listener,
        originals: Originals,
        life: str,
        *,
        sending: Callable[[], AbstractContextManager[None]],
        hesitate_s: float,
    ) -> None:
        self.listener = listener
        self._originals = originals
        self._life = life
        self._sending = sending
        self._hesitate_s = hesitate_s

    async def interaction(
        self,
        interaction: discord.Interaction,
        text: str,
        pictures: tuple[Picture, ...] = (),
        reply_to: int = 0,
        members: Sequence[discord.abc.User] = (),
    ) -> None:
        """Record a command, a choice from a menu or a press, then tell Discord that an answer will come.

        Recording takes milliseconds of the three seconds that Discord waits. If it fails, nothing is acknowledged
        and Discord itself tells the person that the bot did not respond.
        """
        others = _others(members, interaction.user)
        place = self._place(interaction, reply_to, others)
        original = self._originals.open(place)
        try:
            with self._sending():
                await self.listener.receive(_message_of(interaction, place, text, pictures, others))
                await _acknowledge(interaction, await original.hesitate(self._hesitate_s))
        finally:
            original.acknowledged.set()  # whatever happened, the first attempt to answer finds out

    async def message(self, message: discord.Message, me: discord.ClientUser) -> None:
        """Record what was said in private or by mentioning the bot; other people's chatter is not ours to keep."""
        private = message.guild is None
        if message.author.bot or message.webhook_id or not (private or me in message.mentions):
            return
        pictures = pictures_of(message)
        text = _without_mentions(message.content)
        if not text and not pictures:
            return
        resolved = message.reference.resolved if message.reference else None
        replied = resolved if isinstance(resolved, discord.Message) else None
        others = _others([*message.mentions, *([replied.author] if replied else [])], message.author)
        await self.listener.receive(
            Message(
                platform="discord",
                chat=str(message.channel.id),
                id=str(message.id),
                person=_person(message.author, "en"),
                text=text,
                address=self._place_of(message, others).address,
                pictures=pictures,
                replied=pictures_of(replied) if replied else (),
                private=private,
                mentioned=_people(others),
            )
        )

    def _place(self, interaction: discord.Interaction, reply_to: int, others: Sequence[discord.abc.User]) -> Place:
        pressed = interaction.message if interaction.type is discord.InteractionType.component else None
        return Place(
            channel=interaction.channel_id or 0,
            person=interaction.user.id,
            source=interaction.id,
            reply_to=reply_to,
            limit=interaction.filesize_limit,
            avatar=avatar_url(interaction.user),
            application=interaction.application_id,
            token=interaction.token,
            expires=int(time.time()) + LIFE_S,
            life=self._life,
            pressed=pressed.id if pressed else 0,
            layout=bool(pressed and pressed.flags.components_v2),
            member=interaction.is_guild_integration() or interaction.context.dm_channel,
            admin=interaction.guild_id is None or _decides(interaction.permissions),
            avatars=joined({user.id: avatar_url(user) for user in others}),
            icon=icon_url(interaction.guild),
            language=str(interaction.locale),
        )

    def _place_of(self, message: discord.Message, others: Sequence[discord.abc.User]) -> Place:
        author = message.author
        return Place(
            channel=message.channel.id,
            person=author.id,
            source=message.id,
            reply_to=message.id,
            avatar=avatar_url(author),
            life=self._life,
            admin=not isinstance(author, discord.Member) or _decides(author.guild_permissions),
            avatars=joined({user.id: avatar_url(user) for user in others}),
            icon=icon_url(message.guild),
        )


async def _acknowledge(interaction: discord.Interaction, ack: Ack) -> None:
    try:
        await interaction.response.defer(thinking=ack is not Ack.UPDATE, ephemeral=ack is Ack.WHISPER)
    except discord.HTTPException as refusal:
        # Too late or twice: the Message is recorded, and the answer finds its way into the channel.
        _log.warning("Discord did not take the acknowledgement (HTTP %s, code %s)", refusal.status, refusal.code)


def _message_of(
    interaction: discord.Interaction,
    place: Place,
    text: str,
    pictures: tuple[Picture, ...],
    others: Sequence[discord.abc.User],
) -> Message:
    return Message(
        platform="discord",
        chat=str(place.channel or f"with-{place.person}"),
        id=str(interaction.id),
        person=_person(interaction.user, str(interaction.locale)),
        text=text,
        address=place.address,
        pictures=pictures,
        private=interaction.guild_id is None,
        mentioned=_people(others),
        pressed=str(place.pressed or ""),
    )


def _others(users: Sequence[discord.abc.User], speaker: discord.abc.User) -> list[discord.abc.User]:
    """The people among them beside the speaker, each once."""
    found = {user.id: user for user in users if not user.bot and user.id != speaker.id}
    return list(found.values())[:NAMED]


def _people(users: Sequence[discord.abc.User]) -> tuple[Person, ...]:
    return tuple(_person(user, "en") for user in users)


def _person(user: discord.abc.User, language: str) -> Person:
    return Person(str(user.id), user.display_name, language)


def _decides(permissions: discord.Permissions) -> bool:
    return permissions.administrator or permissions.manage_guild


def _without_mentions(text: str) -> str:
    """Whom a text names is told beside it."""
    return _MENTION.sub(" ", text).strip()
