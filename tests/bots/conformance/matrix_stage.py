"""Matrix as a stage, over a real server."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, ClassVar

from bots.adapter import Adapter
from bots.matrix import MatrixAdapter
from bots.message import Message, Photo
from tests.bots.conformance.stage import Seen, Stage
from tests.bots.matrix.room import QUICK, Person, joined
from tests.emulators.synapse import PASSWORD, UPLOAD_BYTES, Synapse

BUTTONS = "org.atelier.buttons"


class MatrixStage(Stage):
    platform = "matrix"
    lacks: ClassVar[Mapping[str, str]] = {
        "acknowledgement": "its server keeps a stream, and we our place in it",
        "repetition": "a server hands out each event of its stream once",
        "albums in": "each picture is an event of its own",
        "a connection": "we ask again and again; its own tests stop the server",
        "broken sends": "a real server does not break off at will; its own tests stop it",
        "refusal": "where we may not speak we are as good as not there, and that is “gone”",
    }
    too_large = Photo(bytes(UPLOAD_BYTES + 1))

    def __init__(self, synapse: Synapse) -> None:
        super().__init__()
        self._synapse = synapse

    async def open(self, exits: AsyncExitStack) -> None:
        self._folder = Path(exits.enter_context(tempfile.TemporaryDirectory()))
        self._bot = self._synapse.person("atelier")
        ada = await exits.enter_async_context(Person(self._synapse, "ada"))
        bob = await exits.enter_async_context(Person(self._synapse, "bob"))
        self._people = {"ada": ada, "bob": bob}
        self._group = await ada.make_room(self._bot, bob.id, name="studio")
        self._private = await ada.make_room(self._bot)
        await bob.client.join(self._group)

    def make(self, *, wrong: bool = False) -> MatrixAdapter:
        password, folder = ("not-this-one", "stranger") if wrong else (PASSWORD, "matrix")
        return MatrixAdapter(self._synapse.url, self._bot, password, folder=self._folder / folder, pace=QUICK)

    async def start(self, adapter: Adapter | None = None) -> None:
        await super().start(adapter)
        for room in (self._group, self._private):
            await joined(self._people["ada"], room, self._bot)
        login = json.loads((self._folder / "matrix" / "login.json").read_text())
        self.secrets = (PASSWORD, login["token"])

    async def say(
        self,
        text: str,
        *pictures: bytes,
        by: str = "ada",
        private: bool = False,
        reply_to: Message | Seen | None = None,
        naming: Sequence[str] = (),
        chatter: bool = False,
    ) -> None:
        person, room = self._people[by], self._private if private else self._group
        more: dict[str, Any] = {"m.relates_to": _answering(reply_to.id)} if reply_to else {}
        if naming:
            ids = [self.person(name) for name in naming]
            pills = [f'<a href="https://matrix.to/#/{one}">{one}</a>' for one in ids]
            more |= {"formatted_body": " ".join([text, *pills]), "m.mentions": {"user_ids": ids}}
            text = " ".join([text, *ids])
        if pictures:
            await person.photo(room, pictures[0], text, **more)
        else:
            await person.say(room, {"msgtype": "m.text", "body": text, **more})

    async def seen(self) -> list[Seen]:
        events: dict[str, tuple[str, dict[str, Any]]] = {}
        for room in (self._group, self._private):
            page = await self._people["ada"].client.room_messages(room, "", limit=100)
            for one in reversed(page.chunk):
                content = one.source["content"]
                if one.sender != self._bot or one.source["type"] != "m.room.message" or not content:
                    continue
                related = content.get("m.relates_to", {})
                if related.get("rel_type") != "m.replace":
                    events[one.event_id] = room, content
                elif related["event_id"] in events:
                    events[related["event_id"]] = room, content["m.new_content"] | {"m.relates_to": {}}
        return [await self._seen(event, content) for event, (_, content) in events.items()]

    async def _seen(self, event: str, content: dict[str, Any]) -> Seen:
        words = "" if content["body"] == content.get("filename") else content["body"].partition("\n\n1. ")[0]
        pictures = (await self._people["ada"].download(content),) if "url" in content else ()
        answered = content.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id", "")
        return Seen(event, words, pictures, tuple(content.get(BUTTONS, {}).get("commands", ())), answered)

    async def press(self, seen: Seen, command: str, *, by: str = "ada") -> None:
        number = seen.commands.index(command) + 1
        answer = {"msgtype": "m.text", "body": str(number), "m.relates_to": _answering(seen.id)}
        await self._people[by].say(self._group, answer)

    async def accident(self, kind: str, *, pictures: bool = False) -> None:
        if kind == "flood":
            limits = {"messages_per_second": 2, "burst_count": 1}
            self._synapse.admin("POST", f"/v1/users/{self._bot}/override_ratelimit", limits)
        else:
            await self._people["ada"].client.room_kick(self._private, self._bot)

    async def give_avatar(self, name: str, picture: bytes) -> None:
        person = self._people[name]
        await person.client.set_avatar(await person.upload(picture))

    async def give_chat_picture(self, picture: bytes) -> None:
        ada = self._people["ada"]
        await ada.client.room_put_state(self._group, "m.room.avatar", {"url": await ada.upload(picture)})

    async def appoint(self, name: str) -> None:
        assert name == "ada"  # who made the room decides there

    def person(self, name: str) -> str:
        return self._people[name].id


def _answering(event: str) -> dict[str, Any]:
    return {"m.in_reply_to": {"event_id": event}}
