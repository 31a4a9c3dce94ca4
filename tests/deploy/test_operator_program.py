"""The operator's page in the whole program: with the service in it, and apart from it."""

import io
from pathlib import Path

import aiohttp

from tests.deploy.operator_room import PHOTO
from tests.program import Program


async def fetch(http: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    async with http.get(url) as answer:
        return answer.status, await answer.text()


async def test_run_and_bot_both_have_a_page_and_each_sees_the_one_service(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("run", "bot")]
    for folder in folders:
        folder.mkdir()
    async with (
        Program("run", folders[0], {}) as run,
        Program("bot", folders[1], {"ATELIER_INFERENCE_URL": run.url, "ATELIER_OPERATOR_TOKEN": "a token"}) as bot,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http,
    ):
        form = aiohttp.FormData({"style": "ukiyoe", "max_side": "64"})
        form.add_field("image", io.BytesIO(PHOTO), filename="x")
        async with http.post(f"{run.url}/v1/stylize", data=form) as answer:
            assert answer.status == 200
        status, page = await fetch(http, f"{run.url}/operator")
        assert status == 200
        assert "1 since the start" in page
        assert "/operator/packs/ukiyoe?v=" in page
        assert 'data-platform="web"' in page
        assert '<span class="on">on</span>' in page
        status, page = await fetch(http, f"{bot.url}/operator")
        assert (status, "Packs" in page) == (401, False)
        door, own = f"{bot.url}/operator/enter", {"Origin": bot.url}
        async with http.post(door, data={"token": "a token"}, headers=own) as answer:
            page = await answer.text()
        assert "0 since the start" in page  # the other program's caller was not ours
        assert "generators loaded" in page
        assert "/operator/packs/ukiyoe?v=" in page
        assert "a token" not in page + bot.printed()
