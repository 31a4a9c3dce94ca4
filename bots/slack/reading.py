"""From Slack's payloads to Messages, and from words and buttons to its blocks. Pure."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, PlainTextObject, SectionBlock

from bots.commands import NAMES, parse
from bots.message import Address, Button, Message, Person, Picture, Text
from bots.rows import broken

SAID = (None, "file_share", "thread_broadcast")  # kinds of a message in which a person says something
NAME = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")

Raw = Mapping[str, Any]


def is_said(event: Raw) -> bool:
    told = event["type"] in ("message", "app_mention") and event.get("subtype") in SAID
    return told and "user" in event and not event.get("bot_id")


def of_event(event: Raw, root: Raw, me: str) -> Message:
    """``root`` is the first message of the thread that it stands in, or empty. People are no more than their ids."""
    channel, speaker, text = event["channel"], event["user"], event.get("text") or ""
    named, answered, command = NAME.findall(text), root.get("user"), parse(words(text))
    called = me in (answered, *named) or (command is not None and command.name in NAMES) or is_private(channel)
    people = dict.fromkeys(named if root.get("bot_id") else (answered, *named))
    others = tuple(Person(user, user) for user in people if user not in (None, me, speaker))
    thread = event.get("thread_ts") or (None if is_private(channel) else event["ts"])
    told = channel, speaker, event["ts"], words(text), thread
    return _message(*told, pictures=pictures_of(event), replied=pictures_of(root), addressed=called, mentioned=others)


def of_command(body: Raw) -> Message:
    """A slash command; Slack lets it carry no picture, and stand in no thread."""
    text = words(f"{body['command']} {body.get('text') or ''}")
    return _message(body["channel_id"], body["user_id"], body["trigger_id"], text, None)


def of_press(body: Raw, root: Raw) -> Message:
    """``pressed`` names the buttons' message and the files beside it, which its blocks know."""
    action, shown = body["actions"][0], body["container"]
    told = f"press-{action['action_ts']}", action["value"], shown.get("thread_ts")
    borne = shown["message_ts"], *action["block_id"].split()[1:]
    pressed = "" if shown.get("is_ephemeral") else " ".join(borne)  # what was whispered cannot be changed
    return _message(body["channel"]["id"], body["user"]["id"], *told, replied=pictures_of(root), pressed=pressed)


def person_of(user: Raw) -> Person:
    profile = user.get("profile", {})
    name = profile.get("display_name") or profile.get("real_name") or user.get("name") or user["id"]
    return Person(user["id"], name, user.get("locale") or "en")


def pictures_of(event: Raw) -> tuple[Picture, ...]:
    """Pictures among an event's files; what is kept elsewhere than on Slack is not ours to read."""
    return tuple(
        Picture(file["url_private"], file["mimetype"], file.get("size"), file.get("name") or "")
        for file in event.get("files") or ()
        if file.get("mode") == "hosted" and file.get("mimetype", "").startswith("image/")
    )


def is_private(channel: str) -> bool:
    return channel.startswith("D")


def place(address: Address) -> dict[str, Any]:
    return {"channel": address["channel"], "thread_ts": address["thread"]}


def words(text: str) -> str:
    """What was typed, without the names in it."""
    return re.sub(r"[ \t]+", " ", html.unescape(NAME.sub(" ", text))).strip()


def shown(text: Text, beside: Sequence[str] = ()) -> dict[str, Any]:
    """Words and buttons for Slack; rows of buttons bear the names of the files that stand ``beside`` them."""
    parts = re.findall(rf"(?s).{{1,{SectionBlock.text_max_length}}}", text.text)
    blocks: list[Block] = [SectionBlock(text=PlainTextObject(text=part)) for part in parts if any(text.buttons)]
    for number, row in enumerate(broken(text.buttons, ActionsBlock.elements_max_length)):
        buttons = [_button(button, place) for place, button in enumerate(row)]
        blocks.append(ActionsBlock(block_id=" ".join([str(number), *beside]), elements=buttons))
    return {"text": html.escape(text.text, quote=False), "blocks": blocks, "mrkdwn": False}


def _button(button: Button, place: int) -> ButtonElement:
    return ButtonElement(text=button.label[: ButtonElement.text_max_length], value=button.command, action_id=str(place))


def _message(channel: str, user: str, key: str, text: str, thread: str | None, **more: Any) -> Message:
    address = {"channel": channel, "thread": thread, "person": "" if is_private(channel) else user}
    return Message("slack", channel, key, Person(user, user), text, address, private=is_private(channel), **more)
