"""The page in a browser, as its own tests open it."""

from unit.report.explorer.conftest import chromium, opened, written

__all__ = ["chromium", "opened", "written"]
