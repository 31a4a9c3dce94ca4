"""The Telegram adapter: its life-time, and what the conversation asks of it."""

import asyncio
import logging
from collections.abc import Callable

from telegram import User
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bots.adapter import Listener, SendFailed, SendUncertain, TurnedAway
from bots.entrance import Entrance
from bots.message import Address, Answer, Person, Picture, Text
from bots.telegram.chores import Chores
from bots.telegram.delivery import Delivery, Refused
from bots.telegram.inbox import Inbox
from bots.telegram.inline import Inline
from bots.telegram.members import Members
from bots.telegram.menu import offer_commands
from bots.telegram.outage import until_reached
from bots.telegram.outgoing import Place, Shown
from bots.telegram.pace import Pace
from bots.telegram.polling import Polling
from bots.telegram.presses import Presses
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

    ``staging_chat`` is a chat of the operator's where we may post: inline mode shows pictures of the styles with it.
    What is sent before the connection stands waits for it; when Telegram turns us away, it raises TurnedAway.
    """

    platform = PLATFORM
    repeatable = False  # the Bot API knows no key by which a repeated send would be recognised

    def __init__(
        self,
        token: str,
        *,
        api_url: str = "https://api.telegram.org",
        webhook: Webhook | None = None,
        staging_chat: int | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._token, self._api_url, self._webhook, self._pace = token, api_url, webhook, pace or Pace()
        self._staging_chat = staging_chat
        self._bot: RawBot | None = None
        self._entrance = Entrance()
        self._delivery = Delivery(self._connected, self._pace, self._has_moved)
        self._speaker, self._members = Speaker(self._delivery), Members(self._delivery)
        self._presses = Presses(self._delivery, self._pace)
        self._tell_moved: Callable[[int, int], None] | None = None

    async def run(self, listener: Listener) -> None:
        bot = await asyncio.to_thread(open_bot, self._token, self._api_url, self._pace)  # reads all root certificates
        try:
            with self._entrance.tried():
                await self._hear(bot, listener)
        finally:
            self._bot = self._tell_moved = None
            await bot.shutdown()

    async def _hear(self, bot: RawBot, listener: Listener) -> None:
        me = await self._meet(bot)
        self._bot = bot
        self._entrance.open()
        async with Chores() as chores:
            self._tell_moved = lambda chat, to: _start_move(chores, listener, chat, to)
            chores.start(offer_commands(bot))
            inline = Inline(self._delivery, listener, me, chores, self._staging_chat)
            inbox = Inbox(bot, me, listener, self._delivery, self._presses, inline, self._pace)
            await self._receive(bot, inbox)

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

    async def avatar(self, person: Person, address: Address) -> Picture | None:  # noqa: ARG002 - the same in every chat
        return await self._members.avatar(person)

    async def chat_picture(self, address: Address) -> Picture | None:
        return await self._members.chat_picture(Place.of(address).chat)

    async def administers(self, person: Person, address: Address) -> bool:
        return await self._members.administers(person, Place.of(address).chat)

    def home(self, address: Address) -> Address | None:
        return {"chat": address["chat"], "thread": address.get("thread"), "message": None}

    async def say(self, address: Address, text: Text) -> str:
        place = Place.of(address)
        if text.whispered and await self._presses.whisper(place.press, text):
            return ""
        shown = await self._speaker.say(place, text)
        self._presses.stop(place.press)
        return str(shown)

    async def change(self, address: Address, sent: str, text: Text) -> None:
        place = Place.of(address)
        shown = Shown.read(sent, place)
        if shown.messages:
            await self._speaker.change(place, shown, text)
            self._presses.stop(place.press)

    async def remove(self, address: Address, sent: str | None) -> None:
        shown = Shown.read(sent or "", Place.of(address))
        if shown.messages:  # "sending a photo …" ends by itself
            await self._speaker.remove(shown)

    async def busy(self, address: Address) -> None:
        place, bot = Place.of(address), self._bot
        chat = self._delivery.present(place.chat)
        self._presses.stop(place.press)
        if bot is None or self._delivery.flood.is_held(chat):
            return
        try:
            await bot.send_chat_action(
                chat, ChatAction.UPLOAD_PHOTO, message_thread_id=place.thread, read_timeout=BUSY_READ_S
            )
        except TelegramError as error:
            log.debug("Not shown as busy: %s", error)

    async def show(self, address: Address, answer: Answer, key: str) -> str:  # noqa: ARG002 - see ``repeatable``
        place = Place.of(address)
        shown = await self._speaker.show(place, answer)
        self._presses.stop(place.press)
        return str(shown)

    async def _connected(self) -> RawBot:
        await self._entrance.passed()
        if self._bot is None:
            raise TurnedAway("Telegram is not connected.")
        return self._bot

    def _has_moved(self, chat: int, to: int) -> None:
        if self._tell_moved:
            self._tell_moved(chat, to)

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


def _start_move(chores: Chores, listener: Listener, chat: int, to: int) -> None:
    chores.start(listener.moved(PLATFORM, str(chat), str(to)))


def _check_size(byte_count: int | None) -> None:
    if (byte_count or 0) > DOWNLOAD_BYTES:
        raise TooLarge(f"Telegram hands bots files of up to {DOWNLOAD_BYTES // 2**20} MB; this one is larger.")
