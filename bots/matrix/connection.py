"""Being logged in: once with the password, afterwards with the kept token, again when the server forgets it."""

import asyncio
import logging
from types import TracebackType
from typing import Any, Self

import nio

from bots.adapter import TurnedAway
from bots.matrix.account import Account, Login
from bots.matrix.pace import Pace

DEVICE_NAME = "Atelier"
KEYS = "keys.db"

log = logging.getLogger(__name__)
logging.getLogger("nio").setLevel(logging.CRITICAL)  # it logs what people sent where that does not parse


class Connection:
    """An async context manager around the library's client, whose own retries are off.

    What is sent before everything was heard for the first time waits in ``connected``: only then the rooms are known.
    """

    def __init__(self, homeserver: str, user: str, password: str, account: Account, pace: Pace) -> None:
        self._homeserver, self._user, self._password = homeserver.rstrip("/"), user, password
        self.account, self._pace = account, pace
        self._client: Any = None
        self._login: Login | None = None
        self._logging_in = asyncio.Lock()
        self._settled = asyncio.Event()  # everything was heard once, or we were turned away for good
        self._refusal = ""

    async def __aenter__(self) -> Self:
        self.account.prepare()
        config = nio.AsyncClientConfig(
            max_limit_exceeded=0, max_timeouts=0, request_timeout=self._pace.request_s, store_name=KEYS
        )
        self._client = nio.AsyncClient(self._homeserver, self._user, store_path=str(self.account.folder), config=config)
        known = self.account.login(self._homeserver, self._user)
        if known:
            self._client.restore_login(known.user, known.device, known.token)
            self._login = known
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, TurnedAway):
            self._refusal = str(error)
            self._settled.set()
        else:
            self._settled.clear()
        client, self._client = self._client, None
        await client.close()
        if client.store:
            client.store.database.close()

    @property
    def client(self) -> Any:
        """The client, perhaps not logged in yet. Raises TurnedAway when we were, or have stopped."""
        if self._client is None:
            raise TurnedAway(self._refusal or "Matrix is not connected.")
        return self._client

    @property
    def login(self) -> Login:
        """Who we are. Raises TurnedAway before we are anybody."""
        if self._login is None:
            raise TurnedAway("Matrix is not connected.")
        return self._login

    @property
    def is_settled(self) -> bool:
        return self._settled.is_set() and self._client is not None

    async def connected(self) -> Any:
        """The client, once it knows its rooms. Raises TurnedAway when we were."""
        await self._settled.wait()
        return self.client

    def settle(self) -> None:
        self._settled.set()

    async def log_in(self, refused: str = "") -> None:
        """Log in with the password as the same device, unless another did since the token ``refused`` was refused.

        Raises:
            TurnedAway: the password is not accepted.
            aiohttp.ClientError, TimeoutError: the server cannot be reached.
        """
        async with self._logging_in:
            client = self.client
            if client.access_token != refused:
                return
            client.access_token = ""
            answer = await client.login(self._password, device_name=DEVICE_NAME)
            if isinstance(answer, nio.LoginResponse):
                self._keep(answer)
                if refused and client.olm:  # the device may have been removed, and its public keys with it
                    client.olm.account.shared = False
                return
            client.access_token = refused
            _raise_refusal(answer)

    def _keep(self, answer: Any) -> None:
        self._login = Login(self._homeserver, answer.user_id, answer.device_id, answer.access_token)
        self.account.keep_login(self._login)
        log.info("Matrix knows us as %s", answer.user_id)


def _raise_refusal(answer: Any) -> None:
    """Raise what a failed login means; return when trying again may help."""
    if answer.status_code in ("M_FORBIDDEN", "M_USER_DEACTIVATED", "M_INVALID_USERNAME", "M_UNRECOGNIZED"):
        raise TurnedAway("Matrix does not accept the user or the password.")
    raise TimeoutError(f"the login was not answered: {answer.status_code or 'unknown'}")
