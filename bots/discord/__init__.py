"""Discord: slash commands, context menus, buttons, and what is said to the bot in private or by mention.

``adapter``    the seam: what the conversation asks for is sent from here
``client``     the gateway: what people do arrives here
``intake``     turns it into a Message, records it, then acknowledges it
``commands``   the commands and menus that Discord shows, in its languages
``original``   the one message that an interaction may fill and refill, and who holds it
``delivery``   one request to Discord: tried again where that is harmless, and its errors put into words
"""

import warnings

with warnings.catch_warnings():  # the library's voice part, which we never use, imports a deprecated module
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    import discord  # noqa: F401

from bots.discord.adapter import DiscordAdapter

__all__ = ["DiscordAdapter"]
