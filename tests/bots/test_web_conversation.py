"""The web chat with the real conversation and ledger: what was accepted is answered once, whatever happens between."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, expect

from bots import replies
from bots.conversation import Conversation
from bots.ledger import Ledger
from bots.web import WebAdapter
from inference.job import Job, Result
from inference.service import StyleInfo
from tests.bots import chromium
from tests.bots.blending import Blending, blended
from tests.bots.console import STYLES, Inverting
from tests.bots.web_chat import Chat, acknowledge, hear, jpeg, negative, visitor

SAMPLE = Path(__file__).parents[2] / "bots" / "web" / "static" / "sample.jpg"


class Negatives(Inverting):
    """A service whose results are pictures that a browser shows."""

    def _made(self, job: Job) -> Result:
        return replace(super()._made(job), picture=negative(job.picture), width=451, height=300)

    async def sheet(self, styles: Sequence[str] = ()) -> bytes:
        return jpeg(Image.new("RGB", (451, 300), "olive"))  # of the photo's shape, to be mistaken for a result


@contextlib.asynccontextmanager
async def atelier(data: Path, service: Inverting, port: int = 0) -> AsyncIterator[Chat]:
    """Everything but the networks: run it twice on the same folder and port for a restart."""
    adapter = WebAdapter(spool=data / "uploads")
    async with Ledger(data / "ledger.sqlite3") as ledger, Conversation(service, ledger, [adapter]) as conversation:
        chat = Chat(adapter, conversation, lambda: adapter, port)
        await chat.start()
        try:
            yield chat
        finally:
            await chat.stop()


def message(text: str, *pictures: str) -> dict[str, Any]:
    name = "message" + text.replace("/", "-").replace(" ", "-")
    return {"type": "message", "id": name, "text": text, "pictures": list(pictures)}


async def test_a_photo_comes_back_restyled(tmp_path: Path) -> None:
    photo = await asyncio.to_thread(SAMPLE.read_bytes)
    async with atelier(tmp_path, Negatives()) as chat, visitor(chat) as ada:
        await ada.enter()
        _, upload = await ada.upload(photo)
        async with ada.socket() as socket:
            await socket.send_json(message("/style ukiyoe", upload["ref"]))
            frame = await hear(socket, "answer")
            assert (frame["to"], [one["name"] for one in frame["photos"]]) == ("message-style-ukiyoe", ["ukiyoe.jpg"])
            assert (await ada.get(f"/chat/answers/{frame['handle']}/0"))[1] == negative(photo)
            await acknowledge(socket, frame)


async def test_of_two_photos_the_first_comes_back_in_the_style_of_the_second(tmp_path: Path) -> None:
    photo = await asyncio.to_thread(SAMPLE.read_bytes)
    painting = jpeg(Image.new("RGB", (64, 48), "teal"))
    likeness = StyleInfo("likeness", "1.0.0", {}, "photo+reference", "Apache-2.0")
    service = Negatives(infos=(*STYLES, likeness))
    async with atelier(tmp_path, service) as chat, visitor(chat) as ada:
        await ada.enter()
        uploads = [(await ada.upload(picture))[1]["ref"] for picture in (photo, painting)]
        async with ada.socket() as socket:
            await socket.send_json(message("/like", *uploads))
            frame = await hear(socket, "answer")
            assert [one["before"] for one in frame["photos"]] == uploads[:1]
            await acknowledge(socket, frame)
    (job,) = service.jobs
    assert (job.picture, [reference.picture for reference in job.references]) == (photo, [painting])


async def test_what_was_accepted_is_answered_once_after_a_restart(tmp_path: Path) -> None:
    service = Negatives()
    service.gate.clear()
    async with atelier(tmp_path, service) as chat, visitor(chat) as ada:
        await ada.enter()
        _, upload = await ada.upload(await asyncio.to_thread(SAMPLE.read_bytes))
        async with ada.socket() as socket:
            await socket.send_json(message("/style ukiyoe", upload["ref"]))
            await hear(socket, "received")
        await chat.stop()
        cookies = ada.http.cookie_jar
        ada_again = visitor(chat)
    async with atelier(tmp_path, Negatives(), chat.port) as chat, ada_again as ada:
        ada.http.cookie_jar.update_cookies({cookie.key: cookie.value for cookie in cookies})
        async with ada.socket() as socket:
            # The page sends it again: it may have missed the acknowledgement.
            await socket.send_json(message("/style ukiyoe", upload["ref"]))
            frame = await hear(socket, "answer")
            await acknowledge(socket, frame)
            await socket.send_json(message("/queue"))
            kinds = [(await socket.receive_json(timeout=5))["type"] for _ in range(2)]
        assert "answer" not in kinds


async def test_unknown_styles_and_broken_pictures_get_sentences(tmp_path: Path) -> None:
    async with atelier(tmp_path, Inverting()) as chat, visitor(chat) as ada:
        await ada.enter()
        _, upload = await ada.upload(b"not a picture")
        async with ada.socket("zh-CN") as socket:
            await socket.send_json(message("/style ukyoe", upload["ref"]))
            frame = await hear(socket, "say")
            assert "/style ukiyoe" in [button["command"] for row in frame["buttons"] for button in row]
            await acknowledge(socket, frame)
            await socket.send_json(message("/style ukiyoe", upload["ref"]))
            frame = await hear(socket, "say")
            assert any("\u4e00" <= letter <= "\u9fff" for letter in frame["text"])
            await acknowledge(socket, frame)


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium.browser() as started:
        yield started


@pytest.mark.browser
async def test_a_bare_photo_gets_the_gallery_and_a_press_paints_it(browser: Browser, tmp_path: Path) -> None:
    async with atelier(tmp_path, Negatives()) as chat, chromium.page(browser, chat.url) as page:
        await page.get_by_role("button", name="Try it with this photo").click()
        await expect(page.locator("#attached img")).to_be_visible()
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_text("Which style would you like?")).to_be_visible()
        await expect(page.get_by_role("img", name="all styles on one sheet")).to_be_visible()
        await expect(page.get_by_role("slider")).to_have_count(0)
        await expect(page.get_by_role("link", name="Download")).to_have_count(0)
        await page.locator(".entry").get_by_role("button", name="Starry Night").click()
        await expect(page.get_by_role("slider", name="Compare before and after")).to_be_visible()
        await expect(page.get_by_role("link", name="Download").last).to_have_attribute("download", "starry-night.jpg")


def press(shown: dict[str, Any], label: str) -> dict[str, Any]:
    commands = {button["label"]: button["command"] for row in shown["buttons"] for button in row}
    return {"type": "message", "id": f"press-{label}", "text": commands[label], "pictures": []}


async def test_weaker_is_another_picture_of_the_same_upload(tmp_path: Path) -> None:
    photo = await asyncio.to_thread(SAMPLE.read_bytes)
    service = Blending()
    async with atelier(tmp_path, service) as chat, visitor(chat) as ada:
        await ada.enter()
        _, upload = await ada.upload(photo)
        async with ada.socket() as socket:
            await socket.send_json(message("/style ukiyoe", upload["ref"]))
            shown = await hear(socket, "answer")
            await acknowledge(socket, shown)
            await socket.send_json(press(shown, "Weaker"))
            frame = await hear(socket, "answer")
            assert frame["caption"] == "made with AI · Ukiyo-e · 75 %"
            assert (await ada.get(f"/chat/answers/{frame['handle']}/0"))[1] == blended(service.jobs[1])
            await acknowledge(socket, frame)
    assert blended(service.jobs[0]) != blended(service.jobs[1])


async def test_an_upload_that_is_gone_is_told_and_nobody_else_may_press(tmp_path: Path) -> None:
    photo = await asyncio.to_thread(SAMPLE.read_bytes)
    async with atelier(tmp_path, Blending()) as chat, visitor(chat) as ada, visitor(chat) as eve:
        await ada.enter()
        await eve.enter()
        _, upload = await ada.upload(photo)
        async with ada.socket() as socket, eve.socket() as other:
            await socket.send_json(message("/style ukiyoe", upload["ref"]))
            shown = await hear(socket, "answer")
            await acknowledge(socket, shown)
            (tmp_path / "uploads" / upload["ref"]).unlink()
            for who, said in ((socket, "error-gone"), (other, "again-gone")):
                await who.send_json(press(shown, "Weaker"))
                assert (await hear(who, "say"))["text"] == replies.text("en", said)


@pytest.mark.browser
async def test_on_a_phone_the_buttons_stand_under_the_result(browser: Browser, tmp_path: Path) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    async with atelier(tmp_path, Blending()) as chat, chromium.page(browser, chat.url, **phone) as page:
        await page.get_by_role("button", name="Try it with this photo").tap()
        await page.get_by_role("group", name="Styles").get_by_role("button", name="Ukiyo-e").tap()
        await page.locator(".atelier").get_by_role("button", name="Weaker").tap()
        await expect(page.get_by_text("made with AI · Ukiyo-e · 75 %")).to_be_visible()
        await expect(page.locator(".me").last).to_have_text("You:Weaker")
        await expect(page.get_by_role("slider", name="Compare before and after")).to_have_count(2)
        await page.locator(".atelier").last.get_by_role("button", name="Other style").tap()
        await page.locator(".atelier").last.get_by_role("button", name="Anime").tap()
        await expect(page.get_by_text("made with AI · Anime · 75 %")).to_be_visible()
        await expect(page.get_by_role("slider", name="Compare before and after")).to_have_count(3)
        assert await page.locator("#scroll").evaluate("(node) => node.scrollWidth") == 390
