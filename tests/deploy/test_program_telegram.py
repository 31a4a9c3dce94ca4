"""The main job, whole: the program as its own process, a shipped style, and Telegram emulated on a socket."""

import asyncio
import io
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from bots import replies
from tests import hostile
from tests.conftest import photo
from tests.emulators.telegram import ALICE, BOB, GROUP, Sent, TelegramEmulator
from tests.program import Program

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE_S = 40
UNCERTAIN = ("I was interrupted while answering", "我在答复时被打断了")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("atelier")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def telegram() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as emulator:
        yield emulator
        assert emulator.violations == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(telegram: TelegramEmulator, data: Path) -> AsyncIterator[Program]:
    settings = {"ATELIER_TELEGRAM_TOKEN": telegram.token, "ATELIER_TELEGRAM_API_URL": telegram.url}
    async with Program("run", data, settings) as running:
        yield running
        assert await running.stop() == 0
        assert telegram.token not in running.printed()
        assert "Traceback" not in running.printed()


async def reply(telegram: TelegramEmulator, asked: dict[str, Any], text: str | None = None) -> Sent:
    """What was sent in reply to one message: pictures, or the words that begin so."""

    def found() -> list[Sent]:
        mine = [sent for sent in telegram.sent if sent.replies_to == asked["message_id"]]
        return [sent for sent in mine if (sent.files if text is None else sent.text.startswith(text))]

    await telegram.until(lambda: bool(found()), PATIENCE_S)
    return found()[-1]


def sizes(sent: Sent) -> list[tuple[int, int]]:
    return [Image.open(io.BytesIO(data)).size for _, data in sent.files]


async def test_a_photo_with_a_caption_comes_back_restyled(program: Program, telegram: TelegramEmulator) -> None:
    answer = await reply(telegram, telegram.photo(photo("cat"), caption="/style ukiyoe"))
    assert sizes(answer) == [(451, 300)]
    assert "AI" in answer.text
    assert b"compositeWithTrainedAlgorithmicMedia" in answer.files[0][1]
    before, after = (
        Image.open(io.BytesIO(data)).resize((8, 8)).tobytes() for data in (photo("cat"), answer.files[0][1])
    )
    difference = [abs(a - b) for a, b in zip(before, after, strict=True)]
    assert sum(difference) / len(difference) > 8  # restyled, not sent back


async def test_a_reply_in_a_group_is_answered_there_in_chinese(program: Program, telegram: TelegramEmulator) -> None:
    shared = telegram.photo(photo("coffee"), user=BOB, chat=GROUP)
    asked = telegram.say("/style@AtelierTestBot ukiyoe 70%", user=BOB, chat=GROUP, reply_to=shared)
    answer = await reply(telegram, asked)
    assert answer.chat == GROUP["id"]
    assert "浮世绘" in answer.text


async def test_an_album_comes_back_as_an_album(program: Program, telegram: TelegramEmulator) -> None:
    first, _ = telegram.album([photo("coffee"), photo("cat")], caption="/style ukiyoe")
    assert sizes(await reply(telegram, first)) == [(512, 341), (451, 300)]


async def test_without_a_style_there_are_buttons_for_the_photo_just_sent(
    program: Program, telegram: TelegramEmulator
) -> None:
    asked = telegram.photo(photo("cat"), caption="/style")
    gallery = await reply(telegram, asked)
    assert "/style ukiyoe" in [command for row in gallery.buttons for command in row]
    telegram.press(gallery.messages[0], "/style ukiyoe")
    await telegram.until(lambda: sizes(telegram.sent[-1]) == [(451, 300)], PATIENCE_S)


async def test_whatever_strangers_send_gets_its_own_answer(program: Program, telegram: TelegramEmulator) -> None:
    at_first = program.memory_bytes()
    asked = [  # each from a person of their own, so that nobody waits for flood control
        (telegram.document(make(), caption="/style ukiyoe", user=ALICE | {"id": 5000 + number}), code)
        for number, (make, code) in enumerate(hostile.HOSTILE.values())
    ]
    for message, code in asked:
        await reply(telegram, message, replies.text("en", f"error-{code}"))
    assert program.memory_bytes() - at_first < 400e6


async def test_a_misspelt_style_is_answered_with_the_nearest(program: Program, telegram: TelegramEmulator) -> None:
    answer = await reply(telegram, telegram.say("/style ukyioe"), "I have no style")
    assert ["/style ukiyoe"] in answer.buttons


@pytest.mark.timeout(180)  # the whole program starts several times
async def test_killed_at_any_point_it_answers_all_that_it_accepted_and_nothing_twice(
    program: Program, telegram: TelegramEmulator, data: Path
) -> None:
    chance = random.Random(5)
    asked: list[int] = []
    for _ in range(3):
        asked += [telegram.photo(photo("cat"), caption="/style ukiyoe")["message_id"] for _ in range(2)]
        await asyncio.sleep(chance.uniform(0.05, 1.5))
        await program.kill()
        await program.start()
    await telegram.until(lambda: len(_answered(telegram, asked)) == len(asked), PATIENCE_S)
    await asyncio.sleep(1)  # long enough for a second answer to show
    assert set(_answered(telegram, asked).values()) == {1}
    kept = await asyncio.to_thread(lambda: b"".join(file.read_bytes() for file in data.rglob("ledger*")))
    assert telegram.token.encode() not in kept


def _answered(telegram: TelegramEmulator, asked: list[int]) -> Counter[int]:
    """How often each question was answered, by a picture or by the word that it is uncertain."""
    ours = [sent for sent in telegram.sent if sent.replies_to in asked]
    final = [sent for sent in ours if sent.files or any(word in sent.text for word in UNCERTAIN)]
    return Counter(sent.replies_to for sent in final if sent.replies_to is not None)
