"""Getting a call through: one place for rate limits, restarting servers, forgotten tokens and refusals."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import nio

from bots.adapter import ChatGone, SendFailed, SendUncertain
from bots.backoff import Backoff
from bots.matrix.connection import Connection
from bots.matrix.pace import Pace

LIMITED_S = 5.0  # when the server does not say how long
TOKEN_REFUSED = ("M_UNKNOWN_TOKEN", "M_MISSING_TOKEN")
NOT_THERE = ("M_NOT_FOUND", "M_FORBIDDEN")

log = logging.getLogger(__name__)

Call = Callable[[Any], Awaitable[Any]]


class Refused(SendFailed):
    """The server said no. ``code`` is its own ("M_FORBIDDEN")."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"Matrix refused: {reason[:200]}")
        self.code = code

    @property
    def is_gone(self) -> bool:
        """Whether what was asked for is not there, or not for us."""
        return self.code in NOT_THERE


class Delivery:
    """Makes calls through the connection. Everything that is sent has a transaction id, so repeating it is harmless."""

    def __init__(self, connection: Connection, pace: Pace) -> None:
        self._connection, self._pace = connection, pace
        self._moved: dict[str, str] = {}

    @property
    def client(self) -> Any:
        return self._connection.client

    async def connected(self) -> Any:
        """The client, once it knows its rooms. Raises TurnedAway when we were."""
        return await self._connection.connected()

    def move(self, room: str, to: str) -> None:
        self._moved[room] = to

    def present(self, room: str) -> str:
        """The room that took a room's place, as soon as we are in it."""
        while (following := self._moved.get(room)) and following in self.client.rooms:
            room = following
        return room

    async def send(self, room: str, call: Callable[[Any, str], Awaitable[Any]]) -> Any:
        """Make a call that shows in ``room``; ``call`` gets the room's present id. Waits for the connection.

        Raises:
            ChatGone: we are not in the room, or may not speak there.
            Refused: nothing was delivered.
            SendUncertain: no answer came, though it was asked for a minute.
        """
        await self.connected()
        try:
            return await self.ask(lambda client: call(client, self.present(room)))
        except Refused as error:
            if error.is_gone:
                raise ChatGone(str(error)) from None
            raise
        except nio.LocalProtocolError:  # an encrypted room's members are known as long as we are one of them
            raise ChatGone("Matrix refused: we are not in the room") from None
        except (nio.GroupEncryptionError, nio.MembersSyncError, nio.SendRetryError) as error:
            raise SendFailed(f"Matrix could not encrypt: {type(error).__name__}") from None

    async def ask(self, call: Call, *, patient: bool = False) -> Any:
        """Make a call and return its answer. ``patient``: try for as long as no answer comes. Raises as ``send``."""
        backoff, left = Backoff(self._pace), 0
        while True:
            client = self._connection.client
            token = client.access_token
            try:
                async with asyncio.timeout(self._pace.call_s):
                    answer = await call(client)
                if not isinstance(answer, nio.ErrorResponse):
                    self._over(backoff)
                    return answer
                await self._understand(answer, token)
                if not _is_unsure(answer):
                    continue
            except nio.LocalProtocolError:
                if client.logged_in:
                    raise
                await self.connected()  # logged out meanwhile, so that nothing left; raises if it is for good
            except aiohttp.ClientConnectorError as error:
                self._note(error, backoff)  # no connection was made, so nothing can have been delivered
            except (aiohttp.ClientError, TimeoutError) as error:
                self._note(error, backoff)
                left += 1
            else:
                left += 1
            if left >= self._pace.uncertain_tries and not patient:
                raise SendUncertain("Matrix did not answer; it may or may not have been delivered.")
            await backoff.wait()

    async def raw(self, method: str, path: str) -> dict[str, Any] | None:
        """Make a call that the library does not know; None where it is refused. Raises SendUncertain."""
        backoff = Backoff(self._pace)
        while backoff.tries < self._pace.uncertain_tries:
            try:
                async with asyncio.timeout(self._pace.call_s):
                    headers = {"Authorization": f"Bearer {self.client.access_token}"}
                    async with await self.client.send(method, path, headers=headers) as answer:
                        if answer.status == 200:
                            said = await answer.json()
                            return said if isinstance(said, dict) else None
                        if answer.status != 429 and answer.status < 500:
                            return None
            except (aiohttp.ClientError, TimeoutError) as error:
                self._note(error, backoff)
            await backoff.wait()
        raise SendUncertain("Matrix did not answer.")

    async def _understand(self, answer: Any, token: str) -> None:
        """Wait where the server asks for it, log in where it forgot us; return when to try again.

        Raises:
            Refused: trying again will not help.
        """
        status = answer.transport_response.status
        if status == 429 or answer.status_code == "M_LIMIT_EXCEEDED":
            wait_s = (answer.retry_after_ms or 0) / 1000 or LIMITED_S
            log.debug("Asked to wait for %.1f s", wait_s)
            await asyncio.sleep(wait_s)
        elif answer.status_code in TOKEN_REFUSED:
            await self._connection.log_in(token)
        elif not _is_unsure(answer):
            raise Refused(answer.status_code or f"HTTP {status}", answer.message)

    def _note(self, error: Exception, backoff: Backoff) -> None:
        if not backoff.tries:
            log.info("Matrix did not answer; trying again: %s", type(error).__name__)

    def _over(self, backoff: Backoff) -> None:
        if backoff.tries:
            log.info("Matrix answers again")


def _is_unsure(answer: Any) -> bool:
    """Whether the server broke rather than refused: perhaps it did what was asked."""
    return bool(answer.transport_response.status >= 500)
