"""What happens in Matrix while a picture is being made, with the real conversation and ledger."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bots.conversation import Conversation, Pace
from bots.ledger import Ledger, State
from tests.bots.console import Inverting, inverted
from tests.bots.matrix import room as rooms
from tests.bots.matrix.room import Person
from tests.emulators.synapse import PASSWORD, Synapse

pytestmark = [pytest.mark.matrix, pytest.mark.timeout(420), pytest.mark.asyncio(loop_scope="package")]
CALM = Pace(worth_after_s=60.0)


@dataclass(frozen=True)
class Atelier:
    """All of it at work in a room; the service holds pictures back until its gate is opened."""

    service: Inverting
    ledger: Ledger

    async def begun(self) -> None:
        async with asyncio.timeout(rooms.WITHIN_S):
            while not self.service.submitted:
                await asyncio.sleep(0.02)

    async def states(self, *states: State) -> None:
        """Wait until the messages that are not answered stand there."""
        async with asyncio.timeout(rooms.WITHIN_S):
            while tuple(entry.state for entry in await self.ledger.open_entries()) != states:
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def at_work(synapse: Synapse, bot: str, folder: Path) -> AsyncIterator[Atelier]:
    adapter, service = rooms.adapter_of(synapse, bot, folder / "matrix"), Inverting()
    service.gate.clear()
    async with (
        Ledger(folder / "ledger.sqlite3") as ledger,
        Conversation(service, ledger, [adapter], pace=CALM) as conversation,
        rooms.running(adapter, conversation),
    ):
        yield Atelier(service, ledger)


async def meet(grace: Person, bot: str) -> str:
    room = await grace.make_room(bot)
    await rooms.joined(grace, room, bot)
    return room


async def test_a_question_taken_back_while_it_waited_is_answered_all_the_same(
    synapse: Synapse, tmp_path: Path, grace: Person
) -> None:
    bot = synapse.person("atelier")
    async with at_work(synapse, bot, tmp_path) as atelier:
        room = await meet(grace, bot)
        asked = await grace.photo(room, b"photo", "!style ukiyoe")
        await atelier.begun()
        await grace.client.room_redact(room, asked)
        atelier.service.gate.set()
        (shown,) = await grace.seen(room, of=bot)
        assert await grace.download(shown["content"]) == inverted(b"photo")


async def test_a_server_that_restarts_meanwhile_delays_the_picture_alone(
    synapse: Synapse, tmp_path: Path, grace: Person
) -> None:
    bot = synapse.person("atelier")
    async with at_work(synapse, bot, tmp_path) as atelier:
        room = await meet(grace, bot)
        await grace.photo(room, b"photo", "!style ukiyoe")
        await atelier.begun()
        await asyncio.to_thread(synapse.stop)
        atelier.service.gate.set()
        await atelier.states(State.SENDING)
        await asyncio.to_thread(synapse.start)
        await atelier.states()
        assert len(await grace.seen(room, of=bot)) == 1


async def test_where_we_were_put_out_meanwhile_nobody_is_told_and_others_are_answered(
    synapse: Synapse, tmp_path: Path, grace: Person
) -> None:
    bot = synapse.person("atelier")
    async with at_work(synapse, bot, tmp_path) as atelier:
        closed, room = await meet(grace, bot), await meet(grace, bot)
        await grace.photo(closed, b"photo", "!style ukiyoe")
        await atelier.begun()
        await grace.client.room_kick(closed, bot)
        atelier.service.gate.set()
        await atelier.states()
        await grace.photo(room, b"other", "!style ukiyoe")
        (shown,) = await grace.seen(room, of=bot)
        assert await grace.download(shown["content"]) == inverted(b"other")


async def test_a_picture_that_outlives_the_password_comes_with_the_new_one(
    synapse: Synapse, tmp_path: Path, grace: Person
) -> None:
    bot = synapse.person("outcast")
    async with at_work(synapse, bot, tmp_path) as atelier:
        room = await meet(grace, bot)
        await grace.photo(room, b"photo", "!style ukiyoe")
        await atelier.begun()
        synapse.admin("PUT", f"/v2/users/{bot}", {"password": "another one", "logout_devices": True})
        atelier.service.gate.set()
        await atelier.states(State.READY)
    synapse.admin("PUT", f"/v2/users/{bot}", {"password": PASSWORD, "logout_devices": True})
    async with at_work(synapse, bot, tmp_path):
        (shown,) = await grace.seen(room, of=bot)
        assert await grace.download(shown["content"]) == inverted(b"photo")
