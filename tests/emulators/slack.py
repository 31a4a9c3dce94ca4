"""A small Slack on a real socket: its web API, its socket mode, its files, and the people who use it.

    async with SlackEmulator() as slack:
        ...start a bot with slack.token, slack.app_token, slack.api_url...
        ts = await slack.post("<@UBOT> !style ukiyoe", [jpeg])

It hands out events until they are acknowledged, refuses what Slack refuses, and can be told to have accidents. Blocks
are held to the library's own models; nothing else of it was checked against a description of Slack's.
"""

import asyncio
import itertools
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import WSMsgType, web
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from tests.emulators.slack_objects import BOT, CHANNEL, PRIVATE, Member, Posted, Refusal, envelope, slash

RETRY_S, RETRIES = 1.0, 3
GONE_WORDS = "channel_not_found"


@dataclass
class Accident:
    """What goes wrong with the next calls of a method: flood, refused, gone, broken, or cut (done, but unanswered)."""

    kind: str
    method: str
    times: int = 1


@dataclass
class SlackEmulator:
    """One workspace with a channel, a private chat, and one app."""

    token: str = field(default_factory=lambda: f"xoxb-{secrets.token_hex(12)}")
    app_token: str = field(default_factory=lambda: f"xapp-1-{secrets.token_hex(12)}")
    upload_limit: int = 2**30
    members: dict[str, Member] = field(default_factory=lambda: {"UADA": Member("ada"), "UBOB": Member("bob")})
    messages: list[Posted] = field(default_factory=list)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    accidents: list[Accident] = field(default_factory=list)
    unacknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._ids, self._sockets, self._changed = itertools.count(1), list[web.WebSocketResponse](), asyncio.Event()
        self._uploads, self._tasks = dict[str, str](), set[asyncio.Task[None]]()
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_get("/link", self._link)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/files/{file}", self._download)
        app.router.add_get("/avatars/{member}", self._avatar)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exception: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.drop()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    # What people do

    async def post(
        self, text: str, pictures: Sequence[bytes] = (), *, user: str = "UADA", channel: str = CHANNEL, thread: str = ""
    ) -> str:
        """Write a message; where it names the bot, Slack tells it twice. Returns its ts."""
        files = tuple(self.store(f"photo-{number}.jpg", picture) for number, picture in enumerate(pictures))
        posted = self.append(Posted(self._ts(), channel, user, text, files=files, thread=thread))
        kinds = ["message", *(["app_mention"] if f"<@{BOT}>" in text and channel != PRIVATE else [])]
        for kind in kinds:
            await self._send(envelope("events_api", self._event(posted, kind)))
        return posted.ts

    async def tell_again(self, ts: str) -> None:
        await self._send(envelope("events_api", self._event(self.posted(ts), "message")))

    async def command(self, command: str, text: str, *, user: str = "UADA", channel: str = CHANNEL) -> str:
        """Say a slash command; the id of its envelope."""
        return await self._send(envelope("slash_commands", slash(command, text, user, channel)))

    async def press(self, ts: str, command: str, *, user: str = "UADA") -> None:
        posted = self.posted(ts)
        row, button = next(
            (block, button)
            for block in posted.blocks
            if block["type"] == "actions"
            for button in block["elements"]
            if button["value"] == command
        )
        action = {**button, "block_id": row["block_id"], "action_ts": self._ts()}
        container = {"type": "message", "message_ts": ts, "channel_id": posted.channel, "is_ephemeral": False}
        if posted.thread:
            container["thread_ts"] = posted.thread
        payload = {
            "type": "block_actions", "user": {"id": user}, "channel": {"id": posted.channel, "name": "studio"},
            "container": container, "message": self._event(posted, "message")["event"], "actions": [action],
            "trigger_id": secrets.token_hex(8), "team": {"id": "T1", "domain": "studio"}, "api_app_id": "A1",
        }  # fmt: skip
        await self._send(envelope("interactive", payload))

    async def drop(self) -> None:
        """Break every socket."""
        for socket in self._sockets:
            await socket.close()
        self._sockets.clear()

    def accident(self, kind: str, method: str, times: int = 1) -> None:
        self.accidents.append(Accident(kind, method, times))

    # What stands there

    def posted(self, ts: str) -> Posted:
        return next(posted for posted in self.messages if posted.ts == ts)

    @property
    def ours(self) -> list[Posted]:
        """What the bot has posted."""
        return [posted for posted in self.messages if posted.user == BOT]

    def store(self, name: str, content: bytes) -> str:
        file = f"F{next(self._ids):08}"
        self.files[file] = name, content
        return file

    def append(self, posted: Posted) -> Posted:
        self.messages.append(posted)
        self._changed.set()
        return posted

    async def until(self, holds: Callable[[], object], timeout_s: float = 15) -> None:
        async with asyncio.timeout(timeout_s):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    def _ts(self) -> str:
        return f"1767225600.{next(self._ids):06}"

    def _event(self, posted: Posted, kind: str) -> dict[str, Any]:
        event = posted.json(lambda file: {**self._file(file), "mode": "hosted"}) | {"type": kind}
        event["channel_type"] = "im" if posted.channel == PRIVATE else "channel"
        callback = {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": f"Ev{next(self._ids)}"}
        return callback | {"event": event, "event_time": 1767225600, "authorizations": [{"user_id": BOT}]}

    def _file(self, file: str) -> dict[str, Any]:
        name, content = self.files[file]
        known = {"id": file, "name": name, "mimetype": "image/jpeg", "size": len(content)}
        return known | {"url_private": f"{self.url}/files/{file}"}

    # The socket

    async def _send(self, told: dict[str, Any]) -> str:
        self.unacknowledged[told["envelope_id"]] = told
        await self.until(lambda: self._sockets)
        await self._sockets[-1].send_json(told)
        if told["type"] == "events_api":  # commands and presses are told once
            task = asyncio.create_task(self._retry(told))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return str(told["envelope_id"])

    async def _retry(self, told: dict[str, Any]) -> None:
        for attempt in range(RETRIES):
            await asyncio.sleep(RETRY_S)
            await self.until(lambda: self._sockets)
            if told["envelope_id"] in self.unacknowledged:
                await self._sockets[-1].send_json(told | {"retry_attempt": attempt + 1, "retry_reason": "timeout"})

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}})
        self._sockets.append(socket)
        self._changed.set()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.unacknowledged.pop(json.loads(message.data)["envelope_id"], None)
                self._changed.set()
        if socket in self._sockets:
            self._sockets.remove(socket)
        return socket

    # Files

    async def _upload(self, request: web.Request) -> web.Response:
        name, _ = self.files[request.match_info["file"]]
        self.files[request.match_info["file"]] = name, await request.read()
        return web.Response(text=f"OK - {len(self.files)}")

    async def _download(self, request: web.Request) -> web.Response:
        file = request.match_info["file"]
        if file in self.redirects:
            raise web.HTTPFound(self.redirects[file])
        if request.headers.get("Authorization") != f"Bearer {self.token}" or file not in self.files:
            return web.Response(text="<html>log in</html>", content_type="text/html")
        return web.Response(body=self.files[file][1], content_type="image/jpeg")

    async def _avatar(self, request: web.Request) -> web.Response:
        return web.Response(body=self.members[request.match_info["member"]].avatar, content_type="image/png")

    # The web API

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        is_json = request.content_type == "application/json"
        given: dict[str, Any] = {**request.query, **(await (request.json() if is_json else request.post()))}
        self.calls.append(method)
        accident = next((one for one in self.accidents if one.method == method and one.times > 0), None)
        if accident:
            accident.times -= 1
        try:
            if accident and accident.kind != "cut":
                return _mishap(accident.kind)
            answer = self._do(method, given, request.headers.get("Authorization", ""))
        except Refusal as refusal:
            return web.json_response({"ok": False, "error": str(refusal)})
        self._changed.set()
        if accident and request.transport:
            request.transport.abort()
        return web.json_response({"ok": True, **answer})

    def _do(self, method: str, given: dict[str, Any], authorisation: str) -> dict[str, Any]:
        known = self.app_token if method == "apps.connections.open" else self.token
        if authorisation != f"Bearer {known}":
            raise Refusal("invalid_auth")
        do = getattr(self, "_" + method.replace(".", "_"), None)
        if do is None:
            self.violations.append(f"no such method: {method}")
            raise Refusal("unknown_method")
        answer: dict[str, Any] = do(given)
        return answer

    def _auth_test(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"url": f"{self.url}/", "team": "Studio", "user": "atelier", "team_id": "T1", "user_id": BOT} | {
            "bot_id": "B1"
        }

    def _apps_connections_open(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"url": f"{self.url.replace('http', 'ws', 1)}/link?ticket={secrets.token_hex(8)}"}

    def _users_info(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["user"] not in self.members:
            raise Refusal("user_not_found")
        return {"user": self.members[given["user"]].json(given["user"], self.url)}

    def _conversations_replies(self, given: dict[str, Any]) -> dict[str, Any]:
        thread = [one for one in self.messages if given["ts"] in (one.ts, one.thread)]
        return {"messages": [self._event(one, "message")["event"] for one in thread[: int(given["limit"])]]}

    def _chat_postMessage(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - the API's name
        if not given.get("text") and not given.get("blocks"):
            raise Refusal("no_text")
        posted = self.append(self._new(given, given.get("text", ""), blocks=self._checked(given.get("blocks"))))
        return {"ts": posted.ts, "channel": posted.channel}

    def _chat_postEphemeral(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if given["user"] not in self.members:
            raise Refusal("user_not_in_channel")
        blocks = self._checked(given.get("blocks"))
        return {"message_ts": self.append(self._new(given, given["text"], blocks=blocks, only=given["user"])).ts}

    def _chat_update(self, given: dict[str, Any]) -> dict[str, Any]:
        posted = self._mine(given["ts"])
        posted.text, posted.blocks = given["text"], self._checked(given.get("blocks"))
        return {"ts": posted.ts, "channel": posted.channel}

    def _chat_delete(self, given: dict[str, Any]) -> dict[str, Any]:
        self.messages.remove(self._mine(given["ts"]))
        return {"ts": given["ts"]}

    def _files_getUploadURLExternal(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if int(given["length"]) > self.upload_limit:
            raise Refusal("file_upload_size_restricted")
        file = self.store(given["filename"], b"")
        return {"file_id": file, "upload_url": f"{self.url}/upload/{file}"}

    def _files_completeUploadExternal(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        files = [file["id"] for file in json.loads(given["files"])]
        if any(not self.files[file][1] for file in files):
            raise Refusal("file_not_found")
        given = {"channel": given["channel_id"], "thread_ts": given.get("thread_ts")}
        self.append(self._new(given, given.get("initial_comment") or "", files=tuple(files)))
        return {"files": [self._file(file) for file in files]}

    def _files_delete(self, given: dict[str, Any]) -> dict[str, Any]:
        if self.files.pop(given["file"], None) is None:
            raise Refusal("file_not_found")
        for posted in list(self.messages):
            posted.files = tuple(file for file in posted.files if file != given["file"])
            if posted.user == BOT and not (posted.files or posted.text):
                self.messages.remove(posted)
        return {}

    def _new(self, given: dict[str, Any], text: str, **more: Any) -> Posted:
        if given["channel"] not in (CHANNEL, PRIVATE):
            raise Refusal(GONE_WORDS)
        return Posted(self._ts(), given["channel"], BOT, text, thread=given.get("thread_ts") or "", **more)

    def _mine(self, ts: str) -> Posted:
        if found := [posted for posted in self.ours if posted.ts == ts and not posted.only]:
            return found[0]
        raise Refusal("message_not_found")

    def _checked(self, blocks: Any) -> list[dict[str, Any]]:
        """Slack's limits, as its library states them."""
        blocks = json.loads(blocks) if isinstance(blocks, str) else blocks or []
        try:
            for block in Block.parse_all(blocks):
                block.validate_json()
        except SlackObjectFormationError as error:
            self.violations.append(str(error))
            raise Refusal("invalid_blocks") from None
        names = [block.get("block_id") for block in blocks if block.get("block_id")]
        if len(names) != len(set(names)) or len(blocks) > 50:
            raise Refusal("invalid_blocks")
        return list(blocks)


def _mishap(kind: str) -> web.Response:
    match kind:
        case "flood":
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"})
        case "refused":
            return web.json_response({"ok": False, "error": "restricted_action"})
        case "gone":
            return web.json_response({"ok": False, "error": GONE_WORDS})
        case _:
            return web.json_response({"ok": False, "error": "internal_error"}, status=500)
