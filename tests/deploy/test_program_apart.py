"""The service in one process, the bots in another, as on two machines; and starts that are refused."""

import asyncio
import io
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from bots import replies
from tests import hostile
from tests.conftest import photo
from tests.emulators.discord import Asked, DiscordEmulator
from tests.program import ROOT, Program

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE_S = 40
ELSEWHERE = {"ATELIER_INFERENCE_URL": "http://127.0.0.1:9"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def discord() -> AsyncIterator[DiscordEmulator]:
    async with DiscordEmulator() as emulator:
        yield emulator
        assert emulator.violations == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Program]:
    settings = {"ATELIER_INFERENCE_TOKEN": "between-us"}
    async with Program("serve", tmp_path_factory.mktemp("service"), settings) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bots(
    discord: DiscordEmulator, service: Program, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Program]:
    settings = {
        "ATELIER_INFERENCE_URL": service.url,
        "ATELIER_INFERENCE_TOKEN": "between-us",
        "ATELIER_DISCORD_TOKEN": discord.token,
        "ATELIER_DISCORD_API_URL": discord.api_url,
        "ATELIER_DISCORD_GATEWAY_URL": discord.gateway_url,
        "ATELIER_DISCORD_CDN_URL": discord.cdn_url,
    }
    async with Program("bot", tmp_path_factory.mktemp("bots"), settings) as running:
        yield running
        assert await running.stop() == 0
        for secret in (discord.token, "between-us"):
            assert secret not in running.printed()


async def test_a_slash_command_comes_back_restyled_from_the_service_next_door(
    bots: Program, discord: DiscordEmulator
) -> None:
    asked = await discord.slash("style", image=photo("coffee"), style="ukiyoe", strength=80)
    answer = await discord.answer(asked, PATIENCE_S)
    assert Image.open(io.BytesIO(answer.files[0].data)).size == (512, 341)
    assert [choice for _, choice in await discord.autocomplete("style", "uki")] == ["ukiyoe"]


async def _says(discord: DiscordEmulator, asked: Asked, sentence: str) -> None:
    await discord.until(lambda: asked.original is not None and asked.original.content == sentence, PATIENCE_S)


async def test_whatever_strangers_send_gets_its_own_answer(bots: Program, discord: DiscordEmulator) -> None:
    for make, code in hostile.HOSTILE.values():
        asked = await discord.slash("style", image=make(), style="ukiyoe", limit=50 * 2**20)
        await _says(discord, asked, replies.text("en", f"error-{code}"))


async def test_a_button_still_works_after_the_bots_started_anew(bots: Program, discord: DiscordEmulator) -> None:
    message = await discord.post("look", photo("cat"), private=False)
    gallery = await discord.answer(await discord.restyle(message), PATIENCE_S)
    await bots.stop()
    discord.gateway.ready.clear()
    await bots.start()
    answer = await discord.answer(await discord.press(gallery, "/style ukiyoe"), PATIENCE_S)
    assert Image.open(io.BytesIO(answer.files[0].data)).size == (451, 300)


async def test_the_bots_wait_for_a_service_that_starts_anew(
    bots: Program, service: Program, discord: DiscordEmulator
) -> None:
    await service.kill()
    asked = await discord.slash("style", image=photo("cat"), style="ukiyoe")
    await asyncio.sleep(1)
    await service.start()
    assert (await discord.answer(asked, PATIENCE_S)).files


@pytest.mark.parametrize(
    ("command", "settings", "sentence"),
    [
        ("run", {"ATELIER_LISTEN": "0.0.0.0:8080"}, "ATELIER_WEB_TOKEN"),
        ("serve", {"ATELIER_LISTEN": "0.0.0.0:8080"}, "ATELIER_INFERENCE_TOKEN"),
        ("bot", {}, "ATELIER_INFERENCE_URL"),
        (
            "bot",
            {**ELSEWHERE, "ATELIER_DATA": "/proc/here", "ATELIER_LISTEN": "127.0.0.1:0"},
            "/proc/here/ledger.sqlite3 is not usable",
        ),
        (
            "bot",
            {**ELSEWHERE, "ATELIER_LISTEN": "192.0.2.1:8080", "ATELIER_WEB_TOKEN": "t0ken"},
            "cannot listen on 192.0.2.1:8080: Cannot assign requested address.",
        ),
        ("run", {"ATELIER_TELEGRAM_TOKN": "1:x"}, "ATELIER_TELEGRAM_TOKN"),
        (
            "serve",
            {"ATELIER_LISTEN": "127.0.0.1:0", "ATELIER_STYLES": "/nowhere"},
            "ATELIER_STYLES: there is no folder /nowhere.",
        ),
    ],
)
async def test_a_start_that_cannot_be_right_is_refused_in_one_sentence(
    command: str, settings: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    environment = {**os.environ, "ATELIER_DATA": str(tmp_path), **settings}
    refused = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "deploy", command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


async def test_a_token_that_is_turned_away_is_said_and_the_web_chat_goes_on(
    discord: DiscordEmulator, service: Program, tmp_path: Path
) -> None:
    settings = {
        "ATELIER_INFERENCE_URL": service.url,
        "ATELIER_INFERENCE_TOKEN": "between-us",
        "ATELIER_DISCORD_TOKEN": "MTA0.wrong",
        "ATELIER_DISCORD_API_URL": discord.api_url,
        "ATELIER_DISCORD_GATEWAY_URL": discord.gateway_url,
    }
    async with Program("bot", tmp_path, settings) as running:
        async with asyncio.timeout(PATIENCE_S):
            while "discord turned us away" not in running.printed():
                await asyncio.sleep(0.05)
        assert "MTA0.wrong" not in running.printed()
        assert await running.stop() == 0
