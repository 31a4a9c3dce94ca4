"""A platform and a service small enough to be looked through, yet real: no method of either is a mock.

The platform fetches pictures from memory or from a folder and writes what it sends to a journal, so that it also
serves programs that are killed. The service inverts bytes.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from bots.adapter import Listener, SendFailed
from bots.message import Address, Answer, Message, Person, Picture, Text
from inference.creation import FOREVER, Creation
from inference.errors import (
    BadReference,
    Busy,
    NotAPicture,
    StyleExists,
    StyleUnavailable,
    StyleWithdrawn,
    TooManyFrames,
    UnknownStyle,
)
from inference.job import Job, Progress, Queued, Result, Running
from inference.service import StyleInfo

STYLES = (
    StyleInfo("ukiyoe", "1.0.0", {"en": "Ukiyo-e", "zh": "浮世绘"}, "photo", "Apache-2.0"),
    StyleInfo("starry-night", "1.0.0", {"en": "Starry Night", "zh": "星夜"}, "photo", "Apache-2.0"),
    StyleInfo("anime", "1.0.0", {"en": "Anime", "zh": "动漫"}, "photo", "Apache-2.0"),
)
BROKEN = b"not a picture"
MOVING, ENDLESS = b"GIF89a of three frames", b"GIF89a of a whole film"


def inverted(picture: bytes) -> bytes:
    return bytes(255 - byte for byte in picture)


def sheet_of(picture: bytes, *styles: str) -> bytes:
    return f"sheet of {' '.join(styles)}: ".encode() + inverted(picture)


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing that people see in the chat."""

    chat: str
    text: str
    kind: str = "text"
    pictures: tuple[bytes, ...] = ()
    names: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    as_file: bool = False
    key: str = ""
    labels: tuple[str, ...] = ()
    before: tuple[bytes, ...] = ()
    moving: tuple[bool, ...] = ()
    whispered: bool = False


class Console:
    """An Adapter. ``sent`` is what stands in the chats, ``history`` also what was changed or taken back.

    With a ``journal`` it is a platform that outlives its programs: what is written there was seen by people, and with
    ``repeatable`` an answer whose key is there is not shown again.
    """

    platform = "console"

    def __init__(self, *, repeatable: bool = False, journal: Path | None = None) -> None:
        self.repeatable = repeatable
        self.pictures: dict[str, bytes] = {}
        self.avatars: dict[str, bytes] = {}
        self.admins: set[str] = set()
        self.standing: dict[str, Sent] = {}
        self.history: list[Sent] = []
        self.busy_count = 0
        self.before_sending: Callable[[str], None] = lambda kind: None
        self.after_sending: Callable[[str], None] = lambda kind: None
        self._journal = journal
        self._ids = count(1)
        self._news = asyncio.Condition()
        self._keys = {line["key"] for line in read_journal(journal)} if journal else set()

    @property
    def sent(self) -> list[Sent]:
        return list(self.standing.values())

    async def run(self, listener: Listener) -> None:
        await asyncio.Event().wait()

    async def fetch(self, picture: Picture) -> bytes:
        if picture.ref.startswith("/"):
            return await asyncio.to_thread(Path(picture.ref).read_bytes)
        if picture.ref not in self.pictures:
            raise SendFailed("the picture is gone")
        return self.pictures[picture.ref]

    async def avatar(self, person: Person, address: Address) -> Picture | None:
        ref = f"avatar of {person.id}"
        if person.id not in self.avatars:
            return None
        self.pictures[ref] = self.avatars[person.id]
        return Picture(ref, "image/jpeg")

    async def chat_picture(self, address: Address) -> Picture | None:
        return await self.avatar(Person(f"chat {address['chat']}", ""), address)

    async def administers(self, person: Person, address: Address) -> bool:
        return str(address["chat"]) == person.id or person.id in self.admins

    def home(self, address: Address) -> Address | None:
        return {"chat": address["chat"]}

    async def say(self, address: Address, text: Text) -> str:
        return await self._stand(_said(address, text, "text"))

    async def change(self, address: Address, sent: str, text: Text) -> None:
        if sent in self.standing:
            await self._stand(_said(address, text, "change"), sent)

    async def remove(self, address: Address, sent: str | None) -> None:
        if sent in self.standing:
            self.before_sending("remove")
            del self.standing[sent]
            await self._note(Sent(str(address["chat"]), "", "remove"))

    async def busy(self, address: Address) -> None:
        self.busy_count += 1

    async def show(self, address: Address, answer: Answer, key: str) -> str:
        seen = Sent(
            str(address["chat"]),
            answer.caption,
            "photos",
            tuple(photo.picture for photo in answer.photos),
            tuple(photo.name for photo in answer.photos),
            _commands(answer),
            answer.as_file,
            key,
            _labels(answer),
            tuple(self.pictures[picture.ref] for picture in answer.before if picture.ref in self.pictures),
            tuple(photo.animated for photo in answer.photos),
        )
        if not self.repeatable or key not in self._keys:
            await self._stand(seen, key)
        self._keys.add(key)
        return key

    async def until(self, enough: Callable[[], bool], within_s: float = 5.0) -> None:
        """Wait until what stands in the chats satisfies a condition."""
        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(enough)

    async def answers(self, count: int) -> list[Sent]:
        """Wait until so many things stand in the chats, and return them."""
        await self.until(lambda: len(self.standing) >= count)
        return self.sent

    async def _stand(self, seen: Sent, sent: str | None = None) -> str:
        self.before_sending(seen.kind)
        sent = sent or str(next(self._ids))
        self.standing[sent] = seen
        await self._note(seen)
        return sent

    async def _note(self, seen: Sent) -> None:
        self.history.append(seen)
        if self._journal:
            append(self._journal, {"kind": seen.kind, "chat": seen.chat, "text": seen.text, "key": seen.key})
            self.after_sending(seen.kind)
        async with self._news:
            self._news.notify_all()


def append(journal: Path, line: dict[str, Any]) -> None:
    """One write, which a kill cuts off at a page of the file at worst; what follows begins on a line of its own."""
    with journal.open("ab", buffering=0) as file:
        file.write(b"\n" + json.dumps(line).encode() + b"\n")


def read_journal(journal: Path) -> list[dict[str, Any]]:
    """What was written whole so far; nothing where there is no journal yet."""
    lines = journal.read_bytes().split(b"\n") if journal.exists() else []
    return [read for line in lines if (read := _whole(line))]


def _whole(line: bytes) -> dict[str, Any]:
    """What a line says; nothing if it was cut off."""
    try:
        return dict(json.loads(line)) if line else {}
    except ValueError:
        return {}


def _said(address: Address, text: Text, kind: str) -> Sent:
    chat, buttons, labels = str(address["chat"]), _commands(text), _labels(text)
    return Sent(chat, text.text, kind, buttons=buttons, labels=labels, whispered=text.whispered)


def _commands(said: Text | Answer) -> tuple[str, ...]:
    return tuple(button.command for row in said.buttons for button in row)


def _labels(said: Text | Answer) -> tuple[str, ...]:
    return tuple(button.label for row in said.buttons for button in row)


@dataclass
class Inverting:
    """A Service with one worker, first come, first served. ``gate`` holds the worker back while it is clear.

    It inverts; of several styles it makes a sheet, ``MOVING`` keeps moving, and ``ENDLESS`` is too long for it.

    ``jobs`` are those that ran, ``submitted`` counts those that were taken, ``refusals`` are raised first, and
    ``hesitations`` before anything is done about ``creations``, the styles of creators. ``better`` are those of which
    there is a better generator, None where nothing is trained, and ``chosen`` what was chosen.
    """

    capacity: int = 100
    seconds_each: float = 0.0
    infos: tuple[StyleInfo, ...] = STYLES
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    jobs: list[Job] = field(default_factory=list)
    refusals: list[Exception] = field(default_factory=list)
    submitted: int = 0
    creations: dict[str, Creation] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)
    hesitations: list[Exception] = field(default_factory=list)
    better: set[str] | None = None
    chosen: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()
        self._queue: list[tuple[object, Progress | None]] = []
        self._worker = asyncio.Lock()

    async def stylize(self, job: Job, progress: Progress | None = None) -> Result:
        if self.refusals:
            raise self.refusals.pop(0)
        for style in job.style.split(","):
            if style in self.withdrawn:
                raise StyleWithdrawn
            if style not in {info.id for info in self.infos}:
                raise UnknownStyle(style)
        if len(self._queue) >= self.capacity:
            raise Busy(0.05)
        place = (object(), progress)
        self._queue.append(place)
        self.submitted += 1
        self._tell()
        try:
            async with self._worker:
                await self.gate.wait()
                if progress:
                    progress(Running())
                await asyncio.sleep(self.seconds_each)
                return self._made(job)
        finally:
            self._queue.remove(place)
            self._tell()

    def _made(self, job: Job) -> Result:
        self.jobs.append(job)
        if job.picture == BROKEN:
            raise NotAPicture("That is not a picture.")
        if job.picture == ENDLESS and not job.options.still:
            raise TooManyFrames("That moves for too long.")
        styles, moves = job.style.split(","), job.picture == MOVING and not job.options.still
        picture = inverted(job.picture) if len(styles) == 1 else sheet_of(job.picture, *styles)
        media_type, frames = ("image/gif", 3) if moves else (job.options.format.media_type, 1)
        return Result(picture, media_type, 64, 48, job.style, "1.0.0", 0.0, self.seconds_each, 1, frames)

    def _tell(self) -> None:
        for position, (_, progress) in enumerate(self._queue, 1):
            if progress:
                progress(Queued(position, position * max(0.1, self.seconds_each)))

    async def styles(self) -> tuple[StyleInfo, ...]:
        return self.infos

    async def draft(self, pictures: Sequence[bytes]) -> bytes:
        if self.hesitations:
            raise self.hesitations.pop(0)
        for number, picture in enumerate(pictures, 1):
            if picture == BROKEN:
                raise BadReference("That is none.", number)
        return b"draft of " + b", ".join(pictures)

    async def create(self, creation: Creation) -> StyleInfo:
        await self.draft(creation.pictures)
        if self.creations.get(creation.id, creation) != creation or creation.id in self.withdrawn:
            raise StyleExists(f"There is a style {creation.id}.")
        expires = "" if creation.expires == FOREVER else creation.expires
        info = StyleInfo(creation.id, "1.0.0", creation.title, "photo", creation.rights, creation.scope, expires)
        if creation.id not in self.creations:
            self.infos = (*self.infos, info)
        self.creations[creation.id] = creation
        return info

    async def withdraw(self, style: str) -> None:
        if self.hesitations:
            raise self.hesitations.pop(0)
        if style not in self.creations and style not in self.withdrawn:
            raise UnknownStyle(style)
        self.creations.pop(style, None)
        self.withdrawn.add(style)
        self.infos = tuple(info for info in self.infos if info.id != style)

    async def trains(self) -> bool:
        return self.better is not None

    async def candidates(self) -> tuple[str, ...]:
        return tuple(style for style in self.better or () if style in self.creations)

    async def compared(self, style: str) -> bytes:
        if style not in await self.candidates():
            raise StyleUnavailable(f"There is no other generator of {style}.")
        return b"both of " + style.encode()

    async def choose(self, style: str, *, new: bool) -> None:
        if self.hesitations:
            raise self.hesitations.pop(0)
        if style not in self.creations:
            raise UnknownStyle(style)
        if style in (self.better or set()):
            self.better = (self.better or set()) - {style}
            self.chosen.append((style, new))

    async def preview(self, style: str) -> bytes:
        return b"preview of " + style.encode()

    async def sheet(self, styles: Sequence[str] = ()) -> bytes:
        every = [info.id for info in self.infos]
        return b"contact sheet" if list(styles) in ([], every) else b"contact sheet of " + " ".join(styles).encode()


class Chat:
    """A person at the console: makes Messages with unique ids."""

    def __init__(
        self, console: Console, listener: Listener, *, chat: str = "1", person: str = "7", **about: Any
    ) -> None:
        self.console, self.listener, self.chat = console, listener, chat
        self.person = Person(person, "Ann", about.pop("language", "en"))
        self.about: dict[str, Any] = {"private": True} | about
        self._ids = count(1)

    async def say(self, text: str, *pictures: bytes, **about: Any) -> Message:
        message = self.message(text, *pictures, **about)
        await self.listener.receive(message)
        return message

    def message(self, text: str, *pictures: bytes, replied: Iterable[bytes] = (), **about: Any) -> Message:
        identity = f"{self.person.id}.{next(self._ids)}"
        media_type = about.pop("media_type", "image/jpeg")
        return Message(
            self.console.platform,
            self.chat,
            about.pop("id", identity),
            self.person,
            text,
            {"chat": self.chat},
            tuple(self._put(f"{identity}/{place}", data, media_type) for place, data in enumerate(pictures)),
            tuple(self._put(f"{identity}/r{place}", data, media_type) for place, data in enumerate(replied)),
            **(self.about | about),
        )

    def _put(self, ref: str, data: bytes, media_type: str) -> Picture:
        self.console.pictures[ref] = data
        return Picture(ref, media_type, len(data), "photo")
