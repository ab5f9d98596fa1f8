"""A browser for tests of pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from unit.report.browser import browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")  # two at once would share an event loop, which Playwright refuses
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started
