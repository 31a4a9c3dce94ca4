"""The Matrix adapter: its life-time, and what the conversation asks of it."""

import logging
from pathlib import Path

import aiohttp
import nio

from bots.adapter import Listener, SendFailed, SendUncertain
from bots.backoff import Backoff
from bots.matrix.account import Account
from bots.matrix.connection import Connection
from bots.matrix.delivery import Delivery
from bots.matrix.lookup import Lookup
from bots.matrix.media import Media, reference
from bots.matrix.pace import Pace
from bots.matrix.place import Place
from bots.matrix.reading import PLATFORM
from bots.matrix.receiving import Receiving
from bots.matrix.speaking import Speaker
from bots.message import Address, Answer, Person, Picture, Text

BUSY_MS = 6000

log = logging.getLogger(__name__)


class MatrixAdapter:
    """Matrix, as one account on ``homeserver``. What must outlive the program stands in ``folder``.

    ``repeatable``: each picture of an answer has a transaction id made of the answer's key, which the server recognises
    from the same device for a day; the device is kept in ``folder``.
    """

    platform = PLATFORM
    repeatable = True

    def __init__(self, homeserver: str, user: str, password: str, *, folder: Path, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self._connection = Connection(homeserver, user, password, Account(folder), self._pace)
        self._delivery = Delivery(self._connection, self._pace)
        self._media = Media(self._delivery, self._pace)
        self._lookup = Lookup(self._delivery)
        self._speaker = Speaker(self._delivery, self._media)
        self._typing: set[str] = set()

    async def run(self, listener: Listener) -> None:
        async with self._connection:
            await self._log_in()
            await Receiving(self._connection, self._delivery, self._lookup, listener, self._pace).run()

    async def fetch(self, picture: Picture) -> bytes:
        return await self._media.fetch(picture, await self._connection.connected())

    async def avatar(self, person: Person, address: Address) -> Picture | None:  # noqa: ARG002 - a profile has no place
        try:
            await self._connection.connected()
            profile = await self._delivery.ask(lambda client: client.get_avatar(person.id))
        except (SendFailed, SendUncertain):
            return None
        return _picture(profile.avatar_url)

    async def chat_picture(self, address: Address) -> Picture | None:
        await self._connection.connected()
        return _picture(await self._lookup.face(self._delivery.present(Place.of(address).room)))

    async def administers(self, person: Person, address: Address) -> bool:
        place = Place.of(address)
        if place.private:
            return True
        try:
            await self._connection.connected()
        except SendFailed:
            return False
        return await self._lookup.moderates(self._delivery.present(place.room), person.id)

    def home(self, address: Address) -> Address | None:
        return Place.of(address).home.address

    async def say(self, address: Address, text: Text) -> str:
        return await self._speaker.say(Place.of(address), text)

    async def change(self, address: Address, sent: str, text: Text) -> None:
        await self._speaker.change(Place.of(address), sent, text)

    async def remove(self, address: Address, sent: str | None) -> None:
        place = Place.of(address)
        if sent is not None:
            await self._speaker.remove(place, sent)
        elif place.room in self._typing:
            self._typing.discard(place.room)
            await self._type(place.room, typing=False)

    async def busy(self, address: Address) -> None:
        place = Place.of(address)
        self._typing.add(place.room)
        await self._type(place.room, typing=True)

    async def show(self, address: Address, answer: Answer, key: str) -> str:
        return await self._speaker.show(Place.of(address), answer, key)

    async def _log_in(self) -> None:
        """Become somebody; with what an earlier start kept there is nothing to ask. Raises TurnedAway."""
        backoff = Backoff(self._pace)
        while not self._connection.client.access_token:
            try:
                await self._connection.log_in()
            except (aiohttp.ClientError, TimeoutError) as error:
                if not backoff.tries:
                    log.warning("Matrix cannot be reached; trying until it can: %s", type(error).__name__)
                await backoff.wait()

    async def _type(self, room: str, *, typing: bool) -> None:
        """Best effort: an answer does not wait for it."""
        if not self._connection.is_settled:
            return
        try:
            await self._connection.client.room_typing(room, typing, BUSY_MS)
        except (aiohttp.ClientError, TimeoutError, nio.ProtocolError, SendFailed) as error:
            log.debug("Not shown as busy: %s", type(error).__name__)


def _picture(url: object) -> Picture | None:
    """A face that a member or a room shows; None where there is none."""
    ref = reference({"url": url})
    return Picture(ref) if ref else None
