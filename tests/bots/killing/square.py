"""A platform that outlives the programs on it: a folder with what people said, and what they saw.

``updates`` is what people said, ``acknowledged`` how far the program has heard it, ``journal`` what came to stand in
the chats, line by line.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bots.adapter import Listener, SendFailed
from bots.message import Address, Answer, Message, Person, Picture, Text
from tests.bots.console import append, inverted, read_journal

PLATFORM = "square"
MARK = "a photo of "
NEGATIVE = inverted(MARK.encode())
ADMINS = {"1"}
_LOOK_S = 0.005
_AGAIN = 3  # updates that are delivered once more after a start, as platforms do whose acknowledgement was lost
_NAME = 24  # bytes


def photo(folder: Path, name: str) -> str:
    """Something to fetch, which names itself in every one of its parts."""
    path = folder / f"photo {name.replace('/', '-')}"
    if not path.exists():
        path.write_bytes(named(name))
    return str(path)


def named(name: str) -> bytes:
    """A picture with this name in every one of its parts."""
    return f"{MARK}{name}".encode().ljust(_NAME) * 500


def made_of(picture: bytes) -> str:
    """The name of the photo, or the words, that a result was made of; "" for what was made of neither."""
    parts = [part.decode(errors="replace").strip() for part in (picture[-_NAME:], inverted(picture[-_NAME:]))]
    return next((part.removeprefix(MARK) for part in parts if part.startswith(MARK)), "")


class Square:
    """An Adapter. ``reached`` is told of every point at which a program may die."""

    platform = PLATFORM

    def __init__(self, folder: Path, *, repeatable: bool, reached: Callable[[str], None]) -> None:
        self.folder, self.repeatable, self._reached = folder, repeatable, reached
        self._journal = folder / "journal"
        lines = read_journal(self._journal)
        self._count = len(lines)
        self._keys: dict[str, str] = {line["key"]: line["sent"] for line in lines if line["does"] == "show"}
        self.heard_all = False

    async def run(self, listener: Listener) -> None:
        heard = max(0, len(read_journal(self.folder / "acknowledged")) - _AGAIN)
        while True:
            updates = read_journal(self.folder / "updates")
            for update in updates[heard:]:
                self.heard_all = False
                await listener.receive(message_of(update))
                append(self.folder / "acknowledged", {"id": update["id"]})
                heard += 1
            self.heard_all = True
            await asyncio.sleep(_LOOK_S)

    async def fetch(self, picture: Picture) -> bytes:
        try:
            return await asyncio.to_thread(Path(picture.ref).read_bytes)
        except FileNotFoundError:
            raise SendFailed("the picture is gone") from None

    async def avatar(self, person: Person, address: Address) -> Picture | None:
        return Picture(photo(self.folder, f"avatar {person.id}"), "image/jpeg")

    async def chat_picture(self, address: Address) -> Picture | None:
        return None

    async def administers(self, person: Person, address: Address) -> bool:
        return str(address["chat"]) == person.id or person.id in ADMINS

    def home(self, address: Address) -> Address | None:
        return {"chat": address["chat"], "message": None}

    async def say(self, address: Address, text: Text) -> str:
        return self._stand("say", address, text=text.text, buttons=_commands(text))

    async def change(self, address: Address, sent: str, text: Text) -> None:
        self._stand("change", address, sent=sent, text=text.text, buttons=_commands(text))

    async def remove(self, address: Address, sent: str | None) -> None:
        if sent is not None:
            self._stand("remove", address, sent=sent)

    async def busy(self, address: Address) -> None:
        """Nobody looks at it."""

    async def show(self, address: Address, answer: Answer, key: str) -> str:
        if self.repeatable and key in self._keys:
            return self._keys[key]
        made = [made_of(photo.picture) for photo in answer.photos]
        self._keys[key] = self._stand(
            "show", address, text=answer.caption, buttons=_commands(answer), key=key, pictures=made
        )
        return self._keys[key]

    def _stand(self, does: str, address: Address, sent: str = "", **seen: Any) -> str:
        """One line, as one write: it stands there whole, whatever becomes of the program."""
        self._reached("before sending")
        sent = sent or f"s{self._count}"
        line = {"does": does, "chat": address["chat"], "re": address["message"], "sent": sent, "key": "", "text": ""}
        append(self._journal, line | {"buttons": [], "pictures": []} | seen)
        self._count += 1
        self._reached("after sending")
        return sent


def message_of(update: dict[str, Any]) -> Message:
    who, chat = Person(update["person"], f"P{update['person']}"), update["chat"]
    private = chat == update["person"]
    return Message(
        PLATFORM,
        chat,
        update["id"],
        who,
        update["text"],
        {"chat": chat, "message": update["id"]},
        tuple(Picture(ref, "image/jpeg") for ref in update["pictures"]),
        tuple(Picture(ref, "image/jpeg") for ref in update["replied"]),
        private=private,
        mentioned=tuple(Person(person, f"P{person}") for person in update["mentioned"]),
        pressed=update["pressed"],
    )


def _commands(said: Text | Answer) -> list[str]:
    return [button.command for row in said.buttons for button in row]
