"""The web chat on a real socket: what a page may do, what a stranger may not, and what arrives in the end."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest
from aiohttp import WSMsgType

from bots.adapter import SendFailed
from bots.message import Address, Answer, Button, Person, Photo, Picture, Text
from bots.web.spool import LIMIT_BYTES
from tests.bots.web_chat import Chat, Painter, Recorder, Visitor, acknowledge, answer, hear, open_chat, visitor

MESSAGE_ID = "0b9f0c4e-1"


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
async def chat(tmp_path: Path, recorder: Recorder) -> AsyncIterator[Chat]:
    async with open_chat(tmp_path, recorder) as opened:
        yield opened


@pytest.fixture
async def ada(chat: Chat) -> AsyncIterator[Visitor]:
    async with visitor(chat) as opened:
        await opened.enter()
        yield opened


def message(text: str, *pictures: str, name: str = MESSAGE_ID) -> dict[str, object]:
    return {"type": "message", "id": name, "text": text, "pictures": list(pictures)}


async def closed(socket: aiohttp.ClientWebSocketResponse) -> int | None:
    """The code with which the server closes."""
    while (await socket.receive(timeout=5)).type not in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING):
        pass
    return socket.close_code


async def until(condition: Callable[[], object]) -> None:
    """Wait for it to become true; the test's time limit is the bound."""
    while not condition():
        await asyncio.sleep(0.01)


class TestAMessage:
    async def test_is_recorded_before_it_is_acknowledged(self, ada: Visitor, recorder: Recorder) -> None:
        status, upload = await ada.upload(b"picture bytes")
        async with ada.socket("zh-CN") as socket:
            await socket.send_json(message(" /style ukiyoe ", upload["ref"]))
            assert (await hear(socket, "received"))["id"] == MESSAGE_ID
        assert status == 201
        (recorded,) = recorder.messages
        assert (recorded.platform, recorded.id, recorded.text) == ("web", MESSAGE_ID, "/style ukiyoe")
        assert (recorded.private, recorded.person.language) == (True, "zh-cn")
        assert recorded.pictures == (Picture(upload["ref"], byte_count=13),)

    async def test_is_recorded_once_when_it_is_sent_again(self, ada: Visitor, recorder: Recorder) -> None:
        for _ in range(2):
            async with ada.socket() as socket:
                await socket.send_json(message("/styles"))
                await hear(socket, "received")
        assert (recorder.deliveries, len(recorder.messages)) == (2, 1)

    async def test_is_not_acknowledged_when_recording_fails(
        self, ada: Visitor, recorder: Recorder, caplog: pytest.LogCaptureFixture
    ) -> None:
        recorder.broken = True
        async with ada.socket() as socket:
            await hear(socket, "welcome")
            await socket.send_json(message("/styles"))
            said = await socket.receive(timeout=5)
        assert (said.type, socket.close_code) == (WSMsgType.CLOSE, 1011)
        assert "no space left on device" in caplog.text

    async def test_naming_a_picture_that_is_gone_is_refused(self, ada: Visitor, recorder: Recorder) -> None:
        async with ada.socket() as socket:
            await socket.send_json(message("/style ukiyoe", "0" * 32 + "-" + "0" * 32))
            assert await hear(socket, "refused") == {"type": "refused", "id": MESSAGE_ID, "code": "picture_gone"}
        assert recorder.messages == []

    async def test_may_not_name_somebody_elses_picture(self, chat: Chat, ada: Visitor, recorder: Recorder) -> None:
        _, upload = await ada.upload(b"private")
        async with visitor(chat) as eve:
            await eve.enter()
            async with eve.socket() as socket:
                for ref in (upload["ref"], "../ledger.sqlite3"):
                    await socket.send_json(message("/style ukiyoe", ref))
                    assert (await hear(socket, "refused"))["code"] == "picture_gone"
        assert recorder.messages == []

    async def test_of_two_people_come_from_two_chats(self, chat: Chat, ada: Visitor, recorder: Recorder) -> None:
        async with visitor(chat) as eve:
            await eve.enter()
            for person in (ada, eve):
                async with person.socket() as socket:
                    await socket.send_json(message("/queue", name=f"message-{person is ada}"))
                    await hear(socket, "received")
        first, second = recorder.messages
        assert first.chat != second.chat
        cookies = {cookie.value for person in (ada, eve) for cookie in person.http.cookie_jar}
        assert not any(cookie in repr(recorder.messages) for cookie in cookies if cookie)


class TestAPress:
    async def test_names_what_bears_the_button_and_panels_change_in_its_place(
        self, chat: Chat, ada: Visitor, recorder: Recorder
    ) -> None:
        async with ada.socket() as socket:
            await socket.send_json(message("/settings"))
            address = await first(recorder)
            saying = asyncio.create_task(chat.adapter.say(address, Text("Settings", ((Button("Quiet", "/q"),),))))
            panel = await hear(socket, "say")
            await acknowledge(socket, panel)
            await socket.send_json(message("/q", name="a-press-1") | {"pressed": panel["key"]})
            await hear(socket, "received")
            pressed = recorder.messages[1].pressed
            assert pressed == await saying
            await chat.adapter.change(address, pressed, Text("Settings: quiet", panel=True))
            changed = await hear(socket, "change")
        assert (changed["key"], changed["text"]) == (panel["key"], "Settings: quiet")

    async def test_under_a_result_that_is_deleted_takes_the_pictures_away(
        self, chat: Chat, ada: Visitor, recorder: Recorder
    ) -> None:
        async with ada.socket() as socket:
            await socket.send_json(message("/style ukiyoe"))
            address = await first(recorder)
            shown = asyncio.create_task(chat.adapter.show(address, answer(b"one"), "k1"))
            await acknowledge(socket, await hear(socket, "answer"))
            await chat.adapter.remove(address, await shown)
            assert (await hear(socket, "remove"))["key"] == "k1"


async def test_a_room_is_its_persons_own(chat: Chat, ada: Visitor, recorder: Recorder) -> None:
    async with ada.socket() as socket:
        await socket.send_json(message("/help"))
        address = await first(recorder)
        said = recorder.messages[0]
        assert await chat.adapter.administers(said.person, address)
        assert await chat.adapter.chat_picture(address) is None
        home = chat.adapter.home(address)
        assert home is not None
        await acknowledge(socket, await _said(chat, home, Text("for you alone", whispered=True), socket))


async def _said(chat: Chat, address: Address, text: Text, socket: aiohttp.ClientWebSocketResponse) -> dict[str, object]:
    saying = asyncio.create_task(chat.adapter.say(address, text))
    frame = await hear(socket, "say")
    assert frame["whispered"] == text.whispered
    saying.cancel()
    return frame


class TestTyping:
    async def test_is_helped_with_commands_and_styles(self, ada: Visitor) -> None:
        async with ada.socket() as socket:
            commands = dict((await hear(socket, "welcome"))["commands"])
            assert {"style", "queue", "cancel"} <= commands.keys()
            assert "avatar" not in commands
            await socket.send_json({"type": "suggest", "id": 7, "beginning": "uki"})
            assert await hear(socket, "suggestions") == {
                "type": "suggestions",
                "id": 7,
                "styles": [["ukiyoe", "Ukiyo-e"]],
            }


class TestAnUpload:
    async def test_is_kept_for_its_owner_alone_and_survives_a_restart(self, chat: Chat, ada: Visitor) -> None:
        _, upload = await ada.upload(b"picture bytes")
        await chat.restart()
        assert await chat.adapter.fetch(Picture(upload["ref"])) == b"picture bytes"

    async def test_is_readable_by_nobody_else_on_the_machine(self, ada: Visitor, tmp_path: Path) -> None:
        await ada.upload(b"picture bytes")
        (file,) = (tmp_path / "uploads").iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700

    async def test_too_large_is_refused_from_its_announced_length(self, ada: Visitor, tmp_path: Path) -> None:
        status, body = await ada.upload(bytes(LIMIT_BYTES + 1))
        assert (status, body["error"]["code"]) == (413, "too_large")
        assert "20 MB" in body["error"]["message"]
        assert not (tmp_path / "uploads").exists()

    async def test_too_large_is_refused_while_it_comes_and_leaves_nothing(self, ada: Visitor, tmp_path: Path) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(LIMIT_BYTES // (1 << 20) + 1):
                yield bytes(1 << 20)

        status, body = await ada.upload(chunks())
        assert (status, body["error"]["code"]) == (413, "too_large")
        assert list((tmp_path / "uploads").iterdir()) == []

    async def test_cut_off_leaves_nothing(self, ada: Visitor, tmp_path: Path) -> None:
        arriving = asyncio.Event()

        async def chunks() -> AsyncIterator[bytes]:
            yield bytes(1000)
            arriving.set()
            await asyncio.sleep(60)

        task = asyncio.create_task(ada.upload(chunks()))
        await arriving.wait()
        folder = tmp_path / "uploads"
        await until(lambda: folder.exists() and len(list(folder.iterdir())) == 1)
        task.cancel()
        await until(lambda: not list(folder.iterdir()))

    async def test_that_is_gone_is_said_without_a_path(self, chat: Chat, tmp_path: Path) -> None:
        for ref in ("0" * 32 + "-" + "0" * 32, "../../etc/passwd"):
            with pytest.raises(SendFailed) as refusal:
                await chat.adapter.fetch(Picture(ref))
            assert str(tmp_path) not in str(refusal.value)


class TestAnAnswer:
    async def test_waits_for_the_page_to_have_it(self, chat: Chat, ada: Visitor, recorder: Recorder) -> None:
        async with ada.socket() as socket:
            await socket.send_json(message("/style ukiyoe"))
            await hear(socket, "received")
            shown = asyncio.create_task(chat.adapter.show(recorder.messages[0].address, answer(b"one", b"two"), "k1"))
            frame = await hear(socket, "answer")
            assert (frame["to"], frame["caption"]) == (MESSAGE_ID, "Ukiyo-e · made with AI")
            assert frame["buttons"] == [[{"label": "Stronger", "command": "/style ukiyoe 90%"}]]
            assert [photo["name"] for photo in frame["photos"]] == ["ukiyoe.jpg"] * 2
            paths = [f"/chat/answers/{frame['handle']}/{index}" for index in range(3)]
            assert [await ada.get(path) for path in paths[:2]] == [(200, b"one"), (200, b"two")]
            assert (await ada.get(paths[2]))[0] == 404
            assert not shown.done()
            await acknowledge(socket, frame)
            await shown
            assert (await ada.get(paths[0]))[0] == 404

    async def test_tells_what_moves_and_which_uploads_it_was_made_of(
        self, chat: Chat, ada: Visitor, recorder: Recorder
    ) -> None:
        _, upload = await ada.upload(b"GIF89a and so on")
        async with ada.socket() as socket:
            await socket.send_json(message("/style ukiyoe", upload["ref"]))
            address = await first(recorder)
            assert recorder.messages[0].pictures[0].media_type == "image/gif"
            photo = Photo(b"GIF89a", "image/gif", "ukiyoe.gif", 64, 48, animated=True)
            moving = Answer((photo,), as_file=True, before=recorder.messages[0].pictures)
            shown = asyncio.create_task(chat.adapter.show(address, moving, "k1"))
            frame = await hear(socket, "answer")
            await acknowledge(socket, frame)
            await shown
        told = {"name": "ukiyoe.gif", "width": 64, "height": 48, "animated": True, "before": upload["ref"]}
        assert (frame["file"], frame["photos"]) == (True, [told])

    async def test_is_for_its_own_session_alone(self, chat: Chat, ada: Visitor, recorder: Recorder) -> None:
        async with ada.socket() as socket, visitor(chat) as eve:
            await eve.enter()
            await socket.send_json(message("/style ukiyoe"))
            await hear(socket, "received")
            shown = asyncio.create_task(chat.adapter.show(recorder.messages[0].address, answer(b"one"), "k1"))
            frame = await hear(socket, "answer")
            assert (await eve.get(f"/chat/answers/{frame['handle']}/0"))[0] == 404
            await acknowledge(socket, frame)
            await shown

    async def test_waits_for_somebody_who_left_and_comes_in_order(
        self, chat: Chat, ada: Visitor, recorder: Recorder
    ) -> None:
        async with ada.socket() as socket:
            await socket.send_json(message("/style ukiyoe"))
            await hear(socket, "received")
        address = recorder.messages[0].address
        await asyncio.sleep(0.05)  # until the server has noticed that she left
        sent = await chat.adapter.say(address, Text("one moment"))
        await chat.adapter.change(address, sent, Text("nearly", ((Button("Stop", "/cancel"),),)))
        shown = asyncio.create_task(chat.adapter.show(address, answer(b"one"), "k1"))
        for _ in range(2):  # a page that takes no notice gets it again
            async with ada.socket() as socket:
                words, pictures = await hear(socket, "say"), await hear(socket, "answer")
        assert (words["text"], words["buttons"]) == ("nearly", [[{"label": "Stop", "command": "/cancel"}]])
        async with ada.socket() as socket:
            await acknowledge(socket, pictures)
            await shown

    async def test_is_repeated_under_the_same_key_after_a_restart(
        self, chat: Chat, ada: Visitor, recorder: Recorder
    ) -> None:
        async with ada.socket() as socket:
            await socket.send_json(message("/style ukiyoe"))
            shown = asyncio.create_task(chat.adapter.show(await first(recorder), answer(b"one"), "k1"))
            before = await hear(socket, "answer")
        shown.cancel()
        await asyncio.gather(shown, return_exceptions=True)
        await chat.restart()
        shown = asyncio.create_task(chat.adapter.show(await first(recorder), answer(b"one"), "k1"))
        async with ada.socket() as socket:
            after = await hear(socket, "answer")
            assert after["key"] == before["key"] == "k1"
            await acknowledge(socket, after)
            await shown

    async def test_is_given_up_when_nobody_comes_back(self, tmp_path: Path, recorder: Recorder) -> None:
        address = {"chat": "f" * 32, "message": MESSAGE_ID}
        async with open_chat(tmp_path, recorder, patience_s=0.05) as chat:
            with pytest.raises(SendFailed, match="did not come back"):
                await chat.adapter.show(address, answer(b"one"), "k1")

    async def test_is_refused_when_too_many_wait_for_one_person(self, chat: Chat) -> None:
        address = {"chat": "f" * 32, "message": MESSAGE_ID}
        waiting = [
            asyncio.create_task(chat.adapter.show(address, answer(b"one"), f"k{number}")) for number in range(20)
        ]
        await asyncio.sleep(0)
        with pytest.raises(SendFailed, match="too many"):
            await chat.adapter.show(address, answer(b"one"), "k20")
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def test_from_photo_to_negative_by_the_whole_way(self, tmp_path: Path) -> None:
        sample = Path("bots/web/static/sample.jpg")
        photo = (Path(__file__).parents[2] / sample).read_bytes()
        painter = Painter()
        async with open_chat(tmp_path, painter) as chat, visitor(chat) as ada:
            await ada.enter()
            _, upload = await ada.upload(photo)
            async with ada.socket() as socket:
                await socket.send_json(message("/style ukiyoe", upload["ref"]))
                await hear(socket, "busy")
                progress = await hear(socket, "say")
                await acknowledge(socket, progress)
                assert (await hear(socket, "change"))["key"] == progress["key"]
                assert (await hear(socket, "remove"))["key"] == progress["key"]
                frame = await hear(socket, "answer")
                _, picture = await ada.get(f"/chat/answers/{frame['handle']}/0")
                await acknowledge(socket, frame)
                await until(lambda: painter.delivered == [MESSAGE_ID])
        assert picture.startswith(b"\xff\xd8")
        assert picture != photo


async def first(recorder: Recorder) -> dict[str, str | int | bool | None]:
    """The address of the first message, as soon as it is recorded."""
    await until(lambda: recorder.messages)
    return dict(recorder.messages[0].address)


class TestWords:
    async def test_are_acknowledged_by_the_page_or_kept_for_later(
        self, chat: Chat, ada: Visitor, recorder: Recorder
    ) -> None:
        async with ada.socket() as socket:
            await socket.send_json(message("/queue"))
            address = await first(recorder)
            saying = asyncio.create_task(chat.adapter.say(address, Text("nothing waits")))
            frame = await hear(socket, "say")
            await asyncio.sleep(0.02)
            assert not saying.done()
            await acknowledge(socket, frame)
            assert await saying == frame["key"]
        async with ada.socket() as socket:
            await socket.send_json(message("/queue", name="another-message"))
            assert (await hear(socket, "received"))["id"] == "another-message"

    async def test_taken_back_while_away_are_not_said(self, chat: Chat, ada: Visitor, recorder: Recorder) -> None:
        async with ada.socket() as socket:
            await socket.send_json(message("/queue"))
            address = await first(recorder)
        await asyncio.sleep(0.05)  # until the server has noticed that she left
        sent = await chat.adapter.say(address, Text("2nd in line"))
        await chat.adapter.remove(address, sent)
        async with ada.socket() as socket:
            frame = await socket.receive_json(timeout=5)
            assert (frame["type"], frame["key"]) == ("remove", sent)

    async def test_of_an_avatar_there_is_nothing_to_take(self, chat: Chat) -> None:
        assert await chat.adapter.avatar(Person("ada", "guest"), {"chat": "ada", "message": MESSAGE_ID}) is None


class TestASecondTab:
    async def test_takes_the_chat_over(self, ada: Visitor) -> None:
        async with ada.socket() as older, ada.socket() as newer:
            assert await closed(older) == 4001
            await newer.send_json(message("/help"))
            assert (await hear(newer, "received"))["id"] == MESSAGE_ID


class TestJunk:
    @pytest.mark.parametrize(
        ("junk", "code"),
        [
            ("{", 1007),
            ("[" * 30_000, 1007),
            ('{"type": "message", "id": "12345678", "text": "\\ud800", "pictures": []}', 1007),
            ("[]", 1008),
            ('{"type": "shutdown"}', 1008),
            ('{"type": ["message"]}', 1008),
            ('{"type": "message"}', 1008),
            ('{"type": "message", "id": "x", "text": "", "pictures": []}', 1008),
            ('{"type": "message", "id": "12345678", "text": 5, "pictures": []}', 1008),
            ('{"type": "message", "id": "12345678", "text": "", "pictures": "abc"}', 1008),
            ('{"type": "message", "id": "12345678", "text": "", "pictures": [], "pressed": "a b"}', 1008),
            ('{"type": "message", "id": "12345678", "text": "", "pictures": [], "pressed": 7}', 1008),
            ('{"type": "ack", "key": "k", "version": true}', 1008),
            (json.dumps(message("x" * 4001)), 1008),
            ("x" * 40_000, 1009),
        ],
    )
    async def test_closes_the_socket_and_nothing_else(
        self, ada: Visitor, recorder: Recorder, junk: str, code: int
    ) -> None:
        async with ada.socket() as socket:
            await socket.send_str(junk)
            assert await closed(socket) == code
        assert recorder.messages == []
        async with ada.socket() as socket:
            await hear(socket, "welcome")

    async def test_in_binary_closes_the_socket(self, ada: Visitor) -> None:
        async with ada.socket() as socket:
            await socket.send_bytes(b"\x00\xff" * 100)
            assert await closed(socket) == 1003

    async def test_in_floods_closes_the_socket(self, ada: Visitor) -> None:
        async with ada.socket() as socket:
            for number in range(300):
                await socket.send_json({"type": "suggest", "id": number, "beginning": "u"})
            assert await closed(socket) == 1008

    async def test_in_the_session_is_refused(self, chat: Chat, ada: Visitor) -> None:
        for body in (b"", b"{", b"[]", b'{"token": 5}', b'{"token": "' + b"x" * 2000 + b'"}'):
            address = f"{chat.url}/chat/session"
            async with ada.http.post(address, data=body, headers={"Origin": chat.url}) as answered:
                assert answered.status == 400


class TestStrangers:
    @pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "http://localhost"])
    async def test_from_another_origin_reach_neither_socket_nor_uploads(self, chat: Chat, origin: str) -> None:
        async with visitor(chat) as ada:
            await ada.enter()
            ada.origin = origin
            assert await ada.enter() == 403
            assert (await ada.upload(b"x"))[0] == 403
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                async with ada.socket():
                    pass
            assert refusal.value.status == 403

    async def test_without_an_origin_are_refused(self, chat: Chat, ada: Visitor) -> None:
        async with ada.http.post(f"{chat.url}/chat/pictures", data=b"x") as answered:
            assert answered.status == 403

    @pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "[::1", ""])
    async def test_under_a_rebound_name_get_nothing(self, chat: Chat, host: str) -> None:
        async with visitor(chat, headers={"Host": host}, origin=f"http://{host}") as eve:
            assert (await eve.get("/"))[0] in (400, 403)
            assert await eve.enter() in (400, 403)

    @pytest.mark.parametrize("host", ["localhost", "[::1]:8080", "LOCALHOST:99", "atelier.example"])
    async def test_under_our_own_names_are_welcome(self, tmp_path: Path, recorder: Recorder, host: str) -> None:
        async with (
            open_chat(tmp_path, recorder, hosts=["atelier.example"]) as chat,
            visitor(chat, headers={"Host": host}, origin=f"http://{host}") as ada,
        ):
            assert (await ada.get("/"))[0] == 200
            assert await ada.enter() == 204

    async def test_without_a_session_get_nothing(self, chat: Chat) -> None:
        async with visitor(chat) as eve:
            assert (await eve.upload(b"x"))[0] == 401
            assert (await eve.get("/chat/answers/abc/0"))[0] == 401
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                async with eve.socket():
                    pass
            assert refusal.value.status == 401

    async def test_get_files_of_the_page_and_no_others(self, chat: Chat, ada: Visitor) -> None:
        assert (await ada.get("/chat/static/main.js"))[0] == 200
        for name in ("..%2Fadapter.py", "%2Fetc%2Fpasswd", ".", "nothing.js", "%00"):
            assert (await ada.get(f"/chat/static/{name}"))[0] == 404

    async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(self, chat: Chat) -> None:
        async with visitor(chat) as ada:
            address = f"{chat.url}/chat/session"
            async with ada.http.post(address, json={}, headers={"Origin": chat.url}) as answered:
                cookie = answered.cookies["atelier_session"]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/chat")
        assert len(cookie.value) == 43

    async def test_scripts_of_others_are_kept_out_by_the_headers(self, chat: Chat, ada: Visitor) -> None:
        for path in ("/", "/chat/static/main.js", "/chat/static/nothing.js"):
            async with ada.http.get(chat.url + path) as answered:
                policy = answered.headers["Content-Security-Policy"]
                assert answered.headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'; script-src 'self'" in policy
            assert "unsafe" not in policy


class TestAToken:
    @pytest.fixture
    async def private(self, tmp_path: Path, recorder: Recorder) -> AsyncIterator[Chat]:
        async with open_chat(tmp_path, recorder, token="sesame-öffne-dich", hosts=["0.0.0.0"]) as chat:
            yield chat

    async def test_is_asked_for_once(self, private: Chat) -> None:
        async with visitor(private) as ada:
            assert await ada.enter() == 401
            assert await ada.enter("nope") == 401
            assert (await ada.upload(b"x"))[0] == 401
            assert await ada.enter("sesame-öffne-dich") == 204
            assert await ada.enter() == 204
            assert (await ada.upload(b"x"))[0] == 201
            await private.restart()
            assert await ada.enter() == 204

    async def test_is_not_in_the_cookies_and_these_open_no_other_session(self, private: Chat) -> None:
        async with visitor(private) as ada, visitor(private) as eve:
            await ada.enter("sesame-öffne-dich")
            cookies = {cookie.key: cookie.value for cookie in ada.http.cookie_jar}
            assert not any("sesame" in value for value in cookies.values())
            eve.headers["Cookie"] = f"atelier_session={'x' * 43}; atelier_pass={cookies['atelier_pass']}"
            assert await eve.enter() == 401

    async def test_cannot_be_guessed_at_will(self, private: Chat) -> None:
        async with visitor(private) as eve:
            statuses = [await eve.enter(f"guess {number}") for number in range(21)]
        assert statuses == [401] * 20 + [429]

    async def test_lets_any_name_do_that_the_server_listens_under(self, private: Chat) -> None:
        async with visitor(private, headers={"Host": "10.0.0.7:8080"}, origin="http://10.0.0.7:8080") as ada:
            assert await ada.enter("sesame-öffne-dich") == 204

    async def test_is_in_no_log(self, private: Chat, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("DEBUG")
        async with visitor(private) as ada:
            await ada.enter("sesame-öffne-dich")
            await ada.enter("nope-not-this")
            cookies = [cookie.value for cookie in ada.http.cookie_jar]
            async with ada.socket() as socket:
                await socket.send_json(message("/help"))
                await hear(socket, "received")
        assert not any(secret in caplog.text for secret in ("sesame", "nope-not-this", *cookies))


async def test_when_it_stops_the_chat_asks_to_come_back_later(tmp_path: Path, recorder: Recorder) -> None:
    async with open_chat(tmp_path, recorder) as chat, visitor(chat) as ada:
        await ada.enter()
        assert chat.adapter is not None
        async with ada.socket() as socket:
            await hear(socket, "welcome")
            await chat.stop_listening()
            assert await closed(socket) == 1012
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            async with ada.socket():
                pass
        assert refusal.value.status == 503
