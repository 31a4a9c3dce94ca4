"""Where Discord is.

discord.py has no setting for this: the addresses are attributes of three of its classes, so they hold for the
whole process. This is the one place that knows it.
"""

from dataclasses import dataclass

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bots.download import Hosts

API_URL = "https://discord.com/api/v10"
CDN = ("https://cdn.discordapp.com", "https://media.discordapp.net")
_GATEWAY, _ASSETS = DiscordWebSocket.DEFAULT_GATEWAY, discord.Asset.BASE


@dataclass(frozen=True, slots=True)
class Endpoints:
    """REST, gateway and CDN; None means Discord's own."""

    api_url: str = API_URL
    gateway_url: str | None = None
    cdn_url: str | None = None

    def point(self) -> None:
        """Make discord.py use these addresses, from the next request on."""
        Route.BASE = self.api_url.rstrip("/")
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self.gateway_url) if self.gateway_url else _GATEWAY
        discord.Asset.BASE = self.cdn_url.rstrip("/") if self.cdn_url else _ASSETS

    @property
    def hosts(self) -> Hosts:
        """Where pictures may be fetched: the CDN's own hosts, never an address that somebody made up."""
        return {host: {} for host in ([str(yarl.URL(self.cdn_url).origin())] if self.cdn_url else CDN)}
