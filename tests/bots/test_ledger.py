"""The ledger's own promises, on a real file."""

import os
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bots.ledger import Entry, Ledger, LedgerError, Reply, State
from bots.message import Message, Person, Picture
from inference.job import Crop, Format, Job, Options, Reference, Result

PHOTO = b"a photo with a face on it" * 4000
PAINTED = b"the same, as a woodblock print" * 4000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.sqlite3"


@pytest.fixture
async def ledger(path: Path) -> AsyncIterator[Ledger]:
    async with Ledger(path) as ledger:
        yield ledger


def message(key: str = "1", *, person: str = "7", chat: str = "c", platform: str = "console") -> Message:
    return Message(
        platform,
        chat,
        key,
        Person(person, "Ann", "zh-hans"),
        "/style ukiyoe",
        {"chat": chat, "thread": 5, "quiet": None, "topic": True},
        pictures=(Picture("ref", "image/jpeg", 12, "a.jpg"),),
        replied=(Picture("older"),),
        private=True,
        as_file=True,
    )


def result(picture: bytes = PAINTED) -> Result:
    return Result(picture, "image/png", 64, 48, "ukiyoe", "1.2.0", 0.5, 0.25, 3)


async def received(ledger: Ledger, key: str = "1", *, person: str = "7", chat: str = "c") -> Entry:
    entry = await ledger.receive(message(key, person=person, chat=chat))
    assert entry is not None
    return entry


async def accepted(ledger: Ledger, key: str = "1", *, items: int = 1) -> Entry:
    entry = await received(ledger, key)
    for item in range(items):
        await ledger.keep(entry.number, item, Job(PHOTO, "ukiyoe"))
    assert await ledger.accept(entry.number)
    return entry


async def state(ledger: Ledger) -> list[State]:
    return [entry.state for entry in await ledger.open_entries()]


async def test_a_message_comes_back_as_it_was(path: Path) -> None:
    async with Ledger(path) as ledger:
        await received(ledger)
    async with Ledger(path) as ledger:
        (entry,) = await ledger.open_entries()
    assert entry.message == message()
    assert entry.state is State.RECEIVED


async def test_a_message_delivered_twice_is_recorded_once_even_after_its_answer(ledger: Ledger) -> None:
    entry = await received(ledger)
    assert await ledger.receive(message()) is None
    await ledger.finish(entry.number, State.SENT)
    assert await ledger.receive(message()) is None
    assert await ledger.open_entries() == ()
    assert await ledger.receive(message(chat="another")) is not None


async def test_a_job_comes_back_as_it_was(path: Path) -> None:
    options = Options(strength=0.7, keep_colours=True, max_side=512, format=Format.PNG, crop=Crop.AVATAR, mark=True)
    async with Ledger(path) as ledger:
        entry = await received(ledger)
        await ledger.keep(entry.number, 0, Job(PHOTO, "ukiyoe", options))
        await ledger.accept(entry.number, as_file=True)
    async with Ledger(path) as ledger:
        assert await ledger.job(entry.number, 0) == Job(PHOTO, "ukiyoe", options, "console:7", "console:c")
        assert await ledger.style(entry.number) == "ukiyoe"
        (again,) = await ledger.open_entries()
        assert again.as_file


async def test_style_pictures_come_back_with_their_job_and_go_with_it(path: Path) -> None:
    references = (Reference(b"a painting", 0.7), Reference(b"another painting", 0.3))
    async with Ledger(path) as ledger:
        entries = [await received(ledger, key) for key in ("1", "2", "3")]
        for entry in entries:
            await ledger.keep(entry.number, 0, Job(PHOTO, "own", references=references))
            await ledger.keep(entry.number, 0, Job(PHOTO, "own", references=references[:1]))
            await ledger.accept(entry.number)
    async with Ledger(path) as ledger:
        one, two, three = entries
        for entry in entries:
            job = await ledger.job(entry.number, 0)
            assert job
            assert (job.picture, job.references) == (PHOTO, references), "which were kept once"
        await ledger.decide(one.number, 0, result())
        await ledger.finish(two.number, State.FAILED)
        await ledger.cancel("console", "c", "7", three.number + 1)
    assert [file for file in path.parent.iterdir() if b"painting" in file.read_bytes()] == []


async def test_words_come_back_with_their_job_and_go_with_its_result(path: Path) -> None:
    job = Job(b"", "ukiyoe", words="misty harbour", seed=2**31 - 1)
    async with Ledger(path) as ledger:
        one, two = [await received(ledger, key) for key in ("1", "2")]
        for entry in (one, two):
            await ledger.keep(entry.number, 0, job, maker="theme")
            await ledger.keep(entry.number, 0, replace(job, seed=1), maker="other")
            await ledger.accept(entry.number)
    async with Ledger(path) as ledger:
        assert await ledger.job(one.number, 0) == replace(job, user="console:7", chat="console:c")
        assert await ledger.maker(one.number, 0) == "theme"
        await ledger.decide(one.number, 0, result())
        await ledger.decide(two.number, 0, "unknown_words")
        assert await ledger.job(one.number, 0) is None
        assert [item.failure for item in await ledger.items(two.number)] == ["unknown_words"]
    assert [file for file in path.parent.iterdir() if b"misty" in file.read_bytes()] == []


async def test_of_words_one_picture_is_cancelled(ledger: Ledger) -> None:
    assert await ledger.receive(replace(message(), text="/theme misty harbour", pictures=(), replied=()))
    ((_, count),) = await ledger.cancel("console", "c", "7", 100)
    assert count == 1


async def test_a_photo_that_could_not_be_fetched_keeps_no_style_pictures(ledger: Ledger) -> None:
    entry = await received(ledger)
    await ledger.keep(entry.number, 0, Job(b"", "own", references=(Reference(b"a painting"),)), "gone")
    assert await ledger._database.rows("SELECT * FROM job_references") == []


async def test_of_one_photo_and_its_style_picture_one_picture_is_cancelled(ledger: Ledger) -> None:
    asks = replace(message(), text="/like", pictures=(Picture("photo"), Picture("painting")))
    assert await ledger.receive(asks)
    ((_, count),) = await ledger.cancel("console", "c", "7", 100)
    assert count == 1


async def test_an_album_is_ready_when_its_last_item_is_decided(ledger: Ledger) -> None:
    entry = await accepted(ledger, items=3)
    await ledger.decide(entry.number, 1, result())
    await ledger.decide(entry.number, 0, "not_a_picture")
    assert await state(ledger) == [State.ACCEPTED]
    assert await ledger.undecided(entry.number) == (2,)
    await ledger.decide(entry.number, 2, result())
    assert await state(ledger) == [State.READY]
    items = await ledger.items(entry.number)
    assert [item.failure for item in items] == ["not_a_picture", None, None]
    assert [item.result for item in items] == [None, result(), result()]


async def test_a_message_whose_pictures_all_failed_to_arrive_is_ready_at_once(ledger: Ledger) -> None:
    entry = await received(ledger)
    await ledger.keep(entry.number, 0, Job(b"", "ukiyoe"), failure="too_large")
    await ledger.accept(entry.number)
    assert await state(ledger) == [State.READY]


async def test_keeping_a_picture_again_changes_nothing(ledger: Ledger) -> None:
    entry = await received(ledger)
    await ledger.keep(entry.number, 0, Job(PHOTO, "ukiyoe"))
    await ledger.keep(entry.number, 0, Job(b"other", "anime"))
    job = await ledger.job(entry.number, 0)
    assert job is not None
    assert (job.picture, job.style) == (PHOTO, "ukiyoe")
    assert await ledger.kept(entry.number) == {0}


async def test_sending_begins_once(ledger: Ledger) -> None:
    entry = await accepted(ledger)
    assert await ledger.begin_sending(entry.number, Reply.PICTURES)
    assert not await ledger.begin_sending(entry.number, Reply.PICTURES)
    (again,) = await ledger.open_entries()
    assert (again.state, again.reply) == (State.SENDING, Reply.PICTURES)


async def test_what_is_leaving_cannot_be_cancelled_and_what_is_cancelled_cannot_leave(ledger: Ledger) -> None:
    leaving, waiting = await accepted(ledger, "1"), await accepted(ledger, "2", items=2)
    await ledger.begin_sending(leaving.number, Reply.PICTURES)
    cancel = await received(ledger, "3")
    cancelled = await ledger.cancel("console", "c", "7", cancel.number)
    assert [(entry.number, pictures) for entry, pictures in cancelled] == [(waiting.number, 2)]
    assert not await ledger.begin_sending(waiting.number, Reply.PICTURES)
    assert await ledger.job(waiting.number, 0) is None
    await ledger.decide(waiting.number, 0, result())
    assert await ledger.items(waiting.number) == ()
    assert await state(ledger) == [State.SENDING, State.RECEIVED]


async def test_cancelled_pictures_are_counted_also_before_they_were_fetched(ledger: Ledger) -> None:
    album = replace(message("1"), pictures=(Picture("a"), Picture("b")))
    words = replace(message("2"), pictures=(), replied=())
    for asked in (album, words):
        assert await ledger.receive(asked)
    cancel = await received(ledger, "3")
    cancelled = await ledger.cancel("console", "c", "7", cancel.number)
    assert [(entry.message.id, pictures) for entry, pictures in cancelled] == [("1", 2), ("2", 0)]


async def test_people_cancel_only_their_own_in_this_chat(ledger: Ledger) -> None:
    await received(ledger, "1", person="8")
    await received(ledger, "2", chat="another")
    cancel = await received(ledger, "3")
    assert await ledger.cancel("console", "c", "7", cancel.number) == ()


async def test_a_repeatable_answer_is_taken_back_to_where_it_was(ledger: Ledger) -> None:
    pictures, gallery = await accepted(ledger, "1"), await received(ledger, "2")
    await ledger.decide(pictures.number, 0, result())
    for entry, reply in ((pictures, Reply.PICTURES), (gallery, Reply.GALLERY)):
        await ledger.begin_sending(entry.number, reply)
        await ledger.take_back(entry)
    assert await state(ledger) == [State.READY, State.RECEIVED]


async def test_an_answered_message_leaves_no_picture_and_no_address_behind(path: Path) -> None:
    async with Ledger(path) as ledger:
        entry = await accepted(ledger)
        held = b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert PHOTO[:25] in held, "otherwise this test would see nothing"
        await ledger.decide(entry.number, 0, result())
        await ledger.begin_sending(entry.number, Reply.PICTURES)
        await ledger.finish(entry.number, State.SENT)
        await ledger.tidy()
        held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    for trace in (PHOTO[:25], PAINTED[:25], b'"thread"', b"/style ukiyoe"):
        assert trace not in held


async def test_the_files_are_for_their_owner_alone(path: Path, ledger: Ledger) -> None:
    await received(ledger)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


async def test_old_keys_are_forgotten_and_young_ones_kept(path: Path) -> None:
    async with Ledger(path) as ledger:
        old, young = await received(ledger, "old"), await received(ledger, "young")
        await received(ledger, "open")
        await ledger.finish(old.number, State.SENT)
        await ledger.finish(young.number, State.SENT)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE messages SET changed = changed - 40 * 86400 WHERE message IN ('old', 'open')")
    db.close()
    async with Ledger(path) as ledger:
        await ledger.tidy()
        assert await ledger.receive(message("old")) is not None
        assert await ledger.receive(message("young")) is None
        assert await ledger.receive(message("open")) is None, "an unanswered message is never too old"


async def test_a_second_program_is_refused(path: Path, ledger: Ledger) -> None:
    await received(ledger)
    with pytest.raises(LedgerError, match="in use"):
        async with Ledger(path):
            pass


async def test_a_ledger_of_a_newer_program_is_left_alone(path: Path) -> None:
    async with Ledger(path):
        pass
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(LedgerError, match="newer"):
        async with Ledger(path):
            pass


@pytest.fixture
def scribbled(path: Path) -> Path:
    path.parent.mkdir()
    path.write_bytes(os.urandom(8192))
    return path


async def test_a_file_that_is_no_ledger_is_named(scribbled: Path) -> None:
    with pytest.raises(LedgerError, match=r"ledger\.sqlite3"):
        async with Ledger(scribbled):
            pass


async def test_a_place_where_no_ledger_can_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    with pytest.raises(LedgerError, match=r"data/ledger\.sqlite3 is not usable"):
        async with Ledger(tmp_path / "data" / "ledger.sqlite3"):
            pass


async def test_a_disk_that_takes_no_more_breaks_neither_tidying_nor_the_end(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with Ledger(path) as ledger:
        entry = await accepted(ledger)
        await ledger._database.rows("PRAGMA query_only = ON")  # SQLite refuses to write, as it does on a full disk
        with pytest.raises(sqlite3.OperationalError):
            await received(ledger, "2")
        await ledger.tidy()
    assert caplog.text.count("could not be tidied") == 2
    async with Ledger(path) as ledger:
        assert (await ledger.open_entries())[0].number == entry.number


async def test_what_is_remembered_is_one_persons_in_one_chat_for_a_while(ledger: Ledger) -> None:
    memory = ledger.memory
    await memory.remember(message(), "choice", "ukiyoe", 60)
    await memory.remember(message(), "choice", "anime", 60)
    assert await memory.recall(message(), "choice") == "anime"
    assert await memory.recall(message(person="8"), "choice") is None
    assert await memory.recall(message(chat="another"), "choice") is None
    await memory.forget(message(), "choice")
    assert await memory.recall(message(), "choice") is None
    await memory.remember(message(), "choice", "ukiyoe", -1)
    assert await memory.recall(message(), "choice") is None


async def test_waiting_pictures_are_counted_until_they_are_answered(ledger: Ledger) -> None:
    entry = await accepted(ledger, items=3)
    assert await ledger.waiting("console", "7") == 3
    assert await ledger.waiting("console", "8") == 0
    await ledger.finish(entry.number, State.SENT)
    assert await ledger.waiting("console", "7") == 0
