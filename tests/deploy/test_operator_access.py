"""Who may look at the operator's page: this machine, or whoever knows the token; and no stranger's web site."""

import logging
import time
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path

import aiohttp
import pytest

from deploy.operator.door import PASS
from tests.deploy.operator_room import Room, open_room, visiting

TOKEN = "correct horse battery staple"  # not one that opens anything
GUARDED = ("/operator", "/operator/now", "/operator/packs/invert")


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[Room]:
    async with open_room(tmp_path) as room:
        yield room


@pytest.fixture
async def locked(tmp_path: Path) -> AsyncIterator[Room]:
    async with open_room(tmp_path, token=TOKEN, listen="0.0.0.0:0") as room:
        yield room


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with visiting() as session:
        yield session


async def enter(http: aiohttp.ClientSession, room: Room, token: str, **headers: str) -> aiohttp.ClientResponse:
    sent = {"Origin": room.url, **headers}
    form = {"token": token}
    async with http.post(f"{room.url}/operator/enter", data=form, headers=sent, allow_redirects=False) as answer:
        await answer.read()
        return answer


async def status(http: aiohttp.ClientSession, url: str, **headers: str) -> int:
    async with http.get(url, headers=headers) as answer:
        return answer.status


async def test_on_this_machine_no_token_is_asked_for(alone: Room, http: aiohttp.ClientSession) -> None:
    assert [await status(http, alone.url + path) for path in GUARDED] == [200, 200, 200]


async def test_a_rebound_name_or_a_proxy_is_not_this_machine(alone: Room, http: aiohttp.ClientSession) -> None:
    for path in (*GUARDED, "/operator/static/operator.js"):
        assert await status(http, alone.url + path, Host="evil.example") == 403
        assert await status(http, alone.url + path, **{"X-Forwarded-For": "203.0.113.9"}) == 403


@pytest.mark.parametrize(("listen", "names"), [("0.0.0.0:8080", ()), ("127.0.0.1:8080", ("atelier.example",))])
async def test_where_strangers_could_come_there_is_no_page_without_a_token(
    tmp_path: Path, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture, listen: str, names: tuple[str, ...]
) -> None:
    with caplog.at_level(logging.INFO):
        async with open_room(tmp_path, listen=listen, web_hosts=names) as room:
            assert [await status(http, room.url + path) for path in GUARDED] == [404, 404, 404]
    assert "ATELIER_OPERATOR_TOKEN" in caplog.text


async def test_a_stranger_meets_a_form_and_nothing_else(locked: Room, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{locked.url}/operator") as answer:
        text = await answer.text()
    assert answer.status == 401
    assert 'action="/operator/enter"' in text
    assert "Waiting" not in text
    assert [await status(http, locked.url + path) for path in GUARDED] == [401, 401, 401]
    assert await status(http, f"{locked.url}/operator/static/operator.css") == 200


async def test_the_wrong_token_opens_nothing(
    locked: Room, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    for wrong in ("", "correct", TOKEN + " ", "\ud800", "é"):
        answer = await enter(http, locked, wrong.encode(errors="replace").decode())
        assert answer.status == 401
        assert "Set-Cookie" not in answer.headers
    assert await status(http, f"{locked.url}/operator") == 401
    assert TOKEN not in caplog.text


async def test_the_right_token_opens_it_by_a_cookie_that_scripts_and_other_sites_cannot_use(
    locked: Room, http: aiohttp.ClientSession
) -> None:
    answer = await enter(http, locked, TOKEN)
    assert (answer.status, answer.headers["Location"]) == (303, "/operator")
    cookie = SimpleCookie(answer.headers["Set-Cookie"])[PASS]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/operator")
    assert not cookie["secure"]
    assert TOKEN not in cookie.value
    assert [await status(http, locked.url + path) for path in GUARDED] == [200, 200, 200]
    async with http.post(f"{locked.url}/operator/leave", headers={"Origin": locked.url}) as left:
        assert left.status == 401  # back at the form
    assert await status(http, f"{locked.url}/operator/now") == 401


async def test_by_https_the_cookie_stays_with_https(locked: Room, http: aiohttp.ClientSession) -> None:
    answer = await enter(http, locked, TOKEN, Origin=locked.url.replace("http:", "https:"))
    assert SimpleCookie(answer.headers["Set-Cookie"])[PASS]["secure"]


async def test_a_pass_cannot_be_made_up_prolonged_or_kept_beyond_its_token(tmp_path: Path) -> None:
    async with open_room(tmp_path, token=TOKEN) as room, visiting() as http:
        await enter(http, room, TOKEN)
        kept = next(cookie.value for cookie in http.cookie_jar if cookie.key == PASS)
        until, _, signature = kept.partition(".")
        forged = [f"{int(until) + 9}.{signature}", f"{int(time.time()) - 9}.{signature}", f"{until}.", ".", "x.y"]
        for one in (*forged, f"{until}.{'0' * 64}", f"²{until}.{signature}"):
            async with visiting() as stranger:
                assert await status(stranger, f"{room.url}/operator", Cookie=f"{PASS}={one}") == 401
        async with visiting() as same:
            assert await status(same, f"{room.url}/operator", Cookie=f"{PASS}={kept}") == 200
    async with open_room(tmp_path, token="another") as room, visiting() as http:
        assert await status(http, f"{room.url}/operator", Cookie=f"{PASS}={kept}") == 401


async def test_another_site_cannot_post_here(locked: Room, http: aiohttp.ClientSession) -> None:
    for origin in ("https://evil.example", "null", ""):
        assert (await enter(http, locked, TOKEN, Origin=origin)).status == 403
        async with http.post(f"{locked.url}/operator/leave", headers={"Origin": origin}) as answer:
            assert answer.status == 403


async def test_guessing_ends_after_twenty(locked: Room, http: aiohttp.ClientSession) -> None:
    answers = [await enter(http, locked, str(guess)) for guess in range(21)]
    assert [answer.status for answer in answers] == 20 * [401] + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert (await enter(http, locked, TOKEN)).status == 429


async def test_only_the_small_form_is_read(locked: Room, http: aiohttp.ClientSession) -> None:
    url, headers = f"{locked.url}/operator/enter", {"Origin": locked.url}
    multipart = aiohttp.FormData({"token": TOKEN}, default_to_multipart=True)
    for data in ({"token": "x" * 5000}, multipart, b"{}"):
        async with http.post(url, data=data, headers=headers) as answer:
            assert answer.status == 400


async def test_every_answer_keeps_foreign_scripts_and_frames_out(locked: Room, http: aiohttp.ClientSession) -> None:
    await enter(http, locked, TOKEN)
    for path in (*GUARDED, "/operator/static/operator.css", "/operator/static/no.js", "/operator/packs/nothing"):
        async with http.get(locked.url + path) as answer:
            policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'; script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
    for path in ("/operator/static/..%2fpage.py", "/operator/static/.."):
        assert await status(http, locked.url + path) in (403, 404)
