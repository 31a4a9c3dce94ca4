"""The web chat as people meet it: a real page in a headless Chromium, in front of the real adapter."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, Page, expect

from tests.bots import chromium
from tests.bots.web_chat import Chat, Painter, answer, jpeg, open_chat

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]  # one browser for all

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

_DROP = """
([data, name, event]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
  if (event === "paste") {
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
  } else {
    for (const type of ["dragenter", "dragover", "drop"]) {
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }
  }
}
"""

_CHOOSE_ZEROS = """
([name, byteCount]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(byteCount)], name, { type: "image/jpeg" }));
  const files = document.getElementById("files");
  files.files = transfer.files;
  files.dispatchEvent(new Event("change"));
}
"""


@pytest.fixture
def painter() -> Painter:
    return Painter()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium.browser() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def chat(tmp_path: Path, painter: Painter) -> AsyncIterator[Chat]:
    async with open_chat(tmp_path, painter) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, chat: Chat) -> AsyncIterator[Page]:
    async with chromium.page(browser, chat.url) as opened:
        yield opened


def photo(width: int = 240, height: int = 160) -> bytes:
    return jpeg(Image.linear_gradient("L").resize((width, height)).convert("RGB"))


async def give(page: Page, picture: bytes, *, by: str = "drop", name: str = "lake.jpg") -> None:
    await page.evaluate(_DROP, [base64.b64encode(picture).decode(), name, by])


async def say(page: Page, words: str) -> None:
    await page.get_by_role("combobox").fill(words)
    await page.get_by_role("combobox").press("Enter")


async def downloaded(page: Page) -> tuple[str, Image.Image]:
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Download").last.click()
    download = await started.value
    return download.suggested_filename, Image.open(await download.path())


async def test_drop_a_photo_get_a_picture(page: Page, painter: Painter) -> None:
    await expect(page.get_by_role("heading", name="Your photo, as a painting")).to_be_visible()
    await give(page, photo())
    await expect(page.get_by_role("img", name="lake.jpg")).to_be_visible()
    await say(page, "/style ukiyoe")
    slider = page.get_by_role("slider", name="Compare before and after")
    await expect(slider).to_be_visible()
    await expect(page.get_by_text("made with AI")).to_be_visible()
    name, picture = await downloaded(page)
    assert (name, picture.size) == ("ukiyoe.jpg", (240, 160))
    assert picture.convert("L").getpixel((120, 2)) > 200  # type: ignore[operator]  # black above, in the photo
    assert [message.text for message in painter.messages] == ["/style ukiyoe"]
    await expect(page.get_by_role("heading", name="Your photo, as a painting")).to_be_hidden()


async def test_paste_a_photo_and_press_a_style(page: Page, painter: Painter) -> None:
    await give(page, photo(), by="paste")
    await page.get_by_role("button", name="Starry night").click()
    await expect(page.get_by_role("slider")).to_be_visible()
    assert painter.messages[0].text == "/style starry-night"
    assert len(painter.messages[0].pictures) == 1


async def test_of_two_photos_the_first_can_be_painted_like_the_second(page: Page, painter: Painter, chat: Chat) -> None:
    lake, painting = photo(), photo(200, 300)
    await give(page, lake, name="lake.jpg")
    like = page.get_by_role("button", name="Photo 1 in the style of photo 2")
    await expect(like).to_be_hidden()
    await give(page, painting, name="painting.jpg")
    await give(page, photo(), name="print.jpg")
    await expect(page.get_by_role("button", name="Photo 1 in the styles of the others")).to_be_visible()
    await page.get_by_role("button", name="Remove print.jpg").click()
    await like.click()
    await expect(page.get_by_text("made with AI")).to_be_visible()
    assert painter.messages[0].text == "/like"
    assert [await chat.adapter.fetch(picture) for picture in painter.messages[0].pictures] == [lake, painting]


async def test_one_press_on_the_empty_page_paints_the_sample_photo(page: Page, painter: Painter) -> None:
    await page.get_by_role("group", name="Paint it at once as").get_by_role("button", name="Anime").click()
    await expect(page.get_by_role("slider")).to_be_visible()
    assert painter.messages[0].text == "/style anime"


async def test_what_is_made_of_words_is_compared_with_no_photo(page: Page, painter: Painter) -> None:
    await give(page, photo())
    await say(page, "/style ukiyoe")
    await expect(page.get_by_role("slider")).to_have_count(1)
    await say(page, "/theme misty harbour")
    await page.get_by_role("button", name="In a style").click()
    await expect(page.get_by_role("img", name="the restyled picture")).to_have_count(3)
    await give(page, photo())
    await say(page, "/style anime")
    await expect(page.get_by_role("img", name="the restyled picture")).to_have_count(4)
    await expect(page.get_by_role("slider")).to_have_count(2)
    assert [message.text for message in painter.messages][1:3] == ["/theme misty harbour", "/again key ukiyoe"]


async def test_see_ones_place_in_the_queue_then_the_picture(page: Page, painter: Painter) -> None:
    painter.gate.clear()
    await give(page, photo())
    await say(page, "/style ukiyoe")
    await expect(page.get_by_text("2nd in line, about 4 s")).to_be_visible()
    painter.gate.set()
    await expect(page.get_by_role("slider")).to_be_visible()
    await expect(page.get_by_text("in line")).to_have_count(0)


async def test_several_photos_come_back_as_one_answer(page: Page, painter: Painter) -> None:
    await give(page, photo(), name="one.jpg")
    await give(page, photo(160, 240), name="two.jpg")
    await say(page, "/style ukiyoe")
    await expect(page.get_by_role("slider")).to_have_count(2)
    assert len(painter.messages[0].pictures) == 2


async def test_the_slider_moves_by_the_arrow_keys(page: Page) -> None:
    await give(page, photo())
    await say(page, "/style ukiyoe")
    slider = page.get_by_role("slider")
    await slider.focus()
    await slider.press("ArrowLeft")
    await expect(slider).to_have_value("49")
    assert await page.locator(".compare").evaluate("(frame) => frame.style.getPropertyValue('--at')") == "49%"


async def test_by_keyboard_alone(page: Page, painter: Painter) -> None:
    await page.get_by_role("button", name="Try it with this photo").focus()
    await page.keyboard.press("Enter")
    text = page.get_by_role("combobox")
    await expect(text).to_be_focused()
    await page.keyboard.type("/sty")
    await expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await expect(text).to_have_value("/style ")
    await expect(page.get_by_role("option")).to_have_count(3)
    await page.keyboard.type("star")
    await expect(page.get_by_role("option")).to_have_count(1)
    await expect(text).to_have_attribute("aria-activedescendant", "hint-0")
    await page.keyboard.press("Enter")
    await expect(text).to_have_value("/style starry-night")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("slider")).to_be_visible()
    assert painter.messages[0].text == "/style starry-night"


async def test_hints_stay_for_someone_who_left_the_line_for_a_moment(page: Page) -> None:
    text = page.get_by_role("combobox")
    await text.focus()
    await page.get_by_role("button", name="Try it with this photo").focus()
    await text.focus()
    await page.keyboard.type("/sty")
    await expect(page.get_by_role("option").first).to_be_visible()
    await page.wait_for_timeout(250)  # longer than the list outlives the line
    await expect(page.get_by_role("option").first).to_be_visible()


async def test_a_button_says_its_command_and_shows_its_label(page: Page, painter: Painter) -> None:
    await say(page, "hello")
    await expect(page.get_by_text("You said: hello")).to_be_visible()  # the welcome has such a button, too
    await page.get_by_role("button", name="Anime").click()
    await expect(page.locator(".me").last).to_have_text("You:Anime")
    await expect(page.get_by_text("You said: /style anime")).to_be_visible()
    assert [message.text for message in painter.messages] == ["hello", "/style anime"]


async def test_markup_is_shown_and_not_run(page: Page) -> None:
    nasty = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
    await give(page, photo(), name=nasty)
    await say(page, nasty)
    await expect(page.locator(".me .words")).to_have_text(nasty)
    await expect(page.get_by_role("slider")).to_be_visible()
    await say(page, nasty)
    await expect(page.get_by_text(f"You said: {nasty}")).to_be_visible()
    assert await page.title() == "Atelier"


async def test_empty_and_too_large_files_are_answered_at_once(page: Page, painter: Painter) -> None:
    await give(page, b"", name="nothing.jpg")
    await expect(page.get_by_role("alert").first).to_have_text("“nothing.jpg” is empty.")
    await page.evaluate(_CHOOSE_ZEROS, ["huge.jpg", 20 * 1024 * 1024 + 1])
    await expect(page.get_by_role("alert").first).to_contain_text("at most 20 MB")
    await say(page, "/queue")
    await expect(page.get_by_text("You said: /queue")).to_be_visible()
    assert painter.messages[0].pictures == ()


async def test_a_reload_keeps_the_conversation_and_the_pending_answer(page: Page, painter: Painter) -> None:
    painter.gate.clear()
    await give(page, photo())
    await say(page, "/style ukiyoe")
    await expect(page.get_by_text("2nd in line, about 4 s")).to_be_visible()
    await page.reload()
    await expect(page.locator(".me .words")).to_have_text("/style ukiyoe")
    painter.gate.set()
    await expect(page.get_by_role("slider")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("slider")).to_have_count(1)
    assert len(painter.messages) == 1


async def test_what_is_said_while_the_server_is_away_arrives_once(page: Page, chat: Chat, painter: Painter) -> None:
    await say(page, "first")
    await expect(page.get_by_text("You said: first")).to_be_visible()
    await chat.stop()
    await expect(page.get_by_role("status").first).to_contain_text("Offline")
    await give(page, photo())
    await say(page, "/style ukiyoe")
    await expect(page.get_by_text("sending…")).to_be_visible()
    await chat.restart()
    await expect(page.get_by_role("slider")).to_be_visible()
    await expect(page.get_by_text("sending…")).to_have_count(0)
    assert [message.text for message in painter.messages] == ["first", "/style ukiyoe"]


async def test_an_answer_that_is_shown_again_appears_once(page: Page, chat: Chat, painter: Painter) -> None:
    await give(page, photo())
    await say(page, "/style ukiyoe")
    await expect(page.get_by_role("slider")).to_be_visible()
    (message,) = painter.messages
    await asyncio.wait_for(chat.adapter.show(message.address, answer(photo()), message.id), 5)
    await expect(page.get_by_role("slider")).to_have_count(1)


async def test_a_second_tab_takes_over_and_the_first_can_take_it_back(page: Page, chat: Chat) -> None:
    second = await page.context.new_page()
    await second.goto(chat.url)
    await expect(page.get_by_role("status").first).to_contain_text("another tab")
    await say(second, "over here")
    await expect(second.get_by_text("You said: over here")).to_be_visible()
    await page.get_by_role("button", name="Use it here").click()
    await expect(page.get_by_text("You said: over here")).to_be_visible()
    await expect(second.get_by_role("status").first).to_contain_text("another tab")
    await say(page, "back again")
    await expect(page.get_by_text("You said: back again")).to_be_visible()


async def test_clear_forgets_the_chat_in_this_browser(page: Page) -> None:
    await say(page, "hello")
    await expect(page.get_by_text("You said: hello")).to_be_visible()
    page.once("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await page.get_by_role("button", name="Clear").click()
    await expect(page.locator(".entry")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_role("heading", name="Your photo, as a painting")).to_be_visible()


async def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Browser, chat: Chat) -> None:
    async with chromium.page(browser, chat.url, **PHONE) as page:
        await page.get_by_role("button", name="Try it with this photo").tap()
        await page.get_by_role("group", name="Styles").get_by_role("button", name="Ukiyo-e").tap()
        await expect(page.get_by_role("slider")).to_be_visible()
        await say(page, "a word that is long " + "w" * 300)
        await expect(page.get_by_text("You said")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") == 390
        assert await page.locator("#scroll").evaluate("(node) => node.scrollWidth") == 390
        await expect(page.get_by_role("button", name="Send")).to_be_in_viewport()


async def test_in_chinese_for_a_chinese_browser(browser: Browser, chat: Chat, painter: Painter) -> None:
    async with chromium.page(browser, chat.url, locale="zh-CN") as page:
        await expect(page.get_by_role("heading", name="把照片变成画")).to_be_visible()
        await page.get_by_role("combobox").fill("/")
        await expect(page.get_by_role("option").first).to_contain_text("/style")
        await say(page, "你好")
        await expect(page.get_by_text("You said: 你好")).to_be_visible()
    assert painter.messages[0].person.language == "zh-cn"


async def test_every_control_has_a_name_for_a_screen_reader(page: Page) -> None:
    await give(page, photo())
    await say(page, "/style ukiyoe")
    await expect(page.get_by_role("slider")).to_be_visible()
    await give(page, photo())
    nameless = await page.evaluate("""() => [...document.querySelectorAll("button, input, a, img, [role]")]
        .filter((node) => node.checkVisibility() && !node.closest("[aria-hidden]") && !(node.textContent.trim()
          || node.getAttribute("aria-label") || node.hasAttribute("alt") || node.labels?.length
          || ["status", "alert"].includes(node.role))).map((node) => node.outerHTML)""")
    assert nameless == []
    await expect(page.get_by_role("log", name="Conversation")).to_have_attribute("aria-live", "polite")


async def test_the_token_is_asked_for_once(browser: Browser, tmp_path: Path, painter: Painter) -> None:
    async with (
        open_chat(tmp_path, painter, token="sesame") as chat,
        chromium.page(browser, chat.url) as page,
    ):
        token = page.get_by_label("Access token")
        await token.fill("nope")
        await token.press("Enter")
        await expect(page.get_by_text("That is not the token.")).to_be_visible()
        await token.fill("sesame")
        await token.press("Enter")
        await expect(token).to_be_hidden()  # until then nobody can write behind it
        await say(page, "hello")
        await expect(page.get_by_text("You said: hello")).to_be_visible()
        await page.reload()
        await say(page, "again")
        await expect(page.get_by_text("You said: again")).to_be_visible()
        assert "sesame" not in page.url
