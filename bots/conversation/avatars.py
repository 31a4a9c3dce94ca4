"""``/avatar``: one's own profile picture; another member's, who is asked first; the chat's own."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from bots.adapter import Adapter
from bots.commands import Command, Wish, spoken, wish
from bots.conversation import naming
from bots.conversation.again import Past
from bots.conversation.consent import Consent, called
from bots.conversation.gallery import Gallery, cannot, remembered
from bots.conversation.policy import Policy
from bots.conversation.request import Handler, Reply, Request, request, sentence
from bots.ledger import Ledger, records
from bots.message import Answer, Message, Person, Picture, Text, answer_key
from inference.job import Crop
from inference.service import StyleInfo

_REMEMBERED_S = 600  # how long a gallery's buttons know whose picture they are for
_GROUP = re.compile(r"(?:group|群头像|群)(?:\s+|$)", re.IGNORECASE)
_CARRIED = re.compile(r"for ([0-9a-f]{16})\s+(.+)", re.DOTALL)
_NAMED = re.compile(r"(?:^|\s)@\S")


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose picture is wanted, and how: a member's, the chat's own, or else the speaker's.

    ``pictures`` came with the command, in the place of the speaker's own; ``as_file`` is how they were sent.
    ``unknown``: a member is named whom the platform could not tell us.
    """

    wish: Wish
    member: Person | None = None
    group: bool = False
    unknown: bool = False
    pictures: tuple[Picture, ...] = ()
    as_file: bool = False


class Avatars:
    """The commands of this module by their names."""

    def __init__(self, policy: Policy, gallery: Gallery, ledger: Ledger, consent: Consent) -> None:
        self._policy, self._gallery, self._ledger, self._consent = policy, gallery, ledger, consent
        self.commands: Mapping[str, Handler] = {"avatar": self._avatar}

    async def _avatar(self, message: Message, command: Command, adapter: Adapter) -> Reply:
        styles = await self._policy.styles(message)
        carried = _CARRIED.fullmatch(command.rest)
        asked = await self._recalled(message, *carried.groups()) if carried else _asked(message, command.rest, styles)
        if asked is None:
            return replace(sentence(message, "avatar-gone"), whispered=True)
        if refusal := await self._refusal(message, asked, adapter):
            return refusal
        style = naming.exact(styles, asked.wish.style)
        if style is None or not asked.wish.in_range:
            return await self._choose(message, styles, style, asked)
        asked = replace(asked, wish=replace(asked.wish, style=style.id))
        if asked.member:
            return await self._of_member(message, asked.member, asked.wish, style, adapter)
        return await self._of_chat(message, asked, adapter) if asked.group else await self._own(message, asked, adapter)

    async def _refusal(self, message: Message, asked: _Asked, adapter: Adapter) -> Text | None:
        """Why this picture is not for the message's person to ask here."""
        rules = await self._ledger.chats.rules(message.platform, message.chat)
        others = asked.member is not None or asked.unknown
        if rules.avatars == "off":
            return sentence(message, "avatar-off")
        if (others or asked.group) and message.private:
            return sentence(message, "avatar-private")
        if others and rules.avatars == "own":
            return sentence(message, "avatar-own-only")
        if asked.unknown:
            return sentence(message, "avatar-unknown-member")
        if asked.group and not await adapter.administers(message.person, message.address):
            return sentence(message, "avatar-group-admins")
        return None

    async def _own(self, message: Message, asked: _Asked, adapter: Adapter) -> Text | Request:
        picture = await adapter.avatar(message.person, message.address) if not asked.pictures else None
        pictures = asked.pictures or ((picture,) if picture else ())
        if not pictures:
            return sentence(message, "avatar-missing", command=spoken("avatar", asked.wish))
        return _made(asked.wish, pictures, as_file=asked.as_file)

    async def _of_chat(self, message: Message, asked: _Asked, adapter: Adapter) -> Text | Request:
        picture = await adapter.chat_picture(message.address)
        return _made(asked.wish, (picture,)) if picture else sentence(message, "avatar-group-missing")

    async def _of_member(
        self, message: Message, member: Person, wanted: Wish, style: StyleInfo, adapter: Adapter
    ) -> Text | Request:
        """The waiting message says all there is to know, as a press under a gallery does not."""
        waiting = replace(message, text=spoken("avatar", wanted), mentioned=(member,), pressed="")
        answer = await self._consent.answer(waiting, style, adapter)
        if answer:
            return answer
        picture = await adapter.avatar(member, message.address)
        if picture is None:
            return sentence(message, "avatar-hidden", member=called(member))
        return _made(wanted, (picture,), subject=member.id)

    async def _choose(
        self, message: Message, styles: Sequence[StyleInfo], style: StyleInfo | None, asked: _Asked
    ) -> Text | Answer:
        """No style that can be used yet: let the person choose; the buttons carry on which picture it is."""
        carried = asked.member is not None or asked.group or bool(asked.pictures)
        command = await self._carry(message, asked) if carried else "avatar"
        wanted = remembered(asked.wish) if carried else asked.wish
        if asked.wish.style or not styles:
            return await cannot(self._policy, message, styles, style, command, wanted)
        return await self._gallery.show(message, "gallery-photo" if carried else "gallery-avatar", command, wanted)

    async def _carry(self, message: Message, asked: _Asked) -> str:
        """Remember which picture it is; the command that its gallery's buttons say."""
        key, possible = answer_key(message)[:16], asked.wish
        if not possible.in_range:
            possible = replace(possible, strength=None)
        value = json.dumps(asdict(replace(asked, wish=possible)))
        await self._ledger.memory.remember(message, _what(key), value, _REMEMBERED_S)
        return f"avatar for {key}"

    async def _recalled(self, message: Message, key: str, words: str) -> _Asked | None:
        """What a gallery's button asks for; None when it is somebody else's, or too old."""
        values = json.loads(await self._ledger.memory.recall(message, _what(key)) or "{}")
        if not values:
            return None
        wanted = replace(Wish(**values["wish"]), style=wish(words).style)
        member = Person(**values["member"]) if values["member"] else None
        pictures = records.pictures(values.get("pictures", ()))
        return _Asked(wanted, member, values["group"], pictures=pictures, as_file=values.get("as_file", False))


def _asked(message: Message, words: str, styles: Sequence[StyleInfo]) -> _Asked:
    """What was typed. A name of a member among the words is theirs; one that is a style's is the style's."""
    if match := _GROUP.match(words):
        return _Asked(wish(words[match.end() :]), group=True)
    if message.pictures:
        return _Asked(wish(words), pictures=message.pictures, as_file=message.as_file)
    member = message.mentioned[0] if message.mentioned and not message.pressed else None
    known = naming.exact(styles, wish(words).style) is not None
    wanted = wish(words if known else _without_names(words, message.mentioned))
    return _Asked(wanted, member, unknown=member is None and not known and bool(_NAMED.search(words)))


def _without_names(words: str, people: Iterable[Person]) -> str:
    for person in people:
        if name := person.name.strip():
            words = re.sub(rf"(?<!\w)@?{re.escape(name)}(?!\w)", " ", words, flags=re.IGNORECASE)
    return " ".join(word for word in words.split() if not word.startswith("@"))


def _made(wanted: Wish, pictures: tuple[Picture, ...], *, as_file: bool = False, subject: str = "") -> Request:
    return request(Past(wanted, pictures, as_file, Crop.AVATAR, subject=subject))


def _what(key: str) -> str:
    return f"avatar {key}"
