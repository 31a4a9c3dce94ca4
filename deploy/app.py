"""The parts put together: one service, one conversation, and every platform that has a token.

open_service ─▶ Conversation(service, ledger, adapters) ─▶ adapter.run(conversation)
"""

import asyncio
import logging
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web
from pydantic import SecretStr

from bots.adapter import Adapter, SendFailed
from bots.conversation import Conversation
from bots.conversation.blocked_names import NAMES, listed
from bots.conversation.creators_policy import DefaultPolicy
from bots.ledger import Ledger
from bots.web import WebAdapter
from deploy.library import open_library
from deploy.listening import Places, listening, reserved
from deploy.operator import Platforms, Sight, embedded_sight, open_page, remote_sight
from deploy.settings import Settings, SettingsError, reveal, split_address
from deploy.training import leave_to_train
from inference.client import RemoteService
from inference.http import application, refuse_as_json, require_safe
from inference.service import Service

if TYPE_CHECKING:
    from bots.telegram import Webhook
    from inference.embedded import EmbeddedService

log = logging.getLogger("atelier")
_STARTED_WITH = {
    "telegram": "ATELIER_TELEGRAM_TOKEN=… (from @BotFather)",
    "discord": "ATELIER_DISCORD_TOKEN=… (from Discord's developer portal)",
    "matrix": "ATELIER_MATRIX_HOMESERVER=…, _USER and _PASSWORD (an account for the bot)",
    "slack": "ATELIER_SLACK_TOKEN=… and ATELIER_SLACK_APP_TOKEN=… (from Slack's app page)",
}
PLATFORMS = ("web", "telegram", "discord", "matrix", "slack")


async def run_everything(settings: Settings) -> None:
    """The embedded default: service, web chat and bots in this process, until Ctrl-C."""
    if settings.inference_url:
        raise SettingsError(
            "ATELIER_INFERENCE_URL: `atelier run` has the service in it; use `atelier bot`, or unset it"
        )
    _require_tokens(settings, web_chat=True, http=True)
    with reserved(settings.listen) as places:
        async with open_embedded(settings, trains=True) as service:
            sight = embedded_sight(service)
            app = _service_application(settings, sight.service, service.metrics.text)
            await _converse(settings, sight, app, places)


async def run_bots(settings: Settings) -> None:
    """Bots and web chat against a service elsewhere, until Ctrl-C."""
    if not settings.inference_url:
        raise SettingsError("ATELIER_INFERENCE_URL: must name a running `atelier serve`, such as http://127.0.0.1:9000")
    _require_tokens(settings, web_chat=True)
    with reserved(settings.listen) as places:
        async with open_service(settings) as service:
            app = web.Application(middlewares=[refuse_as_json])
            await _converse(settings, remote_sight(service, settings), app, places)


async def run_service(settings: Settings) -> None:
    """The service alone, over HTTP, until Ctrl-C."""
    _require_tokens(settings, http=True)
    with reserved(settings.listen) as places:
        async with (
            open_embedded(settings, trains=True) as service,
            listening(_service_application(settings, service, service.metrics.text), places),
        ):
            log.info("The service is ready: http://%s/v1/styles (Ctrl-C stops it)", settings.listen)
            await _stop_signal()


@asynccontextmanager
async def open_service(settings: Settings) -> AsyncIterator[Service]:
    """The service that the settings ask for: behind HTTP, or embedded in this process."""
    if settings.inference_url:
        async with RemoteService(settings.inference_url, reveal(settings.inference_token)) as remote:
            yield remote
    else:
        async with open_embedded(settings) as embedded:
            yield embedded


@asynccontextmanager
async def open_embedded(settings: Settings, *, trains: bool = False) -> "AsyncIterator[EmbeddedService]":
    """``trains``: here creators' styles are made better, if anywhere; else what is to be trained is only kept."""
    library = open_library(settings)  # what is wrong there is said before torch is loaded
    from inference.embedded import EmbeddedService
    from inference.limits import Limits
    from inference.pictures import Labels

    limits = Limits(moving_frames=settings.max_frames, cache_bytes=settings.cache_mb << 20, lanes=settings.lanes)
    labels = Labels(settings.producer or "")
    async with EmbeddedService(
        library,
        device=settings.device,
        runtime=settings.runtime,
        limits=limits,
        labels=labels,
        training=leave_to_train(settings, runs=trains),
    ) as embedded:
        yield embedded


async def _converse(settings: Settings, sight: Sight, app: web.Application, places: Places) -> None:
    """Run every platform until a signal.

    On the way out the conversation leaves first, while the platforms still stand, so that answers that are leaving
    arrive; what is received meanwhile is recorded for the next start.
    """
    host, _ = split_address(settings.listen)
    chat = WebAdapter(
        token=reveal(settings.web_token), spool=settings.data / "uploads", hosts=(host, *settings.web_hosts)
    )
    app.add_routes(chat.routes())
    adapters: list[Adapter] = [chat, *_chat_adapters(settings)]
    blocked = _blocked_names(settings)
    async with Ledger(settings.data / "ledger.sqlite3", pictures_key=reveal(settings.pictures_key)) as ledger:
        standing = Platforms(PLATFORMS)
        page = open_page(settings, sight, ledger, standing)
        if page:
            app.add_routes(page.routes())
        conversation = Conversation(
            sight.service,
            ledger,
            adapters,
            mark=settings.mark,
            operators=settings.operators,
            person_quota=settings.person_quota,
            max_items=settings.max_items,
            creators=DefaultPolicy(ledger.grants, blocked),
        )
        async with AsyncExitStack() as platforms, conversation:
            tasks = [asyncio.create_task(_run_adapter(adapter, conversation, standing)) for adapter in adapters]
            await platforms.enter_async_context(listening(app, places))  # last: who connects is heard
            platforms.push_async_callback(_cancel, tasks)
            _say_hello(settings, adapters)
            await _stop_signal()


async def _run_adapter(adapter: Adapter, conversation: Conversation, standing: Platforms) -> None:
    """Run one platform. If it turns us away, or its adapter breaks, the others go on."""
    standing.began(adapter.platform)
    try:
        await adapter.run(conversation)
    except SendFailed as refusal:
        log.error("%s turned us away: %s", adapter.platform, refusal)
        standing.ended(adapter.platform, str(refusal))
    except Exception:  # the border between platforms: whole to the log, and the others go on
        log.exception("%s broke and is off until the next start", adapter.platform)
        standing.ended(adapter.platform, "it broke, and is off until the next start; the log says why")


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _chat_adapters(settings: Settings) -> list[Adapter]:
    """One adapter for each token that is set; a platform's library is imported only then."""
    adapters: list[Adapter] = []
    if settings.telegram_token:
        from bots.telegram import TelegramAdapter

        adapters.append(
            TelegramAdapter(
                settings.telegram_token.get_secret_value(),
                api_url=settings.telegram_api_url,
                webhook=_telegram_webhook(settings),
                staging_chat=settings.telegram_staging_chat,
            )
        )
    if settings.discord_token:
        from bots.discord import DiscordAdapter

        adapters.append(
            DiscordAdapter(
                settings.discord_token.get_secret_value(),
                api_url=settings.discord_api_url,
                gateway_url=settings.discord_gateway_url,
                cdn_url=settings.discord_cdn_url,
            )
        )
    if settings.matrix_homeserver and settings.matrix_user and settings.matrix_password:
        from bots.matrix import MatrixAdapter

        password, folder = settings.matrix_password.get_secret_value(), settings.data / "matrix"
        adapters.append(MatrixAdapter(settings.matrix_homeserver, settings.matrix_user, password, folder=folder))
    if settings.slack_token and settings.slack_app_token:
        adapters.append(_slack(settings.slack_token, settings.slack_app_token, settings.slack_api_url))
    return adapters


def _slack(token: SecretStr, app_token: SecretStr, api_url: str) -> Adapter:
    try:
        from bots.slack import SlackAdapter
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("slack_bolt", "slack_sdk"):
            raise
        raise SettingsError(
            "ATELIER_SLACK_TOKEN: the Slack bot needs a library of its own; pip install 'atelier[slack]'"
        ) from None
    return SlackAdapter(token.get_secret_value(), app_token.get_secret_value(), api_url=api_url)


def _require_whole(settings: Settings, bot: str, *keys: str) -> None:
    """What is set in part starts nothing: say what is missing."""
    missing = [key for key in keys if not getattr(settings, key)]
    if 0 < len(missing) < len(keys):
        raise SettingsError(f"ATELIER_{missing[0].upper()}: must be set, too, for the {bot} bot")


def _blocked_names(settings: Settings) -> tuple[str, ...]:
    """The names that no creator's style may have. Raises SettingsError where the file cannot be read."""
    if settings.blocked_names is None:
        return NAMES
    try:
        return listed(settings.blocked_names.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"ATELIER_BLOCKED_NAMES: {settings.blocked_names} cannot be read: {reason}") from None


def _service_application(settings: Settings, service: Service, metrics: Callable[[], bytes]) -> web.Application:
    return application(service, token=reveal(settings.inference_token), metrics=metrics)


async def _stop_signal() -> None:
    """Return at the first SIGINT or SIGTERM; a second one is Python's own business."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, stopped.set)
    try:
        await stopped.wait()
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


def _require_tokens(settings: Settings, *, web_chat: bool = False, http: bool = False) -> None:
    """Beyond this machine nothing is served without a token, and no platform is joined by half."""
    _require_whole(settings, "Matrix", "matrix_homeserver", "matrix_user", "matrix_password")
    _require_whole(settings, "Slack", "slack_token", "slack_app_token")
    try:
        if web_chat:
            require_safe(settings.listen, reveal(settings.web_token), "ATELIER_WEB_TOKEN")
        if http:
            require_safe(settings.listen, reveal(settings.inference_token), "ATELIER_INFERENCE_TOKEN")
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _telegram_webhook(settings: Settings) -> "Webhook | None":
    from bots.telegram import Webhook

    if settings.telegram_webhook_url is None:
        return None
    host, port = split_address(settings.telegram_webhook_listen)
    secret = reveal(settings.telegram_webhook_secret) or secrets.token_urlsafe(32)
    return Webhook(settings.telegram_webhook_url, secret, settings.data / "telegram", host, port)


def _say_hello(settings: Settings, adapters: Sequence[Adapter]) -> None:
    print(f"Atelier is ready: http://{settings.listen}", flush=True)  # noqa: T201 - what `make run` promises to print
    running = {adapter.platform for adapter in adapters}
    for platform, how in _STARTED_WITH.items():
        print(f"  {platform}: {'connecting' if platform in running else f'off; start with {how}'}")  # noqa: T201
    print("Ctrl-C stops it; nothing that was accepted is lost.", flush=True)  # noqa: T201
