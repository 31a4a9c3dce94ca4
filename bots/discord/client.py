"""The connection to Discord's gateway: what people do arrives here."""

import logging
from typing import Any

import discord

from bots.discord.buttons import pressed
from bots.discord.commands import Translation, build
from bots.discord.intake import Intake

_log = logging.getLogger(__name__)

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we never speak; spare people two warnings


def intents() -> discord.Intents:
    """Servers' names and channels, and messages: Discord fills in only those in private or with a mention."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


class Client(discord.Client):
    """Hands everything to the intake; remembers no messages and no members."""

    def __init__(self, intake: Intake) -> None:
        super().__init__(
            intents=intents(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self._intake = intake
        self._tree = build(self, intake)

    async def setup_hook(self) -> None:
        """Tell Discord our commands: the whole list each time, so what was removed disappears there, too."""
        await self._tree.set_translator(Translation())
        try:
            await self._tree.sync()
        except discord.HTTPException as refusal:
            _log.warning("Discord did not take the list of commands (HTTP %s); the old one stays", refusal.status)

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """The library tells two seconds late that it is ready, also where it was closed meanwhile."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def on_ready(self) -> None:
        _log.info("discord: connected as %s, in %d servers", self.user, len(self.guilds))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """A press or a choice; commands and menus go through the tree."""
        if interaction.type is not discord.InteractionType.component:
            return
        command = pressed(interaction.data)
        if command is None:
            await interaction.response.defer()
            return
        reply_to = interaction.message.id if interaction.message else 0
        await self._intake.interaction(interaction, command, reply_to=reply_to)

    async def on_message(self, message: discord.Message) -> None:
        if self.user:
            await self._intake.message(message, self.user)
