"""Sending an answer once: it is recorded that it leaves, it leaves, it is recorded what became of it."""

import logging
from collections.abc import Awaitable, Callable

from bots import replies
from bots.adapter import Adapter, ChatGone, SendFailed, SendUncertain, TurnedAway
from bots.ledger import Entry, Ledger, Reply, State
from bots.message import Answer, Message, Text, answer_key

log = logging.getLogger(__name__)


class Delivery:
    """Sends for every platform and keeps the account."""

    def __init__(self, ledger: Ledger, shown: Callable[[Entry, str], Awaitable[None]]) -> None:
        self._ledger, self._shown = ledger, shown

    async def words(self, entry: Entry, adapter: Adapter, text: Text) -> None:
        """Answer with words, unless the message was cancelled or answered meanwhile."""
        reply = Reply.PANEL if text.panel and entry.message.pressed else Reply.WORDS
        await self._send(entry, adapter, reply, lambda: _say(entry.message, adapter, text))

    async def pictures(self, entry: Entry, adapter: Adapter, answer: Answer, reply: Reply) -> None:
        """Answer with pictures, unless the message was cancelled or answered meanwhile."""
        await self._send(entry, adapter, reply, lambda: _show(entry, adapter, answer))

    async def tell_uncertain(self, entry: Entry, adapter: Adapter) -> None:
        """Say that the answer may be lost. Killed meanwhile, it is said again: better than silence."""
        log.warning("%s ? the answer may or may not have arrived", _name(entry))
        await self._tell(entry, adapter, "uncertain", State.UNCERTAIN)

    async def _send(self, entry: Entry, adapter: Adapter, reply: Reply, sending: Callable[[], Awaitable[str]]) -> None:
        if not await self._ledger.begin_sending(entry.number, reply):
            return
        try:
            sent = await sending()
        except ChatGone as gone:  # nobody is there to be told
            log.info("%s × %s", _name(entry), gone)
            await self._ledger.chats.gone(entry.message.platform, entry.message.chat)
            await self._ledger.finish(entry.number, State.FAILED)
        except TurnedAway as refusal:
            log.info("%s is answered by a later start: %s", _name(entry), refusal)
            await self._ledger.take_back(entry)
        except SendFailed as refusal:
            log.warning("%s × %s", _name(entry), refusal)
            if reply in (Reply.WORDS, Reply.PANEL):  # more words would fare no better
                await self._ledger.finish(entry.number, State.FAILED)
            else:
                await self._tell(entry, adapter, "not-delivered", State.FAILED)
        except SendUncertain:
            await self.tell_uncertain(entry, adapter)
        except Exception:  # a bug in an adapter: nobody knows what it sent, so it counts as uncertain
            log.exception("%s × the adapter broke", _name(entry))
            await self.tell_uncertain(entry, adapter)
        else:
            if reply is Reply.PICTURES:
                await self._shown(entry, sent)
            await self._ledger.finish(entry.number, State.SENT)

    async def _tell(self, entry: Entry, adapter: Adapter, key: str, state: State) -> None:
        """Words about an answer, which are not the answer: whether they arrive changes nothing."""
        try:
            await adapter.say(entry.message.address, Text(replies.text(entry.message.person.language, key)))
        except ChatGone as gone:
            log.info("%s × %s", _name(entry), gone)
            await self._ledger.chats.gone(entry.message.platform, entry.message.chat)
        except TurnedAway as refusal:
            log.info("%s is told by a later start: %s", _name(entry), refusal)
            return
        except (SendFailed, SendUncertain) as refusal:
            log.warning("%s × %s", _name(entry), refusal)
        except Exception:  # the words may be lost, but the message must still end
            log.exception("%s × the adapter broke", _name(entry))
        await self._ledger.finish(entry.number, state)


async def _say(message: Message, adapter: Adapter, text: Text) -> str:
    """Say words, or put them in the place of those whose button asked for them."""
    if text.panel and message.pressed:
        await adapter.change(message.address, message.pressed, text)
        return message.pressed
    return await adapter.say(message.address, text)


async def _show(entry: Entry, adapter: Adapter, answer: Answer) -> str:
    address, key = entry.message.address, answer_key(entry.message)
    try:
        return await adapter.show(address, answer, key)
    except SendUncertain:
        if not adapter.repeatable:
            raise
        return await adapter.show(address, answer, key)


def _name(entry: Entry) -> str:
    return f"{entry.message.platform}:{entry.message.chat} {entry.number}"
