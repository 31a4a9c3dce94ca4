"""The page for everybody: by keyboard, by screen reader, enlarged, on small screens, without motion."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, Page, expect

from bots.message import Address, Answer, Button, Message, Photo, Text
from tests.bots import chromium
from tests.bots.web_chat import Chat, Painter, Recorder, jpeg, open_chat

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]  # one browser for all

NUMBERS = ((Button("1. Ukiyo-e", "/style ukiyoe"), Button("2. Anime", "/style anime")), (Button("Delete", "/delete"),))


class Host(Painter):
    """Answers words with what a test has prepared for them, None being silence; anything else as the painter does."""

    def __init__(self) -> None:
        super().__init__()
        self.prepared: dict[str, Text | Answer | None] = {}

    def recorded(self, message: Message) -> None:
        if message.text not in self.prepared:
            return super().recorded(message)
        reply = self.prepared[message.text]
        return self.follow(self._reply(message, reply)) if reply else None

    async def _reply(self, message: Message, reply: Text | Answer) -> None:
        if self.adapter is None:
            raise RuntimeError("the host has no adapter to answer by")
        if isinstance(reply, Answer):
            await self.adapter.show(message.address, reply, message.id)
        elif reply.panel and message.pressed:
            await self.adapter.change(message.address, message.pressed, reply)
        else:
            await self.adapter.say(message.address, reply)


@pytest.fixture
def host() -> Host:
    return Host()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium.browser() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def chat(tmp_path: Path, host: Host) -> AsyncIterator[Chat]:
    async with open_chat(tmp_path, host) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, chat: Chat) -> AsyncIterator[Page]:
    async with chromium.page(browser, chat.url) as opened:
        yield opened


def moving(seconds: float = 0.2) -> Photo:
    frames = [Image.new("RGB", (96, 64), colour) for colour in ("navy", "orange", "olive")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=int(seconds * 1000), loop=0)
    return Photo(file.getvalue(), "image/gif", "ukiyoe.gif", 96, 64, animated=True)


def sheet() -> Answer:
    return Answer(
        (Photo(jpeg(Image.new("RGB", (451, 300), "olive")), name="try.jpg", width=451, height=300),), "", NUMBERS
    )


async def say(page: Page, words: str) -> None:
    await page.get_by_role("combobox").fill(words)
    await page.get_by_role("combobox").press("Enter")


async def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and its own best practices."""
    engine = pytest.importorskip("axe_playwright_python.base", reason="needs axe-playwright-python").AXE_SCRIPT
    await page.evaluate(engine)
    found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


async def wider_than_the_screen(page: Page) -> list[str]:
    """What reaches over the edge, but for the rows that scroll by themselves."""
    reaching: list[str] = await page.evaluate("""() => [...document.querySelectorAll("body *")]
        .filter((node) => node.checkVisibility() && !node.closest("#chips, #attached")
          && node.getBoundingClientRect().right > innerWidth + 1).map((node) => node.outerHTML)""")
    return reaching


@pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 1280, "height": 800}},
        {"viewport": {"width": 320, "height": 568}, "color_scheme": "dark", "locale": "zh-CN"},
    ],
    ids=["large and light", "small and dark"],
)
async def test_no_state_of_the_page_shuts_anybody_out(
    browser: Browser, chat: Chat, host: Host, options: dict[str, Any]
) -> None:
    panel = ((Button("Language", "/a"), Button("Styles", "/b")), (Button("Close", "/c"),))
    host.prepared = {
        "/try": sheet(),
        "/settings": Text("Settings", panel),
        "/secret": Text("For you", whispered=True),
        "/file": Answer((moving(),), "as a file", as_file=True),
        "/gif": Answer((moving(),), "it moves"),
    }
    async with chromium.page(browser, chat.url, reduced_motion="reduce", **options) as page:
        await expect(page.locator("#tries button").first).to_be_visible()
        assert await violations(page) == []
        await give_sample(page)
        await page.locator("#chips button").first.click()
        await expect(page.get_by_role("slider")).to_be_visible()
        for words in host.prepared:
            await say(page, words)
        await expect(page.locator(".atelier")).to_have_count(1 + len(host.prepared))
        await page.locator("#hello").evaluate("(node) => { node.hidden = false; }")
        await give_sample(page)
        await page.get_by_role("combobox").fill("/")
        await expect(page.get_by_role("option").first).to_be_visible()
        assert await violations(page) == []
        for width in (320, 360, 390, 430, 640, 820, 1280):  # 640 is also a desktop's page at 200 %
            await page.set_viewport_size({"width": width, "height": 640})
            assert await wider_than_the_screen(page) == []
            await expect(page.locator("#send")).to_be_in_viewport()


async def give_sample(page: Page) -> None:
    await page.locator("#sample").click()
    await expect(page.locator("#attached img")).to_be_visible()


async def test_tab_reaches_everything_in_the_order_of_reading_and_leads_out_again(page: Page, host: Host) -> None:
    host.prepared = {"/try": sheet()}
    await page.locator("#tries button").first.click()
    await expect(page.get_by_role("slider")).to_be_visible()
    await say(page, "/try")
    await expect(page.get_by_role("button", name="2. Anime")).to_be_visible()
    await page.get_by_role("button", name="Clear").focus()
    met = []
    for _ in range(10):
        await page.keyboard.press("Tab")
        met.append(
            await page.evaluate("""() => {
              const node = document.activeElement;
              const ring = getComputedStyle(node.closest(".compare") ?? node);
              const seen = ring.outlineStyle !== "none" || node.id === "text";
              return `${node.getAttribute("aria-label") ?? node.textContent}${seen ? "" : " unseen"}`;
            }""")
        )
    result = ["Compare before and after", "Download ukiyoe.jpg", "Stronger"]
    assert met == [
        *result,
        "1. Ukiyo-e",
        "2. Anime",
        "Delete",
        "Add a photo",
        "Take a photo",
        "Write, or / for commands",
        "Send",
    ]


async def test_whoever_changes_a_panel_by_keyboard_stays_in_it(page: Page, host: Host) -> None:
    open_panel = Text("Label: on", ((Button("Switch", "/switch"), Button("Close", "/close")),))
    host.prepared = {"/settings": open_panel, "/switch": Text("Label: off", open_panel.buttons, panel=True)}
    await say(page, "/settings")
    await page.get_by_role("button", name="Switch").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Label: off")).to_be_visible()
    await expect(page.get_by_text("Label: on")).to_have_count(0)
    await expect(page.get_by_role("button", name="Switch")).to_be_focused()
    await expect(page.locator(".me")).to_have_count(1)  # what only changed the panel needs no line of its own
    assert host.messages[1].text == "/switch"
    await page.reload()
    await expect(page.get_by_text("Label: off")).to_be_visible()


async def test_a_deleted_result_is_gone_with_its_picture_and_the_line_is_at_hand(
    page: Page, chat: Chat, host: Host
) -> None:
    host.prepared = {"/gif": Answer((moving(),), "it moves", ((Button("Delete", "/delete"),),)), "/delete": None}
    await say(page, "/gif")
    await page.get_by_role("button", name="Delete").focus()
    await page.keyboard.press("Enter")
    asked = await _heard(host, "/delete")
    await chat.adapter.remove(asked.address, asked.pressed)
    await expect(page.locator(".atelier")).to_have_count(0)
    await expect(page.locator(".me")).to_have_count(1)
    await expect(page.get_by_role("combobox")).to_be_focused()
    await page.reload()
    await expect(page.locator(".me")).to_have_count(1)
    await expect(page.get_by_role("img", name="the restyled picture")).to_have_count(0)


async def _heard(recorder: Recorder, text: str) -> Message:
    while True:
        for message in recorder.messages:
            if message.text == text:
                return message
        await asyncio.sleep(0.02)


async def test_a_pressed_button_shows_that_it_was_heard(page: Page, host: Host) -> None:
    await page.locator("#tries button").first.click()
    stronger = page.get_by_role("button", name="Stronger")
    host.prepared = {"/style ukiyoe 90%": None}
    await stronger.evaluate("(node) => { node.click(); node.click(); }")
    await expect(stronger).to_have_attribute("aria-busy", "true")
    await _heard(host, "/style ukiyoe 90%")
    assert [message.text for message in host.messages].count("/style ukiyoe 90%") == 1


async def test_a_number_on_the_sheet_is_pressed_and_the_sheet_is_not_compared(page: Page, host: Host) -> None:
    host.prepared = {"/try": sheet()}
    await page.locator("#tries button").first.click()
    await expect(page.get_by_role("slider")).to_be_visible()
    await say(page, "/try")
    await expect(page.get_by_role("img", name="all styles on one sheet")).to_be_visible()
    await page.get_by_role("button", name="2. Anime").click()
    await expect(page.get_by_text("You said: /style anime")).to_be_visible()
    await expect(page.get_by_role("slider")).to_have_count(1)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
async def test_what_moves_can_be_stopped(browser: Browser, chat: Chat, host: Host, motion: Any) -> None:
    host.prepared = {"/gif": Answer((moving(),), "it moves")}
    async with chromium.page(browser, chat.url, reduced_motion=motion) as page:
        await say(page, "/gif")
        frozen = page.locator(".atelier canvas")
        if motion == "no-preference":
            await expect(page.locator(".atelier img.picture")).to_be_visible()
            await page.get_by_role("button", name="Pause").click()
        await expect(frozen).to_be_visible()
        await expect(page.locator(".atelier img.picture")).to_be_hidden()
        await page.get_by_role("button", name="Play").click()
        await expect(frozen).to_have_count(0)
        await expect(page.locator(".atelier img.picture")).to_be_visible()


async def test_a_result_as_a_file_is_a_download_with_its_size(page: Page, host: Host) -> None:
    host.prepared = {"/file": Answer((moving(),), "in full size", as_file=True)}
    await say(page, "/file")
    await expect(page.locator(".file")).to_contain_text("ukiyoe.gif96 × 64 · 1 KB")
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Download ukiyoe.gif").click()
    assert (await started.value).suggested_filename == "ukiyoe.gif"


async def test_a_result_is_compared_with_the_upload_that_it_was_made_of(page: Page, chat: Chat, host: Host) -> None:
    await page.locator("#tries button").first.click()
    await expect(page.get_by_role("slider")).to_have_count(1)
    first = host.messages[0]
    picture = Photo(jpeg(Image.new("RGB", (451, 300), "olive")), name="later.jpg", width=451, height=300)
    home: Address | None = chat.adapter.home(first.address)
    assert home is not None
    await chat.adapter.show(home, Answer((picture,), "a week later", before=first.pictures), "later")
    await expect(page.get_by_role("slider")).to_have_count(2)


async def test_the_page_follows_the_language_that_is_chosen_in_the_chat(page: Page, host: Host) -> None:
    host.prepared = {"/language zh": Text("好的，我们说中文。")}
    await say(page, "/language zh")
    await expect(page.get_by_text("好的")).to_have_attribute("lang", "zh")
    await expect(page.get_by_role("button", name="清空")).to_be_visible()
    await expect(page.locator("html")).to_have_attribute("lang", "zh")
    await page.get_by_role("combobox").fill("/")
    await expect(page.get_by_role("option").first).to_contain_text("重画")
    await page.reload()
    await expect(page.get_by_role("button", name="清空")).to_be_visible()
    await say(page, "/queue")
    assert (await _heard(host, "/queue")).person.language == "zh"
