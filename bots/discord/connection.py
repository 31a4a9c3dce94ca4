"""Staying connected: log in, listen, and begin again when something breaks."""

import asyncio
import contextlib
import logging
from collections.abc import Iterator

import aiohttp
import discord

from bots.adapter import Listener, TurnedAway
from bots.discord.client import Client
from bots.discord.endpoints import Endpoints
from bots.discord.intake import Intake
from bots.discord.original import Originals
from bots.discord.redaction import Redaction

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
WRONG_TOKEN = "Discord does not accept the bot's token; see the developer portal, page Bot"  # noqa: S105 - a sentence
GRACE_S = 5.0
"""How long stopping waits for what is being sent."""
HOPELESS = {4010, 4011, 4012, 4013, 4014}
"""Gateway close codes that say the set-up is wrong: sharding, version, intents."""

_log = logging.getLogger(__name__)


class Connection:
    """The client while it is logged in. Those who send wait for it."""

    def __init__(self, token: str, endpoints: Endpoints, hesitate_s: float) -> None:
        self._token = token
        self._endpoints = endpoints
        self._hesitate_s = hesitate_s
        self._client: Client | None = None
        self._changed = asyncio.Event()
        self._turned_away = ""
        self._sending = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextlib.contextmanager
    def sending(self) -> Iterator[None]:
        """Marks that something is being sent, so that stopping waits for it."""
        self._sending += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._sending -= 1
            if not self._sending:
                self._idle.set()

    @property
    def at_once(self) -> discord.Client | None:
        """The client, if it is logged in now."""
        return self._client

    async def client(self) -> discord.Client:
        """Wait until we are logged in. Raises TurnedAway when Discord has done so for good."""
        while self._client is None:
            if self._turned_away:
                raise TurnedAway(self._turned_away)
            self._changed.clear()
            await self._changed.wait()
        return self._client

    async def run(self, listener: Listener, originals: Originals, life: str) -> None:
        """Listen until cancelled. Raises TurnedAway when Discord does so."""
        self._endpoints.point()
        Redaction(self._token).install()
        self._turned_away, pause_s = "", FIRST_PAUSE_S
        while True:
            client = Client(Intake(listener, originals, life, sending=self.sending, hesitate_s=self._hesitate_s))
            connected = await self._listen(client)
            pause_s = FIRST_PAUSE_S if connected else min(2 * pause_s, LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s)

    async def _listen(self, client: Client) -> bool:
        """One log-in, until it breaks. Says whether it came about at all."""
        try:
            async with client:
                await client.login(self._token)
                self._set(client)
                await self._stay(client)
        except discord.LoginFailure:
            self._turn_away(WRONG_TOKEN)
        except discord.ConnectionClosed as closed:
            self._closed(closed.code)
        except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as trouble:
            _log.warning("Discord cannot be reached (%s); trying again", type(trouble).__name__)
        except Exception:  # the library broke: a fresh client may serve where this one does not
            _log.exception("the connection to Discord failed; beginning again")
        finally:
            connected = self._client is client
            self._set(None)
        return connected

    async def _stay(self, client: Client) -> None:
        """Stay connected until it breaks or we are cancelled.

        In a task of its own, which is only watched: a cancellation that meets the library while it connects may be lost
        in there, and it would go on. Closing the client ends it.
        """
        connected = asyncio.create_task(client.connect(), name="discord")
        connected.add_done_callback(lambda task: task.cancelled() or task.exception())  # nobody may wait for it
        try:
            await asyncio.wait((connected,))
        finally:
            await self._let_answers_leave()
            connected.cancel()
        await connected

    async def _let_answers_leave(self) -> None:
        """Stopping must not break off what is being sent: whether it arrived would then be unknown."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE_S):
                await self._idle.wait()

    def _closed(self, code: int) -> None:
        if code == 4004:
            self._turn_away(WRONG_TOKEN)
        if code in HOPELESS:
            self._turn_away(f"Discord's gateway turned the bot away (close code {code})")
        _log.warning("Discord closed the connection (code %s); beginning again", code)

    def _turn_away(self, reason: str) -> None:
        self._turned_away = reason
        self._changed.set()
        raise TurnedAway(reason) from None

    def _set(self, client: Client | None) -> None:
        self._client = client
        self._changed.set()
