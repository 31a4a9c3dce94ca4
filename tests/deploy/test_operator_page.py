"""What the operator's page says is so: of a real service, a real ledger, and an `atelier serve` elsewhere."""

import asyncio
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from aiohttp import web

from deploy.operator import embedded_sight, remote_sight
from deploy.settings import Settings
from inference.client import RemoteService
from inference.errors import ServiceError
from inference.http import application
from inference.job import Result
from tests.deploy.operator_room import GROUP, PERSON, PRIVATE, Room, open_room, serving, until, visiting
from tests.inference.inverting import listening


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words += data.split()


async def fetch(room: Room, path: str = "/operator/now") -> str:
    async with visiting() as http, http.get(room.url + path) as answer:
        assert answer.status == 200
        return await answer.text()


async def read(room: Room, path: str = "/operator/now") -> str:
    """What a person reads, in one line."""
    page = _Words()
    page.feed(await fetch(room, path))
    return " ".join(page.words)


async def reads(room: Room, words: str) -> str:
    """Look again and again, as the page does, until it says so."""
    for _ in range(40):
        if words in (said := await read(room)):
            return said
        await asyncio.sleep(0.25)
    raise AssertionError(f"“{words}” is not in: {said}")


@pytest.fixture
async def light(tmp_path: Path) -> AsyncIterator[Room]:
    async with open_room(tmp_path) as room:
        yield room


async def test_a_busy_service_is_seen_from_queue_to_results(tmp_path: Path) -> None:
    async with serving(tmp_path) as (service, library), open_room(tmp_path, embedded_sight(service)) as room:
        assert "Waiting 0 0 on the device" in await read(room)
        library.gate.clear()
        jobs = [room.ask("ash", "telegram:1")]
        await until(library.entered.is_set)
        jobs += [room.ask("ash", "telegram:2"), room.ask("birch", "telegram:2")]
        said = await reads(room, "Waiting 2 1 on the device")
        assert re.search(r"Oldest ash 1 1 [\d.]+ m?s birch 1 0 [\d.]+ m?s", said)
        jobs += [room.ask("birch", "telegram:2") for _ in range(4)]  # of whom two may wait, and one be decoded
        await until(lambda: any(job.done() for job in jobs))
        gone = room.ask("birch", "telegram:3")
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(ServiceError):
            await room.ask("oak")
        said = await reads(room, "the caller went away 1")
        assert re.search(r"queue full [1-4]", said)
        assert "no such style 1" in said
        library.gate.set()
        results = [one for one in await asyncio.gather(*jobs, return_exceptions=True) if isinstance(one, Result)]
        made = len(results)
        said = await reads(room, f"batches that found theirs loaded {made - 1} of {made}")
        assert "Nobody waits." in said
        assert f"Pictures / s {made / 60:.2f} over the last minute · {made} since the start" in said
        assert "generators loaded 2" in said
        assert "loads, unloads 2, 0" in said
        assert re.search(r"p50 · p95 [\d.]+ m?s · of \d in 15 min", said)
        packs = await read(room, "/operator")
        assert "Packs 2 Tiny ash 1.2.3 CC0-1.0 Tiny birch 1.2.3 CC0-1.0" in packs
        (tmp_path / "packs" / "ash" / "style.toml").write_text("broken")
        await service.rescan()
        assert "Left out:" in await read(room, "/operator")


async def test_groups_have_short_names_that_stay_and_people_have_none(tmp_path: Path) -> None:
    names = []
    for _ in range(2):
        async with open_room(tmp_path) as room:
            page = await fetch(room, "/operator")
            said = await read(room)
        found = re.search(r"telegram group ([A-Z2-7]{5}) 3 3 telegram 1 private chat 1 1", said)
        assert found, said
        names.append(found[1])
        assert "people, chats 1, 2" in said
        for secret in (GROUP, PRIVATE, PERSON, "Ann"):
            assert secret not in page
    assert names[0] == names[1]
    assert (tmp_path / "data" / "operator.key").stat().st_mode & 0o777 == 0o600


async def test_a_group_has_another_name_elsewhere(tmp_path: Path) -> None:
    names = set()
    for folder in ("one", "other"):
        async with open_room(tmp_path / folder) as room:
            names |= set(re.findall(r"group ([A-Z2-7]{5})", await read(room)))
    assert len(names) == 2


async def test_platforms_are_on_off_or_say_why_they_ended(light: Room) -> None:
    light.platforms.began("web")
    light.platforms.began("telegram")
    light.platforms.ended("telegram", "The token is wrong.")
    said = await read(light)
    assert "web on telegram ended: The token is wrong. last spoken on just now matrix off: not set up" in said


async def test_whatever_callers_ask_for_is_shown_as_mere_text(tmp_path: Path) -> None:
    async with serving(tmp_path) as (service, library), open_room(tmp_path, embedded_sight(service)) as room:
        library.gate.clear()
        asked = room.ask("ash,birch")
        await until(library.entered.is_set)
        await reads(room, "Oldest a sheet of 2")
        library.gate.set()
        await asked
        evil = "<img src=x onerror=alert(1)>"
        room.platforms.ended("matrix", evil)
        page = await fetch(room)
        assert evil not in page
        assert "&lt;img src=x" in page


@pytest.mark.parametrize("token", [None, "the service's own"])
async def test_a_service_elsewhere_is_seen_through_its_metrics(tmp_path: Path, token: str | None) -> None:
    async with serving(tmp_path) as (service, _):
        app = application(service, token=token, metrics=service.metrics.text)
        async with listening(app) as url, RemoteService(url, token) as remote:
            settings = Settings.model_validate({"inference_url": url, "inference_token": token})
            async with open_room(tmp_path, remote_sight(remote, settings)) as room:
                assert "generators loaded 1" in await read(room)
                await room.ask("ash")
                said = await reads(room, "batches that found theirs loaded 1 of 1")
                assert "1 since the start" in said
                assert "Tiny ash 1.2.3" in await read(room, "/operator")


@pytest.mark.parametrize(("url", "reason"), [("/", "it answers 404"), ("http://127.0.0.1:9", "it cannot be reached")])
async def test_a_service_that_cannot_be_seen_is_said_and_the_rest_goes_on(
    tmp_path: Path, url: str, reason: str
) -> None:
    async with listening(web.Application()) as elsewhere:
        there = elsewhere if url == "/" else url
        settings = Settings.model_validate({"inference_url": there, "inference_token": "hush"})
        async with RemoteService(there, "hush") as remote, open_room(tmp_path, remote_sight(remote, settings)) as room:
            page = await read(room, "/operator")
    assert f"measures are not visible here: {reason}." in page
    assert "telegram group" in page
    assert "hush" not in page
    assert there not in page
