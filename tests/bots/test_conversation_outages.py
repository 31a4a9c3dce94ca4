"""A platform that lets us in no more: what was asked there waits for the next start, and nothing of it is lost."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bots import replies
from bots.adapter import Adapter, SendFailed, SendUncertain, TurnedAway
from bots.conversation import Conversation, Pace
from bots.discord import DiscordAdapter
from bots.ledger import Ledger, State
from bots.ledger.chats import Rules
from bots.message import Address, Person, Picture, Text
from bots.telegram import TelegramAdapter
from tests.bots.blending import Blending
from tests.bots.console import Chat, Console, Inverting, inverted
from tests.bots.telegram.conftest import QUICK, picture
from tests.emulators.discord import DiscordEmulator
from tests.emulators.telegram import TelegramEmulator

PHOTO = b"a photo"
CALM = Pace(worth_after_s=30.0)  # on a busy machine a line about waiting would stand among the answers
REVOKED = TurnedAway("the token was revoked")
WITHIN_S = 20


class Guarded(Console):
    """A platform that hears us, but takes nothing from us, once it is ``shut``."""

    shut = False

    def __init__(self) -> None:
        super().__init__()
        self.before_sending = lambda kind: self._pass()

    async def fetch(self, picture: Picture) -> bytes:
        self._pass()
        return await super().fetch(picture)

    def _pass(self) -> None:
        if self.shut:
            raise REVOKED


@asynccontextmanager
async def talking(path: Path, adapter: Adapter, service: Inverting) -> AsyncIterator[tuple[Conversation, Ledger]]:
    async with (
        Ledger(path) as ledger,
        Conversation(service, ledger, [adapter], operators=["console:7"], pace=CALM) as conversation,
    ):
        yield conversation, ledger


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not holds():
            await asyncio.sleep(0.01)


async def turns_ended() -> None:
    await until(lambda: not any(task.get_name().startswith("message ") for task in asyncio.all_tasks()))


@pytest.mark.parametrize(("text", "photos"), [("/style ukiyoe", 1), ("/style ukiyoe", 3), ("/styles", 0), ("/help", 0)])
async def test_what_cannot_be_said_any_more_is_said_after_the_next_start(path: Path, text: str, photos: int) -> None:
    console, service = Guarded(), Inverting()
    async with talking(path, console, service) as (conversation, ledger):
        console.shut = True
        await Chat(console, conversation).say(text, *[PHOTO] * photos)
        await turns_ended()
        (entry,) = await ledger.open_entries()
        assert entry.state is State.RECEIVED
    assert console.sent == []
    console.shut = False
    async with talking(path, console, service) as (_, ledger):
        (answer,) = await console.answers(1)
        assert len(answer.pictures) == (photos or text == "/styles")
        await turns_ended()
        assert await ledger.open_entries() == ()
        assert (await ledger.counting.statistics()).pictures[1] == photos


async def test_a_picture_that_is_done_too_late_is_made_once_and_shown_after_the_next_start(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bots.conversation")
    console, service = Guarded(), Inverting()
    service.gate.clear()
    async with talking(path, console, service) as (conversation, ledger):
        await Chat(console, conversation).say("/style ukiyoe", PHOTO)
        await until(lambda: service.submitted)
        console.shut = True
        service.gate.set()
        await turns_ended()
        (entry,) = await ledger.open_entries()
        assert entry.state is State.READY
    assert caplog.text.count("the token was revoked") == 1
    console.shut = False
    async with talking(path, console, service):
        assert (await console.answers(1))[0].pictures == (inverted(PHOTO),)
    assert len(service.jobs) == 1


async def test_that_an_answer_is_uncertain_is_told_after_the_next_start(path: Path) -> None:
    console, service = Guarded(), Inverting()

    def broken(kind: str) -> None:
        raise SendUncertain("the connection broke") if kind == "photos" else REVOKED

    console.before_sending = broken
    async with talking(path, console, service) as (conversation, _):
        await Chat(console, conversation).say("/style ukiyoe", PHOTO)
        await until(lambda: service.jobs)
        await turns_ended()
    console.before_sending = lambda kind: None
    async with talking(path, console, service):
        assert (await console.answers(1))[0].text == replies.text("en", "uncertain")


async def test_a_member_who_could_not_be_asked_is_asked_after_the_next_start(path: Path) -> None:
    console, service = Guarded(), Inverting()
    async with talking(path, console, service) as (conversation, _):
        console.shut = True
        bob = Person("bob", "Bob")
        ann = Chat(console, conversation, chat="group", private=False, addressed=True)
        await ann.say("/avatar ukiyoe", mentioned=(bob,))
        await turns_ended()
    console.shut = False
    async with talking(path, console, service):
        question, told = await console.answers(2)
        assert len([command for command in question.buttons if command.startswith("/consent")]) == 3
        assert told.text == replies.text("en", "consent-asked", member="Bob")


async def test_an_announcement_goes_on_where_we_were_turned_away(path: Path) -> None:
    class Closing(Guarded):
        """It shuts behind the first chat that hears the news."""

        async def say(self, address: Address, text: Text) -> str:
            sent = await super().say(address, text)
            self.shut = self.shut or text.text == "News"
            return sent

    console, service = Closing(), Inverting()
    async with talking(path, console, service) as (conversation, _):
        for number in range(3):
            await Chat(console, conversation, chat=str(number), person=str(number)).say("/queue")
            await console.answers(number + 1)
        operator = Chat(console, conversation, chat="op")
        await operator.say("/announce News")
        send = (await console.answers(4))[-1].buttons[0]
        await operator.say(send)
        await until(lambda: console.shut)
        await until(lambda: not any(task.get_name().startswith("announcement") for task in asyncio.all_tasks()))
    after = Console()
    async with talking(path, after, service):
        report = replies.text("en", "announce-report", sent=4, failed=0, uncertain=0, waiting=0)
        await after.until(lambda: any(seen.text == report for seen in after.sent), WITHIN_S)
    heard = [seen.chat for seen in (*console.sent, *after.sent) if seen.text == "News"]
    assert sorted(heard) == ["0", "1", "2", "op"]


async def test_a_result_whose_time_is_over_meanwhile_is_taken_away_later(path: Path) -> None:
    console, service = Guarded(), Inverting()
    async with talking(path, console, service) as (conversation, ledger):
        ann = Chat(console, conversation)
        await ann.say("/help")
        await console.answers(1)
        await ledger.chats.rule("console", ann.chat, Rules(delete_after_s=0))
        await ann.say("/style ukiyoe", PHOTO)
        await console.answers(2)
        await turns_ended()
        console.shut = True
        await conversation._afterwards.tidy()
        assert len(console.sent) == 2
        console.shut = False
        await conversation._afterwards.tidy()
        assert len(console.sent) == 1


async def test_on_telegram_a_picture_that_outlives_the_token_comes_with_the_new_one(path: Path) -> None:
    service = Blending()
    service.gate.clear()
    async with TelegramEmulator() as telegram:
        expired = telegram.token
        adapter = TelegramAdapter(expired, api_url=telegram.url, pace=QUICK)
        async with running(path, adapter, service) as (task, ledger):
            asked = telegram.photo(picture(), caption="/style ukiyoe")
            await until(lambda: service.submitted)
            telegram.token = "123456:another"
            service.gate.set()  # what is refused first is the picture, or the asking for more
            with pytest.raises(TurnedAway, match="does not accept the bot's token"):
                await task
            await turns_ended()
            (entry,) = await ledger.open_entries()
            assert entry.state is State.READY
        adapter = TelegramAdapter(telegram.token, api_url=telegram.url, pace=QUICK)
        async with running(path, adapter, service):
            assert (await telegram.answer("sendPhoto")).replies_to == asked["message_id"]
    assert len(telegram.called("sendPhoto")) <= 2


async def test_on_discord_a_picture_that_outlives_the_token_comes_with_the_new_one(path: Path) -> None:
    service = Inverting()
    service.gate.clear()
    async with DiscordEmulator() as dc:
        async with running(path, _discord(dc), service) as (task, ledger):
            asked = await dc.post("/style ukiyoe", PHOTO)
            await until(lambda: service.submitted)
            dc.rest.token = dc.gateway.token = "another"
            service.gate.set()  # what is refused first is the picture
            await turns_ended()
            (entry,) = await ledger.open_entries()
            assert entry.state is State.READY
            await dc.gateway.drop(4004)
            with pytest.raises(TurnedAway, match="does not accept the bot's token"):
                await task
        dc.gateway.ready.clear()
        async with running(path, _discord(dc), service):
            assert (await dc.answer(asked)).pictures == [inverted(PHOTO)]
        assert len(service.jobs) == 1


def _discord(dc: DiscordEmulator) -> DiscordAdapter:
    return DiscordAdapter(dc.rest.token, api_url=dc.api_url, gateway_url=dc.gateway_url, cdn_url=dc.cdn_url)


@asynccontextmanager
async def running(
    path: Path, adapter: TelegramAdapter | DiscordAdapter, service: Inverting
) -> AsyncIterator[tuple[asyncio.Task[None], Ledger]]:
    """Atelier with one platform, from start to stop; the task may have ended by itself."""
    async with talking(path, adapter, service) as (conversation, ledger):
        task = asyncio.create_task(adapter.run(conversation))
        try:
            yield task, ledger
        finally:
            task.cancel()
            (outcome,) = await asyncio.gather(task, return_exceptions=True)
            assert isinstance(outcome, asyncio.CancelledError | SendFailed)
