"""The page in headless Chromium, as a reader has it: a file on disk, opened without a network."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""The browser of the distribution."""
FLAGS = (
    *("--disable-gpu", "--no-first-run", "--disable-sync", "--disable-quic"),
    *("--disable-background-networking", "--disable-component-update"),
)


@contextmanager
def browser() -> Iterator[Browser]:
    """Headless Chromium."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # as root, Chromium refuses its own sandbox
    with sync_playwright() as playwright:
        flags = [*FLAGS, *(["--no-sandbox"] if root else [])]
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield started
        started.close()


class Opened:
    """The page in a window of some size, with all that the browser complained about."""

    def __init__(self, started: Browser, path: Path, width: int = 1280, height: int = 900) -> None:
        self.context = started.new_context(viewport={"width": width, "height": height}, offline=True)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(request.url))
        self.page.goto(path.as_uri())
        self.settle()

    def settle(self) -> None:
        """Wait until what was asked for is drawn."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def table(self, body: str) -> dict[str, list[str]]:
        """The rows of a table by their headings."""
        rows = self.page.locator(f"#{body} tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
        )
        return {row[0]: row[1:] for row in rows}

    def drop(self, *paths: Path) -> None:
        """Drop files on the page, as from a file manager."""
        files = [[path.name, path.read_text(encoding="utf-8")] for path in paths]
        self.page.evaluate(
            """async files => {
                const transfer = new DataTransfer();
                for (const [name, text] of files) transfer.items.add(new File([text], name));
                for (const kind of ["dragover", "drop"])
                    document.body.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true}));
            }""",
            files,
        )
        expect(self.page.locator("#file-status")).not_to_be_empty()
        self.settle()
