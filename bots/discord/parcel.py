"""What is to be sent, in discord.py's terms."""

import hashlib
import io
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

import discord

from bots.adapter import SendFailed
from bots.discord import words
from bots.discord.buttons import board, parts
from bots.discord.pictures import BEFORE
from bots.message import Answer, Button, Photo, Text

CONTENT = 2000
"""Characters of a message."""
ATTACHMENTS = 10
TAG = 8
"""Characters in its files' names that tell which answer it is, so that it is recognised after a restart."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Words, pictures and buttons of one message. ``key`` names an answer; it is empty for mere words.

    ``layout``: a message of components, which shows ``before`` beside the picture that was made of it. Discord lets no
    message be that and later something else. ``language`` is that of the words for those who cannot see pictures.
    """

    content: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    photos: tuple[Photo, ...] = ()
    key: str = ""
    whispered: bool = False
    layout: bool = False
    before: Photo | None = None
    language: str = "en"

    @classmethod
    def of_text(cls, text: Text) -> "Parcel":
        return cls(text.text, text.buttons, whispered=text.whispered)

    @classmethod
    def of_answer(cls, answer: Answer, key: str, limit: int) -> "Parcel":
        """Raises SendFailed for what Discord will not take: ``limit`` is in bytes per file."""
        if len(answer.photos) > ATTACHMENTS:
            raise SendFailed(f"a message carries at most {ATTACHMENTS} pictures")
        if any(len(photo.picture) > limit for photo in answer.photos):
            raise SendFailed(f"the picture is larger than the {limit / 2**20:.0f} MiB that may be uploaded there")
        return cls(answer.caption, answer.buttons, answer.photos, key, layout=compares(answer))

    def mentioning(self, person: int) -> "Parcel":
        """The same, with the person's name before it (which shows, but does not ring)."""
        return replace(self, content=f"<@{person}> {self.content}".strip())

    @property
    def tag(self) -> str:
        return hashlib.sha256(self.key.encode()).hexdigest()[:TAG]

    def as_new(self) -> dict[str, Any]:
        """Arguments that send it as a new message. Built anew for each attempt: a file can be read only once."""
        arguments: dict[str, Any] = {"allowed_mentions": discord.AllowedMentions.none()}
        if self.layout:
            arguments["view"] = self._components()
        else:
            arguments["content"] = self._content
            if view := board(self.buttons):
                arguments["view"] = view
        if self.photos:
            arguments["files"] = self._files()
        return arguments

    def as_edit(self) -> dict[str, Any]:
        """Arguments that put it in the place of everything a message showed before."""
        return {
            "content": None if self.layout else self._content,
            "view": self._components() if self.layout else board(self.buttons),
            "attachments": self._files(),
            "allowed_mentions": discord.AllowedMentions.none(),
        }

    @property
    def _content(self) -> str | None:
        cut = self.content if len(self.content) <= CONTENT else self.content[: CONTENT - 1] + "…"
        return cut or None

    def _components(self) -> discord.ui.LayoutView:
        view = discord.ui.LayoutView(timeout=None)
        if self.photos:
            view.add_item(self._gallery())
        if content := self._content:
            view.add_item(discord.ui.TextDisplay(content))
        for row in parts(self.buttons):
            view.add_item(discord.ui.ActionRow(*row))
        view.stop()  # as in ``board``
        return view

    def _gallery(self) -> discord.ui.MediaGallery[discord.ui.LayoutView]:
        gallery: discord.ui.MediaGallery[discord.ui.LayoutView] = discord.ui.MediaGallery()
        if self.before:
            name = self._named(self.before)
            gallery.add_item(media=f"attachment://{name}", description=words.said(self.language, "picture-before"))
        for photo in self.photos:
            name = self._named(photo)
            gallery.add_item(media=f"attachment://{name}", description=words.said(self.language, "picture-after"))
        return gallery

    def _files(self) -> list[discord.File]:
        photos = (self.before, *self.photos) if self.before else self.photos
        return [discord.File(io.BytesIO(photo.picture), self._named(photo)) for photo in photos]

    def _named(self, photo: Photo) -> str:
        name = PurePath(photo.name)
        return f"{name.stem}-{self.tag}{name.suffix}"


def compares(answer: Answer) -> bool:
    """Whether the answer is one still picture beside which the one that it was made of can stand.

    Said by the answer alone: shown again, it must become the same kind of message. Albums have their pictures in
    order, and files and what moves are shown by themselves.
    """
    single = len(answer.photos) == len(answer.before) == 1
    return single and not answer.as_file and not answer.photos[0].animated


def before(data: bytes, suffix: str) -> Photo:
    """The picture that a result was made of."""
    return Photo(data, name=f"{BEFORE}photo.{suffix}")
