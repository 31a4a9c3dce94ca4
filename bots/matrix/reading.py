"""From an event to a Message. Pure: no network, no state. Everything in an event was written by a stranger."""

import html
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from bots.commands import NAMES
from bots.matrix.buttons import chosen
from bots.matrix.media import reference
from bots.matrix.place import Place
from bots.message import Message, Person, Picture

PLATFORM = "matrix"
MESSAGE, STICKER, REACTION = "m.room.message", "m.sticker", "m.reaction"
COMMAND = re.compile(r"(?:/[a-z_]{1,64}|!(?:" + "|".join(NAMES) + r"))(?=\s|$)", re.IGNORECASE)
PILL = re.compile(
    r"""<a [^<>]{0,40}href=["']https://matrix\.to/#/((?:@|%40)[^"'<>]{1,300})["'][^<>]{0,100}>([^<]{0,200})</a>"""
)
SPACES = re.compile(r"[ \t]{2,}")
MOST_MENTIONED = 20

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Around:
    """Where an event stands: our id and name in the room, and how to call its members."""

    room: str
    me: str
    name: str
    private: bool
    name_of: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Relation:
    """What an event is about: the event that it answers or reacts to, its thread, the reaction, the edited event."""

    about: str = ""
    thread: str = ""
    reaction: str = ""
    replaces: str = ""


def content_of(raw: Raw) -> Raw:
    content = raw.get("content")
    return content if isinstance(content, dict) else {}


def relation(raw: Raw) -> Relation:
    related = content_of(raw).get("m.relates_to")
    if not isinstance(related, dict):
        return Relation()
    kind, event = related.get("rel_type"), _word(related.get("event_id"))
    answered = related.get("m.in_reply_to")
    about = _word(answered.get("event_id")) if isinstance(answered, dict) else ""
    match kind:
        case "m.annotation":
            return Relation(about=event, reaction=_word(related.get("key")))
        case "m.replace":
            return Relation(replaces=event)
        case "m.thread":  # what is no answer names the thread's last event, for clients that know no threads
            return Relation("" if related.get("is_falling_back") else about, event)
        case _:
            return Relation(about)


def is_said(raw: Raw, me: str, recent_s: float) -> bool:
    """Whether a person said it lately; not we, not another program, and not an edit of what was said before."""
    kind, content, sent_ms = raw.get("type"), content_of(raw), raw.get("origin_server_ts")
    if raw.get("sender") in (me, None) or not content or not isinstance(raw.get("event_id"), str):
        return False
    if isinstance(sent_ms, int) and sent_ms / 1000 < time.time() - recent_s:
        return False
    if kind == REACTION:
        return chosen(relation(raw).reaction) is not None
    if relation(raw).replaces:
        return False
    return kind == STICKER or (kind == MESSAGE and content.get("msgtype") in ("m.text", "m.emote", "m.image", "m.file"))


def pictures_of(raw: Raw) -> tuple[Picture, ...]:
    """The picture that an event shows, if any. A file of any type: the service says whether it is a picture."""
    content = content_of(raw)
    if raw.get("type") != STICKER and content.get("msgtype") not in ("m.image", "m.file"):
        return ()
    ref, info = reference(dict(content)), content.get("info")
    if ref is None:
        return ()
    info = info if isinstance(info, dict) else {}
    size = info.get("size")
    known = size if isinstance(size, int) and size > 0 else None
    name = _word(content.get("filename")) or _word(content.get("body"))
    return (Picture(ref, _word(info.get("mimetype"))[:100], known, name[:200]),)


def read(raw: Raw, around: Around, answered: Raw | None) -> Message | None:
    """What somebody said; ``answered`` is the event that it answers. None where nothing is said."""
    link, words, pictures = relation(raw), words_of(raw), pictures_of(raw)
    pills = _pills(content_of(raw))
    named = _named(raw, pills, answered)
    text = _without_names(words, pills, around)
    if not (text or pictures):
        return None
    to_us = around.me in named or _calls_us(words, around) or (answered is not None and answered["sender"] == around.me)
    return Message(
        platform=PLATFORM,
        chat=around.room,
        id=raw["event_id"],
        person=person(raw["sender"], around),
        text=text,
        address=Place(around.room, raw["event_id"], link.thread, raw["sender"], around.private).address,
        pictures=pictures,
        replied=pictures_of(answered) if answered else (),
        private=around.private,
        addressed=around.private or to_us or bool(COMMAND.match(text)),
        as_file=content_of(raw).get("msgtype") == "m.file",
        mentioned=tuple(person(user, around) for user in named if user not in (around.me, raw["sender"])),
    )


def read_press(raw: Raw, around: Around, command: str, pressed: str, original: Raw | None, place: Place) -> Message:
    """A button's number is its command, said by who chose it, about what the button's event answered."""
    return Message(
        platform=PLATFORM,
        chat=around.room,
        id=raw["event_id"],
        person=person(raw["sender"], around),
        text=command,
        address=place.address,
        replied=pictures_of(original) if original else (),
        private=around.private,
        pressed=pressed,
    )


def person(user: str, around: Around) -> Person:
    return Person(user, around.name_of(user))


def words_of(raw: Raw) -> str:
    """What an event says, without what older clients quote of the event that it answers."""
    content = content_of(raw)
    if raw.get("type") == STICKER:
        return ""
    body = _word(content.get("body"))
    if content.get("msgtype") in ("m.image", "m.file"):
        name = content.get("filename")
        return body.strip() if isinstance(name, str) and name != body else ""
    lines = body.split("\n")
    while relation(raw).about and lines and lines[0].startswith("> "):
        lines.pop(0)
    return "\n".join(lines).strip()


def _named(raw: Raw, pills: Mapping[str, str], answered: Raw | None) -> tuple[str, ...]:
    """Members whom an event names, points at, or answers; a program that is answered is no member."""
    mentions = content_of(raw).get("m.mentions")
    listed = mentions.get("user_ids") if isinstance(mentions, dict) else None
    users = [user for user in listed if isinstance(user, str)] if isinstance(listed, list) else []
    users += pills
    if answered and content_of(answered).get("msgtype") != "m.notice":
        users.append(_word(answered.get("sender")))
    elif answered:
        users = [user for user in users if user != answered.get("sender") or user in pills]
    return tuple(dict.fromkeys(user for user in users if user.startswith("@")))[:MOST_MENTIONED]


def _pills(content: Raw) -> dict[str, str]:
    """Members as the formatted words link to them, with the names by which they are shown."""
    formatted = _word(content.get("formatted_body"))
    return {unquote(user): html.unescape(shown).strip() for user, shown in PILL.findall(formatted)[:MOST_MENTIONED]}


def _without_names(words: str, pills: Mapping[str, str], around: Around) -> str:
    """The words without the members that they name, who are no part of a style's name."""
    calling = _calling(around).match(words)
    if calling:
        words = words[calling.end() :]
    for user, shown in {around.me: "", **pills}.items():
        for name in (user, shown):
            before, found, after = words.rpartition(name) if name else (words, "", "")
            words = f"{before.rstrip('@')} {after}" if found else words
    return SPACES.sub(" ", words).strip()


def _calls_us(words: str, around: Around) -> bool:
    return around.me in words or bool(_calling(around).match(words))


def _calling(around: Around) -> re.Pattern[str]:
    """Our name at the beginning: "Atelier: …"."""
    return re.compile(rf"(?:{re.escape(around.me)}|@?{re.escape(around.name)})\s*[:,]\s*", re.IGNORECASE)


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
