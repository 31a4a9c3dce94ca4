"""Whom a chat consists of: profile pictures, the group's own, and who decides there."""

from bots.adapter import SendFailed, SendUncertain
from bots.message import Person, Picture
from bots.telegram.delivery import Delivery


class Members:
    """Asks through a Delivery. What cannot be found out is None or False."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery

    async def avatar(self, person: Person) -> Picture | None:
        if not person.id.isdigit():  # an anonymous admin or a channel speaks, which is not a person's picture
            return None
        try:
            found = await self._delivery.ask(lambda bot: bot.get_user_profile_photos(int(person.id), limit=1))
        except (SendFailed, SendUncertain):
            return None
        if not found.photos:
            return None
        largest = max(found.photos[0], key=lambda size: size.width * size.height)
        return Picture(largest.file_id, "image/jpeg", largest.file_size)

    async def chat_picture(self, chat: int) -> Picture | None:
        try:
            found = await self._delivery.ask_of(chat, lambda bot, present: bot.get_chat(present))
        except (SendFailed, SendUncertain):
            return None
        return Picture(found.photo.big_file_id, "image/jpeg") if found.photo else None

    async def administers(self, person: Person, chat: int) -> bool:
        """An anonymous admin speaks as the group; in a private chat, person and chat have one number."""
        if person.id in (str(chat), str(self._delivery.present(chat))):
            return True
        if not person.id.isdigit():
            return False
        try:
            member = await self._delivery.ask_of(
                chat, lambda bot, present: bot.get_chat_member(present, int(person.id))
            )
        except (SendFailed, SendUncertain):
            return False
        return member.status in ("creator", "administrator")
