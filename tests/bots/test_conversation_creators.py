"""A creator's style: made of their pictures, approved, used where it may be, taken back."""

import asyncio
import sqlite3
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

import pytest

from bots.conversation import creating
from bots.conversation.blocked_names import listed
from bots.conversation.creators_policy import DefaultPolicy, Reason
from bots.ledger import Ledger
from bots.ledger.creations import sha256
from inference.errors import BadReference, Busy, Failed, StyleUnavailable
from tests.bots.console import BROKEN, inverted
from tests.bots.creators_house import STEPS, House
from tests.bots.talking import said

INK, LEAF, HILL, PHOTO = b"ink on paper" * 100, b"a leaf in ink" * 100, b"a hill in ink" * 100, b"a photo"
GONE = said("error-style_withdrawn")


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "data" / "ledger.sqlite3")


async def rows(ledger: Ledger, query: str) -> list[tuple[object, ...]]:
    return await ledger._database.rows(query)


async def test_a_creators_style_from_its_first_picture_to_its_end(house: House) -> None:
    async with house.running() as ledger:
        assert said("creators-collect-group", title="Autumn ink", count=0) in await house.says(
            house.ann, "/newstyle Autumn ink"
        )
        told = await house.says(house.ann, "", INK, LEAF, addressed=False)
        assert told == said("creators-collect-group", title="Autumn ink", count=2)
        await house.presses(house.ann, "done")
        assert house.last().pictures == (b"draft of " + INK + b", " + LEAF,)
        assert max(len(button.encode()) for button in house.last().buttons) <= 64
        for step in STEPS[1:4]:
            await house.presses(house.ann, step)
        statement = house.last().text
        assert "Autumn ink" in statement
        assert statement in await house.presses(house.ann, "agree")
        assert house.service.creations == {}
        assert await house.presses(house.ada, "yes") == said("creators-made", title="Autumn ink", style="autumn-ink")
        (creation,) = house.service.creations.values()
        assert (creation.pictures, creation.scope, creation.rights) == ((INK, LEAF), ("console:group",), "own work")
        assert creation.document_sha256 == sha256(statement.encode())
        assert creation.granted_by == "console:ann"
        assert await rows(ledger, "SELECT * FROM creation_pictures") == [], "nothing of it is needed any more"
        await house.says(house.ben, "/style autumn ink", PHOTO)
        assert house.last().pictures == (inverted(PHOTO),)
        await house.says(house.ann, "/mystyles")
        await house.presses(house.ann, "back autumn-ink")
        assert await house.presses(house.ann, "sure") == said("creators-taken-back", title="Autumn ink")
        assert house.service.withdrawn == {"autumn-ink"}
        assert await house.says(house.ben, "/style autumn-ink", PHOTO) == GONE
        assert await house.presses(house.ben, "75%") == GONE, "nor do the buttons under what was made"


async def test_every_step_may_be_the_first_after_a_restart(house: House) -> None:
    async with house.running():
        await house.says(house.ann, "/newstyle Autumn ink", INK)
    async with house.running():
        await house.says(house.ann, "", LEAF, addressed=False)
    for who, words in (*((house.ann, step) for step in STEPS), (house.ada, "yes")):
        async with house.running():
            await house.presses(who, words)
    assert house.service.creations["autumn-ink"].pictures == (INK, LEAF)


async def test_killed_between_making_it_and_recording_that_it_is_made_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house.running():
        await house.asks("Autumn ink", INK)
        sent, button = house.button("yes")
    press = house.ada.message(button, pressed=sent, id="press")
    async with house.running() as ledger:
        monkeypatch.setattr(ledger.grants, "grant", died)
        await house.listener.receive(press)
        await house.rest()
        assert list(house.service.creations) == ["autumn-ink"]
        await rows(ledger, "DELETE FROM messages WHERE message = 'press'")
    async with Ledger(house.path) as ledger:
        await ledger.receive(press)
    async with house.running() as ledger:
        await house.rest()
        assert house.console.standing[sent].text == said("creators-made", title="Autumn ink", style="autumn-ink")
        assert await rows(ledger, "SELECT kind, style FROM grants") == [("granted", "autumn-ink")]


async def died(*_: object) -> None:
    raise OSError("no power")


class TestPictures:
    async def test_an_album_a_reply_and_copies(self, house: House) -> None:
        async with house.running() as ledger:
            await house.says(house.ann, "/newstyle ink", INK, LEAF)
            told = await house.says(house.ann, "/newstyle ink", replied=(HILL,))
            assert told == said("creators-collect-group", title="ink", count=3)
            told = await house.says(house.ann, "", *[INK] * 20)
            assert told.splitlines() == [
                said("creators-known", count=20),
                said("creators-collect-group", title="ink", count=3),
            ]
            ((key,),) = await rows(ledger, "SELECT key FROM creations")
            assert [stored.picture for stored in await ledger.creations.pictures(str(key))] == [INK, LEAF, HILL]

    async def test_twenty_one_are_one_too_many(self, house: House) -> None:
        async with house.running():
            told = await house.says(house.ann, "/newstyle ink", *[bytes([number]) * 50 for number in range(21)])
            assert told.splitlines() == [
                said("creators-too-many", most=20),
                said("creators-collect-group", title="ink", count=20),
            ]

    async def test_together_they_have_an_end(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(creating, "MOST_BYTES", len(INK) + 10)
        async with house.running():
            told = await house.says(house.ann, "/newstyle ink", INK, LEAF)
            assert said("creators-collect-group", title="ink", count=1) in told
            assert len(told.splitlines()) == 2

    async def test_one_that_cannot_be_used_is_named_and_left_out(self, house: House) -> None:
        async with house.running():
            await house.says(house.ann, "/newstyle ink", INK, BROKEN, LEAF)
            assert await house.presses(house.ann, "done") == said("creators-unusable-one", number="2")
            assert await house.presses(house.ann, "without") == said("creators-collect-group", title="ink", count=2)
            await house.presses(house.ann, "done")
            assert house.last().pictures == (b"draft of " + INK + b", " + LEAF,)

    async def test_where_none_is_named_none_is_left_out(self, house: House) -> None:
        house.service.hesitations = [BadReference("A style is made of 1 to 20 pictures; these are 21.")]
        async with house.running():
            await house.says(house.ann, "/newstyle ink", INK, LEAF)
            assert await house.presses(house.ann, "done") == said("creators-unusable")

    async def test_one_that_is_gone_is_said(self, house: House) -> None:
        async with house.running():
            message = house.ann.message("/newstyle ink", INK, LEAF)
            del house.console.pictures[message.pictures[0].ref]
            await house.listener.receive(message)
            await house.rest()
            assert house.last().text.splitlines() == [
                said("item-failed", number="1", reason=said("error-gone")),
                said("creators-collect-group", title="ink", count=1),
            ]

    async def test_without_any_there_is_nothing_to_draw(self, house: House) -> None:
        async with house.running():
            await house.says(house.ann, "/newstyle ink")
            assert not house.stands("done")
            assert await house.says(house.ben, "/newstyle", LEAF) == said("creators-how")

    async def test_cancel_deletes_them(self, house: House) -> None:
        async with house.running() as ledger:
            await house.says(house.ann, "/newstyle ink", INK)
            assert await house.says(house.ann, "/cancel") == said("never-mind")
            assert await rows(ledger, "SELECT * FROM creation_pictures") == []
            assert await house.presses(house.ann, "done") == said("creators-over")

    async def test_what_is_announced_later_gets_the_next_picture(self, house: House) -> None:
        async with house.running():
            await house.says(house.ann, "/newstyle ink", INK)
            await house.says(house.ann, "/style anime")
            await house.says(house.ann, "", PHOTO, addressed=False)
            assert house.last().pictures == (inverted(PHOTO),)


class TestSealed:
    """At rest, under the operator's key."""

    async def test_the_files_do_not_show_them(self, house: House) -> None:
        for key, seen in ((None, True), ("a rainy afternoon", False)):
            house.path, house.key = house.path.parent.parent / str(key) / "ledger.sqlite3", key
            async with house.running():
                await house.says(house.ann, "/newstyle ink", INK)
                held = b"".join(file.read_bytes() for file in house.path.parent.iterdir())
            assert (INK in held) is seen

    async def test_another_key_is_one_clear_sentence_and_nothing_is_lost(self, house: House) -> None:
        house.key = "a rainy afternoon"
        async with house.running():
            await house.says(house.ann, "/newstyle ink", INK)
        for wrong in ("another", None):
            house.key = wrong
            async with house.running():
                assert await house.presses(house.ann, "done") == said("creators-locked")
        house.key = "a rainy afternoon"
        async with house.running():
            for step in STEPS:
                await house.presses(house.ann, step)
        house.key = "another"
        async with house.running():
            assert await house.presses(house.ada, "yes") == said("creators-locked")
        house.key = "a rainy afternoon"
        async with house.running():
            assert await house.presses(house.ada, "yes") == said("creators-made", title="ink", style="ink")


class TestName:
    @pytest.mark.parametrize(
        ("name", "problem"),
        [
            ("x" * 41, "creators-name-long"),
            ("秋墨", "creators-name-letters"),
            ("sharp", "creators-name-reserved"),
            ("keep", "creators-name-reserved"),
            ("2024", "creators-name-reserved"),
            ("Autumn 2", "creators-name-reserved"),
            ("my face", "creators-name-reserved"),
            ("MyStyles", "creators-name-reserved"),
            ("秋墨 = style", "creators-name-reserved"),
            ("Ukiyo-E", "creators-name-taken"),
            ("星夜 = evening", "creators-name-taken"),
            ("like David Hockney", "creators-refused-name"),
            ("DАVІD HОСКNЕУ", "creators-refused-name"),
            ("d a v i d  h ó c k n e y", "creators-refused-name"),
            ("Banksy1", "creators-refused-name"),
            ("村上隆 = super-flat", "creators-refused-name"),
            ("ink = fuck", "creators-refused-name"),
            ("f.u.c.k", "creators-refused-name"),
        ],
    )
    async def test_a_name_that_cannot_be_is_refused_in_one_sentence(
        self, house: House, name: str, problem: str
    ) -> None:
        async with house.running() as ledger:
            told = await house.says(house.ann, f"/newstyle {name}", INK)
            assert told == said(problem, most=40, title=name[:40])
            assert house.last().whispered
            assert await rows(ledger, "SELECT * FROM creations") == []

    @pytest.mark.parametrize(
        ("name", "title", "style"),
        [
            ("Été à Paris", "Été à Paris", "ete-a-paris"),
            ("秋墨 ＝ Autumn Ink", "秋墨", "autumn-ink"),
            ("Ann's", "Ann's", "anns"),
        ],
    )
    async def test_any_script_is_a_title_and_the_id_is_what_everybody_can_type(
        self, house: House, name: str, title: str, style: str
    ) -> None:
        async with house.running():
            assert await house.makes(name, INK) == said("creators-made", title=title, style=style)
            assert house.service.infos[-1].title["en"] == title
            await house.says(house.ben, f"/style {title}", PHOTO)
            assert house.last().pictures == (inverted(PHOTO),)

    async def test_one_that_somebody_is_making_is_taken_and_one_taken_back_stays_so(self, house: House) -> None:
        async with house.running():
            await house.asks("ink", INK)
            assert await house.says(house.ben, "/newstyle INK", LEAF) == said("creators-name-taken")
            await house.presses(house.ada, "yes")
            await house.says(house.ann, "/mystyles sure ink")
            assert await house.says(house.ben, "/newstyle ink", LEAF) == said("creators-name-taken")


class TestApproval:
    async def test_members_cannot_and_are_told_so_alone(self, house: House) -> None:
        async with house.running():
            await house.asks("ink", INK)
            for who in (house.ben, house.ann):
                assert await house.presses(who, "yes") == said("creators-admins-approve")
                assert house.last().whispered
            assert house.service.creations == {}

    async def test_an_admin_of_another_chat_cannot(self, house: House) -> None:
        async with house.running():
            await house.asks("ink", INK)
            _, button = house.button("yes")
            assert await house.says(house.member("Ada", "other"), button) == said("creators-admins-approve")

    async def test_an_admins_own_and_that_in_private_need_nobody_else(self, house: House) -> None:
        async with house.running():
            made = said("creators-made", title="ink", style="ink")
            assert made in await house.asks("ink", INK, who=house.ada)
            alone = house.member("Ben", "ben")
            assert said("creators-made", title="leaf", style="leaf") in await house.asks("leaf", LEAF, who=alone)
            assert house.service.creations["leaf"].scope == ("console:ben",)

    async def test_every_chat_is_for_the_operator_to_approve(self, house: House) -> None:
        async with house.running():
            steps = ("done", "right licence", "for all", "days 0", "agree")
            assert said("creators-asked-operator") in await house.asks("ink", INK, steps=steps)
            assert await house.presses(house.ada, "yes") == said("creators-operator-approves")
            away = house.member("Olga", "olga")
            told = await house.says(away, "/mystyles")
            assert said("creators-waits-for-you", title="ink", style="ink", creator="Ann") in told
            await house.presses(away, "look")
            assert house.last().pictures == (b"draft of " + INK,)
            made = said("creators-made", title="ink", style="ink")
            count = len(house.console.history)
            assert made in await house.presses(away, "yes")
            assert [seen.text for seen in house.console.history[count:] if seen.chat == "group"] == [made, made]
            assert house.service.creations["ink"].scope == ("*",)
            await house.says(house.member("Ben", "far away"), "/style ink", PHOTO)
            assert house.last().pictures == (inverted(PHOTO),)

    async def test_a_no_deletes_the_pictures(self, house: House) -> None:
        async with house.running() as ledger:
            await house.asks("ink", INK)
            sent, button = house.button("no ")
            told = await house.presses(house.ada, "no ")
            assert told == said("creators-not-approved", title="ink")
            assert await rows(ledger, "SELECT * FROM creation_pictures") == []
            assert await house.says(house.ada, button.replace("no", "yes"), pressed=sent) == told, "the first holds"
            assert house.service.creations == {}
            assert await rows(ledger, "SELECT * FROM grants") == []

    async def test_silence_for_a_week_is_no(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        async with house.running() as ledger:
            await house.asks("ink", INK)
            ((left_s,),) = await rows(ledger, "SELECT until - unixepoch() FROM creations")
            assert isinstance(left_s, float)
            assert 6.9 < left_s / 86400 < 7.1
            sent, _ = house.button("yes")
            await rows(ledger, "UPDATE creations SET until = 0")
            assert await house.presses(house.ada, "yes") == said("creators-over")
        monkeypatch.setattr("bots.conversation.conversation._TIDY_EVERY_S", 0.05)
        async with house.running() as ledger:
            await house.console.until(lambda: house.console.standing[sent].text == said("creators-no-answer"))
            assert await rows(ledger, "SELECT * FROM creation_pictures") == []

    async def test_agreeing_counts_for_the_last_statement_and_by_the_creator_alone(self, house: House) -> None:
        async with house.running() as ledger:
            await house.asks("ink", INK, steps=STEPS[:-1])
            _, old = house.button("agree")
            assert await house.presses(house.ada, "agree") == said("creators-not-yours")
            await house.presses(house.ann, "right consent")
            assert await house.says(house.ann, old) == said("creators-changed")
            ((state,),) = await rows(ledger, "SELECT state FROM creations")
            assert state == "choosing"
            assert said("creators-asked") in await house.presses(house.ann, "agree")
            assert await house.presses(house.ann, "right licence") == said("creators-agreed-already")

    async def test_a_service_that_is_busy_is_asked_again_by_the_same_button(self, house: House) -> None:
        async with house.running():
            await house.says(house.ann, "/newstyle ink", INK)
            house.service.hesitations = [Busy(5)]
            assert await house.presses(house.ann, "done") == said("error-busy")
            for step in STEPS:
                await house.presses(house.ann, step)
            house.service.hesitations = [StyleUnavailable("no base"), Failed()]
            assert await house.presses(house.ada, "yes") == said("error-style_unavailable")
            assert await house.presses(house.ada, "yes") == said("error-failed")
            assert await house.presses(house.ada, "yes") == said("creators-made", title="ink", style="ink")

    async def test_a_name_that_the_service_knows_ends_it(self, house: House) -> None:
        async with house.running() as ledger:
            await house.asks("ink", INK)
            house.service.withdrawn.add("ink")
            assert await house.presses(house.ada, "yes") == said("error-style_exists")
            assert await rows(ledger, "SELECT * FROM creation_pictures") == []

    async def test_nobody_has_more_than_a_few_unfinished(self, house: House) -> None:
        async with house.running():
            for name in ("ink", "leaf", "hill"):
                await house.says(house.ann, f"/newstyle {name}", INK)
            assert await house.says(house.ann, "/newstyle sea") == said("creators-many-open", count=3)
            assert said("creators-dropped") in await house.presses(house.ann, "drop")
            assert said("creators-collect-group", title="sea", count=0) in await house.says(house.ann, "/newstyle sea")


class TestScope:
    async def test_elsewhere_it_is_neither_listed_nor_counted_nor_used(self, house: House) -> None:
        async with house.running():
            await house.makes("ink", INK)
            away = house.member("Ben", "other")
            assert "ink" not in await house.says(away, "/styles")
            assert "ink" not in await house.says(away, "/style 4", PHOTO)
            assert house.last().pictures == ()
            await house.says(away, "/try", PHOTO)
            assert house.service.jobs[-1].style == "ukiyoe,starry-night,anime"
            assert await house.listener.suggest("in", "en", "console:other") == ()
            assert await house.listener.suggest("in", "en") == ()
            assert await house.listener.suggest("in", "en", "console:group") == (("ink", "ink"),)
            assert "ink" in await house.says(house.ben, "/styles")
            assert not house.service.jobs[-1].style.endswith("ink")
            await house.says(house.ben, "/style 4", PHOTO)
            assert house.service.jobs[-1].style == "ink"
            await house.says(house.member("Ada", "other"), "/settings style")
            assert "ink" not in str(house.last().buttons)

    async def test_shared_with_one_more_chat_when_its_admin_approves(self, house: House) -> None:
        async with house.running() as ledger:
            await house.makes("ink", INK)
            ann, ada, ben = (house.member(name, "other") for name in ("Ann", "Ada", "Ben"))
            assert await house.says(house.ann, "/mystyles share ink") == said("creators-shared-already")
            await house.says(ann, "/mystyles")
            statement = await house.presses(ann, "share ink")
            assert said("creators-asked") in await house.presses(ann, "agree")
            assert await house.presses(ben, "yes") == said("creators-admins-approve")
            assert await house.presses(ada, "yes") == said("creators-shared", title="ink", style="ink")
            await house.says(ben, "/style ink", PHOTO)
            assert house.last().pictures == (inverted(PHOTO),)
            grants = await rows(ledger, "SELECT kind, scope, document FROM grants ORDER BY number")
            assert [grant[:2] for grant in grants] == [("granted", "console:group"), ("shared", "console:other")]
            assert grants[1][2] == sha256(statement.encode())
            assert "in 2 chats" in await house.says(house.ann, "/mystyles")
            await house.says(house.ann, "/mystyles sure ink")
            for who in (ben, house.ben):
                assert await house.says(who, "/style ink", PHOTO) == GONE

    async def test_a_chat_with_a_new_id_keeps_it(self, house: House) -> None:
        async with house.running() as ledger:
            await house.makes("ink", INK)
            for _ in range(2):
                await house.listener.moved("console", "group", "supergroup")
            assert len(await rows(ledger, "SELECT * FROM grants")) == 2
            await house.says(house.member("Ben", "supergroup"), "/style ink", PHOTO)
            assert house.last().pictures == (inverted(PHOTO),)

    async def test_in_private_it_is_not_shared_and_others_cannot_touch_it(self, house: House) -> None:
        async with house.running():
            await house.makes("ink", INK)
            assert await house.says(house.member("Ann", "ann"), "/mystyles share ink") == said("creators-share-group")
            for words in ("share", "back", "sure"):
                assert await house.says(house.ben, f"/mystyles {words} ink") == said("creators-not-yours")
            assert "ink" in house.service.creations


class TestTakingBack:
    async def test_what_the_service_cannot_do_now_is_done_later_and_nobody_uses_it_meanwhile(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with house.running():
            await house.makes("ink", INK)
            house.service.hesitations = [Failed()]
            assert await house.says(house.ann, "/mystyles sure ink") == said("error-failed")
            assert "ink" in house.service.creations
            assert await house.says(house.ben, "/style ink", PHOTO) == GONE
        monkeypatch.setattr("bots.conversation.conversation._TIDY_EVERY_S", 0.05)
        async with house.running():
            await wait(lambda: "ink" in house.service.withdrawn)

    async def test_its_pictures_make_no_style_of_anybody_elses(self, house: House) -> None:
        async with house.running() as ledger:
            await house.makes("ink", INK, LEAF)
            await house.says(house.ann, "/mystyles sure ink")
            await house.says(house.ben, "/newstyle mine", HILL, LEAF)
            assert await house.presses(house.ben, "done") == said("creators-refused-pictures")
            assert await rows(ledger, "SELECT * FROM creation_pictures") == []
            assert await house.makes("ink again", LEAF) == said("creators-made", title="ink again", style="ink-again")

    async def test_pictures_that_are_taken_back_meanwhile_are_not_made_either(self, house: House) -> None:
        async with house.running():
            await house.makes("ink", INK)
            await house.asks("mine", INK, who=house.ben)
            await house.says(house.ann, "/mystyles sure ink")
            assert await house.presses(house.ada, "yes") == said("creators-refused-pictures")
            assert set(house.service.creations) == set()


async def wait(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.01)


class TestGrants:
    """They are written once."""

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE grants SET scope = '*'",
            "DELETE FROM grants",
            "INSERT OR REPLACE INTO grants SELECT number, kind, style, 'me', at, rights, '*', expires, document, "
            "approved_by, pictures FROM grants",
        ],
    )
    async def test_nobody_changes_one(self, house: House, change: str) -> None:
        async with house.running() as ledger:
            await house.makes("ink", INK)
            before = await rows(ledger, "SELECT * FROM grants")
        with sqlite3.connect(house.path) as db, pytest.raises(sqlite3.IntegrityError, match="never"):
            db.execute(change)
        db.close()
        async with house.running() as ledger:
            assert await rows(ledger, "SELECT * FROM grants") == before

    async def test_forgetting_adds_that_it_is_withdrawn_and_leaves_nobody_in_them(self, house: House) -> None:
        async with house.running() as ledger:
            await house.makes("ink", INK)
            before = await rows(ledger, "SELECT * FROM grants")
            signature = await ledger.grants.signature("console", "ann")
            assert before[0][3] == signature != ""
            await house.says(house.ann, "/forgetme")
            assert said("forgetme-proof") in await house.presses(house.ann, "/forgetme ")
            after = await rows(ledger, "SELECT * FROM grants")
            assert after[: len(before)] == before
            assert [row[1] for row in after] == ["granted", "withdrawn"]
            assert await ledger.grants.signature("console", "ann") == ""
            assert await ledger.grants.sign("console", "ann") != signature, "nobody can tell whose it was"
            assert house.service.withdrawn == {"ink"}
            assert await house.says(house.ben, "/style ink", PHOTO) == GONE

    async def test_in_private_the_chat_is_not_named(self, house: House) -> None:
        async with house.running() as ledger:
            await house.asks("ink", INK, who=house.member("Ann", "ann"))
            assert await rows(ledger, "SELECT scope FROM grants") == [("console:private",)]


class TestPolicy:
    async def test_an_operators_list_takes_the_place_of_ours(self, house: House) -> None:
        async with house.running() as ledger:
            rules = DefaultPolicy(ledger.grants, listed("# ours\n\nAunt Mary\n"))
            assert await rules.check("ÄUNT  M@RY 3", (), "console:ann") is Reason.NAME
            assert await rules.check("David Hockney", (), "console:ann") is None

    async def test_short_names_are_refused_as_a_whole(self, house: House) -> None:
        async with house.running() as ledger:
            rules = DefaultPolicy(ledger.grants, ("Kaws",))
            assert await rules.check("K.A.W.S", (), "console:ann") is Reason.NAME
            assert await rules.check("macaw story", (), "console:ann") is None

    async def test_an_operators_own_policy_is_asked(self, house: House) -> None:
        asked: list[tuple[str, int, str]] = []

        class Mine:
            async def check(self, name: str, pictures: Collection[str], person: str) -> Reason | None:
                asked.append((name, len(pictures), person))
                return Reason.OTHER if sha256(LEAF) in pictures else None

            async def refuses(self, words: str, person: str) -> bool:
                return f"{person} {words}" == "console:ann mine"

        house.rules = Mine()
        async with house.running():
            await house.makes("ink", INK)
            assert {count for _, count, _ in asked} == {0, 1}
            assert {person for _, _, person in asked} == {"console:ann"}
            await house.says(house.ann, "/newstyle leaf", LEAF)
            assert await house.presses(house.ann, "done") == said("creators-refused")


async def test_in_a_chat_for_admins_alone_members_make_none_and_admins_answer(house: House) -> None:
    async with house.running() as ledger:
        await house.asks("ink", INK)
        await ledger.chats.change("console", "group", people="admins")
        assert await house.says(house.ben, "/newstyle leaf", LEAF) == said("admins-alone")
        assert await house.presses(house.ada, "yes") == said("creators-made", title="ink", style="ink")


async def test_one_who_drops_it_is_asked_for_no_longer(house: House) -> None:
    async with house.running():
        await house.asks("ink", INK)
        sent, _ = house.button("yes")
        drop = next(b for seen in house.console.history for b in seen.buttons if b.endswith("drop"))
        await house.says(house.ann, drop)
        assert house.console.standing[sent].text == said("creators-dropped")
        assert not house.stands("/approve")


async def test_in_chinese_it_is_the_same(house: House) -> None:
    async with house.running():
        house.ann.person = replace(house.ann.person, language="zh")
        assert "风格“秋墨”的声明" in await house.asks("秋墨 = ink", INK)
