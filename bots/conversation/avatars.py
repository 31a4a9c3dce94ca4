"""``/avatar``: one's own profile picture; another member's, who is asked first; the chat's own."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bots import replies
from bots.adapter import Adapter
from bots.commands import Command, spoken
from bots.conversation import naming
from bots.conversation.again import Past
from bots.conversation.gallery import Gallery, cannot
from bots.conversation.policy import Policy
from bots.conversation.request import Handler, Reply, request
from bots.ledger import Ledger
from bots.message import Message, Text
from inference.job import Crop

Receive = Callable[[Message], Awaitable[None]]
"""Records a message and starts its turn: one that had to wait for a member's consent."""


class Avatars:
    """The commands of this module by their names."""

    def __init__(self, policy: Policy, gallery: Gallery, ledger: Ledger, receive: Receive) -> None:
        self._policy, self._gallery, self._ledger, self._receive = policy, gallery, ledger, receive
        self.commands: Mapping[str, Handler] = {"avatar": self._avatar}

    async def _avatar(self, message: Message, command: Command, adapter: Adapter) -> Reply:
        wish, styles = command.wish, await self._policy.styles(message)
        if not wish.style and styles:
            return await self._gallery.show(message, "gallery-avatar", "avatar", wish)
        style = naming.exact(styles, wish.style)
        if style is None or not wish.in_range:
            return cannot(message, styles, style, "avatar", wish)
        picture = await adapter.avatar(message.person, message.address) if not message.pictures else None
        pictures = message.pictures or ((picture,) if picture else ())
        if not pictures:
            said = spoken("avatar", replace(wish, style=style.id))
            return Text(replies.text(message.person.language, "avatar-missing", command=said))
        return request(Past(replace(wish, style=style.id), pictures, message.as_file, Crop.AVATAR))
