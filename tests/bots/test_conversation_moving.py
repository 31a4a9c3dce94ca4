"""Pictures that move, and those that move for too long."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bots import replies
from bots.conversation import Conversation
from bots.ledger import Ledger
from tests.bots.console import BROKEN, ENDLESS, MOVING, Chat, Console, Inverting, inverted
from tests.bots.talking import ask

PHOTO = b"a photo"
TOO_LONG = replies.text("en", "error-too_many_frames")
FIRST = replies.text("en", "again-still")


@asynccontextmanager
async def talking(path: Path, console: Console, service: Inverting) -> AsyncIterator[Chat]:
    async with Ledger(path) as ledger, Conversation(service, ledger, [console]) as conversation:
        yield Chat(console, conversation)


@pytest.fixture
async def ann(tmp_path: Path, service: Inverting) -> AsyncIterator[Chat]:
    async with talking(tmp_path / "ledger.sqlite3", Console(), service) as chat:
        yield chat


async def test_what_moves_comes_back_moving(ann: Chat) -> None:
    answer = await ask(ann, "/style ukiyoe", MOVING, PHOTO)
    assert answer.moving == (True, False)
    assert answer.names == ("ukiyoe-1.gif", "ukiyoe-2.jpg")


async def test_what_moves_for_too_long_is_told_and_its_first_frame_offered(ann: Chat, service: Inverting) -> None:
    told = await ask(ann, "/style ukiyoe 50%", ENDLESS)
    assert (told.text, told.labels, told.pictures) == (TOO_LONG, (FIRST,), ())
    frame = await ask(ann, told.buttons[0])
    assert (frame.pictures, frame.moving) == ((inverted(ENDLESS),), (False,))
    assert frame.text == "made with AI · Ukiyo-e · 50 %"
    await ask(ann, frame.buttons[-2].replace("delete", "keep"))
    assert service.jobs[-1].options.still, "and so do all that are made of it"


async def test_the_first_frame_is_there_after_a_restart(tmp_path: Path, service: Inverting) -> None:
    console, path = Console(), tmp_path / "ledger.sqlite3"
    async with talking(path, console, service) as ann:
        told = await ask(ann, "/style ukiyoe", ENDLESS)
    async with talking(path, console, service) as ann:
        assert (await ask(ann, told.buttons[0], id="press")).pictures == (inverted(ENDLESS),)


async def test_one_of_an_album_that_moves_for_too_long_is_named(ann: Chat) -> None:
    answer = await ask(ann, "/style ukiyoe", PHOTO, ENDLESS)
    assert answer.pictures == (inverted(PHOTO),)
    assert answer.text.splitlines()[1] == f"Picture 2: {TOO_LONG}"
    assert answer.labels[0] == FIRST
    assert (await ask(ann, answer.buttons[0])).pictures == (inverted(PHOTO), inverted(ENDLESS))


async def test_a_sheet_of_what_moves_for_too_long_offers_the_first_frame_too(ann: Chat) -> None:
    told = await ask(ann, "/try", ENDLESS)
    assert told.text == TOO_LONG
    sheet = await ask(ann, told.buttons[0])
    assert sheet.names == ("sheet.jpg",)
    assert (await ask(ann, sheet.buttons[0])).pictures == (inverted(ENDLESS),)


async def test_what_results_were_made_of_goes_along_in_their_order(ann: Chat) -> None:
    answer = await ask(ann, "/style ukiyoe", PHOTO, BROKEN, MOVING)
    assert answer.before == (PHOTO, MOVING)
    assert answer.pictures == (inverted(PHOTO), inverted(MOVING))
