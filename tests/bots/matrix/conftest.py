"""One Synapse, one bot and one room for all; what stops, breaks or leaves has a room of its own."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.bots.matrix.room import Person, Room, room
from tests.emulators.synapse import NotInstalled, Synapse, install


@pytest.fixture(scope="session")
def synapse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synapse]:
    try:
        python = install()
    except NotInstalled as reason:
        pytest.skip(f"Synapse cannot be installed here: {reason}")
    with Synapse(python, tmp_path_factory.mktemp("synapse")) as server:
        yield server


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def grace(synapse: Synapse) -> AsyncIterator[Person]:
    async with Person(synapse, "grace") as person:
        yield person


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def studio(synapse: Synapse, tmp_path_factory: pytest.TempPathFactory, grace: Person) -> AsyncIterator[Room]:
    """Grace and our adapter in a room of three, where not everything is said to the bot."""
    async with room(synapse, tmp_path_factory.mktemp("studio"), grace) as here:
        yield here
