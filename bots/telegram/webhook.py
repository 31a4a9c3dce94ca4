"""Receiving by being called. A call that is answered with 200 is acknowledged; any other answer brings it again."""

import asyncio
import hmac
import json
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Update

from bots.adapter import SendFailed
from bots.telegram.chores import Chores
from bots.telegram.inbox import Albums, Inbox
from bots.telegram.pace import Pace
from bots.telegram.reading import album_of

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram calls us.

    ``url`` is public (https; ports 443, 80, 88 or 8443) and its path is the one we listen for at ``host:port``; usually
    a proxy that speaks TLS stands between. ``secret`` is 1–256 characters of A–Z a–z 0–9 _ -. ``spool`` is a folder for
    the items of albums that are not complete yet.
    """

    url: str
    secret: str = field(repr=False)
    spool: Path
    host: str = "127.0.0.1"
    port: int = 8443


class WebhookServer:
    """Listens, records, answers.

    Telegram sends the updates of one chat one after another, each when the one before is acknowledged. An album can
    therefore not be awaited with its first item unanswered: items are written to the spool, acknowledged, and recorded
    together; what a crash leaves in the spool is recorded at the next start.
    """

    def __init__(self, webhook: Webhook, inbox: Inbox, pace: Pace) -> None:
        self._webhook, self._inbox, self._pace = webhook, inbox, pace
        self._spool = Spool(webhook.spool)

    async def run(self, register: Callable[[], Awaitable[None]]) -> None:
        """Listen, ``register`` with Telegram, serve until cancelled. Raises SendFailed when it cannot listen."""
        async with Chores() as chores:
            albums = Albums(chores, self._pace.album_quiet_s, self._record_album)
            async with self._listening(chores, albums):
                await register()
                await self._resume(albums)  # now, as the rest of such an album may be on its way
                await asyncio.Event().wait()

    @asynccontextmanager
    async def _listening(self, chores: Chores, albums: Albums) -> AsyncIterator[None]:
        async def called(request: web.Request) -> web.Response:
            return await self._called(request, chores, albums)

        app = web.Application()
        app.router.add_post(urlsplit(self._webhook.url).path or "/", called)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await self._bind(runner)
            yield
        finally:
            await runner.cleanup()

    async def _bind(self, runner: web.AppRunner) -> None:
        host, port = self._webhook.host, self._webhook.port
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise SendFailed(f"Cannot listen on {host}:{port} for the webhook: {error.strerror or error}") from None

    async def _called(self, request: web.Request, chores: Chores, albums: Albums) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(errors="surrogateescape"), self._webhook.secret.encode()):
            raise web.HTTPForbidden
        raw = await _json_object(request)
        update = self._inbox.understand(raw)
        if update is None:
            return web.Response()
        if aside := self._inbox.attend(update):
            chores.start(aside)
        if album_of(update):
            await self._spool.keep(raw)
            if albums.add(update) is None:  # it came again after its album was recorded
                await self._spool.drop([update.update_id])
        else:
            await self._record(update)
        return web.Response()

    async def _record(self, update: Update) -> None:
        try:
            await self._inbox.record([update])
        except Exception:  # the border: whatever the listener raises, Telegram will call again
            log.exception("Update %d is not recorded yet", update.update_id)
            raise web.HTTPInternalServerError from None

    async def _record_album(self, updates: list[Update]) -> None:
        await self._inbox.record_surely(updates)
        await self._spool.drop([update.update_id for update in updates])

    async def _resume(self, albums: Albums) -> None:
        for raw in await self._spool.kept():
            update = self._inbox.understand(raw)
            if update and album_of(update):
                albums.add(update)


class Spool:
    """A folder with one small file for each update (names of files at Telegram, no picture)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, raw: dict[str, Any]) -> None:
        await asyncio.to_thread(self._keep, raw)

    async def drop(self, update_ids: list[int]) -> None:
        for update_id in update_ids:
            await asyncio.to_thread(self._path(update_id).unlink, missing_ok=True)

    async def kept(self) -> list[dict[str, Any]]:
        return await asyncio.to_thread(self._kept)

    def _keep(self, raw: dict[str, Any]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(int(raw["update_id"]))
        partial = path.with_suffix(".part")
        with partial.open("w", encoding="utf-8") as file:
            json.dump(raw, file)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)

    def _kept(self) -> list[dict[str, Any]]:
        paths = sorted(self._folder.glob("*.json"), key=lambda path: int(path.stem))
        return [json.loads(path.read_text("utf-8")) for path in paths]

    def _path(self, update_id: int) -> Path:
        return self._folder / f"{update_id}.json"


async def _json_object(request: web.Request) -> dict[str, Any]:
    try:
        raw = await request.json()
    except ValueError:
        raw = None
    if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
        raise web.HTTPBadRequest
    return raw
