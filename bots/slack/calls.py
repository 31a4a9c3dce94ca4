"""Getting a call through to Slack, and what its refusals mean."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from yarl import URL

from bots import download
from bots.adapter import ChatGone, SendFailed, SendUncertain
from bots.entrance import Entrance
from bots.through import through

FLOOD_TRIES = 20
GONE = {"channel_not_found", "not_in_channel", "is_archived", "user_not_found", "user_disabled", "cannot_dm_bot"}
NOT_THERE = {"message_not_found", "file_not_found", "file_deleted"}
UNSURE = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}  # by its docs: perhaps it was done

Call = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]


class NotThere(SendFailed):
    """What was to be changed or taken back is gone."""


class Calls:
    """Makes calls once Slack has let us in."""

    def __init__(self, token: str, api_url: str) -> None:
        flood = AsyncRateLimitErrorRetryHandler(max_retry_count=FLOOD_TRIES)  # waits as long as Slack asks for
        self.client = AsyncWebClient(token, api_url, retry_handlers=[flood])
        self.entrance = Entrance()
        self._token, self._api = token, URL(api_url)

    async def make(self, call: Call) -> AsyncSlackResponse:
        """Raises ChatGone, TurnedAway, SendFailed or SendUncertain, as the adapter's interface says."""
        await self.entrance.passed()
        return await self.at_once(call)

    async def at_once(self, call: Call) -> AsyncSlackResponse:
        """The same without waiting for the connection."""
        return await through(lambda: call(self.client), "Slack", SlackClientError, _meaning)

    async def look_up(self, what: str, call: Call) -> Any:
        """What an answer holds under a name; None where Slack does not tell us."""
        with suppress(SendFailed, SendUncertain):
            return (await self.at_once(call))[what]
        return None

    async def download(self, address: str) -> bytes:
        """Read a file, with our token on Slack's own hosts alone. Raises TooLarge or SendFailed."""
        url = URL(address)
        ours = url.origin() == self._api.origin() or (url.scheme == "https" and f".{url.host}".endswith(".slack.com"))
        if not ours and not (url.scheme == "https" and f"{url.host}".endswith(".slack-edge.com")):  # avatars
            raise SendFailed("the picture is not on Slack")
        headers = {"Authorization": f"Bearer {self._token}"} if ours else {}
        try:
            return await download.get(address, headers)
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise SendFailed("the picture could not be downloaded") from None


def _meaning(error: SlackClientError) -> SendFailed | None:
    if not isinstance(error, SlackApiError):  # a file did not go up, and without it nothing was shown
        return SendFailed("Slack did not take the picture")
    answer = error.response
    code = str(answer.get("error", "")) if isinstance(answer.data, dict) else ""
    if answer.status_code >= 500 or code in UNSURE:
        return None
    kind = ChatGone if code in GONE else NotThere if code in NOT_THERE else SendFailed
    return kind(f"Slack refused: {code or f'HTTP {answer.status_code}'}")
