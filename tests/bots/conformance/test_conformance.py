"""What every adapter must do, told once and played on every platform."""

import asyncio
from dataclasses import replace

import pytest

from bots.adapter import ChatGone, SendFailed, SendUncertain
from bots.message import Answer, Button, Person, Photo, Picture, Text
from inference.errors import TooLarge
from tests.bots.conformance.pictures import CAT, DOG, MOVING, painted
from tests.bots.conformance.stage import Heard, Seen, Stage

ROWS = ((Button("Stronger", "/again stronger"), Button("Delete", "/again delete")),)
KEY = "0123456789abcdef01234567"
HUGE = 2**30


def pictures_of(seen: list[Seen]) -> list[bytes]:
    return [picture for one in seen for picture in one.pictures]


def commands_of(seen: list[Seen]) -> list[str]:
    return [command for one in seen for command in one.commands]


def bearing(seen: list[Seen], command: str = "/again stronger") -> Seen:
    """What bears the button."""
    return next(one for one in seen if command in one.commands)


class TestHearing:
    async def test_what_is_said_is_recorded_before_it_is_acknowledged(self, stage: Stage) -> None:
        stage.needs("acknowledgement")
        stage.heard.gate.clear()
        acknowledged = await stage.knock()
        await stage.heard.until(lambda: stage.heard.told)
        await asyncio.sleep(0.1)
        assert not acknowledged()
        stage.heard.gate.set()
        async with asyncio.timeout(10):
            while not acknowledged():
                await asyncio.sleep(0.01)
        assert len(stage.heard.messages) == 1

    async def test_what_could_not_be_recorded_is_heard_again(self, stage: Stage) -> None:
        stage.needs("delivery until acknowledged")
        await stage.told("/style")
        stage.heard.fails = 1
        await stage.say("/queue")
        await stage.heard.until(lambda: stage.heard.fails == 0)
        await stage.heard.until(lambda: stage.heard.messages[-1].text == "/queue")

    async def test_what_was_not_recorded_before_a_stop_is_heard_after_it(self, stage: Stage) -> None:
        stage.needs("delivery until acknowledged")
        await stage.told("/style")
        stage.heard.fails = 10_000
        await stage.say("/queue")
        await stage.heard.until(lambda: stage.heard.told >= 2)
        stage.heard = Heard()
        await stage.restart()
        await stage.heard.until(lambda: "/queue" in [message.text for message in stage.heard.messages])

    async def test_what_is_delivered_twice_is_the_same_message(self, stage: Stage) -> None:
        stage.needs("repetition")
        first = await stage.told("/style", CAT)
        await stage.repeat(first)
        last = await stage.told("/queue")
        assert stage.heard.messages == [first, last]

    async def test_two_people_in_one_chat_are_two(self, stage: Stage) -> None:
        stage.needs("group")
        ada, bob = await stage.told("/queue"), await stage.told("/queue", by="bob")
        assert ada.chat == bob.chat
        assert (ada.person.id, bob.person.id) == (stage.person("ada"), stage.person("bob"))
        assert ada.id != bob.id

    async def test_a_picture_with_its_words(self, stage: Stage) -> None:
        message = await stage.told("/style ukiyoe", CAT)
        assert (message.platform, message.text, message.addressed) == (stage.platform, "/style ukiyoe", True)
        assert [await stage.adapter.fetch(picture) for picture in message.pictures] == [CAT]
        assert (message.pressed, message.mentioned, message.replied) == ("", (), ())

    async def test_words_that_need_no_picture(self, stage: Stage) -> None:
        message = await stage.told("/theme misty harbour, 薄雾中的港口")
        assert (message.text, message.pictures) == ("/theme misty harbour, 薄雾中的港口", ())

    async def test_several_pictures_are_one_message_in_their_order(self, stage: Stage) -> None:
        stage.needs("albums in")
        message = await stage.told("/style ukiyoe", CAT, DOG, private=True)
        assert [await stage.adapter.fetch(picture) for picture in message.pictures] == [CAT, DOG]

    async def test_a_picture_can_be_fetched_after_a_restart(self, stage: Stage) -> None:
        message = await stage.told("/style ukiyoe", CAT)
        await stage.restart()
        assert await stage.adapter.fetch(message.pictures[0]) == CAT

    async def test_a_picture_that_says_it_is_too_large_is_not_fetched(self, stage: Stage) -> None:
        stage.needs("stated sizes")
        message = await stage.told("/style ukiyoe", CAT)
        with pytest.raises(TooLarge):
            await stage.adapter.fetch(replace(message.pictures[0], byte_count=HUGE))

    async def test_a_picture_that_was_never_there_is_a_refusal(self, stage: Stage) -> None:
        await stage.told("/style")
        with pytest.raises(SendFailed):
            await stage.adapter.fetch(Picture("https://example.org/cat.jpg"))

    async def test_the_picture_that_is_replied_to(self, stage: Stage) -> None:
        stage.needs("replies")
        photo = await stage.told("/style", CAT)
        message = await stage.told("/style anime", reply_to=photo)
        assert message.pictures == ()
        assert [await stage.adapter.fetch(picture) for picture in message.replied] == [CAT]
        assert message.mentioned == ()  # one's own

    async def test_members_are_named_and_their_names_are_no_words(self, stage: Stage) -> None:
        stage.needs("members")
        message = await stage.told("/avatar anime", naming=["bob"])
        assert (message.text, [person.id for person in message.mentioned]) == ("/avatar anime", [stage.person("bob")])

    async def test_whose_message_is_replied_to_is_meant(self, stage: Stage) -> None:
        stage.needs("members", "replies")
        theirs = await stage.told("/queue", by="bob")
        message = await stage.told("/avatar anime", reply_to=theirs)
        assert [person.id for person in message.mentioned] == [stage.person("bob")]

    async def test_a_reply_to_the_bot_names_nobody(self, stage: Stage) -> None:
        stage.needs("replies")
        asked = await stage.told("/style")
        await stage.adapter.say(asked.address, Text("Which style?"))
        (question,) = await stage.sees(len)
        answer = await stage.told("ukiyoe", reply_to=question)
        assert (answer.text, answer.addressed, answer.mentioned) == ("ukiyoe", True, ())

    async def test_chatter_is_not_for_us(self, stage: Stage) -> None:
        stage.needs("group", "chatter")
        assert not (await stage.told("what a day", chatter=True)).addressed
        assert (await stage.told("/style")).addressed

    async def test_a_private_chat_is_private_and_a_group_is_not(self, stage: Stage) -> None:
        alone = await stage.told("hello", private=True)
        assert (alone.private, alone.addressed) == (True, True)
        stage.needs("group")
        assert not (await stage.told("/style")).private

    async def test_a_broken_connection_comes_back_and_nothing_is_missed(self, stage: Stage) -> None:
        stage.needs("a connection")
        await stage.told("/style")
        await stage.drop()
        assert (await stage.told("/queue")).text == "/queue"


class TestSaying:
    async def test_words_are_said_changed_and_taken_back(self, stage: Stage) -> None:
        message = await stage.told("/queue")
        sent = await stage.adapter.say(message.address, Text("2 before you"))
        (said,) = await stage.sees(lambda seen: [one.text for one in seen] == ["2 before you"])
        assert said.answers == message.id or "answers" in stage.lacks
        await stage.adapter.change(message.address, sent, Text("1 before you"))
        await stage.sees(lambda seen: [one.text for one in seen] == ["1 before you"])
        await stage.adapter.remove(message.address, sent)
        await stage.sees(lambda seen: seen == [])

    async def test_what_is_gone_can_be_changed_and_taken_back_without_harm(self, stage: Stage) -> None:
        message = await stage.told("/queue")
        sent = await stage.adapter.say(message.address, Text("2 before you"))
        await stage.adapter.remove(message.address, sent)
        await stage.sees(lambda seen: seen == [])
        await stage.adapter.remove(message.address, sent)
        await stage.adapter.remove(message.address, None)
        if "replacing what is gone" not in stage.lacks:
            await stage.adapter.change(message.address, sent, Text("1 before you"))
            assert await stage.seen() == []

    async def test_a_pressed_button_says_its_command_and_what_bears_it(self, stage: Stage) -> None:
        message = await stage.told("/style")
        sent = await stage.adapter.say(message.address, Text("Which style?", ROWS))
        seen = await stage.sees(len)
        assert commands_of(seen) == ["/again stronger", "/again delete"]
        press = await stage.pressed(bearing(seen), "/again delete")
        assert (press.text, press.pressed, press.chat) == ("/again delete", sent, message.chat)
        assert press.person.id == message.person.id
        assert press.id != message.id

    async def test_a_button_works_after_a_restart(self, stage: Stage) -> None:
        message = await stage.told("/style")
        sent = await stage.adapter.say(message.address, Text("Which style?", ROWS))
        seen = await stage.sees(len)
        await stage.restart()
        press = await stage.pressed(bearing(seen), "/again stronger")
        assert (press.text, press.pressed) == ("/again stronger", sent)

    async def test_who_presses_is_who_speaks(self, stage: Stage) -> None:
        stage.needs("group")
        message = await stage.told("/style")
        await stage.adapter.say(message.address, Text("Which style?", ROWS))
        press = await stage.pressed(bearing(await stage.sees(len)), "/again stronger", by="bob")
        assert press.person.id == stage.person("bob")

    async def test_a_panel_takes_the_place_of_the_words_that_bore_its_button(self, stage: Stage) -> None:
        message = await stage.told("/settings")
        await stage.adapter.say(message.address, Text("Settings", ROWS))
        before = await stage.sees(len)
        press = await stage.pressed(bearing(before), "/again stronger")
        await stage.adapter.change(press.address, press.pressed, Text("Done", ((Button("Back", "/settings"),),)))
        (after,) = await stage.sees(lambda seen: commands_of(seen) == ["/settings"])
        assert (after.id, after.text) == (before[0].id, "Done")

    async def test_what_is_whispered_arrives(self, stage: Stage) -> None:
        message = await stage.told("/settings")
        await stage.adapter.say(message.address, Text("Only an admin may decide that.", whispered=True))
        await stage.sees(lambda seen: [one.text for one in seen] == ["Only an admin may decide that."])

    async def test_odd_words_arrive_as_they_are(self, stage: Stage) -> None:
        message = await stage.told("/queue")
        odd = "a < b & *c* <@everyone> 画 🎨"
        await stage.adapter.say(message.address, Text(odd))
        await stage.sees(lambda seen: [one.text for one in seen] == [odd])

    async def test_home_is_spoken_to_in_answer_to_nothing(self, stage: Stage) -> None:
        message = await stage.told("/queue")
        home = stage.adapter.home(message.address)
        assert home is not None
        await stage.restart()
        await stage.adapter.say(home, Text("Back at work."))
        (said,) = await stage.sees(len)
        assert (said.text, said.answers) == ("Back at work.", "")

    async def test_being_busy_harms_nobody(self, stage: Stage) -> None:
        message = await stage.told("/queue")
        await stage.adapter.busy(message.address)
        await stage.stop()
        await stage.adapter.busy(message.address)
        assert await stage.seen() == []

    async def test_what_is_said_while_we_are_away_waits(self, stage: Stage) -> None:
        message = await stage.told("/queue")
        await stage.stop()
        adapter = stage.make()
        saying = asyncio.create_task(adapter.say(message.address, Text("Here again.")))
        await asyncio.sleep(0.05)
        assert not saying.done() or await stage.seen() == []
        await stage.start(adapter)
        await stage.sees(lambda seen: [one.text for one in seen] == ["Here again."])
        await saying


class TestShowing:
    async def test_one_picture_with_caption_and_buttons(self, stage: Stage) -> None:
        message = await stage.told("/style ukiyoe", CAT)
        answer = Answer((painted("ukiyoe.jpg"),), "Ukiyo-e", ROWS, before=message.pictures)
        await stage.adapter.show(message.address, answer, KEY)
        seen = await stage.sees(commands_of)
        assert pictures_of(seen) == [painted("ukiyoe.jpg").picture]
        assert "Ukiyo-e" in [one.text for one in seen]
        assert commands_of(seen) == ["/again stronger", "/again delete"]
        assert all(one.answers == message.id for one in seen) or "answers" in stage.lacks

    async def test_the_button_of_an_answer_names_all_of_it(self, stage: Stage) -> None:
        message = await stage.told("/style ukiyoe", CAT)
        answer = Answer((painted("1.jpg"), painted("2.jpg")), "Ukiyo-e", ROWS)
        sent = await stage.adapter.show(message.address, answer, KEY)
        seen = await stage.sees(commands_of)
        assert pictures_of(seen) == [painted("1.jpg").picture, painted("2.jpg").picture]
        press = await stage.pressed(bearing(seen), "/again delete")
        assert press.pressed == sent or "whole albums in presses" in stage.lacks
        await stage.adapter.remove(press.address, sent)
        await stage.sees(lambda seen: not pictures_of(seen))

    async def test_what_was_shown_can_be_taken_back_once_and_again(self, stage: Stage) -> None:
        message = await stage.told("/style ukiyoe", CAT)
        sent = await stage.adapter.show(message.address, Answer((painted("1.jpg"),), "Ukiyo-e", ROWS), KEY)
        await stage.sees(pictures_of)
        await stage.adapter.remove(message.address, sent)
        await stage.sees(lambda seen: not pictures_of(seen))
        await stage.adapter.remove(message.address, sent)

    async def test_a_picture_without_words_or_buttons(self, stage: Stage) -> None:
        message = await stage.told("/style ukiyoe", CAT)
        sent = await stage.adapter.show(message.address, Answer((painted("1.jpg"),)), KEY)
        assert pictures_of(await stage.sees(pictures_of)) == [painted("1.jpg").picture]
        assert sent

    async def test_a_file_arrives_byte_for_byte(self, stage: Stage) -> None:
        message = await stage.told("/style ukiyoe", CAT)
        await stage.adapter.show(message.address, Answer((painted("full.jpg"),), "Full size", as_file=True), KEY)
        assert pictures_of(await stage.sees(pictures_of)) == [painted("full.jpg").picture]

    async def test_what_moves_still_moves(self, stage: Stage) -> None:
        message = await stage.told("/style ukiyoe", CAT)
        moving = Photo(MOVING, "image/gif", "cat.gif", 16, 16, animated=True)
        await stage.adapter.show(message.address, Answer((moving,), "Ukiyo-e", ROWS), KEY)
        assert pictures_of(await stage.sees(pictures_of)) == [MOVING]

    async def test_what_is_too_large_is_a_refusal(self, stage: Stage) -> None:
        stage.needs("upload limit")
        message = await stage.told("/style ukiyoe", CAT)
        with pytest.raises(SendFailed):
            await stage.adapter.show(message.address, Answer((stage.too_large,), as_file=True), KEY)
        assert await stage.seen() == []


class TestTrouble:
    async def test_flood_control_is_waited_out(self, stage: Stage) -> None:
        stage.needs("flood control")
        message = await stage.told("/style ukiyoe", CAT)
        await stage.accident("flood")
        await stage.accident("flood", pictures=True)
        await stage.adapter.say(message.address, Text("2 before you"))
        await stage.adapter.show(message.address, Answer((painted("1.jpg"),), "Ukiyo-e"), KEY)
        seen = await stage.sees(pictures_of)
        assert [one.text for one in seen].count("2 before you") == 1
        assert pictures_of(seen) == [painted("1.jpg").picture]

    async def test_a_connection_that_breaks_while_sending_doubles_nothing(self, stage: Stage) -> None:
        stage.needs("broken sends")
        message = await stage.told("/style ukiyoe", CAT)
        await stage.accident("cut", pictures=True)
        answer = Answer((painted("1.jpg"),), "Ukiyo-e")
        if stage.adapter.repeatable:
            await stage.adapter.show(message.address, answer, KEY)
        else:
            with pytest.raises(SendUncertain):
                await stage.adapter.show(message.address, answer, KEY)
        await stage.sees(pictures_of)
        await asyncio.sleep(0.2)
        assert pictures_of(await stage.seen()) == [painted("1.jpg").picture]

    async def test_an_answer_that_is_shown_again_after_a_restart_stands_once(self, stage: Stage) -> None:
        if not stage.adapter.repeatable:
            pytest.skip(f"{stage.platform} is not repeatable, and says so")
        message = await stage.told("/style ukiyoe", CAT)
        answer = Answer((painted("1.jpg"),), "Ukiyo-e", ROWS)
        await stage.adapter.show(message.address, answer, KEY)
        await stage.sees(pictures_of)
        await stage.restart()
        await stage.adapter.show(message.address, answer, KEY)
        assert pictures_of(await stage.seen()) == [painted("1.jpg").picture]

    async def test_a_refusal_is_said_and_nothing_stands_there(self, stage: Stage) -> None:
        stage.needs("refusal")
        message = await stage.told("/style ukiyoe", CAT)
        await stage.accident("refusal", pictures=True)
        with pytest.raises(SendFailed) as refusal:
            await stage.adapter.show(message.address, Answer((painted("1.jpg"),), "Ukiyo-e"), KEY)
        assert not isinstance(refusal.value, ChatGone)
        assert await stage.seen() == []

    async def test_a_chat_where_nobody_is_left_is_gone(self, stage: Stage) -> None:
        stage.needs("gone")
        message = await stage.told("/style ukiyoe", CAT, private=True)
        await stage.accident("gone")
        await stage.accident("gone", pictures=True)
        with pytest.raises(ChatGone):
            await stage.adapter.say(message.address, Text("2 before you"))
        with pytest.raises(ChatGone):
            await stage.adapter.show(message.address, Answer((painted("1.jpg"),)), KEY)

    async def test_wrong_secrets_are_a_refusal_without_them(self, stage: Stage) -> None:
        stage.needs("secrets")
        refusal = str(await stage.turned_away())
        assert refusal
        assert not [secret for secret in (*stage.secrets, "not-this-one") if secret in refusal]

    async def test_who_waits_hears_of_a_refusal_too(self, stage: Stage) -> None:
        stage.needs("secrets")
        message = await stage.told("/queue")
        adapter = stage.make(wrong=True)
        waiting = asyncio.create_task(adapter.say(message.address, Text("2 before you")))
        with pytest.raises(SendFailed):
            await stage.run(adapter, Heard())
        with pytest.raises(SendFailed):
            await waiting


class TestPeople:
    async def test_a_member_without_a_picture_has_none(self, stage: Stage) -> None:
        message = await stage.told("/avatar")
        assert await stage.adapter.avatar(message.person, message.address) is None
        assert await stage.adapter.chat_picture(message.address) is None

    async def test_ones_own_picture_and_that_of_a_member(self, stage: Stage) -> None:
        stage.needs("avatar", "members")
        await stage.give_avatar("ada", CAT)
        await stage.give_avatar("bob", DOG)
        message = await stage.told("/avatar", naming=["bob"])
        faces = [await stage.adapter.avatar(one, message.address) for one in (message.person, *message.mentioned)]
        assert [await stage.adapter.fetch(face) for face in faces if face] == [CAT, DOG]

    async def test_the_groups_own_picture(self, stage: Stage) -> None:
        stage.needs("chat_picture")
        await stage.give_chat_picture(DOG)
        message = await stage.told("/avatar group")
        picture = await stage.adapter.chat_picture(message.address)
        assert picture is not None
        assert await stage.adapter.fetch(picture) == DOG

    async def test_admins_decide_for_the_group_and_members_do_not(self, stage: Stage) -> None:
        stage.needs("group")
        await stage.appoint("ada")
        ada, bob = await stage.told("/settings"), await stage.told("/settings", by="bob")
        assert await stage.adapter.administers(ada.person, ada.address)
        assert not await stage.adapter.administers(bob.person, bob.address)

    async def test_of_a_stranger_nothing_is_assumed(self, stage: Stage) -> None:
        stage.needs("group")
        message = await stage.told("/settings")
        assert not await stage.adapter.administers(Person("404404", "nobody"), message.address)

    async def test_in_private_everybody_decides(self, stage: Stage) -> None:
        message = await stage.told("/settings", private=True)
        assert await stage.adapter.administers(message.person, message.address)
