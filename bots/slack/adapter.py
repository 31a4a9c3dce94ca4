"""The Slack adapter: hears over a web socket that it opens itself, answers by the web API."""

import asyncio
import re
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackClientError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bots import download
from bots.adapter import Adapter, Listener, MessageGone, SendFailed, SendUncertain
from bots.entrance import Entrance
from bots.message import Address, Answer, Message, Person, Picture, Text
from bots.slack import reading, refusals
from bots.through import through

API_URL = "https://slack.com/api/"
FLOOD_TRIES = 20  # before each we wait as long as Slack asks for


class SlackAdapter(Adapter):
    """Slack, as one app in one workspace. ``token`` is the bot's (xoxb-…), ``app_token`` opens the socket (xapp-…).

    In a channel it answers in the thread of what was said, in a private chat as people do, one below the other.
    """

    platform = "slack"
    repeatable = False  # Slack knows no key by which a repeated message would be recognised

    def __init__(self, token: str, app_token: str, *, api_url: str = API_URL, ping_s: float = 10.0) -> None:
        self._app_token, self._ping_s = app_token, ping_s
        self._client = AsyncWebClient(token, api_url, retry_handlers=[AsyncRateLimitErrorRetryHandler(FLOOD_TRIES)])
        known, here = {"Authorization": f"Bearer {token}"}, str(URL(api_url).origin())
        self._hosts = {here: known, "https://*.slack.com": known, "https://*.slack-edge.com": {}}  # the last for faces
        self._entrance, self._people = Entrance(), dict[str, Person]()

    async def run(self, listener: Listener) -> None:
        with self._entrance.tried():
            me = await self._enter("auth_test")
            app = self._hearing(listener, me["user_id"])
            handler: Any = AsyncSocketModeHandler(app, self._app_token, ping_interval=self._ping_s)
            try:
                handler.client.wss_uri = (await self._enter("apps_connections_open", app_token=self._app_token))["url"]
                await handler.connect_async()
                self._entrance.open()
                await asyncio.Event().wait()
            finally:
                await handler.close_async()

    async def fetch(self, picture: Picture) -> bytes:
        return await download.fetch(picture, "Slack", self._hosts)

    async def avatar(self, person: Person, address: Address) -> Picture | None:  # noqa: ARG002 - the same everywhere
        profile = (await self._user(person.id)).get("profile", {})
        url = profile.get("image_512") if profile.get("is_custom_image", True) else None
        return Picture(url) if url else None

    async def administers(self, person: Person, address: Address) -> bool:
        """The workspace's admins may decide in all of its channels."""
        if reading.is_private(str(address["channel"])):
            return True
        user = await self._user(person.id)
        return bool(user.get("is_admin") or user.get("is_owner"))

    def home(self, address: Address) -> Address | None:
        return {"channel": address["channel"], "thread": None, "person": ""}

    async def say(self, address: Address, text: Text) -> str:
        said = reading.place(address) | reading.shown(text)
        if text.whispered and (person := address["person"]):
            await self._call("chat_postEphemeral", user=person, **said)
            return ""  # nobody, we neither, can name it afterwards
        return str((await self._call("chat_postMessage", **said))["ts"])

    async def change(self, address: Address, sent: str, text: Text) -> None:
        with suppress(MessageGone):
            if (shown := sent.partition(" ")[0]) and not shown.startswith("F"):
                await self._call("chat_update", channel=address["channel"], ts=shown, **reading.shown(text))

    async def remove(self, address: Address, sent: str | None) -> None:
        for part in (sent or "").split():
            with suppress(MessageGone):
                if part.startswith("F"):
                    await self._call("files_delete", file=part)
                else:
                    await self._call("chat_delete", channel=address["channel"], ts=part)

    async def show(self, address: Address, answer: Answer, key: str) -> str:  # noqa: ARG002 - see ``repeatable``
        """Pictures in one message; their caption stands with the buttons, in words below, if there are any."""
        where, below = reading.place(address), any(answer.buttons)
        above = None if below else reading.shown(Text(answer.caption))["text"] or None
        uploads = [{"filename": photo.name, "content": photo.picture} for photo in answer.photos]
        shown = await self._call("files_upload_v2", file_uploads=uploads, initial_comment=above, **where)
        sent = [str(file["id"]) for file in shown["files"]]
        if below:
            said = reading.shown(Text(answer.caption or "🖼", answer.buttons), sent)
            try:
                sent.insert(0, (await self._call("chat_postMessage", **where, **said))["ts"])
            except SendFailed as error:
                raise SendUncertain(f"Only the pictures were delivered: {error}") from None
        return " ".join(sent)

    async def _call(self, method: str, **given: Any) -> Any:
        """Make a call, which bears the name of the client's method, once Slack has let us in."""
        await self._entrance.passed()
        attempt = partial(getattr(self._client, method), **given)
        return await through(attempt, "Slack", SlackClientError, refusals.meaning)

    async def _enter(self, method: str, **given: Any) -> Any:
        """Make a call that lets us in, for as long as Slack is away."""
        attempt = partial(getattr(self._client, method), **given)
        return await through(attempt, "Slack", SlackClientError, refusals.meaning, repeatable=True, patient=True)

    async def _look_up(self, method: str, **given: Any) -> Any:
        """What Slack answers; empty where it does not tell us."""
        with suppress(SendFailed, SendUncertain):
            return (await self._call(method, **given)).data
        return {}

    def _hearing(self, listener: Listener, me: str) -> AsyncApp:
        """What hears for us. It acknowledges once the listener is through, and not at all where that fails."""

        async def hear(message: Message, ack: AsyncAck) -> None:
            speaker, *others = [await self._named(person) for person in (message.person, *message.mentioned)]
            await listener.receive(replace(message, person=speaker, mentioned=tuple(others)))
            await ack()

        async def on_event(event: reading.Raw, ack: AsyncAck) -> None:
            if reading.is_said(event):
                await hear(reading.of_event(event, await self._root(event["channel"], event), me), ack)

        async def on_command(body: reading.Raw, ack: AsyncAck) -> None:
            await hear(reading.of_command(body), ack)

        async def on_press(body: reading.Raw, ack: AsyncAck) -> None:
            await hear(reading.of_press(body, await self._root(body["channel"]["id"], body["container"])), ack)

        app = AsyncApp(client=self._client, process_before_response=True)
        for kind, listen in ((app.event, on_event), (app.command, on_command), (app.action, on_press)):
            kind(re.compile(""))(listen)  # to all of a kind, for what is not heard would be sent again
        return app

    async def _root(self, channel: str, told: reading.Raw) -> reading.Raw:
        """The first message of the thread that something stands in; empty where there is none or we may not read it."""
        if "thread_ts" not in told:
            return {}
        found = await self._look_up("conversations_replies", channel=channel, ts=told["thread_ts"], limit=1)
        return dict(next(iter(found.get("messages", ())), {}))

    async def _named(self, person: Person) -> Person:
        """A person with their name, which is asked for once; without it where Slack does not tell us."""
        if person.id not in self._people and (user := await self._user(person.id)):
            self._people[person.id] = reading.person_of(user)
        return self._people.get(person.id, person)

    async def _user(self, user: str) -> Any:
        return (await self._look_up("users_info", user=user, include_locale=True)).get("user", {})
