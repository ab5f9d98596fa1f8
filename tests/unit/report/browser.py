"""Pages in headless Chromium, as a reader has them: files on disk, opened without a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # tests are collected without it, too
    from playwright.sync_api import Browser, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""The browser of the distribution."""
FLAGS = (
    *("--disable-gpu", "--no-first-run", "--disable-sync", "--disable-quic"),
    *("--disable-background-networking", "--disable-component-update"),
)


@contextmanager
def browser() -> Iterator[Browser]:
    """Headless Chromium; a test is skipped where there is none."""
    playwright_api = pytest.importorskip("playwright.sync_api", reason="the extra `browser` is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: these tests open pages in one")
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # as root, Chromium refuses its own sandbox
    with playwright_api.sync_playwright() as playwright:
        flags = [*FLAGS, *(["--no-sandbox"] if root else [])]
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield started
        started.close()


class Window:
    """A window of some size, which notes all that the browser complains about."""

    def __init__(
        self, started: Browser, width: int = 1280, height: int = 900, *, script: bool = True
    ) -> None:
        self.context = started.new_context(
            viewport={"width": width, "height": height}, offline=True, java_script_enabled=script
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(request.url))

    def open(self, path: Path) -> Page:
        """Open a file."""
        self.page.goto(path.as_uri())
        return self.page

    def close(self) -> None:
        """Close it; there must be no complaint."""
        self.context.close()
        assert self.complaints == []
