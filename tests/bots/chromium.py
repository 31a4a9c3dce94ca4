"""A real headless Chromium, where the machine has one."""

import contextlib
import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE_MS = 20_000  # of a machine that does much else at the same time
expect.set_options(timeout=_PATIENCE_MS)
_NAMES = ("chromium", "chromium-browser", "google-chrome")


def executable() -> str:
    """The path of an installed Chromium; skips the test where there is none."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("needs Chromium (on Debian: apt-get install chromium)")
    return found


@contextlib.asynccontextmanager
async def browser(*arguments: str) -> AsyncIterator[Browser]:
    """A browser with a fresh profile; each page of ``page`` is a stranger to the others."""
    path = executable()
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=path, headless=True, args=[*_ARGUMENTS, *arguments])
        try:
            yield started
        finally:
            await started.close()


@contextlib.asynccontextmanager
async def page(browser: Browser, url: str, **options: Any) -> AsyncIterator[Page]:
    """A page open at ``url``; fails at the end if it complained or anything was blocked.

    ``options`` are Playwright's for a context (viewport, locale, color_scheme…).
    """
    complaints: list[str] = []
    context = await browser.new_context(**options)
    try:
        opened = await context.new_page()
        opened.set_default_timeout(_PATIENCE_MS)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("console", lambda said: complaints.append(said.text) if _matters(said.type, said.text) else None)
        await opened.goto(url)
        yield opened
    finally:
        await context.close()
    assert complaints == []


def _matters(kind: str, text: str) -> bool:
    """Lost connections and refusals are part of the stories told here; anything else that is red is not."""
    expected = ("net::ERR", "WebSocket connection", "Failed to load resource")
    return kind in ("error", "warning") and not any(words in text for words in expected)
