"""The whole conversation on Discord: a real ledger, a real conversation, a service that inverts bytes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bots import replies
from bots.conversation import Conversation
from bots.conversation.waiting import Pace
from bots.discord import DiscordAdapter, routes
from bots.ledger import Ledger
from tests.bots.console import Inverting, inverted
from tests.emulators.discord import DiscordEmulator, Sent, User

EAGER = Pace(worth_after_s=0.0, worth_eta_s=0.0, change_every_s=0.0, look_every_s=0.01)


@dataclass
class Studio:
    dc: DiscordEmulator
    service: Inverting


@contextlib.asynccontextmanager
async def working(dc: DiscordEmulator, service: Inverting, ledger: Path, pace: Pace = EAGER) -> AsyncIterator[None]:
    """Atelier with Discord alone, from start to stop."""
    adapter = DiscordAdapter(dc.token, api_url=dc.api_url, gateway_url=dc.gateway_url, cdn_url=dc.cdn_url)
    async with Ledger(ledger) as book, Conversation(service, book, [adapter], pace=pace) as conversation:
        dc.gateway.ready.clear()
        running = asyncio.create_task(adapter.run(conversation))
        try:
            yield
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    service = Inverting()
    async with DiscordEmulator() as dc:
        async with working(dc, service, tmp_path / "ledger.sqlite"):
            yield Studio(dc, service)
        assert dc.violations == [], dc.violations


async def test_a_photo_comes_back_restyled(studio: Studio) -> None:
    asked = await studio.dc.slash("style", image=b"photo", style="ukiyoe", strength=70, keep_colours=True)
    shown = await studio.dc.answer(asked)
    assert shown.pictures == [inverted(b"photo")]
    assert shown is asked.original
    (job,) = studio.service.jobs
    assert (job.style, job.options.strength, job.options.keep_colours) == ("ukiyoe", 0.7, True)
    assert asked.waited_s < 1  # recorded on the disk and acknowledged, long before three seconds


async def test_a_menu_leads_to_the_gallery_and_a_press_to_the_picture(studio: Studio) -> None:
    shared = await studio.dc.post("look", b"photo", private=False, tell=False)
    gallery = await studio.dc.answer(await studio.dc.restyle(shared))
    assert gallery.commands[:2] == ["/style ukiyoe", "/style starry-night"]
    pressed = await studio.dc.press(gallery, "/style starry-night")
    assert (await studio.dc.answer(pressed)).pictures == [inverted(b"photo")]
    assert gallery.pictures == [b"contact sheet"]


async def test_ones_avatar_comes_back_restyled(studio: Studio) -> None:
    grace = studio.dc.person_with_avatar(b"face")
    gallery = await studio.dc.answer(await studio.dc.restyle_avatar(of=grace, user=grace))
    pressed = await studio.dc.press(gallery, "/avatar anime", user=grace)
    assert (await studio.dc.answer(pressed)).pictures == [inverted(b"face")]


async def test_an_answer_later_than_a_quarter_of_an_hour(studio: Studio) -> None:
    studio.service.gate.clear()
    asked = await studio.dc.slash("style", image=b"photo", style="ukiyoe")
    await studio.dc.words(asked)  # its place in the queue
    studio.dc.expire(asked)
    studio.service.gate.set()
    shown = await studio.dc.answer(asked)
    assert shown.pictures == [inverted(b"photo")]
    assert shown is not asked.original


async def test_what_is_cancelled_leaves_no_line_behind(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "GRACE_S", 0.0)
    studio.service.gate.clear()
    asked = await studio.dc.slash("style", image=b"photo", style="ukiyoe")
    line = await studio.dc.words(asked)
    cancelling = await studio.dc.slash("cancel")
    assert "one picture" in (await studio.dc.words(cancelling)).content
    await studio.dc.until(lambda: line.deleted)
    studio.service.gate.set()
    assert studio.service.jobs == []


async def test_what_was_accepted_before_a_restart_is_answered_after_it(tmp_path: Path) -> None:
    service, ledger = Inverting(), tmp_path / "ledger.sqlite"
    service.gate.clear()
    async with DiscordEmulator() as dc:
        async with working(dc, service, ledger):
            asked = await dc.slash("style", image=b"photo", style="ukiyoe")
            await dc.words(asked)
        service.gate.set()
        async with working(dc, service, ledger):
            shown = await dc.answer(asked)
        assert shown is asked.original
        assert shown.pictures == [inverted(b"photo")]
        assert len(dc.rest.messages) == 1
        assert dc.violations == [], dc.violations


async def test_an_unknown_style_is_answered_with_the_nearest(studio: Studio) -> None:
    said = await studio.dc.words(await studio.dc.slash("style", image=b"photo", style="ukiyo"))
    assert "ukiyo" in said.content
    assert "/style ukiyoe" in said.commands


async def test_what_is_cancelled_before_any_word_does_not_think_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "GRACE_S", 0.0)
    service = Inverting()
    service.gate.clear()
    async with DiscordEmulator() as dc, working(dc, service, tmp_path / "ledger.sqlite", Pace(60.0, 600.0)):
        asked = await dc.slash("style", image=b"photo", style="ukiyoe")
        await dc.until(lambda: asked.original is not None and asked.original.loading)
        cancelling = await dc.slash("cancel")
        assert "one picture" in (await dc.words(cancelling)).content
        await dc.until(lambda: asked.original is not None and asked.original.deleted)


def button(shown: Sent, words: str) -> str:
    (found,) = [command for command in shown.commands if command.startswith("/again") and command.endswith(words)]
    return found


async def test_the_options_of_the_command_reach_the_service(studio: Studio) -> None:
    wishes: dict[str, Any] = {"match_colours": True, "sharp": True, "faces": False}
    shown = await studio.dc.answer(await studio.dc.slash("style", image=b"photo", style="ukiyoe", **wishes))
    assert shown.content == "made with AI · Ukiyo-e · near your colours · sharper"
    options = studio.service.jobs[0].options
    assert (options.match_colours, options.detail > 0, options.faces) == (True, True, False)


async def test_a_button_under_a_result_changes_it_for_the_one_who_asked(studio: Studio) -> None:
    shown = await studio.dc.answer(await studio.dc.slash("style", image=b"photo", style="ukiyoe"))
    weaker = await studio.dc.answer(await studio.dc.press(shown, button(shown, " 75%")))
    assert (weaker.content, weaker.pictures) == ("made with AI · Ukiyo-e · 75 %", [inverted(b"photo")])
    assert [job.options.strength for job in studio.service.jobs] == [None, 0.75]
    told = await studio.dc.words(await studio.dc.press(weaker, button(weaker, " 50%"), user=User("eve")))
    assert told.content == replies.text("en", "again-gone")
    assert len(studio.service.jobs) == 2


async def test_another_style_for_the_photo_under_whose_result_it_was_asked(studio: Studio) -> None:
    shown = await studio.dc.answer(await studio.dc.slash("style", image=b"photo", style="ukiyoe", strength=50))
    await studio.dc.answer(await studio.dc.slash("style", image=b"another", style="anime"))
    gallery = await studio.dc.answer(await studio.dc.press(shown, shown.commands[-1]))
    other = await studio.dc.answer(await studio.dc.press(gallery, button(gallery, "starry-night")))
    assert (other.content, other.pictures) == ("made with AI · Starry Night · 50 %", [inverted(b"photo")])


async def test_a_photo_whose_address_has_run_out_is_told(studio: Studio) -> None:
    shared = await studio.dc.post("/style ukiyoe", b"photo")
    shown = await studio.dc.answer(shared)
    studio.dc.lose(shared.files[0])
    told = await studio.dc.words(await studio.dc.press(shown, button(shown, " 75%")))
    assert told.content == replies.text("en", "error-gone")


async def test_after_a_restart_the_buttons_still_work(tmp_path: Path) -> None:
    service, ledger = Inverting(), tmp_path / "ledger.sqlite"
    async with DiscordEmulator() as dc:
        async with working(dc, service, ledger):
            shown = await dc.answer(await dc.slash("style", image=b"photo", style="ukiyoe"))
        async with working(dc, service, ledger):
            kept = await dc.answer(await dc.press(shown, button(shown, " keep")))
        assert kept.content == "made with AI · Ukiyo-e · your colours"
        assert dc.violations == [], dc.violations
