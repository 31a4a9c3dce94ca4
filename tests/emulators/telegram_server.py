"""The emulated Bot API's sockets: calls come in, updates go out, and either can be made to fail."""

import asyncio
import inspect
import itertools
import json
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.emulators.telegram_methods import Methods
from tests.emulators.telegram_objects import Call, Fault, Json, Refusal, World
from tests.emulators.telegram_spec import TelegramSpec

TOKEN = "123456:AAF-emulated_token"
SPEC = Path(__file__).resolve().parents[2].parent / "shared/specs/telegram-bot-api-10.1.json"
FLOODED = ("sendMessage", "sendPhoto", "sendAnimation", "sendDocument", "sendMediaGroup", "editMessageText")
JSON_PARAMETERS = frozenset(
    (
        *("allowed_updates", "caption_entities", "commands", "entities", "link_preview_options"),
        *("button", "media", "message_ids", "reply_markup", "reply_parameters", "results", "scope"),
    )
)
"""Only these are JSON; a caption that happens to look like JSON is not."""


class TelegramServer:
    """Serves one bot. ``violations`` holds every exchange that the specification does not allow."""

    def __init__(self, token: str = TOKEN, *, port: int = 0, spec: Path = SPEC, webhook_retry_s: float = 0.05) -> None:
        self.token, self._port, self._webhook_retry_s = token, port, webhook_retry_s
        self.spec = TelegramSpec.load(spec) if spec.is_file() else None
        self.violations: list[str] = []
        self.calls: list[Call] = []
        self.world = World()
        self.methods = Methods(self.world, self._wake)
        self.flood: tuple[int, float] | None = None  # messages, seconds; per chat
        self.moved: dict[int, int] = {}
        self.blocked: set[int] = set()
        self.closed_topics: set[int] = set()
        self.webhook = ""
        self._secret = ""
        self._allowed: list[str] = []
        self._faults: list[Fault] = []
        self._updates: deque[Json] = deque()
        self._update_ids = itertools.count(7000)
        self._changed = asyncio.Event()
        self._times: dict[int, deque[float]] = {}
        self._lanes: dict[int, asyncio.Task[None]] = {}
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._closing.set()
        self._wake()
        lanes = list(self._lanes.values())
        for lane in lanes:
            lane.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def waiting(self) -> list[int]:
        """Updates that the bot has not acknowledged."""
        return [update["update_id"] for update in self._updates]

    def update(self, content: Json) -> int:
        """Put any update in the bot's way, readable or not."""
        number = next(self._update_ids)
        update = {"update_id": number} | content
        if self.spec:
            self.violations += self.spec.update(update)
        self._updates.append(update)
        self._wake()
        self._call_webhook()
        return number

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def refuse(self, method: str, status: int, description: str, times: int = 1, **parameters: int) -> None:
        """Answer the next calls of ``method`` with an error, without doing them."""
        self._faults.append(Fault(method, "refuse", times, Refusal(status, description, **parameters)))

    def lose(self, method: str, times: int = 1) -> None:
        """Do what the next calls ask, then drop the connection instead of answering."""
        self._faults.append(Fault(method, "lose", times))

    def hang(self, method: str, times: int = 1) -> None:
        """Do what the next calls ask, and never answer."""
        self._faults.append(Fault(method, "hang", times))

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return _error(Refusal(401, "Unauthorized"))
        call = await self._understand(request.match_info["method"], request)
        self.calls.append(call)
        self._wake()
        fault = self._fault(call.method)
        try:
            if fault and fault.refusal:
                raise fault.refusal
            result = await self._do(call)
        except Refusal as refusal:
            return _error(refusal)
        if self.spec:
            self.violations += self.spec.result(call.method, result)
        if fault and fault.deed == "hang":
            await self._closing.wait()
        if fault and request.transport:
            request.transport.close()
        return web.json_response({"ok": True, "result": result})

    async def _understand(self, method: str, request: web.Request) -> Call:
        raw: dict[str, str] = dict(request.query)
        files: dict[str, tuple[str, bytes]] = {}
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                files[name] = value.filename, value.file.read()
                value.file.close()
            else:
                raw[name] = value if isinstance(value, str) else bytes(value).decode()
        if self.spec:
            self.violations += self.spec.request(method, raw, files)
        decoded = {name: json.loads(value) if name in JSON_PARAMETERS else value for name, value in raw.items()}
        return Call(method, decoded, files, time.monotonic())

    async def _do(self, call: Call) -> Any:
        action = getattr(self, f"_{call.method}", None) or getattr(self.methods, call.method, None)
        if action is None:
            raise Refusal(404, "Not Found")
        self._check_chat(call)
        result = action(call)
        return await result if inspect.isawaitable(result) else result

    def _check_chat(self, call: Call) -> None:
        if "chat_id" not in call.parameters:
            return
        chat = int(call.parameters["chat_id"])
        if chat in self.moved:
            target = self.moved[chat]
            raise Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=target)
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if int(call.parameters.get("message_thread_id", 0)) in {1, *self.closed_topics}:
            raise Refusal(400, "Bad Request: message thread not found")
        if self.flood and call.method in FLOODED:
            self._check_flood(chat, *self.flood)

    def _check_flood(self, chat: int, limit: int, period_s: float) -> None:
        now, times = time.monotonic(), self._times.setdefault(chat, deque())
        while times and times[0] <= now - period_s:
            times.popleft()
        if len(times) >= limit:
            raise Refusal(429, "Too Many Requests: retry later", retry_after=max(1, round(times[0] + period_s - now)))
        times.append(now)

    def _fault(self, method: str) -> Fault | None:
        for fault in self._faults:
            if fault.method == method and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    async def _getUpdates(self, call: Call) -> list[Json]:  # noqa: N802 - the API's name
        if self.webhook:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        offset, wait_s = int(call.parameters.get("offset", 0)), float(call.parameters.get("timeout", 0))
        while self._updates and self._updates[0]["update_id"] < offset:
            self._updates.popleft()
        self._wake()
        self._allowed = call.parameters.get("allowed_updates") or self._allowed
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                while not self._wanted() and not self._closing.is_set():
                    await self._change()
        return self._wanted()[:100]

    def _wanted(self) -> list[Json]:
        """What is waiting, without the kinds that the bot did not ask for: those are never kept for it."""
        unwanted = [update for update in self._updates if update.keys() - {"update_id", *self._allowed}]
        for update in unwanted if self._allowed else ():
            self._updates.remove(update)
        return list(self._updates)

    def _deleteWebhook(self, _: Call) -> bool:  # noqa: N802
        self.webhook = ""
        return True

    def _setWebhook(self, call: Call) -> bool:  # noqa: N802
        self.webhook, self._secret = call.parameters["url"], call.parameters.get("secret_token", "")
        self._allowed = call.parameters.get("allowed_updates") or self._allowed
        self._wanted()
        self._call_webhook()
        return True

    async def _download(self, request: web.Request) -> web.Response:
        name = Path(request.match_info["path"]).stem
        if request.match_info["token"] != self.token or name not in self.world.files:
            return _error(Refusal(404, "Not Found"))
        return web.Response(body=self.world.files[name][0])

    def _call_webhook(self) -> None:
        """Start a lane for each chat that has none: one update at a time, in order."""
        for chat in {_chat_of(update) for update in self._updates} if self.webhook else ():
            if chat not in self._lanes:
                self._lanes[chat] = asyncio.create_task(self._deliver(chat))

    async def _deliver(self, chat: int) -> None:
        async with aiohttp.ClientSession() as session:
            while self.webhook and (update := next((u for u in self._updates if _chat_of(u) == chat), None)):
                if await self._deliver_one(session, update):
                    self._updates.remove(update)
                    self._wake()
                else:
                    await asyncio.sleep(self._webhook_retry_s)
        del self._lanes[chat]

    async def _deliver_one(self, session: aiohttp.ClientSession, update: Json) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret}
        try:
            async with session.post(self.webhook, json=update, headers=headers) as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _change(self) -> None:
        await self._changed.wait()


def _chat_of(update: Json) -> int:
    said = update.get("message") or update.get("callback_query", {}).get("message") or {}
    return int(said.get("chat", {}).get("id", 0))


def _error(refusal: Refusal) -> web.Response:
    body: Json = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    return web.json_response(body, status=refusal.status)
