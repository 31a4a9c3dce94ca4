"""Who is meant: the members that a message names or replies to. Pure.

Telegram tells who stands behind a name only where it is a link to a person without a @name, or where the message
replies to them; a plain @name says nothing to a bot.
"""

import re

from telegram import Message, MessageEntity, User

from bots.message import Person

SPACES = re.compile(r"[ \t]+")


def person_of(user: User) -> Person:
    return Person(str(user.id), user.full_name, user.language_code or "en")


def mentioned(message: Message, replied: Message | None) -> tuple[Person, ...]:
    """Each member once, the one replied to first; never the speaker, never a bot."""
    named = [entity.user for entity in _entities(message) if entity.type == MessageEntity.TEXT_MENTION]
    author = replied.from_user if replied and not replied.sender_chat else None
    speaker = message.from_user.id if message.from_user else None
    people = {user.id: person_of(user) for user in (author, *named) if user and not user.is_bot}
    return tuple(person for number, person in people.items() if number != speaker)


def without_names(message: Message, replied: Message | None) -> str:
    """The message's words without the names by which ``mentioned`` knew its members: they name no style."""
    author = replied.from_user if replied else None
    said = message.text or message.caption or ""
    words = said.encode("utf-16-le")  # entities count in its units
    for entity in sorted(_entities(message), key=lambda entity: -entity.offset):
        start, end = 2 * entity.offset, 2 * (entity.offset + entity.length)
        if entity.type == MessageEntity.TEXT_MENTION or _is_name_of(author, words[start:end], entity):
            words = words[:start] + b" \0" + words[end:]
    left = words.decode("utf-16-le", "ignore")
    return said.strip() if left == said else SPACES.sub(" ", left).strip()


def _entities(message: Message) -> tuple[MessageEntity, ...]:
    return (*message.entities, *message.caption_entities)


def _is_name_of(author: User | None, name: bytes, entity: MessageEntity) -> bool:
    if entity.type != MessageEntity.MENTION or author is None or author.is_bot or not author.username:
        return False
    return name.decode("utf-16-le", "ignore").lower() == f"@{author.username.lower()}"
