"""``/theme`` with a real service: pictures of words by a small real generator, asked for and restyled in a chat."""

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bots import replies
from bots.conversation import Conversation
from bots.ledger import Ledger
from inference.embedded import EmbeddedService
from tests.bots.console import Chat, Console, Sent
from tests.inference.imagined import write_theme
from tests.inference.watched import WatchedLibrary


def pixels(answer: Sent) -> NDArray[np.int64]:
    with Image.open(io.BytesIO(answer.pictures[0])) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


async def ask(chat: Chat, text: str) -> Sent:
    count = len(chat.console.sent)
    await chat.say(text)
    await chat.console.until(lambda: len(chat.console.sent) > count, within_s=40)
    return chat.console.sent[-1]


async def test_words_become_a_picture_that_can_be_had_again_and_restyled(tmp_path: Path) -> None:
    console = Console()
    write_theme(tmp_path / "packs")
    library = WatchedLibrary(tmp_path / "packs", "ash")
    async with (
        EmbeddedService(library, device="cpu") as service,
        Ledger(tmp_path / "ledger.sqlite3") as ledger,
        Conversation(service, ledger, [console], mark=False) as conversation,
    ):
        ann = Chat(console, conversation)
        first = await ask(ann, "/theme misty sea")
        assert (first.text, first.names) == ("made with AI · “misty sea”", ("theme.jpg",))
        assert (await ask(ann, "/theme")).text == replies.text("en", "theme-what")
        assert (await ask(ann, "/theme carburettor")).text == replies.text("en", "error-unknown_words")
        assert (await ask(ann, "/styles")).buttons == ("/style ash",)
        key = first.buttons[0].split()[1]
        again, another = await ask(ann, f"/again {key} theme"), await ask(ann, first.buttons[0])
        assert again.pictures == first.pictures, "the same words and seed"
        assert another.pictures != first.pictures
        file = await ask(ann, next(button for button in first.buttons if button.endswith("file")))
        assert (file.as_file, file.names) == (True, ("theme.png",))
        styled = await ask(ann, f"/again {key} ash")
        assert styled.text.endswith("“misty sea”")
        assert styled.names == ("ash.jpg",)
        assert pixels(styled).shape == pixels(first).shape == pixels(file).shape
        weak = await ask(ann, f"/again {key} ash 1%")
        assert np.abs(pixels(weak) - pixels(first)).mean() < np.abs(pixels(styled) - pixels(first)).mean()
