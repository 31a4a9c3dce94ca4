"""Discord's REST API: messages, interactions, commands; with its errors, limits and accidents."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.emulators import discord_spec
from tests.emulators.discord_objects import (
    JSON,
    SHOWN_BY_COMPONENTS,
    Sent,
    Stored,
    User,
    application,
    snowflake,
)
from tests.emulators.discord_wire import GUILD_UPLOAD_LIMIT, Accident, Asked, Call, Refusal, cut, mishap, read, reply

MESSAGE_LIMIT, FOLLOW_UPS = 2000, 5


Handler = Callable[..., Awaitable[tuple[int, Any]]]


class Rest:
    """``messages`` is everything in every channel, oldest first; ``violations`` what the description does not allow."""

    def __init__(self, token: str, bot: User, file_url: Callable[[bytes, str, str], Stored]) -> None:
        self.token, self.bot = token, bot
        self.calls: list[Call] = []
        self.messages: list[Sent] = []
        self.commands: list[JSON] = []
        self.asked: dict[str, Asked] = {}
        self.accidents: list[Accident] = []
        self.forbidden: set[int] = set()
        self.violations: list[str] = []
        self.acknowledge_within_s = 3.0
        self.changed = asyncio.Condition()
        self._store = file_url
        self._spec = discord_spec.load()
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = [
            ("GET", re.compile("/users/@me"), self._me),
            ("GET", re.compile("/oauth2/applications/@me"), self._application),
            ("PUT", re.compile(r"/applications/(\d+)/commands"), self._put_commands),
            ("POST", re.compile(r"/interactions/(\d+)/([^/]+)/callback"), self._respond),
            ("POST", re.compile(r"/webhooks/(\d+)/([^/]+)"), self._follow_up),
            ("GET", re.compile(r"/webhooks/(\d+)/([^/]+)/messages/([^/]+)"), self._get_by_token),
            ("PATCH", re.compile(r"/webhooks/(\d+)/([^/]+)/messages/([^/]+)"), self._edit_by_token),
            ("DELETE", re.compile(r"/webhooks/(\d+)/([^/]+)/messages/([^/]+)"), self._delete_by_token),
            ("GET", re.compile(r"/channels/(\d+)/messages"), self._history),
            ("POST", re.compile(r"/channels/(\d+)/messages"), self._post),
            ("PATCH", re.compile(r"/channels/(\d+)/messages/(\d+)"), self._edit),
            ("DELETE", re.compile(r"/channels/(\d+)/messages/(\d+)"), self._delete),
            ("POST", re.compile(r"/channels/(\d+)/typing"), self._typing),
        ]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        call = await read(request, "/" + request.match_info["path"])
        accident = self._accident(call)
        if accident and accident.kind == "lost":
            return cut(request)
        self.calls.append(call)
        if accident is None or accident.kind == "cut":
            status, body = await self._answer(call, request.headers.get("Authorization"))
        else:
            status, body = mishap(accident)
        self._check(call, status, body)
        async with self.changed:
            self.changed.notify_all()
        return cut(request) if accident and accident.kind == "cut" else reply(status, body)

    async def _answer(self, call: Call, authorisation: str | None) -> tuple[int, Any]:
        try:
            if not call.path.startswith(("/interactions", "/webhooks")) and authorisation != f"Bot {self.token}":
                raise Refusal(401, 0, "401: Unauthorized")
            for method, pattern, handler in self._routes:
                if method == call.method and (found := pattern.fullmatch(call.path)):
                    return await handler(call, *found.groups())
            raise Refusal(404, 0, "404: Not Found")
        except Refusal as refusal:
            return refusal.status, refusal.body

    def _accident(self, call: Call) -> Accident | None:
        for accident in self.accidents:
            if accident.times > 0 and re.search(accident.pattern, f"{call.method} {call.path}"):
                accident.times -= 1
                return accident
        return None

    def _check(self, call: Call, status: int, body: Any) -> None:
        if self._spec is not None:
            self.violations += self._spec.request(call.method, call.path, call.query, call.media_type, call.body)
            self.violations += self._spec.response(call.method, call.path, status, body)

    # The bot itself

    async def _me(self, call: Call) -> tuple[int, Any]:
        return 200, {**self.bot.json, "mfa_enabled": False, "locale": "en-US"}

    async def _application(self, call: Call) -> tuple[int, Any]:
        return 200, application(self.bot)

    async def _put_commands(self, call: Call, application_id: str) -> tuple[int, Any]:
        extra = {"application_id": application_id, "version": str(snowflake())}
        usual = {"type": 1, "description": "", "default_member_permissions": None}
        self.commands = [{**usual, **_allowed(command), **extra, "id": str(snowflake())} for command in call.body]
        return 200, self.commands

    # Interactions

    async def _respond(self, call: Call, interaction_id: str, token: str) -> tuple[int, Any]:
        asked = self.asked.get(token)
        if asked is None or str(asked.id) != interaction_id:
            raise Refusal(404, 10062, "Unknown interaction")
        if asked.response is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        asked.waited_s = time.monotonic() - asked.asked_at
        if asked.waited_s > self.acknowledge_within_s:
            raise Refusal(404, 10062, "Unknown interaction")
        asked.response = call.body["type"]
        data = call.body.get("data") or {}
        if asked.response == 8:
            asked.choices = [(choice["name"], choice["value"]) for choice in data["choices"]]
        if asked.response in {4, 5}:
            asked.original = self._new(asked.channel, call, data, ephemeral=bool(data.get("flags", 0) & 64))
            asked.original.loading = asked.response == 5
        return self._responded(call, asked)

    def _responded(self, call: Call, asked: Asked) -> tuple[int, Any]:
        if call.query.get("with_response") not in {"1", "true"}:
            return 204, None
        answer: JSON = {"interaction": {"id": str(asked.id), "type": asked.kind}}
        if asked.original:
            answer["interaction"]["response_message_id"] = str(asked.original.id)
        if asked.original and asked.response == 4:
            answer["resource"] = {"type": 4, "message": asked.original.json}
        return 200, answer

    def _by_token(self, token: str) -> Asked:
        asked = self.asked.get(token)
        if asked is None or asked.response is None:
            raise Refusal(404, 10015, "Unknown Webhook")
        if asked.expired:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return asked

    async def _follow_up(self, call: Call, application_id: str, token: str) -> tuple[int, Any]:
        asked = self._by_token(token)
        if asked.user_installed and len(asked.follow_ups) >= FOLLOW_UPS:
            raise Refusal(400, 40094, "This interaction has reached the maximum number of follow up messages")
        self._check_size(call, asked.limit)
        ephemeral = bool(call.body.get("flags", 0) & 64)
        asked.follow_ups.append(self._new(asked.channel, call, call.body, ephemeral=ephemeral))
        return 200, asked.follow_ups[-1].json

    async def _get_by_token(self, call: Call, application_id: str, token: str, message: str) -> tuple[int, Any]:
        return 200, self._sent_by(self._by_token(token), message).json

    async def _edit_by_token(self, call: Call, application_id: str, token: str, message: str) -> tuple[int, Any]:
        asked = self._by_token(token)
        self._check_size(call, asked.limit)
        return 200, self._change(self._sent_by(asked, message), call).json

    async def _delete_by_token(self, call: Call, application_id: str, token: str, message: str) -> tuple[int, Any]:
        self._sent_by(self._by_token(token), message).deleted = True
        return 204, None

    def _sent_by(self, asked: Asked, message: str) -> Sent:
        own = asked.bears if asked.response in {6, 7} else asked.original
        theirs = [sent for sent in (own, *asked.follow_ups) if sent and str(sent.id) == message]
        sent = own if message == "@original" else next(iter(theirs), None)
        if sent is None or sent.deleted:
            raise Refusal(404, 10008, "Unknown Message")
        return sent

    # Channels

    async def _history(self, call: Call, channel: str) -> tuple[int, Any]:
        self._may(channel)
        after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 50))
        found = [
            sent for sent in self.messages if sent.channel == int(channel) and sent.id > after and not sent.deleted
        ]
        return 200, [sent.json for sent in reversed(found[:limit])]

    async def _post(self, call: Call, channel: str) -> tuple[int, Any]:
        self._may(channel)
        self._check_size(call, GUILD_UPLOAD_LIMIT)
        nonce = call.body.get("nonce")
        if nonce is not None and len(nonce) > 25:
            raise Refusal(400, 50035, "Invalid Form Body")
        for sent in self.messages:
            if nonce and call.body.get("enforce_nonce") and sent.nonce == nonce and sent.channel == int(channel):
                return 200, sent.json
        sent = self._new(int(channel), call, call.body)
        sent.nonce = nonce
        return 200, sent.json

    async def _edit(self, call: Call, channel: str, message: str) -> tuple[int, Any]:
        self._may(channel)
        return 200, self._change(self._standing(channel, message), call).json

    async def _delete(self, call: Call, channel: str, message: str) -> tuple[int, Any]:
        self._may(channel)
        self._standing(channel, message).deleted = True
        return 204, None

    async def _typing(self, call: Call, channel: str) -> tuple[int, Any]:
        self._may(channel)
        return 204, None

    def _may(self, channel: str) -> None:
        if int(channel) in self.forbidden:
            raise Refusal(403, 50001, "Missing Access")

    def _standing(self, channel: str, message: str) -> Sent:
        sent = self._find(int(channel), message)
        if sent is None or sent.deleted or sent.ephemeral:
            raise Refusal(404, 10008, "Unknown Message")
        return sent

    def _find(self, channel: int, message: str) -> Sent | None:
        return next((sent for sent in self.messages if sent.channel == channel and str(sent.id) == message), None)

    # Messages

    def _new(self, channel: int, call: Call, body: JSON, *, ephemeral: bool = False) -> Sent:
        sent = Sent(channel, self.bot, ephemeral=ephemeral, pinged=body.get("allowed_mentions"))
        _check_body(body)
        reference = body.get("message_reference")
        sent.reply_to = int(reference["message_id"]) if reference else None
        sent.replied = self._find(channel, str(sent.reply_to))
        if reference and sent.replied is None and reference.get("fail_if_not_exists", True):
            raise Refusal(400, 50035, "Invalid Form Body: unknown message")
        sent.content, sent.components = body.get("content") or "", body.get("components") or []
        sent.files = self._stored(call)
        _lay_out(sent, body)
        if not (sent.content or sent.files or sent.components or call.path.endswith("/callback")):
            raise Refusal(400, 50006, "Cannot send an empty message")
        sent.history.append(sent.content)
        self.messages.append(sent)
        return sent

    def _change(self, sent: Sent, call: Call) -> Sent:
        body = call.body
        _check_body(body)
        sent.loading, sent.edits = False, sent.edits + 1
        sent.content = (body["content"] or "") if "content" in body else sent.content
        sent.components = (body["components"] or []) if "components" in body else sent.components
        if "attachments" in body:
            kept = {str(attachment["id"]) for attachment in body["attachments"]}
            sent.files = [file for file in sent.files if str(file.id) in kept] + self._stored(call)
        _lay_out(sent, body)
        sent.history.append(sent.content)
        return sent

    def _stored(self, call: Call) -> list[Stored]:
        return [self._store(data, name, "image/jpeg") for name, data in call.files]

    @staticmethod
    def _check_size(call: Call, limit: int) -> None:
        if any(len(data) > limit for _, data in call.files):
            raise Refusal(413, 40005, "Request entity too large")


def _check_body(body: JSON) -> None:
    if len(body.get("content") or "") > MESSAGE_LIMIT:
        raise Refusal(400, 50035, "Invalid Form Body: too long")
    rows = [component for component in body.get("components") or [] if component["type"] == 1]
    names = [part["custom_id"] for row in rows for part in row["components"]]
    if len(names) != len(set(names)) or any(len(name) > 100 for name in names):
        raise Refusal(400, 50035, "Invalid Form Body: custom_id")
    if len(rows) > 5 or any(len(row["components"]) > 5 for row in rows):
        raise Refusal(400, 50035, "Invalid Form Body: components")


def _lay_out(sent: Sent, body: JSON) -> None:
    """A message of components has neither content nor a way back, and shows the files that its galleries name."""
    sent.layout = sent.layout or bool(body.get("flags", 0) & SHOWN_BY_COMPONENTS)
    kinds = {component["type"] for component in sent.components}
    named = [item["media"]["url"] for component in sent.components for item in component.get("items", ())]
    if not sent.layout:
        if kinds - {1}:
            raise Refusal(400, 50035, "Invalid Form Body: these components need a flag")
        return
    if body.get("content") or not kinds:
        raise Refusal(400, 50035, "Invalid Form Body: content cannot be used with components")
    if set(named) - {f"attachment://{file.filename}" for file in sent.files}:
        raise Refusal(400, 50035, "Invalid Form Body: a file is missing")
    sent.content = "\n".join(component["content"] for component in sent.components if component["type"] == 10)


def _allowed(command: JSON) -> JSON:
    """Permissions are numbers in requests, and strings in answers."""
    wanted = command.get("default_member_permissions")
    return {**command, "default_member_permissions": None if wanted is None else str(wanted)}
