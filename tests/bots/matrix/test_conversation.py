"""The whole conversation in Matrix: a real ledger, a real conversation, a service that inverts bytes."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.conversation import Conversation
from bots.ledger import Ledger
from tests.bots.console import Inverting, inverted
from tests.bots.matrix import room as rooms
from tests.bots.matrix.room import Person
from tests.emulators.synapse import Synapse

pytestmark = [pytest.mark.matrix, pytest.mark.timeout(420), pytest.mark.asyncio(loop_scope="package")]


@contextlib.asynccontextmanager
async def working(synapse: Synapse, bot: str, folder: Path, service: Inverting) -> AsyncIterator[None]:
    """Atelier with Matrix alone, from start to stop."""
    adapter = rooms.adapter_of(synapse, bot, folder / "matrix")
    async with (
        Ledger(folder / "ledger.sqlite3") as book,
        Conversation(service, book, [adapter]) as conversation,
        rooms.running(adapter, conversation),
    ):
        yield


async def test_a_photo_comes_back_and_a_number_makes_it_anew(synapse: Synapse, tmp_path: Path, grace: Person) -> None:
    service, bot = Inverting(), synapse.person("atelier")
    async with working(synapse, bot, tmp_path, service):
        room = await grace.make_room(bot)
        await rooms.joined(grace, room, bot)
        photo = await grace.photo(room, b"photo", "!style ukiyoe")
        (shown,) = await grace.seen(room, of=bot)
        assert await grace.download(shown["content"]) == inverted(b"photo")
        assert shown["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] == photo
        assert "\n1. " in shown["content"]["body"]
    async with working(synapse, bot, tmp_path, service):  # the buttons outlive a restart
        press = {"m.relates_to": {"m.in_reply_to": {"event_id": shown["event_id"]}}}
        await grace.say(room, {"msgtype": "m.text", "body": "1", **press})
        _, again = await grace.seen(room, of=bot, count=2)
        assert await grace.download(again["content"]) == inverted(b"photo")
    first, second = service.jobs
    assert first.style == second.style == "ukiyoe"
    assert first.options != second.options
