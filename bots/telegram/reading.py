"""From Telegram's objects to a Message. Pure: no network, no state."""

import re
from collections.abc import Sequence

import telegram
from telegram import CallbackQuery, User

from bots.message import Address, Message, Person, Picture
from bots.telegram.mentions import SPACES, mentioned, person_of, without_names
from bots.telegram.outgoing import Shown
from bots.telegram.pictures import is_file, pictures_of

PLATFORM = "telegram"
COMMAND = re.compile(r"(/\w{1,64})(?:@(\w+))?(?=\s|$)", re.ASCII)
LINK = re.compile(r"/start ([a-z0-9-]{1,32})", re.ASCII)  # how a link to us with a style's id is said
GENERAL_TOPIC = 1  # the topic that every forum has; sending to it by its number is refused


def read(items: Sequence[telegram.Message], me: User) -> Message | None:
    """One message, or the items of one album in any order. None for what is not said to us by a person."""
    items = sorted(items, key=lambda item: item.message_id)
    spoken = next((item for item in items if _words(item)), items[0])
    person, text = _person(spoken), _addressed_words(spoken, me)
    pictures = tuple(picture for item in items for picture in pictures_of(item))
    if person is None or text is None or not (text or pictures):
        return None
    return Message(
        platform=PLATFORM,
        chat=str(spoken.chat.id),
        id=str(items[0].message_id),
        person=person,
        text=text,
        address=_address(spoken),
        pictures=pictures,
        replied=_replied(spoken),
        private=spoken.chat.type == "private",
        addressed=_is_addressed(spoken, text, me),
        as_file=all(is_file(item) for item in items),
        mentioned=mentioned(spoken, _replied_message(spoken)),
    )


def read_press(query: CallbackQuery) -> Message | None:
    """A pressed button is its command, said by who pressed it, in answer to what the button's message answered."""
    shown = query.message
    if shown is None or not query.data or query.from_user.is_bot:
        return None
    under = shown if isinstance(shown, telegram.Message) else None  # one that is too old is only a number
    original = _replied_message(under) if under else None
    thread = _thread(under) if under else None
    return Message(
        platform=PLATFORM,
        chat=str(shown.chat.id),
        id=query.id,
        person=person_of(query.from_user),
        text=query.data,
        address={
            "chat": shown.chat.id,
            "thread": thread,
            "message": original.message_id if original else shown.message_id,
            "press": query.id,
        },
        replied=pictures_of(original) if original else (),
        pressed=str(Shown.of([shown])),
        private=shown.chat.type == "private",
        as_file=is_file(original) if original else False,
    )


def album_of(update: telegram.Update) -> tuple[int, str] | None:
    """What the items of one album have in common."""
    message = update.message
    return (message.chat.id, message.media_group_id) if message and message.media_group_id else None


def move_of(update: telegram.Update) -> tuple[int, int] | None:
    """A group became a supergroup: the number it had and the one it has. Said in both of them."""
    message = update.message
    if message and message.migrate_to_chat_id:
        return message.chat.id, message.migrate_to_chat_id
    if message and message.migrate_from_chat_id:
        return message.migrate_from_chat_id, message.chat.id
    return None


def _words(message: telegram.Message) -> str:
    return message.text or message.caption or ""


def _addressed_words(message: telegram.Message, me: User) -> str | None:
    """What was said, without our name and those of members. None when it is a command for another bot."""
    words = without_names(message, _replied_message(message))
    if _mentions(words, me):
        words = SPACES.sub(" ", _mention(me).sub(" ", words)).strip()
    command = COMMAND.match(words)
    if command and command[2]:
        if command[2].lower() != _name(me):
            return None
        words = command[1] + words[command.end() :]
    link = LINK.fullmatch(words)
    return f"/style {link[1]}" if link else words


def _is_addressed(message: telegram.Message, text: str, me: User) -> bool:
    replied = _replied_message(message)
    to_us = bool(replied and replied.from_user and replied.from_user.id == me.id)
    return message.chat.type == "private" or bool(COMMAND.match(text)) or to_us or _mentions(_words(message), me)


def _mention(me: User) -> re.Pattern[str]:
    """Our @name standing alone; in "/style@name" it belongs to the command."""
    return re.compile(rf"(?<!\w)@{re.escape(_name(me))}(?!\w)", re.IGNORECASE)


def _mentions(words: str, me: User) -> bool:
    return bool(me.username and _mention(me).search(words))


def _name(me: User) -> str:
    return (me.username or "").lower()


def _person(message: telegram.Message) -> Person | None:
    """Who speaks: a user, or the chat that a user speaks for (an anonymous admin). Bots are nobody."""
    if message.is_automatic_forward:
        return None
    if message.sender_chat:
        return Person(str(message.sender_chat.id), message.sender_chat.effective_name or "")
    user = message.from_user
    return None if user is None or user.is_bot else person_of(user)


def _address(message: telegram.Message) -> Address:
    return {"chat": message.chat.id, "thread": _thread(message), "message": message.message_id}


def _thread(message: telegram.Message) -> int | None:
    """The topic to answer in. Outside forums the field only counts replies, and sending with it would be refused."""
    if not message.is_topic_message or message.message_thread_id == GENERAL_TOPIC:
        return None
    return message.message_thread_id


def _replied_message(message: telegram.Message) -> telegram.Message | None:
    """The message replied to; in a topic, what is no reply points at the topic's creation."""
    replied = message.reply_to_message
    return None if replied is None or replied.forum_topic_created else replied


def _replied(message: telegram.Message) -> tuple[Picture, ...]:
    replied = _replied_message(message)
    return pictures_of(replied) if replied else ()
