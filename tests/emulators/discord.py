"""A small Discord on a real socket: gateway, REST and CDN, and the people who use it.

    async with DiscordEmulator() as dc:
        ...start a bot with dc.token, dc.api_url, dc.gateway_url, dc.cdn_url...
        asked = await dc.slash("style", image=photo, style="ukiyoe")
        answer = await dc.answer(asked)

It answers like Discord (acknowledgement within three seconds and only once, tokens that run out, upload limits, flood
control, nonces), can be told to have accidents, and checks every exchange against Discord's own description:
``dc.violations`` stays empty.
"""

import asyncio
import secrets
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.emulators import discord_spec
from tests.emulators.discord_gateway import Gateway
from tests.emulators.discord_objects import JSON, Sent, Stored, User, snowflake
from tests.emulators.discord_rest import Rest
from tests.emulators.discord_wire import GUILD_UPLOAD_LIMIT, Accident, Asked

__all__ = ["Asked", "DiscordEmulator", "Sent", "User"]

OPTION_TYPES = {bool: 5, int: 4, str: 3}


class DiscordEmulator:
    """One server with one channel, private chats, and one bot."""

    def __init__(self) -> None:
        self.token = "MTA0." + secrets.token_hex(16)
        self.bot = User("atelier", bot=True)
        self.guild, self.channel, self.private_channel = snowflake(), snowflake(), snowflake()
        self.gateway = Gateway(self.token, self.bot, self.guild, self.channel)
        self.rest = Rest(self.token, self.bot, self.store)
        self.avatars: dict[str, bytes] = {}
        self.stickers: dict[int, bytes] = {}
        self.person = User("ada")
        self.without_length: set[int] = set()
        self._files: dict[int, Stored] = {}
        self._gone: set[int] = set()
        self._runner: web.AppRunner | None = None
        self._icon = b""
        self._event_violations: list[str] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/cdn/avatars/{user}/{name}", self._avatar)
        app.router.add_get("/cdn/icons/{guild}/{name}", self._server_icon)
        app.router.add_get("/cdn/stickers/{number}.{suffix}", self._sticker)
        app.router.add_get("/cdn/attachments/{channel}/{id}/{name}", self._attachment)
        app.router.add_route("*", "/api/v10/{path:.+}", self.rest.handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self.gateway.at(self.gateway_url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"{self.url.replace('http', 'ws', 1)}/gateway"

    @property
    def cdn_url(self) -> str:
        return f"{self.url}/cdn"

    @property
    def violations(self) -> list[str]:
        return self.rest.violations + self._event_violations

    # What people do

    async def slash(
        self, name: str, *, image: bytes | None = None, filename: str = "photo.jpg", media_type: str = "image/jpeg",
        user: User | None = None, **way: Any,
    ) -> Asked:  # fmt: skip
        """``way``: private, user_installed, limit, or the command's own options: a User, a picture's bytes."""
        given = {key: way.pop(key) for key in ("private", "user_installed", "limit") if key in way}
        pictures = {} if image is None else {"image": image}
        pictures |= {key: way.pop(key) for key in list(way) if isinstance(way[key], bytes)}
        options = [_option(key, value) for key, value in way.items()]
        data: JSON = {"id": str(snowflake()), "name": name, "type": 1, "options": options}
        if named := [value for value in way.values() if isinstance(value, User)]:
            data["resolved"] = {"users": {str(user.id): user.json for user in named}}
        for option, picture in pictures.items():
            stored = self.store(picture, filename, media_type)
            options.append({"name": option, "type": 11, "value": str(stored.id)})
            data.setdefault("resolved", {}).setdefault("attachments", {})[str(stored.id)] = stored.json
            self._check("AttachmentResponse", stored.json)
        return await self._interaction(2, data, user, **given)

    async def autocomplete(self, name: str, beginning: str, *, user: User | None = None) -> list[tuple[str, str]]:
        """Type the beginning of a style; returns the suggestions as (shown, value)."""
        options = [{"name": "style", "type": 3, "value": beginning, "focused": True}]
        data = {"id": str(snowflake()), "name": name, "type": 1, "options": options}
        asked = await self._interaction(4, data, user)
        await self.until(lambda: asked.choices is not None)
        return asked.choices or []

    async def press(self, message: Sent, command: str, *, user: User | None = None, **way: Any) -> Asked:
        """Press the button, or choose the option, that says this command."""
        for part in message.parts:
            if part["type"] == 3 and command in [option["value"] for option in part["options"]]:
                data = {"component_type": 3, "custom_id": part["custom_id"], "values": [command]}
                return await self._interaction(3, data, user, message=message, **way)
        if command not in [part.get("custom_id") for part in message.parts]:
            raise LookupError(f"there is no button {command!r}, only {message.commands}")
        pressed = {"component_type": 2, "custom_id": command}
        return await self._interaction(3, pressed, user, message=message, **way)

    async def restyle(self, message: Sent, *, menu: str = "Restyle", user: User | None = None, **way: Any) -> Asked:
        """Choose “Restyle”, or another entry, from a message's menu."""
        self._check("MessageResponse", message.json)
        resolved = {"messages": {str(message.id): message.json}}
        data = {
            "id": str(snowflake()),
            "name": menu,
            "type": 3,
            "target_id": str(message.id),
            "resolved": resolved,
        }
        return await self._interaction(2, data, user, **way)

    async def restyle_avatar(self, of: User, *, user: User | None = None, **way: Any) -> Asked:
        """Choose “Restyle avatar” from a person's menu."""
        resolved: JSON = {"users": {str(of.id): of.json}}
        data = {
            "id": str(snowflake()),
            "name": "Restyle avatar",
            "type": 2,
            "target_id": str(of.id),
            "resolved": resolved,
        }
        return await self._interaction(2, data, user, **way)

    async def post(
        self, text: str, *pictures: bytes, private: bool = True, mention: bool = False, user: User | None = None,
        reply_to: Sent | None = None, media_type: str = "image/jpeg", tell: bool = True, names: tuple[User, ...] = (),
        stickers: tuple[tuple[int, int], ...] = (),
    ) -> Sent:  # fmt: skip
        """Write a message. As on Discord, a server's message comes without its content unless it mentions the bot.

        ``names`` are people it mentions, ``stickers`` their ids and Discord's numbers of their formats.
        """
        sent = Sent(self.private_channel if private else self.channel, user or self.person)
        sent.files = [self.store(picture, "photo.jpg", media_type) for picture in pictures]
        sent.stickers = stickers
        sent.mentions = [*([self.bot] if mention else []), *names]
        sent.content = " ".join(
            [*([f"<@{self.bot.id}>"] if mention else []), text, *(f"<@{user.id}>" for user in names)]
        )
        sent.reply_to, sent.replied = (reply_to.id, reply_to) if reply_to else (None, None)
        self.rest.messages.append(sent)
        if tell:
            await self._connected()
            self._check("MessageResponse", sent.json)
            await self.gateway.event("MESSAGE_CREATE", self._told(sent, private=private, mention=mention))
        return sent

    def person_with_avatar(self, picture: bytes, name: str = "grace", *, admin: bool = False) -> User:
        avatar = secrets.token_hex(16)
        self.avatars[avatar] = picture
        return User(name, avatar=avatar, admin=admin)

    def hang_out(self, icon: bytes) -> None:
        """Give the server a picture of its own; the bot hears of it when it connects."""
        self._icon, self.gateway.icon = icon, secrets.token_hex(16)

    # What goes wrong

    def accident(self, kind: str, pattern: str = "", times: int = 1, retry_after_s: float = 0.1) -> None:
        """The next requests matching the pattern ("PATCH /webhooks") fail; ``kind`` as in Accident."""
        self.rest.accidents.append(Accident(kind, pattern, times, retry_after_s))

    def expire(self, asked: Asked) -> None:
        """The interaction's quarter of an hour is over."""
        asked.expired = True

    def lose(self, file: Stored) -> None:
        """The file's address no longer works."""
        self._gone.add(file.id)

    # What comes back

    async def until(self, true: Callable[[], object], timeout_s: float = 10) -> None:
        async with asyncio.timeout(timeout_s), self.rest.changed:
            await self.rest.changed.wait_for(lambda: bool(true()))

    async def answer(self, question: Asked | Sent, timeout_s: float = 10) -> Sent:
        """The message with pictures that answers; wherever it was sent."""
        await self.until(lambda: self._answers(question, pictures=True), timeout_s)
        return self._answers(question, pictures=True)[0]

    async def words(self, question: Asked | Sent, timeout_s: float = 10) -> Sent:
        """The message with words alone that answers."""
        await self.until(lambda: self._answers(question, pictures=False), timeout_s)
        return self._answers(question, pictures=False)[0]

    def _answers(self, question: Asked | Sent, *, pictures: bool) -> list[Sent]:
        ours = [sent for sent in self.rest.messages if sent.author is self.bot and sent.channel == question.channel]
        since = [sent for sent in ours if sent.id > question.id and not (sent.deleted or sent.loading)]
        if isinstance(question, Asked):
            others = {id(asked.original) for asked in self.rest.asked.values() if asked is not question}
            since = [sent for sent in since if id(sent) not in others]
        else:
            since = [sent for sent in since if sent.reply_to == question.id]
        return [sent for sent in since if bool(sent.files) == pictures and (pictures or sent.content)]

    # How it is told

    async def _interaction(
        self, kind: int, data: JSON, user: User | None, *, message: Sent | None = None, private: bool = False,
        user_installed: bool = False, limit: int = GUILD_UPLOAD_LIMIT,
    ) -> Asked:  # fmt: skip
        await self._connected()
        user = user or self.person
        private = private or (message is not None and message.channel == self.private_channel)
        channel = self.private_channel if private else self.channel
        asked = Asked(kind, user, channel, private, user_installed, limit, token=secrets.token_hex(40), bears=message)
        self.rest.asked[asked.token] = asked
        event = self._event(asked, data)
        if message is not None:
            event["message"] = message.json
        self._check("UserResponse", user.json)
        await self.gateway.event("INTERACTION_CREATE", event)
        return asked

    def _event(self, asked: Asked, data: JSON) -> JSON:
        owners = {"1": str(asked.user.id)} if asked.user_installed else {"0": str(self.guild)}
        event: JSON = {
            "id": str(asked.id), "application_id": str(self.bot.id), "type": asked.kind, "token": asked.token,
            "data": data, "channel": {"id": str(asked.channel), "type": 1 if asked.private else 0, "name": "general"},
            "version": 1, "channel_id": str(asked.channel), "locale": asked.user.locale, "entitlements": [],
            "app_permissions": "2147483647", "authorizing_integration_owners": owners,
            "attachment_size_limit": asked.limit,
        }  # fmt: skip
        if asked.private:
            event["channel"]["recipients"] = [asked.user.json]
            return {**event, "user": asked.user.json, "context": 1}
        self._check("GuildMemberResponse", asked.user.member)
        guild = {"id": str(self.guild), "locale": "en-US", "features": []}
        return {**event, "member": asked.user.member, "guild_id": str(self.guild), "guild": guild, "context": 0}

    def _told(self, sent: Sent, *, private: bool, mention: bool) -> JSON:
        event = sent.json
        if private:
            return {**event, "channel_type": 1}
        hidden: JSON = {} if mention else {"content": "", "attachments": [], "components": []}
        member = {key: value for key, value in sent.author.member.items() if key != "user"}
        return {**event, **hidden, "guild_id": str(self.guild), "member": member}

    def _check(self, schema: str, value: JSON) -> None:
        spec = discord_spec.load()
        if spec is not None:
            self._event_violations += spec.schema(schema, value)

    async def _connected(self) -> None:
        async with asyncio.timeout(20):
            await self.gateway.ready.wait()

    # The CDN

    def store(self, data: bytes, filename: str, media_type: str) -> Stored:
        number = snowflake()
        url = f"{self.cdn_url}/attachments/{self.channel}/{number}/{filename}?ex=6a&is=69&hm=5f"
        self._files[number] = Stored(data, filename, media_type, url, number)
        return self._files[number]

    async def _attachment(self, request: web.Request) -> web.StreamResponse:
        number = int(request.match_info["id"])
        stored = self._files.get(number)
        if stored is None or number in self._gone or "hm" not in request.query:
            return web.Response(status=404, text="This content is no longer available.")
        if number not in self.without_length:
            return web.Response(body=stored.data, content_type=stored.media_type)
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(stored.data)
        return response

    async def _server_icon(self, request: web.Request) -> web.Response:
        known = request.match_info["name"].partition(".")[0] == self.gateway.icon
        return web.Response(body=self._icon, content_type="image/png") if known else web.Response(status=404)

    async def _sticker(self, request: web.Request) -> web.Response:
        picture = self.stickers.get(int(request.match_info["number"]))
        return web.Response(body=picture, content_type="image/png") if picture else web.Response(status=404)

    async def _avatar(self, request: web.Request) -> web.Response:
        picture = self.avatars.get(request.match_info["name"].partition(".")[0])
        return web.Response(body=picture, content_type="image/png") if picture else web.Response(status=404)


def _option(name: str, value: bool | int | str | User) -> JSON:
    """An option of a command, as a person gives it."""
    if isinstance(value, User):
        return {"name": name, "type": 6, "value": str(value.id)}
    return {"name": name, "type": OPTION_TYPES[type(value)], "value": value}
