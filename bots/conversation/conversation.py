"""The conversation: every Message is recorded, understood and answered once.

Each message that is not answered yet has a turn, a task of its own. A turn ends by itself; ``/cancel`` ends it early;
stopping the program leaves its message in the ledger, where the next start finds it.
"""

import asyncio
import logging
from collections.abc import Collection, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any, Self
from weakref import WeakValueDictionary

from bots import replies
from bots.adapter import Adapter, TurnedAway
from bots.commands import parse
from bots.conversation import naming
from bots.conversation.afterwards import Afterwards
from bots.conversation.approving import Approving
from bots.conversation.asking import Asking
from bots.conversation.avatars import Avatars
from bots.conversation.bettering import Bettering
from bots.conversation.bulletin import Bulletin
from bots.conversation.chat_rules import ChatRules
from bots.conversation.consent import Consent
from bots.conversation.creating import Creating
from bots.conversation.creators_policy import CreatorsPolicy, DefaultPolicy
from bots.conversation.delivery import Delivery
from bots.conversation.gallery import Gallery
from bots.conversation.languages import Languages
from bots.conversation.like import Like
from bots.conversation.operating import Operating
from bots.conversation.owning import Owning
from bots.conversation.policy import Policy
from bots.conversation.presses import Presses
from bots.conversation.privacy import Privacy
from bots.conversation.request import Handler, Request
from bots.conversation.restyling import Restyling, failure_text
from bots.conversation.styling import Styling
from bots.conversation.theming import Theming
from bots.conversation.tryout import Tryout
from bots.conversation.turns import Turn, Turns
from bots.conversation.waiting import Pace, Waiting
from bots.ledger import Entry, Ledger, Reply, State
from bots.message import Answer, Message, Text
from inference.errors import Failed, NotReady, ServiceError
from inference.service import Service

log = logging.getLogger(__name__)
_LONGEST_TEXT = 4096  # characters of a message that are read
_MOST_SUGGESTED = 25  # what a platform shows in one list
_NOT_READY_S = 2.0
_TIDY_EVERY_S = 60.0
_GRACE_S = 10.0  # for answers that are leaving when the program stops


class Conversation:
    """An async context manager and the Listener of every adapter.

    Entering it resumes what the ledger holds, so the adapters' sending methods must wait until they are connected.
    Leave it while the adapters are still connected: turns end where they are, and answers that are leaving are waited
    for. What is received after that is recorded for the next start.
    ``deadline_s`` is how long a picture may take before its person is told that it failed; a restart begins it anew.
    ``mark`` is the operator's choice of the visible mark on photo replies, ``operators`` are the people, as
    "platform:id", who run this Atelier, ``person_quota`` is how many pictures a person may have in a day, ``max_items``
    how many of one message are made, ``in_hand`` how many jobs are submitted at once, ``creators`` what is refused of
    creators' styles.
    """

    def __init__(
        self,
        service: Service,
        ledger: Ledger,
        adapters: Sequence[Adapter],
        *,
        mark: bool = True,
        operators: Collection[str] = (),
        person_quota: int | None = None,
        max_items: int = 10,
        deadline_s: float = 600.0,
        in_hand: int = 64,
        creators: CreatorsPolicy | None = None,
        pace: Pace = Pace(),  # noqa: B008  frozen
    ) -> None:
        self._service, self._ledger, self._deadline_s, self._pace = service, ledger, deadline_s, pace
        self._adapters = {adapter.platform: adapter for adapter in adapters}
        self._policy = Policy(
            service, ledger, operators=operators, mark=mark, person_quota=person_quota, max_items=max_items
        )
        self._bulletin = Bulletin(ledger, self._adapters)
        self._gallery = Gallery(service, self._policy)
        self._consent = Consent(ledger, self.receive)
        rules = creators or DefaultPolicy(ledger.grants)
        self._rules = rules
        self._approving = Approving(service, self._policy, ledger, rules, self._adapters)
        self._creating = Creating(service, ledger, rules, self._approving)
        self._bettering = Bettering(service, ledger, self._adapters)
        self._asking = Asking(self._policy, self._gallery, ledger.memory, self._handlers())
        self._afterwards = Afterwards(ledger, self._adapters)
        self._restyling = Restyling(service, ledger, deadline_s=deadline_s, in_hand=in_hand)
        self._delivery = Delivery(ledger, self._afterwards.shown)
        self._turns = Turns(ledger, self._restyling)
        self._leaving: set[asyncio.Task[None]] = set()
        self._order: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()

    def _handlers(self) -> dict[str, Handler]:
        """Every command that has a module of its own."""
        owning = Owning(self._service, self._policy, self._ledger, self._bettering)
        modules = (
            Styling(self._policy, self._gallery, self._ledger),
            Presses(self._policy, self._gallery, self._ledger),
            Tryout(self._policy, self._ledger),
            Like(self._policy, self._ledger),
            Theming(self._policy, self._rules),
            ChatRules(self._policy, self._ledger.chats),
            Languages(self._ledger.people),
            Operating(self._policy, self._ledger, self._bulletin),
            Avatars(self._policy, self._gallery, self._ledger, self._consent),
            *(self._consent, self._creating, self._approving, owning),
            Privacy(self._ledger, lambda entry: self._turns.cancel(entry, announced=False), owning.leave),
        )
        return {name: handler for module in modules for name, handler in module.commands.items()}

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(replies.prepare)
        await self._bulletin.resume()
        for entry in await self._ledger.open_entries():
            if entry.message.platform in self._adapters:  # another start may have its adapter again
                self._start(entry)
        self._tidying = asyncio.create_task(self._tidy(), name="tidy the ledger")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tidying.cancel()
        await asyncio.gather(self._turns.stop(), self._bulletin.stop())
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=_GRACE_S)
        for task in self._leaving:
            task.cancel()
        await asyncio.gather(*self._leaving, self._tidying, return_exceptions=True)

    async def receive(self, message: Message) -> None:
        """Record the message durably and return; its turn goes on by itself. A message known already is left alone."""
        message = replace(message, text=message.text[:_LONGEST_TEXT])
        if await self._asking.concerns(message):
            # An adapter that gives up now must not leave a message that is recorded and has no turn.
            await asyncio.shield(self._record(message))

    async def moved(self, platform: str, chat: str, to: str) -> None:
        """The platform gave a chat another id."""
        await self._ledger.chats.move(platform, chat, to)
        await self._turns.moved()

    async def preview(self, style: str) -> bytes:
        """A picture of a style, by its id, as a JPEG. Raises ServiceError."""
        return await self._service.preview(style)

    async def suggest(self, beginning: str, language: str, place: str = "") -> tuple[tuple[str, str], ...]:
        """Styles whose id or title begins with, contains or resembles what was typed, as (id, title), best first."""
        try:
            styles = naming.nearest(naming.for_photos(await self._policy.offered(place)), beginning)
        except ServiceError as error:
            log.info("no suggestions: %s", error)
            return ()
        return tuple((style.id, naming.title(style, language)) for style in styles[:_MOST_SUGGESTED])

    async def _record(self, message: Message) -> None:
        admitted = await self._policy.admitted(message, self._adapters[message.platform])
        entry = await self._ledger.receive(admitted) if admitted else None
        if entry:
            self._start(entry)

    def _start(self, entry: Entry) -> None:
        turn = Turn(entry, self._adapters[entry.message.platform])
        self._turns.start(turn, self._answer(turn))

    async def _answer(self, turn: Turn) -> None:
        """The border: what goes wrong inside becomes one calm sentence, and a whole log entry if it was unforeseen."""
        try:
            await self._go_on(turn)
        except ServiceError as refusal:
            await self._apologise(turn, refusal.code)
        except TurnedAway as refusal:
            log.info("message %s is left to a later start: %s", turn.entry.number, refusal)
        except Exception:  # the border of one message: whole to the log, one calm sentence to the person
            log.exception("message %s broke", turn.entry.number)
            await self._apologise(turn, Failed.code)

    async def _apologise(self, turn: Turn, code: str) -> None:
        await self._say(turn, Text(failure_text(turn.entry.message.person.language, code)))

    async def _go_on(self, turn: Turn) -> None:
        """Take a message from where it stands to its answer."""
        if turn.entry.state is State.SENDING and not await self._may_repeat(turn):
            await self._see_off(self._delivery.tell_uncertain(turn.entry, turn.adapter))
            await turn.clear()
            return
        async with AsyncExitStack() as stack:
            reply = None
            if turn.entry.state is State.RECEIVED:
                reply = await self._understand(turn, stack)
            else:
                await self._wait(turn, stack)
            if turn.waiting:
                await self._restyling.make(turn.entry, turn.waiting)
        if turn.waiting:
            reply = reply or await self._policy.remark(turn.entry.message, await self._restyling.answer(turn.entry))
        await self._reply(turn, reply)

    async def _may_repeat(self, turn: Turn) -> bool:
        """After a restart in the middle of sending: whether it can be done again without a second answer appearing."""
        shown = turn.entry.reply in (Reply.GALLERY, Reply.PICTURES)
        if not (turn.entry.reply is Reply.PANEL or (shown and turn.adapter.repeatable)):
            return False
        turn.entry = await self._ledger.take_back(turn.entry)
        return True

    async def _understand(self, turn: Turn, stack: AsyncExitStack) -> Text | Answer | None:
        """What to say; or, with ``turn.waiting`` set, pictures are recorded and wait for their results."""
        message = turn.entry.message
        command = parse(message.text)
        if command and command.name in ("queue", "cancel"):  # about the others, so not in line behind them
            return await self._about_turns(turn, command.name)
        if command and (refusal := await self._policy.refusal(message, command, turn.adapter)):
            return refusal
        async with self._in_order(message):
            wanted = await self._patiently(turn)
            if not command and isinstance(wanted, Request | Answer):  # words or a bare picture came to a style
                wanted = await self._policy.refusal(message, None, turn.adapter) or wanted
            if not isinstance(wanted, Request):
                return wanted
            return await self._accept(turn, wanted, stack)

    async def _accept(self, turn: Turn, request: Request, stack: AsyncExitStack) -> Text | None:
        accepted = await self._policy.debit(turn.entry, request)
        if isinstance(accepted, Text):
            return accepted
        request = accepted
        turn.style = request.style
        await self._wait(turn, stack)
        await self._restyling.keep(turn.entry, request, turn.adapter)
        turn.entry = replace(turn.entry, state=State.ACCEPTED, as_file=request.as_file)
        if request.ends_choice:
            await self._asking.forget(turn.entry.message)
        return None

    async def _patiently(self, turn: Turn) -> Text | Answer | Request | None:
        """Understand a message although the service may still be starting."""
        until = asyncio.get_running_loop().time() + self._deadline_s
        while True:
            try:
                return await self._asking.understand(turn.entry.message, turn.adapter)
            except NotReady:
                if asyncio.get_running_loop().time() + _NOT_READY_S > until:
                    raise
                await asyncio.sleep(_NOT_READY_S)

    async def _about_turns(self, turn: Turn, command: str) -> Text:
        if command == "queue":
            return await self._turns.queue(turn.entry.message)
        announced = await self._asking.forget(turn.entry.message)
        asked = await self._consent.take_back(turn.entry.message, turn.adapter)
        made = await self._creating.take_back(turn.entry.message)
        return await self._turns.cancel(turn.entry, announced=announced or asked or made)

    async def _wait(self, turn: Turn, stack: AsyncExitStack) -> None:
        turn.waiting = await stack.enter_async_context(Waiting(turn.entry, turn.adapter, self._ledger, self._pace))

    async def _reply(self, turn: Turn, reply: Text | Answer | None) -> None:
        if reply is None:
            await self._ledger.finish(turn.entry.number, State.SENT)
            await turn.clear()
        elif isinstance(reply, Text):
            await self._say(turn, reply)
        else:
            kind = Reply.PICTURES if turn.waiting else Reply.GALLERY
            sending = self._delivery.pictures(turn.entry, turn.adapter, reply, kind)
            # A platform that recognises a repetition may be broken off: it gets the answer again at the next start.
            await (sending if turn.adapter.repeatable else self._see_off(sending))
            await turn.clear()  # after the answer, as some platforms let it take the line's place

    async def _say(self, turn: Turn, text: Text) -> None:
        await self._see_off(self._delivery.words(turn.entry, turn.adapter, text))
        await turn.clear()

    async def _see_off(self, sending: Coroutine[Any, Any, None]) -> None:
        """What has begun to leave is not broken off by the end of its turn."""
        task = asyncio.create_task(sending)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)
        await asyncio.shield(task)

    def _in_order(self, message: Message) -> asyncio.Lock:
        """What one person says in one chat is understood in order: a style, then the photo for it."""
        key = (message.platform, message.chat, message.person.id)
        return self._order.setdefault(key, asyncio.Lock())

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(_TIDY_EVERY_S)
            await self._afterwards.tidy()
            await self._consent.tidy(self._adapters)
            await self._approving.tidy()
            await self._bettering.tell()
            await self._ledger.tidy()
