"""From a Request to an Answer: fetch the pictures, record them, have the results made, put them together."""

import asyncio
import logging
from dataclasses import replace
from functools import partial

from bots import replies
from bots.adapter import Adapter, SendFailed, TurnedAway
from bots.conversation import again, imagining, naming
from bots.conversation.announced import Announced
from bots.conversation.answering import Made, compose, failure_text
from bots.conversation.request import Request
from bots.conversation.waiting import Waiting
from bots.ledger import Entry, Ledger
from bots.message import Answer, Picture, Text, answer_key
from inference.errors import BadReference, Busy, DeadlinePassed, Failed, NotReady, ServiceError, TooLarge
from inference.job import Job, Reference, Result
from inference.service import Service

__all__ = ["Restyling", "failure_text"]

log = logging.getLogger(__name__)
_FETCHES = 4  # at once; each holds one picture of up to 20 MB
_NOT_READY_S = 2.0  # a service that starts or restarts takes a few of these
_SHORTEST_PAUSE_S = 0.2


class Restyling:
    """``in_hand`` bounds how many jobs of ours the service holds at once; others wait in the ledger, not in memory."""

    def __init__(self, service: Service, ledger: Ledger, *, deadline_s: float, in_hand: int) -> None:
        self._service, self._ledger, self._deadline_s = service, ledger, deadline_s
        self._in_hand = asyncio.Semaphore(in_hand)
        self._fetching = asyncio.Semaphore(_FETCHES)

    async def keep(self, entry: Entry, request: Request, adapter: Adapter) -> bool:
        """Fetch and record every picture. False if the message was cancelled meanwhile."""
        kept = await self._ledger.kept(entry.number)
        for item in range(request.count):
            if item not in kept:
                job, failure = await self._job(item, request, adapter)
                await self._ledger.keep(entry.number, item, job, failure, maker=request.asked.maker)
        past = replace(request.asked, pictures=()) if request.asked.subject else request.asked
        await again.remember(self._ledger.memory, entry.message, answer_key(entry.message), past)
        return await self._ledger.accept(entry.number, as_file=request.as_file)

    async def make(self, entry: Entry, waiting: Waiting) -> None:
        """Have every item of the message decided. One item that fails fails alone."""
        async with asyncio.TaskGroup() as group:
            for item in await self._ledger.undecided(entry.number):
                group.create_task(self._make_item(entry.number, item, waiting))

    async def answer(self, entry: Entry) -> Answer | Text:
        """The results of a message as one answer; words if there is no result at all."""
        message, key = entry.message, answer_key(entry.message)
        past = await again.recall(self._ledger.memory, message, key)
        if past and past.is_sheet:
            await Announced(self._ledger.memory).lay_out(message, key)
        tag, items = message.person.language, await self._ledger.items(entry.number)
        titles = await self._titles(tag)
        if past and past.references:
            titles[past.wish.style] = again.liked(tag, past)
        elif past and past.is_words_alone:
            titles[past.wish.style] = again.titled(tag, past)
        answer = compose(Made(tag, key, past, items, titles))
        return replace(answer, as_file=entry.as_file) if isinstance(answer, Answer) else answer

    async def title(self, style: str, tag: str) -> str:
        """A style's name for people; its id while the service cannot tell. Of several, how many there are."""
        several = style.count(again.SEVERAL)
        if several:
            return replies.text(tag, "try-title", count=several + 1)
        return (await self._titles(tag)).get(style, style)

    async def _titles(self, tag: str) -> dict[str, str]:
        try:
            return {info.id: naming.title(info, tag) for info in await self._service.styles()}
        except ServiceError:
            return {}

    async def _job(self, item: int, request: Request, adapter: Adapter) -> tuple[Job, str | None]:
        """A photo with its style pictures, or the code of what is wrong with one of them; or else words."""
        asked = request.asked
        if asked.words:
            return Job(b"", request.style, request.options, words=asked.words, seed=asked.seed), None
        data, failure = await self._fetch(request.pictures[item], adapter)
        references = []
        for reference, weight in asked.blend:
            if failure is None:
                style_picture, refusal = await self._fetch(reference, adapter)
                failure = BadReference.code if refusal == TooLarge.code else refusal
                references.append(Reference(style_picture, weight))
        return Job(data, request.style, request.options, references=tuple(references)), failure

    async def _fetch(self, picture: Picture, adapter: Adapter) -> tuple[bytes, str | None]:
        async with self._fetching:
            try:
                return await adapter.fetch(picture), None
            except ServiceError as refusal:
                return b"", refusal.code
            except TurnedAway:  # the picture may still be there for the next start
                raise
            except SendFailed as gone:
                log.info("a picture could not be fetched: %s", gone)
                return b"", "gone"

    async def _make_item(self, number: int, item: int, waiting: Waiting) -> None:
        until = asyncio.get_running_loop().time() + self._deadline_s
        outcome: Result | str | None = None
        while outcome is None:
            left_s = until - asyncio.get_running_loop().time()
            outcome = DeadlinePassed.code if left_s <= 0 else await self._try(number, item, waiting, left_s)
        await self._ledger.decide(number, item, outcome)
        waiting.note(item, None)

    async def _try(self, number: int, item: int, waiting: Waiting, left_s: float) -> Result | str | None:
        """Submit once. None if the service takes no job now; then a pause has been made."""
        try:
            async with self._in_hand:
                return await self._submit(number, item, waiting, left_s)
        except Busy as full:
            reason, pause_s = "waiting-busy", max(_SHORTEST_PAUSE_S, full.retry_after_s)
        except NotReady:
            reason, pause_s = "waiting-service", _NOT_READY_S
        except ServiceError as refusal:
            return refusal.code
        except Exception:  # the border to the service: the item fails alone
            log.exception("the service broke on item %s of %s", item, number)
            return Failed.code
        waiting.note(item, reason)
        await asyncio.sleep(min(pause_s, left_s))
        return None

    async def _submit(self, number: int, item: int, waiting: Waiting, left_s: float) -> Result | str:
        job = await self._ledger.job(number, item)
        if job is None:
            return Failed.code  # cancelled just now: nobody will read this
        job, progress = replace(job, deadline_s=left_s), partial(waiting.note, item)
        if job.words:
            return await imagining.stylize(self._service, job, await self._ledger.maker(number, item), progress)
        return await self._service.stylize(job, progress)
