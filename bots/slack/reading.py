"""From Slack's payloads to Messages, and from words and buttons to its blocks. Pure."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bots.commands import NAMES, parse
from bots.message import Address, Button, Message, Person, Picture

PLATFORM = "slack"
SAID = (None, "file_share", "thread_broadcast")  # kinds of a message in which a person says something
NAME = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
WORDS, LABEL, ROW = 3000, 75, 25  # characters of a block and of a button; buttons of a row

Raw = Mapping[str, Any]


def is_said(event: Raw) -> bool:
    told = event.get("type") in ("message", "app_mention") and event.get("subtype") in SAID
    return told and bool(event.get("user")) and not event.get("bot_id")


def named(event: Raw) -> list[str]:
    """Ids of whom an event names, each once."""
    return list(dict.fromkeys(NAME.findall(str(event.get("text") or ""))))


def of_event(event: Raw, person: Person, root: Raw, mentioned: Sequence[Person], me: str) -> Message:
    """``root`` is the first message of the thread that it stands in, or empty."""
    text = words(str(event.get("text") or ""))
    command, private = parse(text), event["channel"].startswith("D")
    called = me in named(event) or root.get("user") == me or (command is not None and command.name in NAMES)
    thread = event.get("thread_ts") or (None if private else event["ts"])
    return Message(
        PLATFORM,
        event["channel"],
        event["ts"],
        person,
        text,
        place(event["channel"], thread, person.id),
        pictures_of(event),
        pictures_of(root),
        private=private,
        addressed=private or called,
        mentioned=tuple(mentioned),
    )


def of_command(body: Raw, person: Person) -> Message:
    """A slash command; Slack lets it carry no picture, and stand in no thread."""
    chat, text = body["channel_id"], f"{body['command']} {body.get('text') or ''}".strip()
    address = place(chat, None, person.id)
    return Message(PLATFORM, chat, body["trigger_id"], person, words(text), address, private=chat.startswith("D"))


def of_press(body: Raw, person: Person, root: Raw) -> Message:
    """``pressed`` names the buttons' message and the files beside it, which its blocks know."""
    action, chat, shown = body["actions"][0], body["channel"]["id"], body["container"]["message_ts"]
    address = place(chat, body["container"].get("thread_ts"), person.id)
    pressed = " ".join([shown, *action["block_id"].split()[1:]])
    if body["container"].get("is_ephemeral"):  # what was whispered cannot be changed
        pressed = ""
    told = f"press-{action['action_ts']}", person, action["value"], address
    return Message(PLATFORM, chat, *told, replied=pictures_of(root), private=chat.startswith("D"), pressed=pressed)


def person_of(user: Raw) -> Person:
    profile = user.get("profile", {})
    name = profile.get("display_name") or profile.get("real_name") or user.get("name") or user["id"]
    return Person(user["id"], name, user.get("locale") or "en")


def pictures_of(event: Raw) -> tuple[Picture, ...]:
    """Pictures among an event's files; what is kept elsewhere than on Slack is not ours to read."""
    files = [file for file in event.get("files") or () if file.get("mode") == "hosted" and file.get("url_private")]
    return tuple(
        Picture(file["url_private"], file["mimetype"], file.get("size"), file.get("name") or "")
        for file in files
        if str(file.get("mimetype")).startswith("image/")
    )


def place(channel: str, thread: str | None, person: str) -> Address:
    return {"channel": channel, "thread": thread, "person": person}


def words(text: str) -> str:
    """What was typed, without the names in it."""
    return re.sub(r"[ \t]+", " ", html.unescape(NAME.sub(" ", text))).strip()


def escaped(text: str) -> str:
    return html.escape(text, quote=False)


def blocks(text: str, rows: Sequence[Sequence[Button]], beside: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Words and buttons; each row of these bears the names of the files ``beside`` it. None for words alone."""
    if not any(rows):
        return []
    parts = [text[start : start + WORDS] for start in range(0, len(text), WORDS)]
    said = [{"type": "section", "text": {"type": "plain_text", "text": part}} for part in parts]
    cut = [row[start : start + ROW] for row in rows for start in range(0, len(row), ROW)]
    return said + [
        {
            "type": "actions",
            "block_id": " ".join([str(number), *beside]),
            "elements": [_button(button, place) for place, button in enumerate(row)],
        }
        for number, row in enumerate(cut)
    ]


def _button(button: Button, place: int) -> dict[str, Any]:
    label = {"type": "plain_text", "text": button.label[:LABEL]}
    return {"type": "button", "action_id": str(place), "text": label, "value": button.command}
