"""``/like`` with a real service: real style pictures, encoded by a small real generator, asked for in a chat."""

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from bots import replies
from bots.conversation import Conversation
from bots.ledger import Ledger
from inference.embedded import EmbeddedService
from tests.bots.console import Chat, Console, Sent
from tests.hostile import encoded, photo
from tests.inference.watched import WatchedLibrary
from tests.styles.making import write_pack

RISING, FALLING, DARK = list(range(256)), list(range(255, -1, -1)), [10] * 256  # of a channel's values, what becomes
WARM, COLD = (
    encoded(Image.linear_gradient("L").convert("RGB").point(channels))
    for channels in (RISING + DARK + DARK, DARK + DARK + FALLING)
)


@pytest.fixture
def library(tmp_path: Path) -> WatchedLibrary:
    """``any`` takes a style picture, ``ash`` takes none."""
    write_pack(tmp_path / "packs", "any", "arbitrary")
    return WatchedLibrary(tmp_path / "packs", "ash")


def pixels(answer: Sent) -> NDArray[np.int64]:
    with Image.open(io.BytesIO(answer.pictures[0])) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


async def ask(chat: Chat, text: str, *pictures: bytes) -> Sent:
    count = len(chat.console.sent)
    await chat.say(text, *pictures)
    await chat.console.until(lambda: len(chat.console.sent) > count, within_s=40)
    return chat.console.sent[-1]


async def test_style_pictures_make_the_difference(tmp_path: Path, library: WatchedLibrary) -> None:
    console, mine = Console(), encoded(photo())
    async with (
        EmbeddedService(library, device="cpu") as service,
        Ledger(tmp_path / "ledger.sqlite3") as ledger,
        Conversation(service, ledger, [console], mark=False) as conversation,
    ):
        ann = Chat(console, conversation)
        warm, cold = await ask(ann, "/like", mine, WARM), await ask(ann, "/like", mine, COLD)
        mixed = await ask(ann, "/like 50% 50%", mine, WARM, COLD)
        encodings = len(library.encoded)
        gentle = await ask(ann, warm.buttons[0])
        assert len(library.encoded) == encodings, "a button uses the code that is there"
        assert warm.text == "made with AI · in the style of your picture"
        assert pixels(warm).shape == pixels(mixed).shape == np.asarray(photo()).shape
        apart = np.abs(pixels(warm) - pixels(cold)).mean()
        assert apart > 0, "two style pictures, two results"
        with Image.open(io.BytesIO(mine)) as before:
            original = np.asarray(before.convert("RGB")).astype(int)
        assert np.abs(pixels(gentle) - original).mean() < np.abs(pixels(warm) - original).mean()
        refused = await ask(ann, "/like", mine, b"no picture at all")
        assert refused.text == replies.text("en", "error-bad_reference")
        assert (await ask(ann, "/like", b"no photo", WARM)).text == replies.text("en", "error-not_a_picture")
        sheet = await ask(ann, "/styles")
        assert sheet.buttons == ("/style ash",)
