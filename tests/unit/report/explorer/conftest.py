"""A JavaScript engine, and the page in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scalinglaws.files import write_text
from scalinglaws.report.explorer.page import page
from unit.report.explorer.browser import CHROMIUM, Opened, browser
from unit.report.explorer.javascript_engine import Engine, engine


@pytest.fixture(scope="session")
def js() -> Iterator[Engine]:
    with engine() as made:
        yield made


@pytest.fixture(scope="module")  # two at once would share an event loop, which Playwright refuses
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: these tests open the page in one")
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.html"
    write_text(path, page())
    return path


@pytest.fixture
def opened(chromium: Browser, written: Path) -> Iterator[Opened]:
    """The page, which must not complain about anything in a test."""
    found = Opened(chromium, written)
    yield found
    found.context.close()
    assert found.complaints == []
