"""The operator's page as it is looked at: in a headless Chromium, on a small phone, while jobs run."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from deploy.operator import embedded_sight
from tests.bots import chromium
from tests.deploy.operator_room import open_room, serving, until

pytestmark = pytest.mark.browser

PHONE: dict[str, Any] = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
PICTURES = os.environ.get("SHOTS")  # a folder for pictures of the screen, for whoever wants to look
_HIDE = """
(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}
"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium.browser() as started:
        yield started


async def too_wide(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > innerWidth"))


async def keep(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


async def test_numbers_change_live_on_a_phone_while_jobs_run(browser: Browser, tmp_path: Path) -> None:
    async with (
        serving(tmp_path) as (service, library),
        open_room(tmp_path, embedded_sight(service)) as room,
        chromium.page(browser, f"{room.url}/operator", **PHONE) as page,
    ):
        waiting = page.locator("[data-figure=waiting]")
        await expect(waiting).to_have_text("0")
        library.gate.clear()
        jobs = [room.ask("ash")]
        await until(library.entered.is_set)
        jobs += [room.ask("birch", "telegram:2"), room.ask("birch", "telegram:3")]
        await expect(waiting).to_have_text("2")
        await expect(page.locator("tr[data-style=birch] td").first).to_have_text("2")
        library.gate.set()
        await asyncio.gather(*jobs)
        await expect(waiting).to_have_text("0")
        await expect(page.locator("[data-figure=rate]")).to_have_text("0.05")
        await expect(page.locator("[data-figure=generators]")).to_have_text("2")
        await expect(page.locator(".packs img").first).to_have_js_property("complete", True)
        assert await page.locator(".packs img").first.evaluate("image => image.naturalWidth") > 0
        assert not await too_wide(page)
        await keep(page, "phone")


async def test_a_page_that_nobody_sees_asks_for_nothing(browser: Browser, tmp_path: Path) -> None:
    async with open_room(tmp_path) as room, chromium.page(browser, f"{room.url}/operator", **PHONE) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await until(lambda: len(asked) > 1)
        await page.evaluate(_HIDE, True)
        await asyncio.sleep(0.5)  # what was on its way has come
        asked.clear()
        await asyncio.sleep(4)
        assert asked == []
        await page.evaluate(_HIDE, False)
        await until(lambda: asked)


async def test_by_keyboard_in_the_dark_through_the_door_and_out(browser: Browser, tmp_path: Path) -> None:
    async with (
        open_room(tmp_path, token="a token") as room,
        chromium.page(browser, f"{room.url}/operator", color_scheme="dark", **PHONE) as page,
    ):
        await page.keyboard.type("a tokn")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_have_text("This is not the token.")
        await keep(page, "door")
        await page.get_by_label("token").fill("a token")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Packs")).to_be_visible()
        room.platforms.ended("telegram", "Telegram does not know this token.")
        await expect(page.locator("[data-platform=telegram]")).to_contain_text("does not know this token")
        assert not await too_wide(page)
        await keep(page, "dark")
        await page.get_by_role("button", name="Leave").click()
        await expect(page.get_by_label("token")).to_be_visible()
        assert not await too_wide(page)


async def test_when_the_pass_is_over_or_the_program_stops_the_page_says_so(browser: Browser, tmp_path: Path) -> None:
    async with (
        open_room(tmp_path, token="a token") as room,
        chromium.page(browser, f"{room.url}/operator", **PHONE) as page,
    ):
        await page.get_by_label("token").fill("a token")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_have_text("live")
        await page.context.set_offline(True)
        await expect(page.get_by_role("status")).to_have_text("no connection")
        await page.context.set_offline(False)
        await expect(page.get_by_role("status")).to_have_text("live")
        await page.context.clear_cookies()
        await expect(page.get_by_label("token")).to_be_visible()
