"""Waiting: what is shown meanwhile, asking where one stands, and taking it back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots import replies
from bots.conversation import Conversation, Pace
from bots.conversation.waiting import milestone, seconds
from bots.ledger import Ledger
from inference.errors import Busy, NotReady
from tests.bots.console import Chat, Console, Inverting, inverted
from tests.bots.talking import submitted

PHOTO, SECOND = b"a photo", b"another photo"
BRISK = Pace(worth_after_s=0.1, worth_eta_s=2.0, change_every_s=0.1, busy_every_s=0.05, look_every_s=0.01)
RUNNING = replies.text("en", "waiting-running")


@pytest.fixture
def pace() -> Pace:
    return BRISK


@pytest.fixture
async def conversation(tmp_path: Path, console: Console, service: Inverting, pace: Pace) -> AsyncIterator[Conversation]:
    async with (
        Ledger(tmp_path / "ledger.sqlite3") as ledger,
        Conversation(service, ledger, [console], pace=pace) as conversation,
    ):
        yield conversation


@pytest.fixture
def ann(console: Console, conversation: Conversation) -> Chat:
    return Chat(console, conversation)


def test_positions_are_told_at_falling_intervals() -> None:
    told = sorted({milestone(position) for position in range(1, 38)})
    assert told == [1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 18, 23, 29, 37]


@pytest.mark.parametrize(("eta_s", "said"), [(0.0, 1), (3.2, 4), (12.0, 15), (59.0, 60), (61.0, 70)])
def test_estimates_are_said_in_round_numbers(eta_s: float, said: int) -> None:
    assert seconds(eta_s) == said


async def test_a_short_wait_needs_no_line(ann: Chat, console: Console) -> None:
    await ann.say("/style ukiyoe", PHOTO)
    await console.answers(1)
    assert [seen.kind for seen in console.history] == ["photos"]


@pytest.mark.parametrize("pace", [Pace()])
async def test_a_wait_that_will_be_long_is_told_at_once(ann: Chat, console: Console, service: Inverting) -> None:
    service.gate.clear()
    service.seconds_each = 30
    await ann.say("/style ukiyoe", PHOTO)
    (line,) = await console.answers(1)
    assert line.text == "Your picture is next: about 30 seconds."


async def test_the_line_follows_the_queue_and_goes_when_the_answer_comes(
    ann: Chat, console: Console, service: Inverting
) -> None:
    service.gate.clear()
    for number in range(3):
        await Chat(console, ann.listener, chat="else", person=f"other {number}").say("/style anime", SECOND)
    await submitted(service, 3)
    await ann.say("/style ukiyoe", PHOTO)
    await console.until(lambda: any("number 4" in seen.text for seen in console.sent if seen.chat == "1"))
    service.seconds_each = 0.15
    service.gate.set()
    await console.until(lambda: any(seen.pictures for seen in console.sent if seen.chat == "1"))
    await console.until(lambda: [seen.kind for seen in console.sent if seen.chat == "1"] == ["photos"])
    lines = [seen for seen in console.history if seen.chat == "1"]
    assert [line.kind for line in lines[:2]] == ["text", "change"], "one line, changed in place"
    assert RUNNING in [line.text for line in lines]
    assert [line.kind for line in lines[-2:]] == ["photos", "remove"]


async def test_the_line_is_not_changed_more_often_than_the_pace_allows(
    ann: Chat, console: Console, service: Inverting
) -> None:
    service.gate.clear()
    for number in range(12):
        await Chat(console, ann.listener, chat="else", person=f"other {number}").say("/style anime", SECOND)
    await submitted(service, 12)
    await ann.say("/style ukiyoe", PHOTO)
    await console.until(lambda: any(seen.chat == "1" for seen in console.sent))
    began = asyncio.get_running_loop().time()
    service.seconds_each = 0.03
    service.gate.set()
    await console.until(lambda: any(seen.pictures for seen in console.sent if seen.chat == "1"))
    took = asyncio.get_running_loop().time() - began
    changes = [seen for seen in console.history if seen.chat == "1" and seen.kind == "change"]
    assert 1 <= len(changes) <= took / BRISK.change_every_s + 1


async def test_the_platform_shows_that_something_is_coming_until_there_is_a_line(
    ann: Chat, console: Console, service: Inverting
) -> None:
    service.gate.clear()
    await ann.say("/style ukiyoe", PHOTO)
    await console.answers(1)
    assert console.busy_count >= 2
    then = console.busy_count
    await asyncio.sleep(3 * BRISK.busy_every_s)
    assert console.busy_count == then
    service.gate.set()


async def test_a_full_service_keeps_people_waiting_and_answers_them_all(
    ann: Chat, console: Console, service: Inverting
) -> None:
    service.capacity = 1
    service.seconds_each = 0.1
    for _ in range(4):
        await ann.say("/style ukiyoe", PHOTO)
    await console.until(lambda: len([seen for seen in console.sent if seen.pictures]) == 4)
    assert replies.text("en", "waiting-busy") in [seen.text for seen in console.history]
    assert replies.text("en", "error-busy") not in [seen.text for seen in console.history]


async def test_a_service_that_is_away_is_waited_for(ann: Chat, console: Console, service: Inverting) -> None:
    service.refusals = [NotReady("starting"), Busy(0.3)]
    await ann.say("/style ukiyoe", PHOTO)
    await console.until(lambda: any(seen.pictures for seen in console.sent))
    texts = [seen.text for seen in console.history]
    assert replies.text("en", "waiting-service") in texts


async def test_what_waits_too_long_is_told_so(tmp_path: Path, console: Console, service: Inverting) -> None:
    service.refusals = [Busy(30) for _ in range(9)]
    async with (
        Ledger(tmp_path / "other.sqlite3") as ledger,
        Conversation(service, ledger, [console], pace=BRISK, deadline_s=0.3) as conversation,
    ):
        await Chat(console, conversation).say("/style ukiyoe", PHOTO)
        told = replies.text("en", "error-deadline_passed")
        await console.until(lambda: [seen.text for seen in console.sent] == [told])


async def test_asking_for_the_queue(ann: Chat, console: Console, service: Inverting) -> None:
    service.gate.clear()
    other = Chat(console, ann.listener, person="8")
    await other.say("/style anime", SECOND)
    await submitted(service, 1)
    await ann.say("/style ukiyoe", PHOTO)
    await submitted(service, 2)
    await ann.say("/queue")
    await console.until(lambda: any("Your pictures:" in seen.text for seen in console.sent))
    (text,) = [seen.text for seen in console.sent if "Your pictures:" in seen.text]
    assert text.splitlines() == ["Your pictures:", "• Ukiyo-e: number 2 in the queue, about 1 s"]


async def test_what_is_cancelled_while_waiting_never_comes(ann: Chat, console: Console, service: Inverting) -> None:
    service.gate.clear()
    await ann.say("/style ukiyoe", PHOTO, SECOND)
    await ann.say("/style anime", PHOTO)
    await submitted(service, 3)
    await console.until(lambda: len(console.standing) == 2)
    await ann.say("/cancel")
    told = replies.text("en", "cancelled", count=3)
    await console.until(lambda: [seen.text for seen in console.sent] == [told])
    service.gate.set()
    await ann.say("/style starry-night", PHOTO)
    await console.until(lambda: any(seen.pictures for seen in console.sent))
    assert [job.style for job in service.jobs] == ["starry-night"]


async def test_what_is_cancelled_while_running_never_comes(ann: Chat, console: Console, service: Inverting) -> None:
    service.seconds_each = 0.4
    await ann.say("/style ukiyoe", PHOTO)
    await console.until(lambda: any(seen.text == RUNNING for seen in console.sent))
    await ann.say("/cancel")
    told = replies.text("en", "cancelled", count=1)
    await console.until(lambda: [seen.text for seen in console.sent] == [told])
    await asyncio.sleep(0.6)
    assert [seen.text for seen in console.sent] == [told]
    assert not service.jobs


async def test_cancelling_harms_nobody_else(ann: Chat, console: Console, service: Inverting) -> None:
    service.gate.clear()
    ben, elsewhere = Chat(console, ann.listener, person="8"), Chat(console, ann.listener, chat="2")
    elsewhere.person = ann.person
    await ben.say("/style anime", SECOND)
    await elsewhere.say("/style anime", PHOTO, id="elsewhere")
    await ann.say("/style ukiyoe", PHOTO)
    await submitted(service, 3)
    await ann.say("/cancel")
    await console.until(lambda: any("one picture" in seen.text for seen in console.sent))
    service.gate.set()
    await console.until(lambda: len([seen for seen in console.sent if seen.pictures]) == 2)
    assert {seen.chat for seen in console.sent if seen.pictures} == {"1", "2"}
    assert [job.style for job in service.jobs] == ["anime", "anime"]


async def test_what_was_cancelled_does_not_come_after_a_restart(tmp_path: Path, service: Inverting) -> None:
    console, path = Console(), tmp_path / "own.sqlite3"
    service.gate.clear()
    async with Ledger(path) as ledger, Conversation(service, ledger, [console], pace=BRISK) as conversation:
        ann = Chat(console, conversation)
        await ann.say("/style ukiyoe", PHOTO)
        await submitted(service, 1)
        await ann.say("/cancel")
        await console.until(lambda: any("one picture" in seen.text for seen in console.sent))
    service.gate.set()
    async with Ledger(path) as ledger, Conversation(service, ledger, [console], pace=BRISK) as conversation:
        assert await ledger.open_entries() == ()
    assert not service.jobs


async def test_cancelling_nothing_and_what_was_announced(ann: Chat, console: Console) -> None:
    await ann.say("/cancel")
    assert (await console.answers(1))[-1].text == replies.text("en", "cancelled", count=0)
    await ann.say("/style ukiyoe")
    await console.answers(2)
    await ann.say("/cancel")
    assert (await console.answers(3))[-1].text == replies.text("en", "never-mind")
    await ann.say("", PHOTO)
    assert (await console.answers(4))[-1].pictures == (b"contact sheet",), "the announced style is forgotten"


async def test_one_person_cannot_fill_the_ledger(ann: Chat, console: Console, service: Inverting) -> None:
    service.gate.clear()
    for _ in range(20):
        await ann.say("/style ukiyoe", PHOTO)
    await submitted(service, 20)
    await ann.say("/style ukiyoe", PHOTO)
    told = replies.text("en", "too-many-waiting", count=20)
    await console.until(lambda: told in [seen.text for seen in console.sent])
    service.gate.set()
    await console.until(lambda: len([seen for seen in console.sent if seen.pictures == (inverted(PHOTO),)]) == 20)


async def test_only_so_many_jobs_are_in_the_services_hands(
    tmp_path: Path, console: Console, service: Inverting
) -> None:
    service.gate.clear()
    async with (
        Ledger(tmp_path / "other.sqlite3") as ledger,
        Conversation(service, ledger, [console], in_hand=3) as conversation,
    ):
        await Chat(console, conversation).say("/style ukiyoe", *[PHOTO] * 10)
        await submitted(service, 3)
        await asyncio.sleep(0.1)
        assert service.submitted == 3
        service.gate.set()
        await console.answers(1)
    assert service.submitted == 10
