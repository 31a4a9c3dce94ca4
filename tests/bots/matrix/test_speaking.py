"""What is said in Matrix, and what becomes of it."""

import asyncio
import time
from typing import Any

import nio
import pytest

from bots.adapter import ChatGone, SendFailed
from bots.download import LIMIT
from bots.message import Answer, Button, Photo, Picture, Text
from inference.errors import TooLarge
from tests.bots.matrix.room import Room
from tests.emulators.synapse import UPLOAD_BYTES

pytestmark = [pytest.mark.matrix, pytest.mark.timeout(420), pytest.mark.asyncio(loop_scope="package")]
KEY = "0123456789abcdef01234567"


async def content(studio: Room, event: str) -> dict[str, Any]:
    return dict((await studio.grace.event(studio.id, event))["content"])


async def test_a_picture_answers_with_its_caption_and_buttons(studio: Room) -> None:
    told = await studio.said()
    photo = Photo(b"painted", name="ukiyoe.jpg", width=640, height=480)
    sent = await studio.adapter.show(told.address, Answer((photo,), "Ukiyo-e", ((Button("Stronger", "/again"),),)), KEY)
    shown = await content(studio, sent)
    assert (shown["msgtype"], shown["filename"]) == ("m.image", "ukiyoe.jpg")
    assert shown["body"].startswith("Ukiyo-e\n\n1. Stronger\n")
    assert shown["info"] == {"mimetype": "image/jpeg", "size": 7, "w": 640, "h": 480}
    assert shown["m.relates_to"] == {"m.in_reply_to": {"event_id": told.id}}
    assert shown["m.mentions"] == {"user_ids": [studio.grace.id]}
    assert await studio.grace.download(shown) == b"painted"


async def test_a_file_goes_back_as_a_file_and_what_moves_moves(studio: Room) -> None:
    told = await studio.said()
    moving = Photo(b"GIF89a", "image/gif", "cat.gif", animated=True)
    shown = await content(studio, await studio.adapter.show(told.address, Answer((moving,)), "b" * 24))
    assert (shown["msgtype"], shown["body"]) == ("m.image", "cat.gif")
    assert (shown["info"]["mimetype"], shown["info"]["is_animated"]) == ("image/gif", True)
    filed = await studio.adapter.show(told.address, Answer((moving,), "here", as_file=True), "c" * 24)
    assert (await content(studio, filed))["msgtype"] == "m.file"


async def test_an_answer_shown_again_is_the_same_answer(studio: Room) -> None:
    told = await studio.said()
    answer = Answer((Photo(b"one"), Photo(b"two")), "two", ((Button("x", "/x"),),))
    sent = await studio.adapter.show(told.address, answer, "d" * 24)
    assert len(sent.split()) == 3  # two pictures, and the words that bear the button
    assert await studio.adapter.show(told.address, answer, "d" * 24) == sent
    first, second, _ = [await content(studio, event) for event in sent.split()]
    assert (first["body"], second["body"]) == ("two", "picture.jpg")
    await studio.adapter.remove(told.address, sent)
    assert [await content(studio, event) for event in sent.split()] == [{}, {}, {}]
    await studio.adapter.remove(told.address, sent)  # gone already


async def test_progress_is_one_line_that_changes_and_goes(studio: Room) -> None:
    told = await studio.said()
    await studio.adapter.busy(told.address)
    line = await studio.adapter.say(told.address, Text("3 before you"))
    await studio.adapter.change(told.address, line, Text("drawing"))
    event = await studio.grace.event(studio.id, line)
    newest = event["unsigned"]["m.relations"]["m.replace"]["content"]
    assert (event["content"]["body"], newest["m.new_content"]["body"]) == ("3 before you", "drawing")
    assert event["content"]["msgtype"] == "m.notice"
    await studio.adapter.remove(told.address, line)
    assert await content(studio, line) == {}
    await studio.adapter.remove(told.address, None)


async def test_somebody_is_seen_typing(studio: Room) -> None:
    told = await studio.said()
    await studio.adapter.busy(told.address)
    async with asyncio.timeout(30):
        await studio.grace.client.sync(timeout=0, full_state=True)
        while studio.bot not in studio.grace.client.rooms[studio.id].typing_users:
            await studio.adapter.busy(told.address)
            await studio.grace.client.sync(timeout=1000)
    await studio.adapter.remove(told.address, None)


async def test_a_home_is_answered_to_nothing(studio: Room) -> None:
    told = await studio.said()
    home = studio.adapter.home(told.address)
    assert home is not None
    assert "m.relates_to" not in await content(studio, await studio.adapter.say(home, Text("hello")))


async def test_what_is_too_large_is_refused(studio: Room) -> None:
    told = await studio.said()
    with pytest.raises(SendFailed, match="larger"):
        await studio.adapter.show(told.address, Answer((Photo(bytes(UPLOAD_BYTES + 1)),)), "e" * 24)
    with pytest.raises(TooLarge):
        await studio.adapter.fetch(Picture("mxc://atelier.test/abc", byte_count=LIMIT + 1))


async def test_a_picture_that_lies_about_its_size(studio: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.download.LIMIT", 1000)
    url = await studio.grace.upload(bytes(2000))
    with pytest.raises(TooLarge):
        await studio.adapter.fetch(Picture(url, byte_count=10))


@pytest.mark.parametrize(
    "ref", ["mxc://atelier.test/nothing", "mxc://a/../b", "https://example.org/x", "", "mxc://a/b#k"]
)
async def test_a_picture_that_is_not_there(studio: Room, ref: str) -> None:
    with pytest.raises(SendFailed):
        await studio.adapter.fetch(Picture(ref))


async def test_a_long_text_is_cut_and_fits(studio: Room) -> None:
    told = await studio.said()
    sent = await studio.adapter.say(told.address, Text("画" * 20_000))
    await studio.adapter.change(told.address, sent, Text("海" * 20_000))
    assert (await content(studio, sent))["body"].endswith("…")


async def test_too_much_at_once_waits_its_time(studio: Room) -> None:
    told = await studio.said()
    limits = f"/v1/users/{studio.bot}/override_ratelimit"
    studio.synapse.admin("POST", limits, {"messages_per_second": 2, "burst_count": 2})
    try:
        began = time.monotonic()
        sent = [await studio.adapter.say(told.address, Text(str(number))) for number in range(4)]
        assert time.monotonic() - began > 0.4
        assert len(set(sent)) == 4
    finally:
        studio.synapse.admin("DELETE", limits)


async def test_where_we_were_put_out_nobody_is_reached(studio: Room) -> None:
    room = await studio.grace.make_room(studio.bot)
    async with asyncio.timeout(30):
        while room not in studio.adapter._connection.client.rooms:
            await asyncio.sleep(0.05)
    told = await studio.told(await studio.grace.say(room, "hello"))
    assert isinstance(await studio.grace.client.room_kick(room, studio.bot), nio.RoomKickResponse)
    with pytest.raises(ChatGone):
        await studio.adapter.show(told.address, Answer((Photo(b"late"),)), "f" * 24)
    with pytest.raises(ChatGone):
        await studio.adapter.say(told.address, Text("late"))
    await studio.adapter.busy(told.address)
