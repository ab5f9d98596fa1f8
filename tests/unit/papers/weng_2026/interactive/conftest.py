"""The page in a browser, as its own tests open it."""

from unit.report.conftest import chromium
from unit.report.explorer.conftest import opened, written

__all__ = ["chromium", "opened", "written"]
