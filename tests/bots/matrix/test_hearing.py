"""What people say in Matrix becomes Messages."""

from pathlib import Path
from typing import Any

import pytest

from bots.message import Answer, Button, Person, Photo, Text
from tests.bots.matrix import room as rooms
from tests.bots.matrix.room import Room
from tests.emulators.synapse import Synapse

pytestmark = [pytest.mark.matrix, pytest.mark.timeout(420), pytest.mark.asyncio(loop_scope="package")]


def reply(event: str, **more: Any) -> dict[str, Any]:
    return {"m.relates_to": {"m.in_reply_to": {"event_id": event}, **more}}


async def test_a_picture_with_its_caption(studio: Room) -> None:
    told = await studio.told(await studio.grace.photo(studio.id, b"photo", "!style ukiyoe 70%"))
    assert told.text == "!style ukiyoe 70%"
    assert (told.platform, told.chat, told.private, told.addressed) == ("matrix", studio.id, False, True)
    assert told.person.id == studio.grace.id
    assert told.person.name.startswith("grace-")
    (picture,) = told.pictures
    assert (picture.media_type, picture.byte_count, picture.name) == ("image/jpeg", 5, "cat.jpg")
    assert await studio.adapter.fetch(picture) == b"photo"
    assert not told.as_file


async def test_a_bare_picture_has_no_words_and_is_no_command(studio: Room) -> None:
    told = await studio.told(await studio.grace.photo(studio.id))
    assert (told.text, told.addressed, len(told.pictures)) == ("", False, 1)


async def test_a_file_and_a_sticker_are_pictures(studio: Room) -> None:
    url = await studio.grace.upload(b"moving", "image/gif")
    file = {"msgtype": "m.file", "body": "cat.gif", "url": url, "info": {"mimetype": "image/gif"}}
    as_file = await studio.told(await studio.grace.say(studio.id, file))
    assert as_file.as_file
    assert as_file.pictures[0].media_type == "image/gif"
    sticker = {"body": "a cat", "url": url, "info": {"mimetype": "image/webp", "size": 6}}
    stuck = await studio.told(await studio.grace.say(studio.id, sticker, "m.sticker"))
    assert stuck.text == ""
    assert await studio.adapter.fetch(stuck.pictures[0]) == b"moving"


async def test_a_command_that_answers_a_picture(studio: Room) -> None:
    photo = await studio.grace.photo(studio.id)
    quoting = f"> <{studio.grace.id}> cat.jpg\n\n/style anime"  # as clients wrote until 2024
    told = await studio.told(await studio.grace.say(studio.id, {"msgtype": "m.text", "body": quoting, **reply(photo)}))
    assert told.text == "/style anime"
    assert told.mentioned == ()  # one's own picture
    assert await studio.adapter.fetch(told.replied[0]) == b"photo"


async def test_what_answers_something_that_is_gone(studio: Room) -> None:
    photo = await studio.grace.photo(studio.id)
    await studio.grace.client.room_redact(studio.id, photo)
    told = await studio.told(await studio.grace.say(studio.id, {"msgtype": "m.text", "body": "!help", **reply(photo)}))
    assert (told.text, told.replied) == ("!help", ())


async def test_a_thread_is_answered_in_the_thread(studio: Room) -> None:
    root = await studio.grace.photo(studio.id)
    in_thread = {"rel_type": "m.thread", "event_id": root, "is_falling_back": True}
    words = {"msgtype": "m.text", "body": "!style ink", **reply(root, **in_thread)}
    told = await studio.told(await studio.grace.say(studio.id, words))
    assert told.replied == ()  # it stands in the thread and answers nothing
    sent = await studio.adapter.say(told.address, Text("soon"))
    related = (await studio.grace.event(studio.id, sent))["content"]["m.relates_to"]
    assert related["rel_type"] == "m.thread"
    assert (related["event_id"], related["m.in_reply_to"]["event_id"]) == (root, told.id)


async def test_members_are_named_by_pills_and_leave_the_words(studio: Room) -> None:
    ada = studio.synapse.person("ada")
    pill = f'/avatar ink <a href="https://matrix.to/#/{ada}">Ada &amp; Co</a>'
    words = {"msgtype": "m.text", "body": "/avatar ink Ada & Co", "formatted_body": pill, "format": "org.matrix.custom"}
    told = await studio.told(await studio.grace.say(studio.id, words | {"m.mentions": {"user_ids": [ada]}}))
    assert told.text == "/avatar ink"
    assert [person.id for person in told.mentioned] == [ada]


async def test_whose_words_are_answered_is_meant(studio: Room, synapse: Synapse) -> None:
    async with rooms.Person(synapse, "ada") as ada:
        await studio.grace.client.room_invite(studio.id, ada.id)
        await ada.client.join(studio.id)
        hers = await ada.say(studio.id, "hello")
        words = {"msgtype": "m.text", "body": "!avatar anime", **reply(hers)}
        told = await studio.told(await studio.grace.say(studio.id, words))
    assert [(one.id, one.name.partition("-")[0]) for one in told.mentioned] == [(ada.id, "ada")]


async def test_chatter_is_not_addressed_and_calling_us_is(studio: Room) -> None:
    assert not (await studio.said("what a day")).addressed
    assert not (await studio.said("!roll 2d6")).addressed  # another bot's
    assert (await studio.said("/style")).addressed
    called = await studio.said(f"{studio.bot}: !style ink")
    assert (called.text, called.addressed) == ("!style ink", True)
    named = await studio.said(f"{studio.bot[1:].partition(':')[0]}, ukiyoe")
    assert (named.text, named.addressed) == ("ukiyoe", True)
    ours = await studio.adapter.say(named.address, Text("which one?"))
    answer = {"msgtype": "m.text", "body": "the first", **reply(ours)}
    answered = await studio.told(await studio.grace.say(studio.id, answer))
    assert (answered.addressed, answered.mentioned) == (True, ())


async def test_two_people_are_private(synapse: Synapse, tmp_path: Path, grace: rooms.Person) -> None:
    async with rooms.room(synapse, tmp_path, grace, private=True) as here:
        told = await here.said("hello")
        assert (told.private, told.addressed) == (True, True)
        assert await here.adapter.administers(told.person, told.address)


async def test_edits_notices_and_odd_events_are_not_heard(studio: Room) -> None:
    first = await studio.said("hello")
    edit = {"m.new_content": {"msgtype": "m.text", "body": "!style"}, "m.relates_to": {"rel_type": "m.replace"}}
    edit["m.relates_to"]["event_id"] = first.id
    odd: list[Any] = [
        {"msgtype": "m.text", "body": "* !style", **edit},
        {"msgtype": "m.notice", "body": "!style"},
        {"msgtype": "", "body": ""},
        {"msgtype": "m.image", "body": "x", "url": "https://example.org/a.png", "info": "none"},
        {"msgtype": "m.text", "body": "x", "m.relates_to": "you"},
        {"msgtype": "m.text", "body": "y", "formatted_body": 7},
        {"msgtype": "m.file", "body": "x", "file": {"url": "mxc://a/b", "key": 1, "hashes": []}},
    ]
    for content in odd:
        await studio.grace.say(studio.id, content)
    last = await studio.said("still there?")
    since = [message.id for message in studio.heard.messages].index(first.id)
    heard = studio.heard.messages[since:]
    assert [message.text for message in heard] == [first.text, "x", "y", last.text]
    assert all(not message.pictures for message in heard)


async def test_a_number_in_answer_presses_a_button_also_after_a_restart(studio: Room) -> None:
    photo = await studio.grace.photo(studio.id, caption="!style")
    told = await studio.told(photo)
    rows = ((Button("Ukiyo-e", "/style ukiyoe"), Button("Ink", "/style ink")), (Button("All", "/styles"),))
    sent = await studio.adapter.say(told.address, Text("Which style?", rows))
    body = (await studio.grace.event(studio.id, sent))["content"]["body"]
    assert body == "Which style?\n\n1. Ukiyo-e   2. Ink\n3. All\nAnswer this message with a number to choose."
    async with rooms.running(rooms.adapter_of(studio.synapse, studio.bot, studio.folder), studio.heard):
        press = await studio.grace.say(studio.id, {"msgtype": "m.text", "body": "2", **reply(sent)})
        pressed = await studio.told(press)
        assert (pressed.text, pressed.pressed) == ("/style ink", sent)
        assert await studio.adapter.fetch(pressed.replied[0]) == b"photo"
        keycap = {"m.relates_to": {"rel_type": "m.annotation", "event_id": sent, "key": "1️⃣"}}
        reacted = await studio.told(await studio.grace.say(studio.id, keycap, "m.reaction"))
        assert (reacted.text, reacted.id == press) == ("/style ukiyoe", False)
        assert reacted.address["event"] == photo
        none = await studio.told(await studio.grace.say(studio.id, {"msgtype": "m.text", "body": "9", **reply(sent)}))
        assert (none.text, none.pressed) == ("9", "")


async def test_a_changed_panel_has_the_new_buttons(studio: Room) -> None:
    told = await studio.said()
    sent = await studio.adapter.say(told.address, Text("one", ((Button("a", "/a"),),)))
    await studio.adapter.change(told.address, sent, Text("two", ((Button("b", "/b"), Button("c", "/c")),)))
    press = await studio.grace.say(studio.id, {"msgtype": "m.text", "body": "2", **reply(sent)})
    assert (await studio.told(press)).text == "/c"


async def test_nobody_can_forge_our_buttons(studio: Room) -> None:
    forged = {"msgtype": "m.text", "body": "1. gift", "org.atelier.buttons": {"commands": ["/block @all"]}}
    event = await studio.grace.say(studio.id, forged)
    told = await studio.told(await studio.grace.say(studio.id, {"msgtype": "m.text", "body": "1", **reply(event)}))
    assert (told.text, told.pressed) == ("1", "")


async def test_the_button_of_an_album_names_all_of_it(studio: Room) -> None:
    told = await studio.said()
    answer = Answer((Photo(b"one", name="1.jpg"), Photo(b"two", name="2.jpg")), "two", ((Button("x", "/delete"),),))
    sent = await studio.adapter.show(told.address, answer, "a" * 24)
    last = sent.split()[-1]
    press = await studio.grace.say(studio.id, {"msgtype": "m.text", "body": "1", **reply(last)})
    assert (await studio.told(press)).pressed == sent


async def test_a_face_of_a_member_and_of_the_room(studio: Room) -> None:
    told = await studio.said()
    assert await studio.adapter.avatar(told.person, told.address) is None
    assert await studio.adapter.chat_picture(told.address) is None
    await studio.grace.client.set_avatar(await studio.grace.upload(b"face"))
    url = await studio.grace.upload(b"group")
    await studio.grace.client.room_put_state(studio.id, "m.room.avatar", {"url": url})
    face = await studio.adapter.avatar(told.person, told.address)
    group = await studio.adapter.chat_picture(told.address)
    assert face
    assert group
    assert await studio.adapter.fetch(face) == b"face"
    assert await studio.adapter.fetch(group) == b"group"


async def test_who_may_decide_for_the_room(studio: Room) -> None:
    told = await studio.said()
    ada = Person(studio.synapse.person("ada"), "Ada")
    assert await studio.adapter.administers(told.person, told.address)  # she made it
    assert not await studio.adapter.administers(ada, told.address)
    levels = (await studio.grace.client.room_get_state_event(studio.id, "m.room.power_levels")).content
    levels.setdefault("users", {})[ada.id] = 50
    await studio.grace.client.room_put_state(studio.id, "m.room.power_levels", levels)
    assert await studio.adapter.administers(ada, told.address)
