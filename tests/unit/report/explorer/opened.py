"""The interactive page in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from unit.report.browser import Window

if TYPE_CHECKING:
    from playwright.sync_api import Browser


class Opened(Window):
    """The page in a window of some size."""

    def __init__(self, started: Browser, path: Path, width: int = 1280, height: int = 900) -> None:
        super().__init__(started, width, height)
        self.open(path)
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
        self.page.locator("#file-status:not(:empty)").wait_for()
        self.settle()
