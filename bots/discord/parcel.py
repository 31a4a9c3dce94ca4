"""What is to be sent, in discord.py's terms."""

import hashlib
import io
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import discord

from bots.adapter import SendFailed
from bots.discord.buttons import board
from bots.message import Answer, Button, Photo, Text

CONTENT = 2000
"""Characters of a message."""
ATTACHMENTS = 10
TAG = 8
"""Characters in its files' names that tell which answer it is, so that it is recognised after a restart."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Words, pictures and buttons of one message. ``key`` names an answer; it is empty for mere words."""

    content: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    photos: tuple[Photo, ...] = ()
    key: str = ""

    @classmethod
    def of_text(cls, text: Text) -> "Parcel":
        return cls(text.text, text.buttons)

    @classmethod
    def of_answer(cls, answer: Answer, key: str, limit: int) -> "Parcel":
        """Raises SendFailed for what Discord will not take: ``limit`` is in bytes per file."""
        if len(answer.photos) > ATTACHMENTS:
            raise SendFailed(f"a message carries at most {ATTACHMENTS} pictures")
        if any(len(photo.picture) > limit for photo in answer.photos):
            raise SendFailed(f"the picture is larger than the {limit / 2**20:.0f} MiB that may be uploaded there")
        return cls(answer.caption, answer.buttons, answer.photos, key)

    def mentioning(self, person: int) -> "Parcel":
        """The same, with the person's name before it (which shows, but does not ring)."""
        return replace(self, content=f"<@{person}> {self.content}".strip())

    @property
    def tag(self) -> str:
        return hashlib.sha256(self.key.encode()).hexdigest()[:TAG]

    def as_new(self) -> dict[str, Any]:
        """Arguments that send it as a new message. Built anew for each attempt: a file can be read only once."""
        arguments: dict[str, Any] = {"content": self._content, "allowed_mentions": discord.AllowedMentions.none()}
        if view := board(self.buttons):
            arguments["view"] = view
        if self.photos:
            arguments["files"] = self._files()
        return arguments

    def as_edit(self) -> dict[str, Any]:
        """Arguments that put it in the place of everything a message showed before."""
        return {
            "content": self._content,
            "view": board(self.buttons),
            "attachments": self._files(),
            "allowed_mentions": discord.AllowedMentions.none(),
        }

    @property
    def _content(self) -> str | None:
        cut = self.content if len(self.content) <= CONTENT else self.content[: CONTENT - 1] + "…"
        return cut or None

    def _files(self) -> list[discord.File]:
        return [discord.File(io.BytesIO(photo.picture), self._named(photo)) for photo in self.photos]

    def _named(self, photo: Photo) -> str:
        name = PurePath(photo.name)
        return f"{name.stem}-{self.tag}{name.suffix}"
