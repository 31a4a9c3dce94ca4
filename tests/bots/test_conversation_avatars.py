"""Other people's profile pictures: asked for in a group, allowed or not, and never made without a yes."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bots import replies
from bots.adapter import SendFailed, SendUncertain
from bots.conversation import Conversation
from bots.conversation.consent import released
from bots.ledger import Ledger
from bots.ledger.chats import Rules
from bots.ledger.questions import Permission
from bots.message import Address, Message, Person, Text
from inference.job import Crop
from inference.service import StyleInfo
from tests.bots.console import Chat, Console, Inverting, Sent, inverted
from tests.bots.talking import said

HER_PICTURE, HIS_PICTURE, GROUP_PICTURE = b"ann herself", b"ben himself", b"all of us"


NO, OVER = said("consent-no", member="Ann"), said("consent-over")


class Whispering(Console):
    """A console that notes what was for one person alone."""

    def __init__(self) -> None:
        super().__init__()
        self.whispers: list[str] = []

    async def say(self, address: Address, text: Text) -> str:
        if text.whispered:
            self.whispers.append(text.text)
        return await super().say(address, text)


@dataclass
class Group:
    """Ann, Ben and Eve in one group chat. ``restart`` leaves the group as it is, and the ledger on its disk."""

    path: Path
    console: Whispering
    service: Inverting

    def __post_init__(self) -> None:
        self.nobody = Conversation(self.service, Ledger(self.path), [self.console])  # not started: nobody listens yet
        self.people = {name: self._member(name) for name in ("Ann", "Ben", "Eve")}
        self.ann, self.ben, self.eve = self.people.values()

    def _member(self, name: str) -> Chat:
        chat = Chat(self.console, self.nobody, chat="group", person=name.lower(), private=False)
        chat.person = Person(name.lower(), name)
        return chat

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Ledger]:
        async with Ledger(self.path) as ledger, Conversation(self.service, ledger, [self.console]) as conversation:
            for chat in self.people.values():
                chat.listener = conversation
            yield ledger

    async def asks(self, text: str = "/avatar anime", of: str = "Ann") -> Message:
        return await self.ben.say(text, mentioned=(self.people[of].person,))

    async def question(self, count: int = 2) -> tuple[str, Sent]:
        """Wait until so much stands in the chat; the last question with buttons: its id, and what it says."""
        await self.console.answers(count)
        return next((sent, seen) for sent, seen in reversed(self.console.standing.items()) if "/consent" in str(seen))

    async def presses(self, who: Chat, word: str) -> Message:
        sent, seen = await self.question()
        return await who.say(next(button for button in seen.buttons if button.endswith(word)), pressed=sent)

    async def reads(self, text: str) -> None:
        await self.console.until(lambda: any(seen.text == text for seen in self.console.sent))

    def pictures(self) -> list[Sent]:
        return [seen for seen in self.console.history if seen.kind == "photos"]

    async def rest(self, ledger: Ledger) -> None:
        """Wait until everything is answered."""
        async with asyncio.timeout(5):
            while await ledger.open_entries():
                await asyncio.sleep(0.01)


@pytest.fixture
def group(tmp_path: Path) -> Group:
    console = Whispering()
    console.avatars = {"ann": HER_PICTURE, "ben": HIS_PICTURE, "chat group": GROUP_PICTURE}
    return Group(tmp_path / "ledger.sqlite3", console, Inverting())


async def test_a_member_is_asked_and_a_yes_makes_the_picture_once(group: Group) -> None:
    async with group.running() as ledger:
        await group.asks()
        sent, question = await group.question()
        assert question.text == said("consent-question", member="Ann", requester="Ben", title="Anime")
        assert [button.rpartition(" ")[2] for button in question.buttons] == ["once", "always", "never"]
        assert max(len(button.encode()) for button in question.buttons) <= 64
        await group.reads(said("consent-asked", member="Ann"))
        assert not group.service.jobs
        await group.presses(group.ann, "once")
        await group.console.until(lambda: bool(group.pictures()))
        await group.rest(ledger)
        assert group.console.standing[sent].text == said("consent-given-once", member="Ann", requester="Ben")
        assert group.console.standing[sent].buttons == ()
        (picture,) = group.pictures()
        assert picture.pictures == (inverted(HER_PICTURE),)
        (job,) = group.service.jobs
        assert (job.user, job.options.crop) == ("console:ben", Crop.AVATAR)
        await group.asks()
        await group.question(5)
        assert len(group.pictures()) == 1, "once is once"


async def test_always_answers_for_everyone_in_this_chat_and_only_here(group: Group) -> None:
    async with group.running() as ledger:
        await group.asks("/avatar anime 70%")
        await group.presses(group.ann, "always")
        await group.console.until(lambda: len(group.pictures()) == 1)
        await group.eve.say("/avatar ukiyoe", mentioned=(group.ann.person,))
        await group.console.until(lambda: len(group.pictures()) == 2)
        assert [job.options.strength for job in group.service.jobs] == [0.7, None]
        await group.rest(ledger)
        elsewhere = replace(group.eve.message("/avatar anime"), chat="other", address={"chat": "other"})
        await group.eve.listener.receive(replace(elsewhere, mentioned=(group.ann.person,)))
        await group.console.until(lambda: any(seen.chat == "other" and seen.buttons for seen in group.console.sent))
        assert len(group.service.jobs) == 2


async def test_never_is_said_as_neutrally_as_no_answer(group: Group) -> None:
    async with group.running() as ledger:
        await group.asks()
        await group.presses(group.ann, "never")
        await group.reads(NO)
        await group.rest(ledger)
        count = len(group.console.sent)
        await group.asks()
        assert (await group.console.answers(count + 1))[-1].text == NO
        assert not group.service.jobs


async def test_nobody_else_answers_for_a_member(group: Group) -> None:
    async with group.running() as ledger:
        await group.asks()
        for who in (group.eve, group.ben):
            await group.presses(who, "always")
        await group.rest(ledger)
        assert group.console.whispers == [said("consent-not-yours", member="Ann")] * 2
        assert await ledger.consents.standing("console", "group", "ann") is None
        await group.presses(group.ann, "once")
        await group.console.until(lambda: bool(group.pictures()))


async def test_the_first_answer_holds(group: Group) -> None:
    async with group.running() as ledger:
        await group.asks()
        sent, question = await group.question()
        for button in (question.buttons[2], question.buttons[1]):
            await group.ann.say(button, pressed=sent)
        await group.rest(ledger)
        assert group.console.standing[sent].text == NO
        assert await ledger.consents.standing("console", "group", "ann") is False
        assert not group.service.jobs


def a_day_passes(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("UPDATE requests SET until = until - 86400")
    db.close()


async def test_silence_is_no_and_a_late_press_is_told_so(group: Group) -> None:
    async with group.running():
        await group.asks()
        sent, question = await group.question()
    a_day_passes(group.path)
    async with group.running() as ledger:
        await group.ann.say(question.buttons[0], pressed=sent)
        await group.rest(ledger)
        assert group.console.standing[sent].text == OVER
        assert not group.service.jobs


async def test_a_question_that_nobody_answered_loses_its_buttons(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.conversation.conversation._TIDY_EVERY_S", 0.05)
    async with group.running():
        await group.asks()
        sent, _ = await group.question()
    a_day_passes(group.path)
    async with group.running() as ledger:
        await group.console.until(lambda: group.console.standing[sent].text == NO)
        assert await ledger.questions.about("console", "ann") == ()
        assert group.console.standing[sent].buttons == ()


async def test_nobody_is_pestered(group: Group) -> None:
    async with group.running() as ledger:
        await group.asks()
        await group.asks("/avatar ukiyoe")
        await group.reads(said("consent-still-open", member="Ann"))
        for number in range(4):
            member = Person(f"m{number}", f"Member {number}")
            await group.ben.say("/avatar anime", mentioned=(member,))
            await group.rest(ledger)
        await group.eve.say("/avatar anime", mentioned=(group.ben.person,))
        await group.reads(said("consent-many-open", count=5))


class TestKilled:
    """Between a member's yes and the picture, the program dies; the ledger holds what it held."""

    async def waits(self, group: Group) -> tuple[Message, str]:
        """The press that says yes, not yet received, and its question's key."""
        async with group.running() as ledger:
            await group.asks()
            sent, question = await group.question()
            await group.rest(ledger)
        button = question.buttons[0]
        return group.ann.message(button, pressed=sent), button.split()[1]

    async def one_picture(self, group: Group) -> None:
        async with group.running() as ledger:
            await group.console.until(lambda: bool(group.pictures()))
            await group.rest(ledger)
            await group.rest(ledger)
        async with group.running() as ledger:
            await group.rest(ledger)
        assert [seen.pictures for seen in group.pictures()] == [(inverted(HER_PICTURE),)]
        assert len(group.service.jobs) == 1
        sent = next(iter(group.console.standing.values()))
        assert sent.text == said("consent-given-once", member="Ann", requester="Ben")

    async def test_with_the_press_recorded(self, group: Group) -> None:
        press, _ = await self.waits(group)
        async with Ledger(group.path) as ledger:
            await ledger.receive(press)
        await self.one_picture(group)

    async def test_with_the_answer_recorded(self, group: Group) -> None:
        press, key = await self.waits(group)
        async with Ledger(group.path) as ledger:
            await ledger.receive(press)
            await ledger.questions.answer(key, Permission.ONCE)
        await self.one_picture(group)

    async def test_with_the_messagereleased(self, group: Group) -> None:
        press, key = await self.waits(group)
        async with Ledger(group.path) as ledger:
            await ledger.receive(press)
            question = await ledger.questions.answer(key, Permission.ONCE)
            assert question
            await ledger.receive(released(question))
        await self.one_picture(group)

    async def test_while_the_picture_is_made(self, group: Group) -> None:
        press, _ = await self.waits(group)
        group.service.gate.clear()
        async with group.running():
            await group.ann.listener.receive(press)
            await group.console.until(lambda: group.console.busy_count > 0)
        assert not group.pictures()
        group.service.gate.set()
        await self.one_picture(group)

    async def test_before_the_question_was_said(self, group: Group) -> None:
        """The requester's message is understood once more: one question stands, and it works."""
        refusing = [SendUncertain("the line broke")]

        def before_sending(kind: str) -> None:
            if refusing:
                raise refusing.pop()

        group.console.before_sending = before_sending
        async with group.running() as ledger:
            asked = await group.asks()
            await group.reads(said("consent-asked", member="Ann"))
            await group.rest(ledger)
            assert not any(seen.buttons for seen in group.console.sent)
        with sqlite3.connect(group.path) as db:
            db.execute("DELETE FROM messages")  # as if its turn had not come so far
        db.close()
        async with group.running():
            await group.ben.listener.receive(asked)
            await group.question()
            await group.presses(group.ann, "once")
            await group.console.until(lambda: bool(group.pictures()))


@pytest.mark.parametrize("forged", ["another style", "another member", "another person", "no question"])
async def test_a_message_that_pretends_to_be_allowed_is_not(group: Group, forged: str) -> None:
    group.console.avatars["eve"] = b"eve herself"
    async with group.running() as ledger:
        asked = await group.asks()
        _, seen = await group.question()
        key = seen.buttons[0].split()[1]
        group.service.gate.clear()
        async with ledger._database.transaction() as db:  # allowed, and its message not yet released
            await db.execute("UPDATE requests SET body = json_set(body, '$.answer', 'once')")
        allowed = replace(asked, id=f"{asked.id}/granted/{key}", text="/avatar anime")
        message = {
            "another style": replace(allowed, text="/avatar ukiyoe"),
            "another member": replace(allowed, mentioned=(group.eve.person,)),
            "another person": replace(allowed, person=group.eve.person),
            "no question": replace(allowed, id=f"{asked.id}/granted/{'0' * 24}"),
        }[forged]
        await group.ben.listener.receive(message)
        await group.reads(OVER)
        assert group.service.submitted == 0


class TestRules:
    """What a chat's admins decided."""

    async def ruled(self, group: Group, ledger: Ledger, avatars: str) -> None:
        await group.ben.say("/help")
        await group.rest(ledger)
        await ledger.chats.rule("console", "group", Rules(avatars=avatars))

    async def test_own_alone(self, group: Group) -> None:
        async with group.running() as ledger:
            await self.ruled(group, ledger, "own")
            await group.asks()
            await group.reads(said("avatar-own-only"))
            await group.ben.say("/avatar anime")
            await group.console.until(lambda: bool(group.pictures()))
        assert [job.picture for job in group.service.jobs] == [HIS_PICTURE]

    async def test_off_is_off_for_all(self, group: Group) -> None:
        group.console.admins = {"ben"}
        async with group.running() as ledger:
            await self.ruled(group, ledger, "off")
            for text in ("/avatar anime", "/avatar group anime", "/avatar"):
                count = len(group.console.sent)
                await group.ben.say(text)
                assert (await group.console.answers(count + 1))[-1].text == said("avatar-off")
            await group.asks()
            await group.rest(ledger)
        assert not group.service.jobs

    async def test_switched_off_after_the_yes(self, group: Group) -> None:
        group.service.gate.clear()
        async with group.running() as ledger:
            await group.asks()
            sent, question = await group.question()
            await ledger.chats.rule("console", "group", Rules(avatars="own"))
            await group.ann.say(question.buttons[0], pressed=sent)
            await group.reads(said("avatar-own-only"))
            assert group.service.submitted == 0


async def test_in_private_there_is_nobody_to_ask(group: Group) -> None:
    async with group.running():
        for text in ("/avatar anime", "/avatar anime @ann", "/avatar group anime"):
            mentioned = (group.ann.person,) if text == "/avatar anime" else ()
            count = len(group.console.sent)
            await group.ben.say(text, private=True, mentioned=mentioned)
            assert (await group.console.answers(count + 1))[-1].text == said("avatar-private")


async def test_somebody_the_platform_does_not_know(group: Group) -> None:
    async with group.running():
        await group.ben.say("/avatar anime @nobody")
        await group.reads(said("avatar-unknown-member"))


@pytest.mark.parametrize("text", ["/avatar @Ann anime 70%", "/avatar anime @ann 70%", "/avatar Ann anime 70%"])
async def test_the_name_of_a_member_is_not_a_styles(group: Group, text: str) -> None:
    async with group.running() as ledger:
        await group.asks(text)
        _, question = await group.question()
        assert "as Anime" in question.text
        await group.presses(group.ann, "once")
        await group.console.until(lambda: bool(group.pictures()))
        await group.rest(ledger)
    assert group.service.jobs[0].options.strength == 0.7


async def test_a_member_whose_picture_is_hidden(group: Group) -> None:
    del group.console.avatars["ann"]
    async with group.running():
        await group.asks()
        await group.presses(group.ann, "once")
        await group.reads(said("avatar-hidden", member="Ann"))


async def test_a_question_that_cannot_be_said_is_not_open(group: Group) -> None:
    refusing = [SendFailed("the chat is closed to us")]

    def before_sending(kind: str) -> None:
        if refusing:
            raise refusing.pop()

    group.console.before_sending = before_sending
    async with group.running():
        await group.asks()
        await group.reads(said("error-failed"))
        await group.asks()
        await group.reads(said("consent-asked", member="Ann"))


async def test_names_are_said_on_one_short_line(group: Group) -> None:
    group.people["Ann"].person = Person("ann", "Ann\n\x00" + "n" * 500)
    async with group.running():
        await group.asks()
        _, question = await group.question()
        assert "\n" not in question.text
        assert len(question.text) < 300


class TestGallery:
    """``/avatar`` and a member, without a style."""

    async def test_its_buttons_carry_the_member_on(self, group: Group) -> None:
        async with group.running() as ledger:
            await group.asks("/avatar 70% keep")
            (gallery,) = await group.console.answers(1)
            assert gallery.text.startswith(said("gallery-photo"))
            await group.ben.say(gallery.buttons[2], pressed="1")
            await group.question(3)
            await group.presses(group.ann, "once")
            await group.console.until(lambda: len(group.pictures()) == 2)
            await group.rest(ledger)
        (job,) = group.service.jobs
        assert (job.picture, job.style, job.options.strength) == (HER_PICTURE, "anime", 0.7)
        assert job.options.keep_colours is True

    async def test_the_longest_names_and_wishes_fit(self, group: Group) -> None:
        group.service.infos = (StyleInfo("a" * 32, "1.0.0", {"en": "A"}, "photo", "Apache-2.0"),)
        async with group.running():
            for count, text in enumerate(
                ("/avatar 100% match sharp no faces", "/avatar aaa 100% match sharp no faces"), 1
            ):
                await group.asks(text)
                answer = (await group.console.answers(count))[-1]
                assert answer.buttons
                assert max(len(button.encode()) for button in answer.buttons) <= 64

    async def test_another_person_presses_in_vain(self, group: Group) -> None:
        """Ann allows it always; still Eve's press under Ben's gallery is not Ben's."""
        group.console.avatars["eve"] = b"eve herself"
        async with group.running() as ledger:
            await group.asks("/avatar")
            (gallery,) = await group.console.answers(1)
            await group.eve.say(gallery.buttons[0], pressed="1")
            await group.rest(ledger)
            assert group.console.whispers == [said("avatar-gone")]
        assert not group.service.jobs

    async def test_a_press_in_a_reply_to_a_member_is_still_about_oneself(self, group: Group) -> None:
        async with group.running():
            await group.ben.say("/avatar anime", pressed="1", mentioned=(group.ann.person,))
            await group.console.until(lambda: bool(group.pictures()))
        assert [job.picture for job in group.service.jobs] == [HIS_PICTURE]


class TestGroupPicture:
    """The chat's own picture."""

    @pytest.mark.parametrize("text", ["/avatar group anime 70%", "/avatar 群 动漫 70%"])
    async def test_its_admins_get_it(self, group: Group, text: str) -> None:
        group.console.admins = {"ben"}
        async with group.running():
            await group.ben.say(text)
            await group.console.until(lambda: bool(group.pictures()))
        (job,) = group.service.jobs
        assert (job.picture, job.options.crop, job.options.strength) == (GROUP_PICTURE, Crop.AVATAR, 0.7)

    async def test_nobody_else_does(self, group: Group) -> None:
        async with group.running():
            await group.ben.say("/avatar group anime")
            await group.reads(said("avatar-group-admins"))
        assert not group.service.jobs

    async def test_a_chat_without_a_picture(self, group: Group) -> None:
        group.console.admins = {"ben"}
        group.console.avatars.clear()
        async with group.running():
            await group.ben.say("/avatar group anime")
            await group.reads(said("avatar-group-missing"))

    async def test_its_gallery_knows_whose_it_is(self, group: Group) -> None:
        group.console.admins = {"ben"}
        async with group.running():
            await group.ben.say("/avatar group")
            (gallery,) = await group.console.answers(1)
            await group.ben.say(gallery.buttons[0], pressed="1")
            await group.console.until(lambda: len(group.pictures()) == 2)
        assert [job.picture for job in group.service.jobs] == [GROUP_PICTURE]


async def test_the_member_is_asked_in_their_own_language(group: Group) -> None:
    async with group.running() as ledger:
        await ledger.people.speak("console", "ann", "zh")
        await group.asks()
        _, question = await group.question()
        assert question.text == replies.text("zh", "consent-question", member="Ann", requester="Ben", title="动漫")


@pytest.mark.parametrize("permission", ["once", "always"])
async def test_nothing_more_is_made_of_a_members_picture_by_pressing_under_it(group: Group, permission: str) -> None:
    """Neither by the one who asked nor by an admin: whoever wants another asks again."""
    group.console.admins = {"eve"}
    async with group.running() as ledger:
        await group.asks()
        await group.presses(group.ann, permission)
        await group.console.until(lambda: bool(group.pictures()))
        await group.rest(ledger)
        (picture,) = group.pictures()
        assert picture.buttons == (f"/again {picture.key} delete",)
        for who in (group.ben, group.eve):
            await who.say(f"/again {picture.key} 50%")
            await group.rest(ledger)
        assert group.console.whispers == [said("again-gone")] * 2
        assert len(group.service.jobs) == 1


@pytest.mark.parametrize("gallery", [False, True])
@pytest.mark.parametrize("who", ["Ann", "Ben", "Eve"])
async def test_what_was_made_of_a_members_picture_is_deleted_by_either_of_the_two_and_nobody_else(
    group: Group, who: str, gallery: bool
) -> None:
    async with group.running() as ledger:
        await ledger._database.rows("INSERT INTO consents VALUES ('console', 'group', 'ann', 1, 0)")
        await group.asks("/avatar" if gallery else "/avatar anime")
        if gallery:
            await group.console.answers(1)
            ((sent, shown),) = group.console.standing.items()
            await group.ben.say(next(button for button in shown.buttons if "anime" in button), pressed=sent)
            await group.rest(ledger)
        await group.console.until(lambda: any("Anime" in seen.text for seen in group.pictures()))
        await group.rest(ledger)
    async with group.running() as ledger:
        picture = next(seen for seen in group.pictures() if inverted(HER_PICTURE) in seen.pictures)
        await group.people[who].say(picture.buttons[-1], id="press")
        await group.rest(ledger)
        assert group.console.whispers == [said("delete-not-yours" if who == "Eve" else "deleted")]
        assert (picture in group.console.sent) == (who == "Eve")


async def test_a_member_who_is_forgotten_is_nobodys_subject_any_more(group: Group) -> None:
    async with group.running() as ledger:
        await group.asks()
        await group.presses(group.ann, "always")
        await group.console.until(lambda: bool(group.pictures()))
        await group.rest(ledger)
        await ledger.forgetting.forget("console", "ann", 0, "digest")
        assert await ledger.forgetting.traces("console", "ann", 0) == 0
        (picture,) = group.pictures()
        await group.ben.say(picture.buttons[-1])
        await group.rest(ledger)
        assert group.console.whispers == [said("deleted")]


async def test_a_command_of_that_name_that_is_another_bots_is_left_alone(group: Group) -> None:
    async with group.running() as ledger:
        await group.ben.say("/consent please")
        await group.ann.say("/consent")
        await group.rest(ledger)
        assert group.console.history == []


async def test_who_takes_the_request_back_gets_no_picture_and_nobody_need_answer_any_more(group: Group) -> None:
    async with group.running() as ledger:
        await group.asks()
        sent, question = await group.question()
        await group.eve.say("/cancel")
        await group.reads(said("cancelled", count=0))
        assert group.console.standing[sent] == question, "that is Ben's to take back"
        await group.ben.say("/cancel")
        await group.reads(said("never-mind"))
        assert (group.console.standing[sent].text, group.console.standing[sent].buttons) == (NO, ())
        yes = next(button for button in question.buttons if button.endswith("once"))
        await group.ann.say(yes, pressed=sent)
        await group.reads(OVER)
        await group.rest(ledger)
        assert group.pictures() == []


@pytest.mark.parametrize("text", ["/avatar", "/avatar anme 70% keep"])
async def test_a_photo_sent_with_the_command_waits_for_its_style(group: Group, text: str) -> None:
    async with group.running() as ledger:
        await group.ann.say(text, b"ann at the sea", as_file=True)
        shown = (await group.console.answers(1))[-1]
        assert max(len(button.encode()) for button in shown.buttons) <= 64
        await group.ann.say(next(button for button in shown.buttons if button.endswith(" anime")))
        await group.rest(ledger)
        assert group.pictures()[-1].pictures == (inverted(b"ann at the sea"),)
        assert group.pictures()[-1].as_file
        assert group.service.jobs[-1].options.crop is Crop.AVATAR
        assert group.service.jobs[-1].options.keep_colours is (True if "keep" in text else None)


async def test_whoever_is_blocked_could_not_answer_and_is_not_asked(group: Group) -> None:
    async with group.running() as ledger:
        await ledger.people.block("console", "ann", blocked=True)
        await group.asks()
        await group.rest(ledger)
        assert [seen.text for seen in group.console.sent] == [NO]
