"""A press changes the panel it was made on or brings something new; what is whispered is for one person alone."""

import asyncio
from typing import Any

import pytest

from bots.adapter import SendUncertain
from bots.discord import routes
from bots.message import Message, Text
from tests.bots.discord_room import Listener, Room, answer, buttons, connected, room
from tests.emulators.discord import Asked, DiscordEmulator, Sent, User

PATIENTLY_S = 5.0
"""Longer than anything in a test takes: what is said first decides."""


async def panel(there: Room, *, whispered: bool = False, **way: Any) -> Sent:
    """The settings as they were asked for."""
    asked = await there.dc.slash("settings", **way)
    text = Text("language: English", (buttons("/settings language zh"),), panel=True, whispered=whispered)
    await there.adapter.say((await there.listener.next()).address, text)
    return await there.dc.words(asked)


async def press(there: Room, shown: Sent, command: str = "/settings language zh") -> tuple[Asked, Message]:
    number = len(there.listener.messages) + 1
    asked = await there.dc.press(shown, command)
    return asked, await there.listener.next(number)


@pytest.mark.parametrize("whispered", [True, False])
async def test_a_panel_changes_in_place(whispered: bool) -> None:
    async with room(PATIENTLY_S) as there:
        shown = await panel(there, whispered=whispered)
        asked, message = await press(there, shown)
        assert message.pressed == str(shown.id)
        await there.adapter.change(message.address, message.pressed, Text("language: Chinese", (buttons("/x"),)))
        assert (shown.history[-1], shown.commands, shown.ephemeral) == ("language: Chinese", ["/x"], whispered)
        assert (asked.response, asked.follow_ups, len(there.dc.rest.messages)) == (6, [], 1)


async def test_a_press_that_makes_a_picture_brings_a_new_message() -> None:
    async with room(PATIENTLY_S) as there:
        shown = await panel(there)
        asked, message = await press(there, shown)
        await there.adapter.busy(message.address)  # as the conversation does once the picture is accepted
        await there.dc.until(lambda: asked.response)
        assert asked.original is not None
        assert asked.original.loading
        await there.adapter.show(message.address, answer(), "key")
        assert ((await there.dc.answer(asked)).pictures, asked.response) == ([b"painted"], 5)
        assert shown.content == "language: English"


async def test_a_picture_that_comes_late_after_a_silent_press_comes_once() -> None:
    async with room() as there:
        shown = await panel(there)
        asked, message = await press(there, shown)
        await there.dc.until(lambda: asked.response)
        there.dc.accident("cut", "POST /webhooks")
        with pytest.raises(SendUncertain):
            await there.adapter.show(message.address, answer(), "key")
        with pytest.raises(SendUncertain):
            await there.adapter.show(message.address, answer(), "key")
        assert [sent.pictures for sent in asked.follow_ups] == [[b"painted"]]
        assert (asked.response, shown.content) == (6, "language: English")


async def test_a_panel_that_changes_late_is_changed_where_the_bot_can_write() -> None:
    async with room(PATIENTLY_S) as there:
        shown = await panel(there)
        asked, message = await press(there, shown)
        await there.adapter.busy(message.address)
        await there.adapter.change(message.address, message.pressed, Text("language: Chinese"))
        assert shown.content == "language: Chinese"
        assert asked.original is not None
        assert asked.original.deleted  # it promised something new


@pytest.mark.parametrize("whispered", [True, False])
async def test_a_panel_out_of_reach_is_said_anew(whispered: bool) -> None:
    async with room(PATIENTLY_S) as there:
        shown = await panel(there, whispered=whispered, user_installed=True)
        asked = await there.dc.press(shown, "/settings language zh", user_installed=True)
        message = await there.listener.next(2)
        await there.adapter.busy(message.address)
        await there.adapter.change(message.address, message.pressed, Text("language: Chinese"))
        assert (shown.content, (await there.dc.words(asked)).content) == ("language: English", "language: Chinese")


async def test_a_panel_that_was_deleted_is_let_go() -> None:
    async with room(PATIENTLY_S) as there:
        shown = await panel(there)
        asked, message = await press(there, shown)
        shown.deleted = True
        await there.adapter.change(message.address, message.pressed, Text("language: Chinese"))
        assert (asked.response, len(there.dc.rest.messages)) == (6, 1)


async def test_a_result_is_deleted_by_its_button_after_a_restart() -> None:
    async with DiscordEmulator() as dc:
        before, after = Listener(), Listener()
        async with connected(dc, before) as adapter:
            asked = await dc.slash("style", image=b"photo")
            message = await before.next()
            sent = await adapter.show(message.address, answer(commands=("/again key delete",)), "key")
            shown = await dc.answer(asked)
        assert sent == str(shown.id)
        async with connected(dc, after, hesitate_s=PATIENTLY_S) as adapter:
            pressed = await dc.press(shown, "/again key delete")
            press = await after.next()
            assert press.pressed == sent
            await adapter.remove(message.address, sent)
            assert shown.deleted
            await dc.until(lambda: pressed.response)
            assert (pressed.response, [sent for sent in dc.rest.messages if not sent.deleted]) == (6, [])
            await adapter.remove(message.address, sent)  # once more does no harm
        assert dc.violations == []


@pytest.mark.parametrize("way", ["token", "channel", "message"])
async def test_what_was_shown_can_be_taken_back(way: str) -> None:
    async with room() as there:
        if way == "message":
            await there.dc.post("/style ukiyoe", b"photo")
            message = await there.listener.next()
        else:
            asked, message = await there.ask()
        sent = await there.adapter.show(message.address, answer(b"1", b"2"), "key")
        if way == "channel":
            there.dc.expire(asked)
        await there.adapter.remove(message.address, sent)
        assert next(shown for shown in there.dc.rest.messages if shown.files and shown.author is there.dc.bot).deleted


async def test_further_messages_can_be_taken_back() -> None:
    async with room() as there:
        _, message = await there.ask()
        await there.adapter.show(message.address, answer(b"first"), "first")
        second = await there.adapter.show(message.address, answer(b"second"), "second")
        await there.adapter.remove(message.address, second)
        assert [sent.deleted for sent in there.dc.rest.messages] == [False, True]


async def test_where_the_bot_is_no_member_what_was_shown_stays_after_the_quarter_of_an_hour() -> None:
    async with room() as there:
        asked, message = await there.ask(user_installed=True)
        sent = await there.adapter.show(message.address, answer(), "key")
        there.dc.expire(asked)
        await there.adapter.remove(message.address, sent)
        assert not (await there.dc.answer(asked)).deleted


async def test_an_answer_to_a_press_of_before_a_restart_leaves_the_gallery_alone() -> None:
    """Which message the press may fill is Discord's to say: the process that acknowledged it is gone."""
    async with DiscordEmulator() as dc:
        before, after = Listener(), Listener()
        async with connected(dc, before) as adapter:
            asked = await dc.slash("styles")
            await adapter.show((await before.next()).address, answer(b"sheet", commands=("/style ukiyoe",)), "sheet")
            gallery = await dc.answer(asked)
            silent = await dc.press(gallery, "/style ukiyoe")
            silently = (await before.next(2)).address
            await dc.until(lambda: silent.response)
            awaited = await dc.press(gallery, "/style ukiyoe")
            address = (await before.next(3)).address
            await adapter.busy(address)
            await dc.until(lambda: awaited.response)
        async with connected(dc, after) as adapter:
            await adapter.show(address, answer(b"awaited"), "awaited")
            for _ in range(2):
                await adapter.show(silently, answer(b"silent"), "silent")
        assert (silent.response, awaited.response) == (6, 5)
        assert [sent.pictures for sent in dc.rest.messages if sent.files] == [[b"sheet"], [b"awaited"], [b"silent"]]
        assert dc.violations == []


# Whispers


async def test_whispered_words_are_seen_by_the_speaker_alone() -> None:
    async with room(PATIENTLY_S) as there:
        asked = await there.dc.slash("privacy")
        message = await there.listener.next()
        await there.adapter.say(message.address, Text("this is kept", whispered=True))
        said = await there.dc.words(asked)
        assert (said.content, said.ephemeral, said.history) == ("this is kept", True, ["", "this is kept"])


async def test_a_picture_after_whispered_words_is_for_all() -> None:
    async with room(PATIENTLY_S) as there:
        asked = await there.dc.slash("style", image=b"photo")
        message = await there.listener.next()
        await there.adapter.say(message.address, Text("number 3", whispered=True))
        await there.adapter.show(message.address, answer(), "key")
        assert [(sent.pictures, sent.ephemeral) for sent in asked.follow_ups] == [([b"painted"], False)]


async def test_words_whispered_late_take_the_place_of_the_sign_for_all() -> None:
    async with room(PATIENTLY_S) as there:
        asked = await there.dc.slash("style", image=b"photo")
        message = await there.listener.next()
        await there.adapter.busy(message.address)
        await there.adapter.say(message.address, Text("I cannot read that", whispered=True))
        assert asked.original is not None
        assert asked.original.deleted
        assert [(sent.content, sent.ephemeral) for sent in asked.follow_ups] == [("I cannot read that", True)]


async def test_words_whispered_after_progress_leave_nothing_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "GRACE_S", 0.0)
    async with room(PATIENTLY_S) as there:
        asked = await there.dc.slash("style", image=b"photo")
        message = await there.listener.next()
        progress = await there.adapter.say(message.address, Text("number 3"))
        await there.adapter.say(message.address, Text("I cannot read that", whispered=True))
        await there.adapter.remove(message.address, progress)
        await there.dc.until(lambda: asked.original and asked.original.deleted)
        assert [(sent.content, sent.ephemeral) for sent in asked.follow_ups] == [("I cannot read that", True)]


async def test_a_whisper_without_an_interaction_is_said_aloud() -> None:
    async with room() as there:
        asked = await there.dc.post("/privacy")
        await there.adapter.say((await there.listener.next()).address, Text("this is kept", whispered=True))
        assert (await there.dc.words(asked)).content == "this is kept"


# Speaking in answer to nothing


@pytest.mark.parametrize(
    ("way", "reachable"), [({}, True), ({"private": True}, True), ({"user_installed": True}, False)]
)
async def test_where_the_bot_is_at_home_it_can_speak_any_day(way: dict[str, bool], reachable: bool) -> None:
    async with room() as there:
        asked, message = await there.ask(**way)
        there.dc.expire(asked)
        home = there.adapter.home(message.address)
        assert (home is not None) == reachable
        if home:
            assert asked.token not in str(home)
            sent = await there.adapter.say(home, Text("news"))
            said = there.dc.rest.messages[-1]
            assert (said.content, said.channel, said.reply_to, str(said.id)) == ("news", asked.channel, None, sent)


async def test_a_person_stands_for_themselves() -> None:
    async with room(PATIENTLY_S) as there:
        shown = await panel(there)
        grace = User("grace")
        asked = await there.dc.press(shown, "/settings language zh", user=grace)
        message = await there.listener.next(2)
        assert (message.person.id, message.pressed) == (str(grace.id), str(shown.id))
        await there.adapter.say(message.address, Text("for admins only", whispered=True))
        said = await there.dc.words(asked)
        assert (said.content, said.ephemeral, shown.content) == ("for admins only", True, "language: English")


async def test_stopping_acknowledges_what_was_just_recorded() -> None:
    async with DiscordEmulator() as dc:
        listener = Listener()
        async with connected(dc, listener, hesitate_s=0.3):
            asked = await dc.slash("help")
            await listener.next()
            await asyncio.sleep(0)
        assert asked.response == 5
