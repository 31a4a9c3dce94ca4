"""What the conversation says and shows arrives on Discord, once."""

import time

import pytest

from bots.adapter import ChatGone, SendFailed, SendUncertain
from bots.discord import routes
from bots.discord.buttons import board
from bots.message import Address, Answer, Text
from tests.bots.discord_room import Listener, answer, buttons, connected, photo, room
from tests.emulators.discord import DiscordEmulator

BY_TOKEN, IN_CHANNEL = "PATCH /webhooks", r"POST /channels/\d+/messages"


async def test_words_change_and_give_way_to_the_answer_in_one_message() -> None:
    async with room() as there:
        asked, message = await there.ask()
        sent = await there.adapter.say(message.address, Text("number 3 in the queue"))
        await there.adapter.change(message.address, sent, Text("number 1 in the queue"))
        await there.adapter.show(message.address, answer(b"painted", commands=("/style ukiyoe 90%",)), "key")
        shown = await there.dc.answer(asked)
        assert shown.history == ["", "number 3 in the queue", "number 1 in the queue", "made with AI · Ukiyo-e"]
        assert (shown.pictures, shown.commands) == ([b"painted"], ["/style ukiyoe 90%"])
        assert [sent for sent in there.dc.rest.messages if sent.author is there.dc.bot] == [shown]


async def test_late_progress_does_not_touch_the_answer() -> None:
    async with room() as there:
        asked, message = await there.ask()
        sent = await there.adapter.say(message.address, Text("painting"))
        await there.adapter.show(message.address, answer(), "key")
        await there.adapter.change(message.address, sent, Text("still painting"))
        assert (await there.dc.answer(asked)).content == "made with AI · Ukiyo-e"


async def test_words_taken_back_before_the_answer_make_room_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "GRACE_S", 0.05)
    async with room() as there:
        asked, message = await there.ask()
        sent = await there.adapter.say(message.address, Text("painting"))
        await there.adapter.remove(message.address, sent)
        await there.adapter.show(message.address, answer(), "key")
        shown = await there.dc.answer(asked)
        _, other = await there.ask()
        taken_back = await there.adapter.say(other.address, Text("painting"))
        await there.adapter.remove(other.address, taken_back)
        await there.dc.until(lambda: there.dc.rest.messages[-1].deleted)  # no answer came: the words are gone
        assert (shown.deleted, shown.pictures) == (False, [b"painted"])


async def test_words_taken_back_are_followed_by_words_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "GRACE_S", 0.0)
    async with room() as there:
        asked, message = await there.ask()
        await there.adapter.remove(message.address, await there.adapter.say(message.address, Text("painting")))
        await there.dc.until(lambda: asked.original and asked.original.deleted)
        sent = await there.adapter.say(message.address, Text("sorry"))
        await there.adapter.change(message.address, sent, Text("very sorry"))
        assert [follow_up.content for follow_up in asked.follow_ups] == ["very sorry"]
        await there.adapter.remove(message.address, sent)
        assert asked.follow_ups[0].deleted


async def test_an_answer_is_not_replaced_by_what_follows() -> None:
    async with room() as there:
        asked, message = await there.ask()
        await there.adapter.show(message.address, answer(b"first"), "first")
        await there.adapter.say(message.address, Text("one of them failed"))
        await there.adapter.show(message.address, answer(b"second"), "second")
        assert (await there.dc.answer(asked)).pictures == [b"first"]
        assert [(sent.content, sent.pictures) for sent in asked.follow_ups] == [
            ("one of them failed", []),
            ("made with AI · Ukiyo-e", [b"second"]),
        ]


async def test_an_answer_deleted_by_somebody_does_not_stop_the_next_words() -> None:
    async with room() as there:
        asked, message = await there.ask()
        await there.adapter.say(message.address, Text("painting"))
        assert asked.original is not None
        asked.original.deleted = True
        await there.adapter.show(message.address, answer(), "key")
        assert asked.follow_ups[0].pictures == [b"painted"]


async def test_an_answer_shown_again_after_a_restart_is_one_answer() -> None:
    async with DiscordEmulator() as dc:
        listener = Listener()
        async with connected(dc, listener) as before:
            asked = await dc.slash("style", image=b"photo")
            address = (await listener.next()).address
            await before.show(address, answer(), "key")
        async with connected(dc, Listener()) as after:
            await after.show(address, answer(), "key")
        assert [sent.pictures for sent in dc.rest.messages] == [[b"painted"]]
        assert asked.follow_ups == []
        assert dc.violations == []


async def test_progress_of_before_a_restart_is_changed_and_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "GRACE_S", 0.0)
    async with DiscordEmulator() as dc:
        listener = Listener()
        async with connected(dc, listener) as before:
            asked = await dc.slash("style", image=b"photo")
            address = (await listener.next()).address
            sent = await before.say(address, Text("number 3"))
        async with connected(dc, Listener()) as after:
            await after.change(address, sent, Text("number 2"))
            await dc.until(lambda: asked.original and asked.original.content == "number 2")
            await after.remove(address, sent)
            await dc.until(lambda: asked.original and asked.original.deleted)
        assert dc.violations == []


# After the quarter of an hour


async def test_when_the_interaction_is_over_the_answer_comes_to_the_channel_without_ringing() -> None:
    async with room() as there:
        asked, message = await there.ask()
        there.dc.expire(asked)
        await there.adapter.show(message.address, answer(), "key")
        shown = await there.dc.answer(asked)
        assert shown.content == f"<@{asked.user.id}> made with AI · Ukiyo-e"
        assert shown.pinged == {"parse": [], "replied_user": False}
        assert shown is not asked.original


async def test_by_our_own_clock_discord_is_not_even_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with room() as there:
        asked, message = await there.ask()
        late = time.time() + 16 * 60
        monkeypatch.setattr(time, "time", lambda: late)
        before = len(there.dc.rest.calls)
        await there.adapter.show(message.address, answer(), "key")
        assert [call.method for call in there.dc.rest.calls[before:]] == ["POST"]
        assert (await there.dc.answer(asked)).content.startswith("<@")


async def test_a_menu_on_a_message_is_then_answered_by_a_reply_to_it() -> None:
    async with room() as there:
        shared = await there.dc.post("look", b"one", private=False, tell=False)
        asked = await there.dc.restyle(shared)
        message = await there.listener.next()
        await there.dc.until(lambda: asked.response)
        there.dc.expire(asked)
        await there.adapter.show(message.address, answer(), "key")
        assert (await there.dc.answer(asked)).reply_to == shared.id


async def test_progress_of_an_interaction_that_is_over_is_changed_and_taken_back_in_the_channel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(routes, "GRACE_S", 0.0)
    async with room() as there:
        asked, message = await there.ask()
        sent = await there.adapter.say(message.address, Text("number 9"))
        there.dc.expire(asked)
        await there.adapter.change(message.address, sent, Text("number 8"))
        assert asked.original is not None
        assert asked.original.content == "number 8"
        await there.adapter.remove(message.address, sent)
        await there.dc.until(lambda: asked.original and asked.original.deleted)


async def test_a_late_answer_is_posted_once_whatever_restarts() -> None:
    async with DiscordEmulator() as dc:
        listener = Listener()
        async with connected(dc, listener) as before:
            asked = await dc.slash("style", image=b"photo")
            address = (await listener.next()).address
            await dc.until(lambda: asked.response)
            dc.expire(asked)
            await before.show(address, answer(), "key")
            await dc.answer(asked)
        for sent in dc.rest.messages:
            sent.nonce = None  # Discord remembers nonces for some minutes only
        async with connected(dc, Listener()) as after:
            await after.show(address, answer(), "key")
            await after.show(address, answer(b"another"), "another")
        assert [sent.pictures for sent in dc.rest.messages if sent.files] == [[b"painted"], [b"another"]]
        assert dc.violations == []


async def test_where_the_bot_may_not_write_a_late_answer_fails() -> None:
    async with room() as there:
        asked, message = await there.ask()
        there.dc.expire(asked)
        there.dc.rest.forbidden.add(there.dc.channel)
        with pytest.raises(SendFailed, match="cannot see that channel"):
            await there.adapter.show(message.address, answer(), "key")


async def test_an_acknowledgement_that_came_too_late_leads_to_the_channel() -> None:
    async with room() as there:
        there.dc.rest.acknowledge_within_s = 0.0
        asked = await there.dc.slash("style", image=b"photo")
        message = await there.listener.next()
        await there.adapter.show(message.address, answer(), "key")
        assert (await there.dc.answer(asked)).content.startswith(f"<@{asked.user.id}>")
        assert asked.response is None


# Without an interaction


async def test_a_private_message_is_answered_by_a_reply() -> None:
    async with room() as there:
        asked = await there.dc.post("/style ukiyoe", b"photo")
        address = (await there.listener.next()).address
        await there.adapter.busy(address)
        sent = await there.adapter.say(address, Text("painting", (buttons("/cancel"),)))
        await there.adapter.change(address, sent, Text("nearly done"))
        words = await there.dc.words(asked)
        assert (words.content, words.commands, words.reply_to) == ("nearly done", [], asked.id)
        await there.adapter.remove(address, sent)
        await there.adapter.show(address, answer(), "key")
        await there.adapter.show(address, answer(), "key")
        shown = await there.dc.answer(asked)
        assert (shown.reply_to, shown.pictures, words.deleted) == (asked.id, [b"painted"], True)
        assert len([sent for sent in there.dc.rest.messages if sent.files and sent.author is there.dc.bot]) == 1
        assert [call.path for call in there.dc.rest.calls if "typing" in call.path] == [
            f"/channels/{there.dc.private_channel}/typing"
        ]


async def test_a_deleted_question_is_still_answered() -> None:
    async with room() as there:
        asked = await there.dc.post("/style ukiyoe", b"photo")
        address = (await there.listener.next()).address
        there.dc.rest.messages.remove(asked)
        await there.adapter.show(address, answer(), "key")
        assert (await there.dc.answer(asked)).pictures == [b"painted"]


async def test_words_that_are_gone_can_be_changed_and_removed_in_vain() -> None:
    async with room() as there:
        asked = await there.dc.post("/help")
        address = (await there.listener.next()).address
        sent = await there.adapter.say(address, Text("hello"))
        (await there.dc.words(asked)).deleted = True
        await there.adapter.change(address, sent, Text("hello again"))
        await there.adapter.remove(address, sent)


async def test_busy_never_raises() -> None:
    async with room() as there:
        await there.dc.post("/help")
        address = (await there.listener.next()).address
        there.dc.rest.forbidden.add(there.dc.private_channel)
        await there.adapter.busy(address)
        there.dc.rest.forbidden.clear()
        there.dc.accident("lost", "typing")
        await there.adapter.busy(address)


# Discord's limits


async def test_an_album_comes_back_as_one_message() -> None:
    async with room() as there:
        asked, message = await there.ask()
        await there.adapter.show(message.address, answer(b"1", b"2", b"3"), "key")
        shown = await there.dc.answer(asked)
        assert shown.pictures == [b"1", b"2", b"3"]
        assert {file.filename[:7] for file in shown.files} == {"ukiyoe-"}
        with pytest.raises(SendFailed, match="at most 10"):
            await there.adapter.show(message.address, Answer((photo(),) * 11), "more")


async def test_a_picture_above_the_upload_limit_is_not_sent() -> None:
    async with room() as there:
        asked, message = await there.ask(limit=1000)
        with pytest.raises(SendFailed, match="larger than"):
            await there.adapter.show(message.address, answer(b"x" * 1001), "key")
        await there.adapter.show(message.address, answer(b"x" * 1000), "key")
        assert (await there.dc.answer(asked)).pictures == [b"x" * 1000]


async def test_a_channel_may_take_less_than_the_interaction_did() -> None:
    async with room() as there:
        asked, message = await there.ask(limit=25 * 2**20)
        there.dc.expire(asked)
        with pytest.raises(SendFailed, match="larger than may be uploaded there"):
            await there.adapter.show(message.address, answer(b"x" * (10 * 2**20 + 1)), "key")


async def test_long_words_are_cut() -> None:
    async with room() as there:
        asked, message = await there.ask()
        await there.adapter.say(message.address, Text("很" * 3000))
        assert (await there.dc.words(asked)).content == "很" * 1999 + "…"
        there.dc.expire(asked)
        await there.adapter.say(message.address, Text("很" * 3000))
        late = there.dc.rest.messages[-1].content
        assert (len(late), late[-1]) == (2000, "…")


@pytest.mark.parametrize(("number", "parts"), [(3, 3), (25, 25), (26, 2), (60, 3), (200, 5)])
async def test_more_buttons_than_fit_become_menus(number: int, parts: int) -> None:
    async with room() as there:
        asked, message = await there.ask()
        commands = [f"/style s{n}" for n in range(number)]
        rows = tuple(buttons(*commands[start : start + 8], commands[0]) for start in range(0, number, 8))
        await there.adapter.say(message.address, Text("which?", rows))
        shown = await there.dc.words(asked)
        assert sum(len(row["components"]) for row in shown.components) == parts
        assert shown.commands == commands[:125]


async def test_the_library_remembers_no_buttons() -> None:
    """A press is answered by what it carries; remembered views would pile up with every answer."""
    shown = board((buttons("/style ukiyoe"),))
    assert shown is not None
    assert shown.is_finished()


async def test_progress_of_a_user_installed_bot_spends_no_further_messages() -> None:
    async with room() as there:
        asked, message = await there.ask(user_installed=True)
        sent = await there.adapter.say(message.address, Text("number 12"))
        for position in range(11, 0, -1):
            await there.adapter.change(message.address, sent, Text(f"number {position}"))
        await there.adapter.show(message.address, answer(), "key")
        assert (await there.dc.answer(asked)).edits == 13
        assert asked.follow_ups == []


async def test_names_in_captions_ring_nobody() -> None:
    async with room() as there:
        asked, message = await there.ask()
        await there.adapter.show(message.address, answer(caption="@everyone <@1>"), "key")
        await there.dc.answer(asked)
        assert there.dc.rest.calls[-1].body["allowed_mentions"] == {"parse": []}


# Accidents


@pytest.mark.parametrize("kind", ["flood", "lost", "cut", "error"])
async def test_an_answer_by_token_survives(kind: str) -> None:
    async with room() as there:
        asked, message = await there.ask()
        there.dc.accident(kind, BY_TOKEN)
        await there.adapter.show(message.address, answer(), "key")
        assert (await there.dc.answer(asked)).pictures == [b"painted"]
        assert len(there.dc.rest.messages) == 1


@pytest.mark.parametrize("kind", ["flood", "lost", "cut", "error"])
async def test_an_answer_in_a_channel_survives_and_is_posted_once(kind: str) -> None:
    async with room() as there:
        asked = await there.dc.post("/style ukiyoe", b"photo")
        address = (await there.listener.next()).address
        there.dc.accident(kind, IN_CHANNEL)
        await there.adapter.show(address, answer(), "key")
        assert (await there.dc.answer(asked)).pictures == [b"painted"]
        assert len(there.dc.rest.messages) == 2


async def test_a_further_message_whose_fate_is_unknown_is_not_repeated() -> None:
    async with room() as there:
        asked, message = await there.ask()
        await there.adapter.show(message.address, answer(), "key")
        there.dc.accident("cut", "POST /webhooks")
        with pytest.raises(SendUncertain):
            await there.adapter.say(message.address, Text("and another thing"))
        assert [sent.content for sent in asked.follow_ups] == ["and another thing"]


@pytest.mark.parametrize(
    ("kind", "reason"), [("blocked", "takes no private messages"), ("left", "the channel is gone")]
)
async def test_a_person_or_channel_that_is_gone_is_told_from_a_refusal(kind: str, reason: str) -> None:
    async with room() as there:
        await there.dc.post("/style ukiyoe", b"photo")
        address = (await there.listener.next()).address
        there.dc.accident(kind, IN_CHANNEL, times=2)
        with pytest.raises(ChatGone, match=reason):
            await there.adapter.show(address, answer(), "key")
        with pytest.raises(ChatGone, match=reason):
            await there.adapter.say(there.adapter.home(address) or {}, Text("news"))


async def test_where_the_bot_is_no_member_a_late_answer_is_refused_and_nobody_is_gone() -> None:
    async with room() as there:
        asked, message = await there.ask(user_installed=True)
        there.dc.expire(asked)
        calls = len(there.dc.rest.calls)
        with pytest.raises(SendFailed, match="cannot write there") as refusal:
            await there.adapter.show(message.address, answer(), "key")
        assert not isinstance(refusal.value, ChatGone)
        assert [call.method for call in there.dc.rest.calls[calls:]] == ["PATCH"]


async def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.through.PATIENCE_S", 0.3)
    async with room() as there:
        _, message = await there.ask()
        there.dc.accident("cut", BY_TOKEN, times=100)
        with pytest.raises(SendUncertain):
            await there.adapter.show(message.address, answer(), "key")


async def test_a_refusal_is_said_without_quoting(monkeypatch: pytest.MonkeyPatch) -> None:
    async with room() as there:
        asked, message = await there.ask()
        there.dc.accident("refused", BY_TOKEN)
        with pytest.raises(SendFailed, match=r"^the bot may not write there$") as refusal:
            await there.adapter.show(message.address, answer(), "key")
        assert asked.token not in repr(refusal.value)
        assert refusal.value.__suppress_context__


def test_an_address_survives_being_written_down() -> None:
    import json

    from bots.discord.place import Place

    place = Place(channel=2**63, person=2, source=3, avatar=None, application=4, token="t", expires=5, life="ab")
    written: Address = json.loads(json.dumps(place.address))
    assert Place.of(written) == place
