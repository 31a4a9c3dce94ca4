"""A creator's style in a group, told on every platform: asked for, approved, used, taken back, refused."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bots import replies
from bots.conversation import Conversation
from bots.ledger import Ledger
from inference.job import Job, Progress, Result
from tests.bots.conformance.pictures import CAT, DOG, painted
from tests.bots.conformance.stage import Seen, Stage
from tests.bots.console import Inverting


@dataclass
class Painting(Inverting):
    """It makes what platforms take for pictures."""

    async def draft(self, pictures: Sequence[bytes]) -> bytes:
        await super().draft(pictures)
        return painted("draft").picture

    async def stylize(self, job: Job, progress: Progress | None = None) -> Result:
        return replace(await super().stylize(job, progress), picture=painted(job.style).picture)


@asynccontextmanager
async def talking(stage: Stage, folder: Path, service: Inverting) -> AsyncIterator[None]:
    """The whole conversation in the place of a listener that only records."""
    await stage.stop()
    adapter = stage.make()
    async with Ledger(folder / "ledger.sqlite3") as ledger, Conversation(service, ledger, [adapter]) as conversation:
        stage.listener = conversation
        await stage.start(adapter)
        try:
            yield
        finally:
            while await ledger.open_entries():
                await asyncio.sleep(0.01)


async def press(stage: Stage, words: str, by: str) -> None:
    """Press the last button that says this, as soon as it stands there."""
    seen = await stage.sees(lambda seen: any(_commands(one, words) for one in seen))
    one = next(one for one in reversed(seen) if _commands(one, words))
    await stage.press(one, _commands(one, words)[0], by=by)


def _commands(seen: Seen, words: str) -> list[str]:
    return [command for command in seen.commands if words in f"{command} "]


async def test_a_creator_an_admin_and_a_member(stage: Stage, tmp_path: Path) -> None:
    stage.needs("group")
    await stage.appoint("ada")
    service = Painting()
    async with talking(stage, tmp_path, service):
        await stage.say("/newstyle Autumn ink", CAT, by="bob")
        for words in ("done", "right own", "for here", "days 30", "agree"):
            await press(stage, words, by="bob")
        await press(stage, " yes", by="ada")
        made = {replies.text(tag, "creators-made", title="Autumn ink", style="autumn-ink") for tag in replies.LANGUAGES}
        await stage.sees(lambda seen: any(one.text in made for one in seen))
        (creation,) = service.creations.values()
        assert (creation.pictures, creation.granted_by) == ((CAT,), f"{stage.platform}:{stage.person('bob')}")
        await stage.say("/style autumn ink", DOG, by="ada")
        await stage.sees(lambda seen: any(painted("autumn-ink").picture in one.pictures for one in seen))
        await stage.say("/mystyles", by="bob")
        await press(stage, "back autumn-ink", by="bob")
        await press(stage, "sure autumn-ink", by="bob")
        over = {replies.text(tag, "creators-taken-back", title="Autumn ink") for tag in replies.LANGUAGES}
        await stage.sees(lambda seen: any(one.text in over for one in seen))
        assert service.withdrawn == {"autumn-ink"}
        await stage.say("/style autumn-ink", DOG, by="ada")
        refused = {replies.text(tag, "error-style_withdrawn") for tag in replies.LANGUAGES}
        await stage.sees(lambda seen: any(one.text in refused for one in seen))
