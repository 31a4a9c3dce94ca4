"""What goes wrong, and how it is said: once, calmly, in the person's language, and never twice."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bots import replies
from bots.adapter import SendFailed, SendUncertain
from bots.conversation import Conversation, Pace
from bots.ledger import Ledger, State
from bots.message import Address, Answer, Picture, answer_key
from inference import errors
from inference.errors import ServiceError
from inference.service import StyleInfo
from tests.bots.console import Chat, Console, Inverting, inverted

PHOTO = b"a photo"
BRISK = Pace(worth_after_s=0.05, change_every_s=0.05, look_every_s=0.01)
CALM = Pace(worth_after_s=30.0)  # on a busy machine a line about waiting would stand among the answers
TOLD = (
    errors.InvalidRequest("no"),
    errors.NotAuthorised("no"),
    errors.UnknownStyle("ukiyoe"),
    errors.TooLarge("no"),
    errors.NotAPicture("no"),
    errors.TooSmall("no"),
    errors.InvalidOption("no"),
    errors.StyleUnavailable("no"),
    errors.DeadlinePassed("no"),
    errors.Failed(),
)


@asynccontextmanager
async def talking(
    path: Path, console: Console, service: Inverting, pace: Pace = CALM
) -> AsyncIterator[tuple[Chat, Ledger]]:
    async with Ledger(path) as ledger, Conversation(service, ledger, [console], pace=pace) as conversation:
        yield Chat(console, conversation), ledger


async def all_answered(ledger: Ledger) -> None:
    async with asyncio.timeout(5):
        while await ledger.open_entries():
            await asyncio.sleep(0.01)


def fail_once(kind: str, error: Exception) -> Callable[[str], None]:
    """Something that a console runs before sending: it raises for the first of this kind."""
    left = [error]

    def before_sending(sending: str) -> None:
        if sending == kind and left:
            raise left.pop()

    return before_sending


@pytest.mark.parametrize("error", TOLD, ids=lambda error: error.code)
async def test_each_refusal_of_the_service_is_said_in_ones_own_language(
    path: Path, service: Inverting, error: ServiceError
) -> None:
    console = Console()
    service.refusals = [error]
    async with talking(path, console, service) as (chat, _):
        wang = Chat(console, chat.listener, language="zh")
        await wang.say("/style ukiyoe", PHOTO)
        (answer,) = await console.answers(1)
    assert answer.text == replies.text("zh", f"error-{error.code}")


async def test_the_unforeseen_is_logged_whole_and_said_in_one_calm_sentence(
    path: Path, service: Inverting, caplog: pytest.LogCaptureFixture
) -> None:
    console = Console()
    service.refusals = [RuntimeError("the kiln exploded")]
    async with talking(path, console, service) as (ann, _):
        await ann.say("/style ukiyoe", PHOTO)
        (answer,) = await console.answers(1)
    assert answer.text == replies.text("en", "error-failed")
    assert "the kiln exploded" in caplog.text
    assert "Traceback" in caplog.text


async def test_an_adapter_that_breaks_while_fetching_is_survived(
    path: Path, service: Inverting, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Console):
        async def fetch(self, picture: Picture) -> bytes:
            if picture.ref.endswith("1/0"):
                raise RuntimeError("a bug")
            return await super().fetch(picture)

    console = Broken()
    async with talking(path, console, service) as (ann, _):
        await ann.say("/style ukiyoe", PHOTO)
        (answer,) = await console.answers(1)
        assert answer.text == replies.text("en", "error-failed")
        await ann.say("/style ukiyoe", PHOTO)
        assert (await console.answers(2))[-1].pictures == (inverted(PHOTO),)
    assert "Traceback" in caplog.text


async def test_a_picture_that_is_gone_is_asked_for_again(path: Path, service: Inverting) -> None:
    console = Console()
    async with talking(path, console, service) as (ann, _):
        message = ann.message("/style ukiyoe", PHOTO)
        console.pictures.clear()
        await ann.listener.receive(message)
        assert (await console.answers(1))[-1].text == replies.text("en", "error-gone")


async def test_an_answer_that_the_platform_refuses_is_told_in_words(path: Path, service: Inverting) -> None:
    console = Console()
    console.before_sending = fail_once("photos", SendFailed("larger than 10 MB"))
    async with talking(path, console, service) as (ann, ledger):
        await ann.say("/style ukiyoe", PHOTO)
        (answer,) = await console.answers(1)
        await all_answered(ledger)
    assert answer.text == replies.text("en", "not-delivered")


async def test_a_person_who_is_gone_takes_nobody_along(path: Path, service: Inverting) -> None:
    console = Console()

    def blocked(kind: str) -> None:
        raise SendFailed("the bot was blocked")

    async with talking(path, console, service) as (ann, ledger):
        console.before_sending = blocked
        await ann.say("/help")
        await ann.say("/style ukiyoe", PHOTO)
        await all_answered(ledger)
        console.before_sending = lambda kind: None
        await ann.say("/help")
        await console.answers(1)


@pytest.mark.parametrize(("kind", "text"), [("photos", "/style ukiyoe"), ("photos", "/styles"), ("text", "/help")])
async def test_an_uncertain_answer_is_not_repeated_but_told(
    path: Path, service: Inverting, kind: str, text: str
) -> None:
    console = Console()
    console.before_sending = fail_once(kind, SendUncertain("the connection broke"))
    async with talking(path, console, service) as (ann, ledger):
        await ann.say(text, PHOTO)
        (answer,) = await console.answers(1)
        await all_answered(ledger)
    assert answer.text == replies.text("en", "uncertain")
    async with talking(path, console, service):
        pass
    assert len(console.sent) == 1


async def test_an_uncertain_answer_is_repeated_where_the_platform_recognises_it(path: Path, service: Inverting) -> None:
    console = Console(repeatable=True)
    console.before_sending = fail_once("photos", SendUncertain("the connection broke"))
    async with talking(path, console, service) as (ann, ledger):
        await ann.say("/style ukiyoe", PHOTO)
        (answer,) = await console.answers(1)
        await all_answered(ledger)
    assert answer.pictures == (inverted(PHOTO),)


async def test_an_adapter_that_breaks_while_sending_may_have_sent(
    path: Path, service: Inverting, caplog: pytest.LogCaptureFixture
) -> None:
    console = Console()
    console.before_sending = fail_once("photos", RuntimeError("a bug"))
    async with talking(path, console, service) as (ann, ledger):
        await ann.say("/style ukiyoe", PHOTO)
        (answer,) = await console.answers(1)
        await all_answered(ledger)
    assert answer.text == replies.text("en", "uncertain")
    assert "a bug" in caplog.text


@pytest.mark.parametrize("error", [SendFailed("no"), SendUncertain("who knows"), RuntimeError("a bug")])
async def test_a_progress_line_that_fails_costs_nobody_their_picture(
    path: Path, service: Inverting, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    console = Console()
    caplog.set_level(logging.INFO)
    console.before_sending = fail_once("text", error)
    service.gate.clear()
    async with talking(path, console, service, BRISK) as (ann, _):
        await ann.say("/style ukiyoe", PHOTO)
        async with asyncio.timeout(5):
            while "progress line" not in caplog.text:
                await asyncio.sleep(0.01)
        service.gate.set()
        (answer,) = await console.answers(1)
    assert answer.pictures == (inverted(PHOTO),)


async def test_stopping_leaves_accepted_work_to_the_next_start_and_its_line_goes_then(
    path: Path, service: Inverting
) -> None:
    console = Console()
    service.gate.clear()
    async with talking(path, console, service, BRISK) as (ann, _):
        await ann.say("/style ukiyoe", PHOTO, PHOTO)
        await console.answers(1)
        async with asyncio.timeout(5):
            while service.submitted < 2:
                await asyncio.sleep(0.01)
    service.gate.set()
    async with talking(path, console, service, BRISK) as (ann, ledger):
        await all_answered(ledger)
        await console.until(lambda: [len(seen.pictures) for seen in console.sent] == [2])


async def test_stopping_waits_for_an_answer_that_is_leaving(path: Path, service: Inverting) -> None:
    class Slow(Console):
        async def show(self, address: Address, answer: Answer, key: str) -> str:
            leaving.set()
            await asyncio.sleep(0.3)
            return await super().show(address, answer, key)

    leaving, console = asyncio.Event(), Slow()
    async with talking(path, console, service) as (ann, _):
        await ann.say("/style ukiyoe", PHOTO)
        await leaving.wait()
    assert [seen.pictures for seen in console.sent] == [(inverted(PHOTO),)]
    async with talking(path, console, service) as (_, ledger):
        assert await ledger.open_entries() == ()
    assert len(console.sent) == 1


async def test_a_message_received_while_stopping_is_answered_by_the_next_start(path: Path, service: Inverting) -> None:
    console = Console()
    async with Ledger(path) as ledger:
        async with Conversation(service, ledger, [console]) as conversation:
            pass
        await Chat(console, conversation).say("/style ukiyoe", PHOTO)
    assert console.sent == []
    async with talking(path, console, service):
        assert (await console.answers(1))[-1].pictures == (inverted(PHOTO),)


async def test_a_caller_who_gives_up_does_not_leave_a_message_behind(path: Path, service: Inverting) -> None:
    console = Console()
    async with talking(path, console, service) as (ann, _):
        message = ann.message("/style ukiyoe", PHOTO)
        receiving = asyncio.create_task(ann.listener.receive(message))
        await asyncio.sleep(0)
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)
        await ann.listener.receive(message)
        await console.answers(1)


async def test_a_platform_that_is_not_there_now_keeps_its_messages(path: Path, service: Inverting) -> None:
    console = Console()
    async with Ledger(path) as ledger:
        await ledger.receive(Chat(console, Conversation(service, ledger, [])).message("/style ukiyoe", PHOTO))
    async with Ledger(path) as ledger, Conversation(service, ledger, []):
        assert len(await ledger.open_entries()) == 1
    async with talking(path, console, service):
        await console.answers(1)


async def test_a_service_that_cannot_list_its_styles_suggests_nothing(path: Path) -> None:
    class Starting(Inverting):
        async def styles(self) -> tuple[StyleInfo, ...]:
            raise errors.NotReady("starting")

    async with talking(path, Console(), Starting()) as (ann, _):
        assert await ann.listener.suggest("u", "en") == ()


async def test_an_ending_is_accounted_for(path: Path, service: Inverting) -> None:
    console = Console()
    async with talking(path, console, service) as (ann, ledger):
        message = await ann.say("/style ukiyoe", PHOTO)
        (answer,) = await console.answers(1)
        await all_answered(ledger)
        assert answer.key == answer_key(message)
        rows = await ledger._database.rows("SELECT state, body FROM messages")
        assert rows == [(State.SENT, None)]
