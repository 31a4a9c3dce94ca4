"""Restarts, outages, invitations and moves: nothing is lost and nothing is heard twice."""

import asyncio
import json
import logging
import stat
from pathlib import Path

import nio
import nio.crypto
import pytest

from bots.adapter import SendFailed
from bots.matrix import MatrixAdapter
from bots.message import Answer, Message, Photo, Text
from deploy.logs import Redacting
from tests.bots.matrix import room as rooms
from tests.bots.matrix.room import Heard, Person, Room
from tests.emulators.synapse import PASSWORD, Synapse

pytestmark = [pytest.mark.matrix, pytest.mark.timeout(420), pytest.mark.asyncio(loop_scope="package")]
KEY = "0123456789abcdef01234567"


async def test_what_was_said_while_we_were_away_is_heard_once(synapse: Synapse, tmp_path: Path, grace: Person) -> None:
    async with rooms.room(synapse, tmp_path, grace) as here:
        told = await here.said("!style ukiyoe")
        sent = await here.adapter.show(told.address, Answer((Photo(b"painted"),)), KEY)
    missed = [await grace.say(here.id, str(number)) for number in range(120)]  # more than one answer holds
    again = Heard()
    async with rooms.running(rooms.adapter_of(synapse, here.bot, here.folder), again) as adapter:
        await again.message(missed[-1])
        assert [message.id for message in again.messages] == missed
        assert await adapter.show(told.address, Answer((Photo(b"painted"),)), KEY) == sent  # the same device


async def test_what_could_not_be_recorded_is_heard_again(synapse: Synapse, tmp_path: Path, grace: Person) -> None:
    async def broken(message: Message) -> None:
        raise OSError("the disk is full")

    async with rooms.room(synapse, tmp_path, grace) as here:
        await here.said("first")
        here.heard.first = broken
        lost = await grace.say(here.id, "!style ink")
        await asyncio.sleep(0.5)
    again = Heard()
    async with rooms.running(rooms.adapter_of(synapse, here.bot, here.folder), again):
        assert (await again.message(lost)).text == "!style ink"


async def test_an_invitation_is_followed_and_the_words_since_it_are_heard(synapse: Synapse, studio: Room) -> None:
    async with Person(synapse, "ada") as ada:
        room = await ada.make_room()
        await ada.say(room, "before")
        await ada.client.room_invite(room, studio.bot)
        words = await ada.say(room, "!style ukiyoe")
        told = await studio.told(words)
        assert (told.text, told.private) == ("!style ukiyoe", True)
    assert "before" not in [message.text for message in studio.heard.messages]


async def test_a_room_that_moves_is_followed(synapse: Synapse, studio: Room) -> None:
    async with Person(synapse, "ada") as ada:
        room = await ada.make_room(studio.bot, room_version="10", preset=nio.RoomPreset.public_chat)
        await rooms.joined(ada, room, studio.bot)
        told = await studio.told(await ada.say(room, "!style ukiyoe"))
        headers = {"Authorization": f"Bearer {ada.client.access_token}"}
        path = f"/_matrix/client/v3/rooms/{room}/upgrade"
        async with await ada.client.send("POST", path, '{"new_version": "11"}', headers) as upgraded:
            successor = (await upgraded.json())["replacement_room"]
        await studio.heard.until(lambda: ("matrix", room, successor) in studio.heard.moves)
        await rooms.joined(ada, successor, studio.bot)
        async with asyncio.timeout(30):
            while successor not in studio.adapter._connection.client.rooms:
                await asyncio.sleep(0.05)
        sent = await studio.adapter.say(told.address, Text("here it is"))  # to the old address
        assert (await ada.event(successor, sent))["content"]["body"] == "here it is"


async def test_a_server_that_restarts_loses_nothing(synapse: Synapse, studio: Room) -> None:
    told = await studio.said()
    await asyncio.to_thread(synapse.stop)
    saying = asyncio.create_task(studio.adapter.show(told.address, Answer((Photo(b"late"),)), "9" * 24))
    await asyncio.sleep(0.5)
    await asyncio.to_thread(synapse.start)
    sent = await saying
    assert (await studio.grace.event(studio.id, sent))["content"]["msgtype"] == "m.image"
    assert (await studio.said("back?")).text == "back?"


async def test_a_forgotten_token_is_renewed(studio: Room) -> None:
    told = await studio.said()
    token = studio.adapter._connection.client.access_token
    async with asyncio.timeout(30):
        studio.synapse.admin("PUT", f"/v2/users/{studio.bot}", {"password": PASSWORD, "logout_devices": True})
        sent = await studio.adapter.say(told.address, Text("still here"))
    assert (await studio.grace.event(studio.id, sent))["content"]["body"] == "still here"
    assert studio.adapter._connection.client.access_token != token
    assert (await studio.said("and hearing?")).text == "and hearing?"


async def test_a_wrong_password_is_told_without_it(synapse: Synapse, tmp_path: Path) -> None:
    adapter = MatrixAdapter(synapse.url, synapse.person("atelier"), "wrong-password", folder=tmp_path, pace=rooms.QUICK)
    with pytest.raises(SendFailed) as refusal:
        await adapter.run(Heard())
    assert "wrong-password" not in str(refusal.value)
    with pytest.raises(SendFailed):
        await adapter.say({"room": "!a:b"}, Text("hello"))


async def test_secrets_stay_with_us(
    synapse: Synapse, tmp_path: Path, grace: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with rooms.room(synapse, tmp_path, grace) as here:
        told = await here.said()
        await here.adapter.say(told.address, Text("hello"))
    kept = json.loads((here.folder / "login.json").read_text())
    written = "\n".join(Redacting([]).format(record) for record in caplog.records)
    assert kept["token"] not in written
    assert PASSWORD not in written
    assert PASSWORD not in "".join(path.read_text(errors="replace") for path in here.folder.iterdir())
    assert stat.S_IMODE(here.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((here.folder / "login.json").stat().st_mode) == 0o600


async def test_an_encrypted_room(synapse: Synapse, tmp_path: Path, studio: Room) -> None:
    (tmp_path / "ada").mkdir()
    async with Person(synapse, "ada", tmp_path / "ada") as ada:
        await ada.client.keys_upload()
        secret = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
        room = await ada.make_room(studio.bot, initial_state=[secret])
        await rooms.joined(ada, room, studio.bot)
        await ada.client.sync(timeout=0, full_state=True)
        told = await studio.told(await ada.say(room, "!style ukiyoe"))
        assert told.text == "!style ukiyoe"
        shown = await studio.adapter.show(told.address, Answer((Photo(b"painted"),), "Ukiyo-e"), "8" * 24)
        assert (await ada.event(room, shown))["type"] == "m.room.encrypted"
        await ada.client.sync(timeout=0, full_state=True)
        opened = (await ada.client.room_messages(room, "", limit=5)).chunk
        content = next(event for event in opened if event.event_id == shown).source["content"]
        assert content["body"] == "Ukiyo-e"
        file = content["file"]
        sealed = bytes((await ada.client.download(file["url"])).body)
        assert b"painted" not in sealed
        opened_picture = nio.crypto.decrypt_attachment(sealed, file["key"]["k"], file["hashes"]["sha256"], file["iv"])
        assert opened_picture == b"painted"
        again = await ada.say(room, {**content, "filename": "cat.jpg", "body": "!style ink"})
        back = await studio.told(again)
        assert back.text == "!style ink"
        assert await studio.adapter.fetch(back.pictures[0]) == b"painted"
