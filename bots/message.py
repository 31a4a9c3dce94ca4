"""What a person said, and what can be said back: plain, frozen values that survive a restart.

Pressing a button *is* saying its command: a button carries the text of a command ("/style ukiyoe"), and the
adapter turns a press into a Message with that text. So there is one grammar, and buttons work after a restart.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

Address = Mapping[str, str | int | bool | None]
"""How to answer, in the adapter's own terms (chat, thread, message). The conversation never looks inside."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks. ``id`` is unique on the platform; ``language`` is an IETF tag as given there ("zh-hans")."""

    id: str
    name: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture on the platform, not yet fetched. ``ref`` is what the adapter's ``fetch`` takes; it holds no token."""

    ref: str
    media_type: str = ""
    byte_count: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What one person said in one chat.

    ``platform + chat + id`` is unique and stable: a message delivered twice by the platform is recorded once.
    ``pictures`` come with the message itself (all items of an album, in order), ``replied`` with the message it
    replies to. ``text`` is the command or plain text ("" for a bare picture), with any "@bot" already taken off.
    ``addressed`` is False for group chatter that is not a command, reply or mention to the bot.
    ``as_file`` is True when the person sent the picture as a file, so the answer goes back as one.
    ``mentioned`` are the members that it names or whose message it replies to; never the speaker, never a bot.
    ``pressed`` is the id, as ``Adapter.say`` or ``show`` returns it, of what bears the button that was pressed.
    """

    platform: str
    chat: str
    id: str
    person: Person
    text: str
    address: Address
    pictures: tuple[Picture, ...] = ()
    replied: tuple[Picture, ...] = ()
    private: bool = False
    addressed: bool = True
    as_file: bool = False
    mentioned: tuple[Person, ...] = ()
    pressed: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """``command`` is at most 64 bytes of UTF-8, the narrowest platform's limit."""

    label: str
    command: str


@dataclass(frozen=True, slots=True)
class Text:
    """Words to say, with rows of buttons.

    ``panel``: they take the place of the words whose button asked for them. ``whispered``: they are for the speaker
    alone, where the platform can do that.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    panel: bool = False
    whispered: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """One encoded picture to send; ``name`` is a file name such as "ukiyoe.jpg". ``animated``: it moves."""

    picture: bytes = field(repr=False)
    media_type: str = "image/jpeg"
    name: str = "picture.jpg"
    width: int = 0
    height: int = 0
    animated: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Pictures to send as one answer (an album when there are several), with one caption.

    ``before`` are the pictures that they were made of, for platforms that show both; in the order of ``photos``.
    """

    photos: tuple[Photo, ...]
    caption: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    as_file: bool = False
    before: tuple[Picture, ...] = ()


def answer_key(message: Message) -> str:
    """Names an answer uniquely and says nothing else: 24 hexadecimal digits."""
    name = f"{message.platform}\0{message.chat}\0{message.id}"
    return hashlib.blake2b(name.encode(), digest_size=12).hexdigest()
