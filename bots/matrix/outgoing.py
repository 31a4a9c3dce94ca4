"""What words and pictures look like as the content of an event: pure functions."""

from collections.abc import Mapping
from typing import Any

from bots.matrix.buttons import Rows, carried, listed
from bots.message import Photo, Text

TEXT_LENGTH = 6000
"""Characters: an event has 64 KiB, and an edit says everything twice, perhaps encrypted."""
NOTICE = "m.notice"  # what programs say, so that no other program answers

Content = dict[str, Any]


def words(text: Text) -> Content:
    body = listed(_cut(text.text), text.buttons)
    return {"msgtype": NOTICE, "body": body, "m.mentions": {}, **carried(text.buttons)}


def edit(text: Text, sent: str) -> Content:
    """Words in the place of the event ``sent``; what follows the star is for clients that know no edits."""
    fresh = words(text)
    fallback = {"msgtype": NOTICE, "body": f"* {fresh['body']}", "m.mentions": {}}
    return {**fallback, "m.new_content": fresh, "m.relates_to": {"rel_type": "m.replace", "event_id": sent}}


def picture(photo: Photo, where: Mapping[str, Any], caption: str, rows: Rows, *, as_file: bool) -> Content:
    """A picture with its caption (MSC2530: a file name beside the words says that they are one)."""
    said = listed(_cut(caption), rows)
    return {
        "msgtype": "m.file" if as_file else "m.image",
        "body": said or photo.name,
        **({"filename": photo.name} if said else {}),
        "info": _info(photo),
        **where,
        **carried(rows),
    }


def mention(person: str) -> Content:
    """An answer rings for the person who asked."""
    return {"m.mentions": {"user_ids": [person]} if person else {}}


def _info(photo: Photo) -> Content:
    info: Content = {"mimetype": photo.media_type, "size": len(photo.picture)}
    if photo.width and photo.height:
        info |= {"w": photo.width, "h": photo.height}
    if photo.animated:
        info["is_animated"] = True
    return info


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_LENGTH else f"{text[: TEXT_LENGTH - 1].rstrip()}…"
