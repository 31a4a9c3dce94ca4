"""The whole program behind the page: killed while it paints, started again, and the picture still comes, once."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.bots import chromium
from tests.program import Program


@pytest.mark.browser
@pytest.mark.timeout(120)  # the program starts twice
async def test_a_kill_in_between_costs_nobody_a_picture(tmp_path: Path) -> None:
    async with (
        chromium.browser() as browser,
        Program("run", tmp_path, {}) as program,
        chromium.page(browser, program.url) as page,
    ):
        await page.get_by_role("button", name="Try it with this photo").click()
        await page.get_by_role("combobox").fill("/style ukiyoe")
        await page.get_by_role("combobox").press("Enter")
        await expect(page.locator(".me .words")).to_have_text("/style ukiyoe")
        await program.kill()
        await program.start()
        await expect(page.get_by_role("slider")).to_be_visible(timeout=30_000)
        await page.reload()
        await expect(page.get_by_role("slider")).to_have_count(1)
