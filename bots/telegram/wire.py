"""The Bot object, and why its token cannot leak.

Every Bot API URL carries the token, and libraries log URLs and put them into exceptions. So the library is given a
made-up token, and the real one is written into the URL by the transport: below everything that logs or keeps one.
"""

import os
import ssl
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
from telegram import Bot
from telegram.error import RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bots.telegram.pace import Pace

PLACEHOLDER = "the-token-goes-here"  # of characters that no URL escapes
UPDATES = ["message", "callback_query", "inline_query"]  # the rest, such as edited messages, is not even sent to us
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class RawBot(Bot):
    """A Bot that can also hand out updates unread, so that one that cannot be read takes no others along."""

    async def raw_updates(self, offset: int, wait_s: int) -> list[dict[str, Any]]:
        """Ask for updates from ``offset`` on, waiting up to ``wait_s`` for one. Acknowledges all before ``offset``."""
        parameters = {"offset": offset, "timeout": wait_s, "allowed_updates": UPDATES}
        read_s = (self._request[0].read_timeout or 0.0) + wait_s
        updates: list[dict[str, Any]] = await self._post("getUpdates", parameters, read_timeout=read_s)
        return updates


def open_bot(token: str, api_url: str, pace: Pace) -> RawBot:
    """A bot that has not connected yet. ``api_url`` may be a self-hosted Bot API server's."""
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # times as timedelta, which the library is moving to; else it warns
    base = api_url.rstrip("/")
    trust = httpx.create_ssl_context()
    return RawBot(
        PLACEHOLDER,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=_request(token, base, trust, pace),
        get_updates_request=_request(token, base, trust, pace),
    )


def never_left(error: TelegramError) -> bool:
    """Whether no connection was made at all, so that nothing can have been delivered."""
    return isinstance(error.__cause__, NEVER_LEFT)


def retry_after_s(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _request(token: str, base: str, trust: ssl.SSLContext, pace: Pace) -> HTTPXRequest:
    return HTTPXRequest(
        connect_timeout=pace.connect_s,
        read_timeout=pace.read_s,
        write_timeout=pace.read_s,
        media_write_timeout=pace.upload_s,
        pool_timeout=pace.connect_s,
        httpx_kwargs={"transport": _TokenTransport(token, base, trust)},
    )


class _TokenTransport(httpx.AsyncHTTPTransport):
    def __init__(self, token: str, base: str, trust: ssl.SSLContext) -> None:
        super().__init__(
            verify=trust, proxy=_proxy(base), limits=httpx.Limits(max_connections=64, keepalive_expiry=5.0)
        )
        self._token = quote(token, safe=":").encode()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.replace(PLACEHOLDER.encode(), self._token, 1)
        real = httpx.Request(
            request.method,
            request.url.copy_with(raw_path=path),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return await super().handle_async_request(real)


def _proxy(base: str) -> str | None:
    """The environment's proxy for Telegram: a client with its own transport no longer looks for one."""
    parts = urlsplit(base)
    if proxy_bypass(parts.hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
