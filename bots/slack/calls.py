"""Getting a call through to Slack, and what its refusals mean."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from yarl import URL

from bots import download
from bots.adapter import ChatGone, SendFailed, SendUncertain, TurnedAway

FLOOD_TRIES, FIRST_PAUSE_S, LONGEST_PAUSE_S = 20, 0.25, 15.0
DOWNLOAD = aiohttp.ClientTimeout(total=120, sock_connect=10, sock_read=30)
GONE = {"channel_not_found", "not_in_channel", "is_archived", "user_not_found", "user_disabled", "cannot_dm_bot"}
NOT_THERE = {"message_not_found", "file_not_found", "file_deleted"}
UNSURE = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}  # by its docs: perhaps it was done

Call = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]


class NotThere(SendFailed):
    """What was to be changed or taken back is gone."""


class Calls:
    """Makes calls once ``settled``. ``refusal`` says why Slack turned us away."""

    def __init__(self, token: str, api_url: str) -> None:
        flood = AsyncRateLimitErrorRetryHandler(max_retry_count=FLOOD_TRIES)  # waits as long as Slack asks for
        self.client = AsyncWebClient(token, api_url, retry_handlers=[flood])
        self._token, self._api = token, URL(api_url)
        self.settled, self.refusal = asyncio.Event(), ""

    async def make(self, call: Call) -> AsyncSlackResponse:
        """Raises ChatGone, TurnedAway, SendFailed or SendUncertain, as the adapter's interface says."""
        await self.settled.wait()
        if self.refusal:
            raise TurnedAway(self.refusal)
        return await self.at_once(call)

    async def at_once(self, call: Call) -> AsyncSlackResponse:
        """The same without waiting for the connection."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return await call(self.client)
            except SlackApiError as error:
                raise _explained(error.response) from None
            except SlackRequestError:  # a file did not go up, and without it nothing was shown
                raise SendFailed("Slack did not take the picture") from None
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(pause_s)  # it never left
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            except (aiohttp.ClientError, OSError, TimeoutError):
                raise SendUncertain("the connection to Slack broke") from None

    async def download(self, address: str) -> bytes:
        """Read a file, with our token on Slack's own hosts alone. Raises TooLarge or SendFailed."""
        url = URL(address)
        ours = url.origin() == self._api.origin() or (url.scheme == "https" and f".{url.host}".endswith(".slack.com"))
        if not ours and not (url.scheme == "https" and f"{url.host}".endswith(".slack-edge.com")):  # avatars
            raise SendFailed("the picture is not on Slack")
        headers = {"Authorization": f"Bearer {self._token}"} if ours else {}
        try:
            async with (
                aiohttp.ClientSession(timeout=DOWNLOAD, cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.get(url, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status != 200 or answer.content_type == "text/html":  # its way to ask for a log-in
                    raise SendFailed(f"the picture is gone (HTTP {answer.status})")
                return await download.read(answer)
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise SendFailed("the picture could not be downloaded") from None


def _explained(answer: AsyncSlackResponse) -> SendFailed | SendUncertain:
    code = str(answer.get("error", "")) if isinstance(answer.data, dict) else ""
    if answer.status_code >= 500 or code in UNSURE:
        return SendUncertain("Slack broke while it was told; it may or may not have been delivered")
    kind = ChatGone if code in GONE else NotThere if code in NOT_THERE else SendFailed
    return kind(f"Slack refused: {code or f'HTTP {answer.status_code}'}")
