"""What is kept of a person, said and taken back; and forgetting, which is searched for in the file itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bots import replies
from bots.conversation import Conversation, privacy
from bots.ledger import Ledger, State
from bots.ledger.chats import Rules
from bots.message import Message, Person, answer_key
from tests.bots.console import STYLES, Chat, Console, Inverting, Sent, inverted
from tests.bots.talking import said

ANN, NAME = "person-4711", "Annabelle Unmistakable"
PHOTO, SECOND, HER_PICTURE = b"Ann at the sea" * 500, b"Ann in the hills" * 500, b"Ann, a portrait" * 500
PAINTING = b"Ann, in oil" * 500
PICTURES = (PHOTO, SECOND, HER_PICTURE, PAINTING)
NEEDLES = (ANN.encode(), NAME.encode(), *PICTURES, *map(inverted, PICTURES))
OF_NOBODY = {  # tables that tell of nobody:
    "announced",  # which chats have heard an announcement, while it is sent; her private chat goes with chats
    "sealing",  # what a key is derived with
    "spenders",  # what digests are made with
    "grants",  # under digests, which only signers can tell the owners of
}


class Town:
    """Ann, with a private chat whose id is her own, and Ben and Eve, with whom she shares a group."""

    def __init__(self, path: Path) -> None:
        likeness = replace(STYLES[0], id="likeness", title={}, takes="photo+reference")
        self.path, self.console, self.service = path, Console(), Inverting(infos=(*STYLES, likeness))
        self.console.avatars = {ANN: HER_PICTURE, "ben": b"ben himself"}
        nobody = Conversation(self.service, Ledger(path), [self.console])  # not started: nobody listens yet
        self.private = Chat(self.console, nobody, chat=ANN, person=ANN)
        self.ann = Chat(self.console, nobody, chat="group", person=ANN, private=False)
        self.ben = Chat(self.console, nobody, chat="group", person="ben", private=False)
        self.eve = Chat(self.console, nobody, chat="group", person="eve", private=False)
        self.private.person = self.ann.person = Person(ANN, NAME)
        self.ben.person, self.eve.person = Person("ben", "Ben"), Person("eve", "Eve")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Ledger]:
        talking = Conversation(self.service, ledger := Ledger(self.path), [self.console], operators={f"console:{ANN}"})
        async with ledger, talking as conversation:
            for chat in (self.private, self.ann, self.ben, self.eve):
                chat.listener = conversation
            yield ledger

    async def answer(self, to: Chat, text: str, *pictures: bytes, **about: object) -> Sent:
        """Say something and wait for what comes of it."""
        count = len(self.console.history)
        await to.say(text, *pictures, **about)
        await self.console.until(lambda: len(self.console.history) > count)
        return self.console.history[-1]

    async def rest(self, ledger: Ledger) -> None:
        async with asyncio.timeout(5):
            while await ledger.open_entries():
                await asyncio.sleep(0.01)

    async def waits(self, count: int) -> None:
        """Until so many jobs are at the service, whose gate is closed."""
        async with asyncio.timeout(5):
            while self.service.submitted < count:
                await asyncio.sleep(0.01)

    def button(self, beginning: str) -> str:
        return next(b for seen in reversed(self.console.history) for b in seen.buttons if b.startswith(beginning))

    def stands(self, beginning: str) -> str:
        """The id of what bears a button."""
        return next(sent for sent, seen in self.console.standing.items() if beginning in str(seen.buttons))

    async def presses_forgetme(self, who: Chat) -> Message:
        await self.answer(who, "/forgetme")
        button = self.button("/forgetme ")
        return await who.say(button, pressed=self.stands(button))

    async def forgets(self, ledger: Ledger) -> str:
        """Ann has herself forgotten; what she is told."""
        await self.presses_forgetme(self.ann)
        done = said("forgetme-done")
        await self.console.until(lambda: any(seen.text.startswith(done) for seen in self.console.sent))
        return next(seen.text for seen in self.console.sent if seen.text.startswith(done))


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path / "data" / "ledger.sqlite3")


async def tables_that_tell(ledger: Ledger) -> set[str]:
    """Every table of the ledger in which anything, in any column, tells of Ann."""
    rows = ledger._database.rows
    found = set()
    for (table,) in await rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
        for row in await rows(f'SELECT * FROM "{table}"'):
            cells = [cell if isinstance(cell, bytes) else str(cell).encode() for cell in row]
            if any(needle in cell for needle in NEEDLES for cell in cells):
                found.add(str(table))
    return found


async def much_is_kept(town: Town, ledger: Ledger) -> None:
    """Something of Ann in every table that there is."""
    await town.answer(town.private, "/language en")
    await town.answer(town.ann, "/style anime", PHOTO, id="1001")
    await town.answer(town.private, "/announce hello")
    await town.answer(town.private, "/style ukiyoe")
    await town.rest(ledger)
    await town.answer(town.ben, "/avatar anime", mentioned=(town.ann.person,))
    await town.rest(ledger)
    always = next(b for seen in town.console.sent for b in seen.buttons if b.endswith("always"))
    await town.ann.say(always, pressed=town.stands(always))
    await town.rest(ledger)
    await town.rest(ledger)
    assert town.service.jobs[-1].picture == HER_PICTURE
    await town.answer(town.ann, "/avatar anime", mentioned=(town.ben.person,))
    await town.rest(ledger)
    await she_makes_styles(town, ledger)
    town.service.gate.clear()
    submitted = town.service.submitted
    await town.eve.say("/avatar ukiyoe", mentioned=(town.ann.person,))
    await town.private.say("/like", SECOND, PAINTING)
    await town.ben.say("/style anime", b"ben at home", mentioned=(town.ann.person,))
    await town.waits(submitted + 3)


async def she_makes_styles(town: Town, ledger: Ledger) -> None:
    """One in the private chat, where she decides for herself, and one that is not finished."""
    await town.answer(town.private, "/newstyle hills", SECOND)
    await town.rest(ledger)
    for words in ("done", "right own", "for here", "days 0", "agree"):
        button = next(b for seen in reversed(town.console.history) for b in seen.buttons if f" {words}" in b)
        await town.answer(town.private, button, pressed=town.stands(button))
        await town.rest(ledger)
    assert "hills" in town.service.creations
    await town.answer(town.private, "/newstyle oil", PAINTING)
    await town.rest(ledger)


async def test_all_is_forgotten_in_every_table_and_in_every_byte_of_the_files(town: Town) -> None:
    async with town.running() as ledger:
        await much_is_kept(town, ledger)
        rows = await ledger._database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = {str(name) for (name,) in rows if not str(name).startswith("sqlite_")}
        assert await tables_that_tell(ledger) == tables - OF_NOBODY, "otherwise this test would not see all"
        told = await town.forgets(ledger)
        town.service.gate.set()
        await town.rest(ledger)
        assert said("forgetme-stays") in told
        assert told.endswith(said("privacy-spent", count=1)), "what was waiting was given back"
        for line, count in (("waiting", 1), ("results", 2), ("pictures", 2), ("consents", 1), ("questions", 2)):
            assert said(f"privacy-{line}", count=count) in told
        assert said("privacy-languages") in told
        assert said("privacy-creations", count=1) in told
        assert said("privacy-styles", count=1) in told
        assert town.service.withdrawn == {"hills"}
        assert await tables_that_tell(ledger) == set()
        await ledger.tidy()
        held = b"".join(file.read_bytes() for file in town.path.parent.iterdir())
        assert [needle[:20] for needle in NEEDLES if needle[:500] in held] == []
    async with town.running() as ledger:
        assert await tables_that_tell(ledger) == set()


async def test_a_picture_of_hers_that_was_chosen_from_a_gallery_is_not_made_any_more(town: Town) -> None:
    """The press that asks for it names nobody: only what it will be made of does."""
    async with town.running() as ledger:
        await town.answer(town.ben, "/avatar anime", mentioned=(town.ann.person,))
        await town.rest(ledger)
        always = next(b for seen in town.console.sent for b in seen.buttons if b.endswith("always"))
        await town.ann.say(always, pressed=town.stands(always))
        await town.rest(ledger)
        await town.answer(town.ben, "/avatar", mentioned=(town.ann.person,))
        await town.rest(ledger)
        chosen = next(b for seen in reversed(town.console.history) for b in seen.buttons if b.endswith(" ukiyoe"))
        shown = sum(seen.kind == "photos" for seen in town.console.history)
        town.service.gate.clear()
        submitted = town.service.submitted
        await town.ben.say(chosen, pressed=town.stands(chosen))
        await town.waits(submitted + 1)

        await town.forgets(ledger)
        town.service.gate.set()
        await town.rest(ledger)

        assert sum(seen.kind == "photos" for seen in town.console.history) == shown
        assert said("consent-no", member=NAME) in [seen.text for seen in town.console.sent]


async def test_what_ran_for_her_ends_and_others_lose_nothing_of_their_own(town: Town) -> None:
    async with town.running() as ledger:
        await much_is_kept(town, ledger)
        shown = sum(seen.kind == "photos" for seen in town.console.history)
        await town.forgets(ledger)
        town.service.gate.set()
        await town.rest(ledger)
        new = [seen.pictures for seen in town.console.history if seen.kind == "photos"][shown:]
        assert new == [(inverted(b"ben at home"),)]
        assert said("consent-no", member=NAME) in [seen.text for seen in town.console.sent]
        assert not any("/consent" in str(seen.buttons) for seen in town.console.sent), "a question is still open"
        await town.ann.listener.receive(town.ann.message("/style anime", PHOTO, id="1001"))
        assert await ledger.open_entries() == (), "a message that was answered is known, though not whose it was"


async def test_todays_count_stays_under_a_digest_for_a_day_and_then_goes_with_its_key(town: Town) -> None:
    async with town.running() as ledger:
        await town.answer(town.ann, "/style anime", PHOTO)
        await town.rest(ledger)
        assert said("forgetme-stays") in await town.forgets(ledger)
        told = await town.answer(town.ann, "/privacy")
        assert said("privacy-spent", count=1) in told.text
        assert said("privacy-pictures", count=1) not in told.text
        await ledger._database.rows("UPDATE debits SET at = at - 86400")
        await ledger.tidy()
        assert await ledger._database.rows("SELECT person, digest FROM debits") == [("", None)]
        assert await ledger._database.rows("SELECT key FROM spenders") == []
        assert said("privacy-spent", count=1) not in (await town.answer(town.ann, "/privacy")).text


async def test_a_trace_that_is_left_is_admitted(town: Town) -> None:
    """The search is no formality: it goes through tables of which forgetting knows nothing."""
    async with town.running() as ledger:
        await ledger._database.rows("CREATE TABLE later (what TEXT)")
        await ledger._database.rows("INSERT INTO later VALUES (?), (?)", f'{{"id": "{ANN}"}}', f"{ANN}5 is another")
        assert said("forgetme-left", count=1) in await town.forgets(ledger)


async def test_one_is_asked_first_and_only_ones_own_button_counts(town: Town) -> None:
    async with town.running() as ledger:
        await ledger.people.speak("console", "eve", "en")
        await ledger.people.speak("console", ANN, "en")
        asked = await town.answer(town.ann, "/forgetme")
        assert asked.text == said("forgetme")
        (button,) = asked.buttons
        assert (await town.answer(town.eve, button, pressed=town.stands(button))).text == said("privacy-not-yours")
        assert (await town.answer(town.ann, "/forgetme yes")).text == said("privacy-not-yours")
        for person in ("eve", ANN):
            assert (await ledger.people.known("console", person)).language == "en"
        await town.ann.say(button, pressed=town.stands(button))
        await town.console.until(lambda: any(said("forgetme-proof") in seen.text for seen in town.console.sent))
        assert (await ledger.people.known("console", ANN)).language is None
        assert (await ledger.people.known("console", "eve")).language == "en"


@pytest.mark.parametrize("where", ["private", "group"])
@pytest.mark.parametrize("died", ["before", "after"])
async def test_killed_while_forgetting_it_is_finished_and_answered(town: Town, where: str, died: str) -> None:
    who = town.private if where == "private" else town.ann
    async with town.running() as ledger:
        await town.answer(who, "/style anime", PHOTO)
        await town.answer(who, "/forgetme")
        await town.rest(ledger)
    button = town.button("/forgetme ")
    press = who.message(button, pressed=town.stands(button), id="press")
    async with Ledger(town.path) as ledger:
        entry = await ledger.receive(press)
        assert entry
        if died == "after":
            await ledger.forgetting.forget("console", ANN, entry.number, answer_key(press))
    async with town.running() as ledger:
        await town.rest(ledger)
        assert [said("forgetme-stays") in seen.text for seen in town.console.sent].count(True) == 1
        assert await tables_that_tell(ledger) == set()


async def test_a_press_that_is_delivered_twice_is_answered_once(town: Town) -> None:
    async with town.running() as ledger:
        press = await town.presses_forgetme(town.private)
        await town.rest(ledger)
        count = len(town.console.history)
        await town.private.listener.receive(press)
        await town.rest(ledger)
        assert len(town.console.history) == count


async def test_an_answer_that_is_leaving_arrives_and_is_forgotten_then(town: Town) -> None:
    async with town.running() as ledger:
        await town.answer(town.ann, "/forgetme")
        button = town.button("/forgetme ")
        leaving = await ledger.receive(town.ann.message("/style anime", PHOTO))
        assert leaving
        await ledger._database.rows("UPDATE messages SET state = 'sending' WHERE number = ?", leaving.number)
        await town.ann.say(button, pressed=town.stands(button))
        await asyncio.sleep(0.2)
        assert not any(said("forgetme-done") in seen.text for seen in town.console.sent)
        await ledger.finish(leaving.number, State.SENT)
        await town.console.until(lambda: any(said("forgetme-proof") in seen.text for seen in town.console.sent))
        await town.rest(ledger)
        assert await tables_that_tell(ledger) == set()


async def test_results_that_were_to_be_deleted_are_deleted_now(town: Town) -> None:
    async with town.running() as ledger:
        await town.answer(town.ann, "/help")
        await ledger.chats.rule("console", "group", Rules(delete_after_s=3600))
        await town.answer(town.ann, "/style anime", PHOTO)
        await ledger.chats.rule("console", "group", Rules())
        await town.answer(town.ann, "/style anime", SECOND)
        await town.rest(ledger)
        await town.forgets(ledger)
        assert [seen.pictures for seen in town.console.sent if seen.pictures] == [(inverted(SECOND),)]


async def test_a_block_stays(town: Town) -> None:
    async with town.running() as ledger:
        await ledger.people.speak("console", ANN, "zh")
        await ledger.people.block("console", ANN, blocked=True)
        await ledger.forgetting.forget("console", ANN, 0, "digest")
        known = await ledger.people.known("console", ANN)
        assert (known.blocked, known.language) == (True, None)
        assert await ledger.forgetting.traces("console", ANN, 0) == 0


async def test_a_blocked_person_is_still_told_what_is_kept_and_has_it_deleted(town: Town) -> None:
    async with town.running() as ledger:
        await town.answer(town.ann, "/style anime", PHOTO)
        await town.rest(ledger)
        await ledger.people.block("console", ANN, blocked=True)
        await town.ann.say("/help")
        await town.ann.say("/style anime", SECOND)
        told = await town.answer(town.ann, "/privacy")
        assert said("privacy-blocked") in told.text
        assert said("privacy-results", count=1) in told.text
        assert len(town.service.jobs) == 1, "beside this there is silence"
        forgotten = await town.forgets(ledger)
        assert said("privacy-blocked") in forgotten.partition(said("forgetme-stays"))[2]
        assert (await ledger.people.known("console", ANN)).blocked
        await town.rest(ledger)
        assert await tables_that_tell(ledger) == {"people"}, "the block itself"


async def test_to_ask_for_what_is_kept_does_not_make_a_blocked_person_reachable(town: Town) -> None:
    async with town.running() as ledger:
        await ledger.people.block("console", ANN, blocked=True)
        assert said("privacy-chats") not in (await town.answer(town.private, "/privacy")).text
        assert await ledger.chats.reachable() == ()


async def test_who_speaks_as_the_chat_cannot_have_it_forgotten(town: Town) -> None:
    async with town.running():
        town.ben.person = Person("group", "The group")
        assert (await town.answer(town.ben, "/forgetme")).text == said("forgetme-as-yourself")


class TestPrivacy:
    """``/privacy``."""

    async def test_it_says_what_is_kept_and_what_of_oneself(self, town: Town) -> None:
        async with town.running() as ledger:
            nothing = await town.answer(town.ann, "/privacy")
            assert nothing.text == f"{said('privacy')}\n\n{said('privacy-nothing')}"
            assert nothing.buttons == ("/forgetme",)
            await town.rest(ledger)
            await much_is_kept(town, ledger)
            told = await town.answer(town.ann, "/privacy", id="1002")
            for line, count in (("waiting", 1), ("results", 2), ("pictures", 2), ("consents", 1)):
                assert said(f"privacy-{line}", count=count) in told.text
            assert said("privacy-questions", count=2) in told.text
            assert all(name not in told.text for name in (ANN, "group"))
            town.service.gate.set()

    async def test_a_private_chat_is_named_where_there_is_one_and_goes_with_the_rest(self, town: Town) -> None:
        async with town.running() as ledger:
            assert said("privacy-chats") not in (await town.answer(town.ann, "/privacy")).text
            assert said("privacy-chats") in (await town.answer(town.private, "/privacy")).text
            await town.rest(ledger)
            assert said("privacy-chats") in await town.forgets(ledger)
            assert await ledger._database.rows("SELECT chat FROM chats") == [("group",)]

    @pytest.mark.parametrize("language", replies.LANGUAGES)
    def test_what_there_is_stands_in_a_list(self, language: str) -> None:
        lines = [replies.text(language, key, count=2) for key in privacy._LINES.values()]
        assert [line[:2] for line in lines] == ["• "] * len(lines)

    async def answers(self, ledger: Ledger) -> None:
        """Ann answered for good in three chats."""
        for at, (chat, private, allowed) in enumerate((("other", 0, 0), ("group", 0, 1), (ANN, 1, 1))):
            await ledger._database.rows(
                "INSERT OR IGNORE INTO chats (platform, chat, private, seen) VALUES ('console', ?, ?, 0)", chat, private
            )
            await ledger._database.rows(
                "INSERT INTO consents VALUES ('console', ?, ?, ?, 1750000000 + ?)", chat, ANN, allowed, at
            )

    async def test_standing_answers_are_shown_and_withdrawn_one_by_one(self, town: Town) -> None:
        async with town.running() as ledger:
            await self.answers(ledger)
            told = await town.answer(town.ann, "/privacy")
            assert told.text.splitlines()[-3:] == [
                "1. In another chat: never (since 2025-06-15)",
                "2. In this chat: always (since 2025-06-15)",
                "3. In our private chat: always (since 2025-06-15)",
            ]
            assert len(told.buttons) == 4
            sent = town.stands("/privacy withdraw")
            panel = await town.answer(town.ann, told.buttons[1], pressed=sent)
            assert (panel.kind, len(panel.buttons)) == ("change", 3)
            assert await ledger.consents.standing("console", "group", ANN) is None
            assert await ledger.consents.standing("console", "other", ANN) is False
            again = await town.answer(town.ann, told.buttons[1], pressed=sent)
            assert (again.kind, again.text) == ("text", said("privacy-not-yours"))

    async def test_nobody_withdraws_for_another(self, town: Town) -> None:
        async with town.running() as ledger:
            await self.answers(ledger)
            told = await town.answer(town.ann, "/privacy")
            refusal = await town.answer(town.eve, told.buttons[1], pressed=town.stands("/privacy withdraw"))
            assert (refusal.kind, refusal.text) == ("text", said("privacy-not-yours"))
            assert await ledger.consents.standing("console", "group", ANN) is True

    async def test_a_withdrawal_that_is_understood_twice_withdraws_once(self, town: Town) -> None:
        async with town.running() as ledger:
            await self.answers(ledger)
            told = await town.answer(town.ann, "/privacy")
            await town.rest(ledger)
        press = town.ann.message(told.buttons[0], pressed=town.stands("/privacy withdraw"))
        async with Ledger(town.path) as ledger:
            await ledger.receive(press)
            assert await ledger.consents.withdraw("console", ANN, int(told.buttons[0].split()[-1]))
        async with town.running() as ledger:
            await town.rest(ledger)
            assert len(await ledger.consents.given_by("console", ANN)) == 2

    async def test_after_it_was_withdrawn_a_member_is_asked_again(self, town: Town) -> None:
        async with town.running() as ledger:
            await self.answers(ledger)
            told = await town.answer(town.ann, "/privacy")
            await town.answer(town.ann, told.buttons[1], pressed=town.stands("/privacy withdraw"))
            await town.rest(ledger)
            await town.ben.say("/avatar anime", mentioned=(town.ann.person,))
            await town.console.until(lambda: any("/consent" in str(seen.buttons) for seen in town.console.sent))
        assert town.service.jobs == []


async def test_in_private_the_words_name_no_other_place(town: Town) -> None:
    async with town.running() as ledger:
        await ledger._database.rows("INSERT INTO consents VALUES ('console', 'gone', ?, 1, 1750000000)", ANN)
        told = await town.answer(town.private, "/privacy", id="1003")
        assert told.text.splitlines()[-1] == "1. In another chat: always (since 2025-06-15)"
        wang = replace(town.private.person, language="zh")
        town.private.person = wang
        assert "在另一个聊天" in (await town.answer(town.private, "/privacy", id="1004")).text
