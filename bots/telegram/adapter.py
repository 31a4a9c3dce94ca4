"""The Telegram adapter: its life-time, and what the conversation asks of it."""

import asyncio
import logging

from telegram import User
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bots import replies
from bots.adapter import Listener, SendFailed, SendUncertain
from bots.message import Address, Answer, Person, Picture, Text
from bots.telegram.chores import Chores
from bots.telegram.delivery import Delivery, Refused
from bots.telegram.inbox import Inbox
from bots.telegram.outage import until_reached
from bots.telegram.outgoing import Place
from bots.telegram.pace import Pace
from bots.telegram.polling import Polling
from bots.telegram.reading import PLATFORM
from bots.telegram.speaking import Speaker
from bots.telegram.webhook import Webhook, WebhookServer
from bots.telegram.wire import UPDATES, RawBot, open_bot
from inference.errors import TooLarge

DOWNLOAD_BYTES = 20 * 2**20  # what the Bot API lets a bot download
BUSY_READ_S = 3.0

log = logging.getLogger(__name__)


class TelegramAdapter:
    """Telegram, by polling or, with a ``webhook``, by being called. ``api_url`` names the Bot API server.

    What is sent before the connection stands waits for it; when Telegram turns us away, it raises SendFailed.
    """

    platform = PLATFORM
    repeatable = False  # the Bot API knows no key by which a repeated send would be recognised

    def __init__(
        self,
        token: str,
        *,
        api_url: str = "https://api.telegram.org",
        webhook: Webhook | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._token, self._api_url, self._webhook, self._pace = token, api_url, webhook, pace or Pace()
        self._bot: RawBot | None = None
        self._refusal = ""
        self._settled = asyncio.Event()  # connected, or turned away for good
        self._delivery = Delivery(self._connected, self._pace)
        self._speaker = Speaker(self._delivery)

    async def run(self, listener: Listener) -> None:
        bot = await asyncio.to_thread(open_bot, self._token, self._api_url, self._pace)  # reads all root certificates
        try:
            me = await self._meet(bot)
            self._bot = bot
            self._settled.set()
            async with Chores() as chores:
                chores.start(self._offer_commands(bot))
                await self._receive(bot, Inbox(bot, me, listener, self._pace))
        except SendFailed as refusal:
            self._refusal = str(refusal)
            raise
        finally:
            self._bot = None
            self._settled.set() if self._refusal else self._settled.clear()
            await bot.shutdown()

    async def fetch(self, picture: Picture) -> bytes:
        try:
            _check_size(picture.byte_count)
            file = await self._delivery.ask(lambda bot: bot.get_file(picture.ref))
            _check_size(file.file_size)
            return bytes(await self._delivery.ask(lambda _: file.download_as_bytearray()))
        except Refused as error:
            if "too big" in error.reason:
                _check_size(DOWNLOAD_BYTES + 1)
            raise SendFailed("The picture is no longer on Telegram.") from None
        except SendUncertain:
            raise SendFailed("Telegram did not hand out the picture.") from None

    async def avatar(self, person: Person, address: Address) -> Picture | None:  # noqa: ARG002 - one's own needs no place
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

    async def chat_picture(self, address: Address) -> Picture | None:
        try:
            chat = await self._delivery.ask(lambda bot: bot.get_chat(self._delivery.present(Place.of(address).chat)))
        except (SendFailed, SendUncertain):
            return None
        return Picture(chat.photo.big_file_id, "image/jpeg") if chat.photo else None

    async def administers(self, person: Person, address: Address) -> bool:
        place = Place.of(address)
        if person.id == str(place.chat):  # a private chat, or an anonymous admin, who speaks as the group
            return True
        if not person.id.isdigit():
            return False
        try:
            member = await self._delivery.ask(
                lambda bot: bot.get_chat_member(self._delivery.present(place.chat), int(person.id))
            )
        except (SendFailed, SendUncertain):
            return False
        return member.status in ("creator", "administrator")

    def home(self, address: Address) -> Address | None:
        return {**address, "message": None}

    async def say(self, address: Address, text: Text) -> str:
        return await self._speaker.say(Place.of(address), text)

    async def change(self, address: Address, sent: str, text: Text) -> None:
        await self._speaker.change(Place.of(address), sent, text)

    async def remove(self, address: Address, sent: str | None) -> None:
        if sent is not None:  # "sending a photo …" ends by itself
            await self._speaker.remove(Place.of(address), sent)

    async def busy(self, address: Address) -> None:
        place, bot = Place.of(address), self._bot
        chat = self._delivery.present(place.chat)
        if bot is None or self._delivery.flood.is_held(chat):
            return
        try:
            await bot.send_chat_action(
                chat, ChatAction.UPLOAD_PHOTO, message_thread_id=place.thread, read_timeout=BUSY_READ_S
            )
        except TelegramError as error:
            log.debug("Not shown as busy: %s", error)

    async def show(self, address: Address, answer: Answer, key: str) -> str:  # noqa: ARG002 - see ``repeatable``
        await self._speaker.show(Place.of(address), answer)
        return ""

    async def _connected(self) -> RawBot:
        await self._settled.wait()
        if self._bot is None:
            raise SendFailed(self._refusal)
        return self._bot

    async def _meet(self, bot: RawBot) -> User:
        """Find out who we are, which also checks the token."""
        await until_reached(bot.initialize, self._pace)
        log.info("Telegram knows us as @%s", bot.bot.username)
        return bot.bot

    async def _receive(self, bot: RawBot, inbox: Inbox) -> None:
        if self._webhook is None:
            await until_reached(bot.delete_webhook, self._pace)  # polling is refused while one is set
            await Polling(bot, inbox, self._pace).run()
        else:
            await WebhookServer(self._webhook, inbox, self._pace).run(lambda: self._register(bot))

    async def _register(self, bot: RawBot) -> None:
        hook = self._webhook
        if hook is not None:
            await until_reached(
                lambda: bot.set_webhook(hook.url, allowed_updates=UPDATES, secret_token=hook.secret), self._pace
            )

    async def _offer_commands(self, bot: RawBot) -> None:
        """Put our commands into the app's menu, in each language. The bot works without it."""
        for language in replies.LANGUAGES:
            code = None if language == replies.LANGUAGES[0] else language
            try:
                await bot.set_my_commands(replies.commands(language), language_code=code)
            except TelegramError as error:
                log.warning("Telegram did not take the menu of commands: %s", error)


def _check_size(byte_count: int | None) -> None:
    if (byte_count or 0) > DOWNLOAD_BYTES:
        raise TooLarge(f"Telegram hands bots files of up to {DOWNLOAD_BYTES // 2**20} MB; this one is larger.")
