"""Hearing everything once: what was said is recorded, and only then the place in the stream is kept."""

import logging
from collections import deque
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import nio

from bots.adapter import Listener, SendFailed, SendUncertain
from bots.backoff import Backoff
from bots.matrix.connection import Connection
from bots.matrix.delivery import Delivery, Refused
from bots.matrix.lookup import Lookup
from bots.matrix.pace import Pace
from bots.matrix.reading import PLATFORM, Around, Raw, content_of, is_said

PAGE, MOST_MISSED = 100, 1000  # events that are asked for at once, and that are read back in a room
SEALED = 100  # messages whose keys may still come
TOMBSTONE, MEMBER = "m.room.tombstone", "m.room.member"
FILTER = {
    "presence": {"types": []},
    "account_data": {"types": []},
    "room": {
        "timeline": {"limit": PAGE, "lazy_load_members": True},
        "state": {"lazy_load_members": True},
        "ephemeral": {"types": []},
        "account_data": {"types": []},
    },
}

log = logging.getLogger(__name__)


class Receiving:
    """Syncs until cancelled. What was said before our first login, or before we were invited, is not for us."""

    def __init__(
        self, connection: Connection, delivery: Delivery, lookup: Lookup, listener: Listener, pace: Pace
    ) -> None:
        self._connection, self._delivery, self._lookup = connection, delivery, lookup
        self._listener, self._pace = listener, pace
        self._sealed: deque[tuple[str, Any]] = deque(maxlen=SEALED)

    async def run(self) -> None:
        """Raises TurnedAway when the server does so."""
        account, first = self._connection.account, True
        heard = account.heard(self._connection.login)
        while True:
            response = await self._sync(heard, first=first)
            await self._take(response, heard)
            heard = response.next_batch
            account.keep_heard(self._connection.login, heard)
            await self._exchange_keys()
            self._connection.settle()
            first = False

    async def _sync(self, heard: str, *, first: bool) -> Any:
        """The first time with the state of all rooms, which nothing else keeps."""
        wait_ms = 0 if first else int(self._pace.poll_s * 1000)

        async def call(client: Any) -> Any:
            return await client.sync(timeout=wait_ms, sync_filter=FILTER, since=heard or None, full_state=first)

        return await self._delivery.ask(call, patient=True)

    async def _take(self, response: Any, heard: str) -> None:
        for room in response.rooms.invite:
            await self._join(room)
        for room, news in response.rooms.join.items():
            for event in news.state:
                self._note_successor(room, event.source)
            for event in await self._said(room, news, heard) if heard else ():
                await self._hear(room, event)
        if response.to_device_events and self._sealed:  # perhaps with keys
            sealed = list(self._sealed)
            self._sealed.clear()
            for room, event in sealed:
                await self._hear(room, event)

    async def _said(self, room: str, news: Any, heard: str) -> Sequence[Any]:
        """All that was said since, in order, from our invitation on; also what the server left out of its answer."""
        events = list(news.timeline.events)
        if news.timeline.limited and news.timeline.prev_batch and self._arrival(events) is None:
            events = [*await self._missed(room, news.timeline.prev_batch, heard), *events]
        arrival = self._arrival(events)
        return events if arrival is None else events[arrival + 1 :]

    async def _missed(self, room: str, start: str, heard: str) -> list[Any]:
        missed: list[Any] = []
        while len(missed) < MOST_MISSED and self._arrival(missed[::-1]) is None:
            page = await self._page(room, start, heard)
            missed += page.chunk if page else ()
            if page is None or not page.chunk or not page.end:
                break
            start = page.end
        return missed[::-1]

    async def _page(self, room: str, start: str, heard: str) -> Any:
        async def call(client: Any) -> Any:
            return await client.room_messages(room, start, heard, nio.MessageDirection.back, PAGE)

        try:
            return await self._delivery.ask(call, patient=True)
        except Refused as error:
            log.warning("What was missed in a room cannot be read: %s", error)
            return None

    def _arrival(self, events: Sequence[Any]) -> int | None:
        """Where our present time in the room begins: our invitation, or else our joining."""
        me, arrival = self._connection.login.user, None
        for place, event in enumerate(events):
            raw = event.source
            if raw.get("type") != MEMBER or raw.get("state_key") != me:
                continue
            now, before = content_of(raw).get("membership"), _membership_before(raw)
            if now == "invite" or (now == "join" and before not in ("join", "invite")):
                arrival = place
        return arrival

    async def _hear(self, room: str, event: Any) -> None:
        if isinstance(event, nio.MegolmEvent):
            event = self._unsealed(room, event)
        if event is None:
            return
        raw: Raw = event.source
        if successor := self._note_successor(room, raw):
            await self._listener.moved(PLATFORM, room, successor)
            await self._join(successor, via=str(raw.get("sender", "")).partition(":")[2])
        elif is_said(raw, self._connection.login.user, self._pace.recent_s):
            await self._record_surely(room, raw)

    def _unsealed(self, room: str, event: Any) -> Any:
        """What an event says that could not be decrypted when it came; None if its key is still missing."""
        try:
            return self._connection.client.decrypt_event(event)
        except nio.EncryptionError:
            self._sealed.append((room, event))
            return None

    async def _record_surely(self, room: str, raw: Raw) -> None:
        """Record, trying again while it fails. What fails for minutes is logged and let go."""
        backoff = Backoff(self._pace)
        while backoff.tries < self._pace.record_tries:
            try:
                message = await self._lookup.understand(raw, self._around(room))
                if message is not None:
                    await self._listener.receive(message)
            except SendFailed:  # we were turned away for good
                raise
            except Exception:  # the border: whatever the listener raises, the message counts as unheard
                log.exception("A message is not recorded yet")
            else:
                return
            await backoff.wait()
        log.error("A message could not be recorded and is let go")

    def _around(self, room: str) -> Around:
        known, me = self._connection.client.rooms.get(room), self._connection.login.user

        def name_of(user: str) -> str:
            member = known.users.get(user) if known else None
            return str(member.name if member and member.name else user[1:].partition(":")[0])[:200]

        return Around(room, me, name_of(me), private=bool(known and known.member_count <= 2), name_of=name_of)

    def _note_successor(self, room: str, raw: Raw) -> str | None:
        """The room that takes this one's place, if the event says so."""
        successor = content_of(raw).get("replacement_room")
        if raw.get("type") != TOMBSTONE or raw.get("state_key") != "" or not isinstance(successor, str):
            return None
        self._delivery.move(room, successor)
        return successor

    async def _join(self, room: str, via: str = "") -> None:
        """Join where we are invited. Where that is refused, another invitation may come."""
        asked = f"/_matrix/client/v3/join/{quote(room, safe='')}" + (f"?via={quote(via)}" if via else "")
        try:
            joined = await self._delivery.raw("POST", asked)
        except SendUncertain:
            joined = None
        log.info("Joined a room" if joined else "A room could not be joined")

    async def _exchange_keys(self) -> None:
        """What encrypted rooms need of us between syncs."""
        client = self._connection.client
        try:
            await self._delivery.ask(lambda client: client.send_to_device_messages())
            if client.should_upload_keys:
                await self._delivery.ask(lambda client: client.keys_upload())
            if client.should_query_keys:
                await self._delivery.ask(lambda client: client.keys_query())
            if client.should_claim_keys:
                await self._delivery.ask(lambda client: client.keys_claim(client.get_users_for_key_claiming()))
        except (Refused, SendUncertain) as error:
            log.warning("Keys were not exchanged: %s", error)


def _membership_before(raw: Raw) -> object:
    unsigned = raw.get("unsigned")
    before = unsigned.get("prev_content") if isinstance(unsigned, dict) else None
    return before.get("membership") if isinstance(before, dict) else None
