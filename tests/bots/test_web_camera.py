"""Photos from the camera, with the camera that Chromium pretends to have."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, expect

from bots.message import Picture
from tests.bots import chromium
from tests.bots.web_chat import Chat, Painter, open_chat

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]  # one browser for all


@pytest.fixture
def painter() -> Painter:
    return Painter()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium.browser("--use-fake-device-for-media-stream") as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def chat(tmp_path: Path, painter: Painter) -> AsyncIterator[Chat]:
    async with open_chat(tmp_path, painter) as opened:
        yield opened


async def test_a_photo_is_taken_seen_and_painted(browser: Browser, chat: Chat, painter: Painter) -> None:
    async with chromium.page(browser, chat.url, permissions=["camera"]) as page:
        await page.get_by_role("button", name="Take a photo").click()
        finder = page.locator("#finder")
        await expect(finder).to_be_visible()
        while not await finder.evaluate("(video) => video.videoWidth"):  # polling there would be eval, which is shut
            await asyncio.sleep(0.05)
        await expect(page.get_by_role("button", name="Take the photo")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(finder).to_be_hidden()
        await expect(page.get_by_role("img", name="snapshot.jpg")).to_be_visible()
        assert await finder.evaluate("(node) => node.srcObject") is None  # the camera's light is off
        await page.get_by_role("button", name="Anime").click()
        await expect(page.get_by_role("slider")).to_be_visible()
    (picture,) = painter.messages[0].pictures
    assert picture.media_type == "image/jpeg"
    assert Image.open(io.BytesIO(await chat.adapter.fetch(Picture(picture.ref)))).width >= 320


async def test_whoever_changes_their_mind_closes_the_camera_by_escape(browser: Browser, chat: Chat) -> None:
    async with chromium.page(browser, chat.url, permissions=["camera"]) as page:
        await page.get_by_role("button", name="Take a photo").click()
        await expect(page.locator("#finder")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("#finder")).to_be_hidden()
        await expect(page.get_by_role("button", name="Take a photo")).to_be_focused()
        await expect(page.locator("#attached img")).to_have_count(0)


async def test_a_camera_that_may_not_be_used_is_said_in_a_sentence(browser: Browser, chat: Chat) -> None:
    async with chromium.page(browser, chat.url) as page:
        await page.get_by_role("button", name="Take a photo").click()
        await expect(page.get_by_role("alert").first).to_contain_text("may not use the camera")
        await expect(page.locator("#finder")).to_be_hidden()


async def test_a_phone_opens_its_own_camera(browser: Browser, chat: Chat) -> None:
    async with chromium.page(browser, chat.url, has_touch=True, is_mobile=True) as page:
        async with page.expect_file_chooser() as chosen:
            await page.get_by_role("button", name="Take a photo").tap()
        camera = (await chosen.value).element
        assert await camera.get_attribute("capture") == "environment"
        await (await chosen.value).set_files(Path(__file__).parents[2] / "bots" / "web" / "static" / "sample.jpg")
        await expect(page.get_by_role("img", name="sample.jpg")).to_be_visible()
