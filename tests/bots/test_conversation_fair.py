"""People who ask in one chat take turns: the conversation with the real service, its scheduler and small generators."""

import asyncio
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bots.conversation import Conversation, Pace
from bots.ledger import Ledger
from inference.embedded import EmbeddedService
from inference.job import Event, Job, Progress, Result, Running
from inference.limits import Limits
from tests.bots.console import Chat, Console
from tests.inference.watched import WatchedLibrary

QUIET = Pace(worth_after_s=60, worth_eta_s=600)


def photo() -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 200, (64, 96, 3), np.uint8)).save(out, "JPEG")
    return out.getvalue()


class Noting(EmbeddedService):
    """Notes whose jobs it takes, and whose go on the device."""

    def __init__(self, library: WatchedLibrary) -> None:
        super().__init__(library, device="cpu", limits=Limits(batch_jobs=1, fill_wait_s=0))
        self.taken: list[str] = []
        self.ran: list[str] = []

    async def stylize(self, job: Job, progress: Progress | None = None) -> Result:
        user = job.user.removeprefix("console:")

        def hear(event: Event) -> None:
            if isinstance(event, Running):
                self.ran.append(user)
            elif not heard:
                self.taken.append(user)
            heard.append(event)
            if progress:
                progress(event)

        heard: list[Event] = []
        return await super().stylize(job, hear)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


def taken(service: Noting, count: int) -> bool:
    return len(service.taken) == count


@pytest.mark.timeout(180)  # a busy machine loads and warms a generator first
async def test_whoever_asks_for_much_lets_the_others_in_between(tmp_path: Path) -> None:
    """Ann asks for three pictures, Cleo for two and Ben for one, while the painter is busy with Hal's."""
    library, console, picture = WatchedLibrary(tmp_path / "packs", "ash"), Console(), photo()
    async with (
        Noting(library) as service,
        Ledger(tmp_path / "ledger.sqlite3") as ledger,
        Conversation(service, ledger, [console], pace=QUIET) as conversation,
    ):
        library.entered.clear()
        library.gate.clear()
        people = {name: Chat(console, conversation, chat="group", person=name, private=False) for name in "ABCH"}
        for count, name in enumerate("HAABCCA", 1):
            await people[name].say("/style ash", picture)
            await until(partial(taken, service, count))
            if name == "H":
                await until(library.entered.is_set)
        library.gate.set()
        await console.until(lambda: len(console.standing) == 7, within_s=30)
    assert "".join(service.ran) == "HABCACA"
