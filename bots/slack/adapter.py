"""The Slack adapter: hears over a web socket that it opens itself, answers by the web API."""

import asyncio
import logging
import re
from contextlib import suppress
from functools import partial
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bots import download
from bots.adapter import Listener, SendFailed, SendUncertain
from bots.message import Address, Answer, Message, Person, Picture, Text
from bots.slack import reading
from bots.slack.calls import Call, Calls, NotThere
from bots.slack.reading import Raw

AGAIN_S = 15.0  # after a Slack that could not be reached
KNOWN = 1000  # people whose names are kept
ALL = re.compile("")

log = logging.getLogger(__name__)


class SlackAdapter:
    """Slack, as one app in one workspace. ``token`` is the bot's (xoxb-…), ``app_token`` opens the socket (xapp-…).

    In a channel it answers in the thread of what was said, in a private chat as people do, one below the other.
    """

    platform = reading.PLATFORM
    repeatable = False  # Slack knows no key by which a repeated message would be recognised

    def __init__(
        self, token: str, app_token: str, *, api_url: str = "https://slack.com/api/", ping_s: float = 10.0
    ) -> None:
        self._app_token, self._ping_s = app_token, ping_s
        self._calls = Calls(token, api_url)
        self._people: dict[str, Person] = {}

    async def run(self, listener: Listener) -> None:
        with self._calls.entrance.tried():
            me = await self._until_reached(lambda client: client.auth_test())
            socket = await self._until_reached(lambda client: client.apps_connections_open(app_token=self._app_token))
            app = self._hearing(listener, str(me["user_id"]))
            handler: Any = AsyncSocketModeHandler(app, self._app_token, ping_interval=self._ping_s)
            handler.client.wss_uri = str(socket["url"])
            try:
                await handler.connect_async()
                self._calls.entrance.open()
                await asyncio.Event().wait()
            finally:
                await handler.close_async()

    async def fetch(self, picture: Picture) -> bytes:
        download.check_size(picture.byte_count)
        return await self._calls.download(picture.ref)

    async def avatar(self, person: Person, address: Address) -> Picture | None:  # noqa: ARG002 - the same everywhere
        profile = (await self._user(person.id)).get("profile", {})
        url = profile.get("image_512") if profile.get("is_custom_image", True) else None
        return Picture(url) if url else None

    async def chat_picture(self, address: Address) -> Picture | None:  # noqa: ARG002 - channels have none
        return None

    async def administers(self, person: Person, address: Address) -> bool:
        """The workspace's admins may decide in all of its channels."""
        if str(address["channel"]).startswith("D"):
            return True
        user = await self._user(person.id)
        return bool(user.get("is_admin") or user.get("is_owner"))

    def home(self, address: Address) -> Address | None:
        return reading.place(str(address["channel"]), None, "")

    async def say(self, address: Address, text: Text) -> str:
        said = self._said(address, text)
        if text.whispered and address["person"] and not str(address["channel"]).startswith("D"):
            await self._calls.make(lambda client: client.chat_postEphemeral(user=str(address["person"]), **said))
            return ""  # nobody, we neither, can name it afterwards
        return str((await self._calls.make(lambda client: client.chat_postMessage(mrkdwn=False, **said)))["ts"])

    async def change(self, address: Address, sent: str, text: Text) -> None:
        shown = sent.partition(" ")[0]
        if not shown or shown.startswith("F"):
            return
        new: dict[str, Any] = {"text": reading.escaped(text.text), "blocks": reading.blocks(text.text, text.buttons)}
        with suppress(NotThere):
            await self._calls.make(lambda client: client.chat_update(channel=str(address["channel"]), ts=shown, **new))

    async def remove(self, address: Address, sent: str | None) -> None:
        for part in (sent or "").split():
            with suppress(NotThere):
                await self._calls.make(_taking_back(str(address["channel"]), part))

    async def busy(self, address: Address) -> None:
        """Slack shows nothing of the kind for an app."""

    async def show(self, address: Address, answer: Answer, key: str) -> str:  # noqa: ARG002 - see ``repeatable``
        """Pictures in one message; their caption stands with the buttons, in words below, if there are any."""
        uploads = [{"filename": photo.name, "content": photo.picture, "title": photo.name} for photo in answer.photos]
        where: dict[str, Any] = {"channel": str(address["channel"]), "thread_ts": address["thread"]}
        if not any(answer.buttons):
            where["initial_comment"] = reading.escaped(answer.caption) or None
        shown = await self._calls.make(lambda client: client.files_upload_v2(file_uploads=uploads, **where))
        files = [str(file["id"]) for file in shown["files"]]
        if not any(answer.buttons):
            return " ".join(files)
        below = self._said(address, Text(answer.caption or "🖼", answer.buttons), files)
        try:
            sent = await self._calls.make(lambda client: client.chat_postMessage(mrkdwn=False, **below))
        except SendFailed as error:
            raise SendUncertain(f"Only the pictures were delivered: {error}") from None
        return " ".join([str(sent["ts"]), *files])

    def _said(self, address: Address, text: Text, beside: list[str] | None = None) -> dict[str, Any]:
        blocks = reading.blocks(text.text, text.buttons, beside or ())
        where = {"channel": str(address["channel"]), "thread_ts": address["thread"]}
        return {**where, "text": reading.escaped(text.text), "blocks": blocks or None}

    def _hearing(self, listener: Listener, me: str) -> AsyncApp:
        """What hears for us. It acknowledges after its listeners are through, and not at all where one fails."""
        app, in_order = AsyncApp(client=self._calls.client, process_before_response=True), asyncio.Lock()

        async def hear(message: Message) -> None:
            async with in_order:
                await listener.receive(message)

        async def on_event(event: dict[str, Any]) -> None:  # all kinds, for what is not heard would be sent again
            if reading.is_said(event):
                await hear(await self._said_by(event, me))

        async def on_command(body: dict[str, Any], ack: AsyncAck) -> None:
            await hear(reading.of_command(body, await self._person(body["user_id"])))
            await ack()

        async def on_press(body: dict[str, Any], ack: AsyncAck) -> None:
            root = await self._root(body["channel"]["id"], body["container"].get("thread_ts"))
            await hear(reading.of_press(body, await self._person(body["user"]["id"]), root))
            await ack()

        app.event(ALL)(on_event)
        app.command(ALL)(on_command)
        app.action(ALL)(on_press)
        return app

    async def _said_by(self, event: Raw, me: str) -> Message:
        root = await self._root(event["channel"], event.get("thread_ts"), unless=event["ts"])
        others = dict.fromkeys([*([] if root.get("bot_id") else [root.get("user", me)]), *reading.named(event)])
        mentioned = [await self._person(user) for user in others if user not in (me, event["user"])]
        return reading.of_event(event, await self._person(event["user"]), root, mentioned, me)

    async def _root(self, channel: str, thread: str | None, unless: str = "") -> Raw:
        """The first message of a thread; empty where there is none or we may not read it."""
        if not thread or thread == unless:
            return {}
        call: Call = partial(AsyncWebClient.conversations_replies, channel=channel, ts=thread, limit=1)
        found: list[Raw] = await self._calls.look_up("messages", call) or [{}]
        return found[0]

    async def _person(self, user: str) -> Person:
        if user not in self._people:
            known = await self._user(user)
            if not known:
                return Person(user, user)
            self._people = dict(list(self._people.items())[-KNOWN:]) | {user: reading.person_of(known)}
        return self._people[user]

    async def _user(self, user: str) -> Raw:
        call: Call = partial(AsyncWebClient.users_info, user=user, include_locale=True)
        found: Raw = await self._calls.look_up("user", call) or {}
        return found

    async def _until_reached(self, call: Call) -> AsyncSlackResponse:
        while True:
            with suppress(SendUncertain):
                return await self._calls.at_once(call)
            await asyncio.sleep(AGAIN_S)


def _taking_back(channel: str, part: str) -> Call:
    if part.startswith("F"):
        return lambda client: client.files_delete(file=part)
    return lambda client: client.chat_delete(channel=channel, ts=part)
