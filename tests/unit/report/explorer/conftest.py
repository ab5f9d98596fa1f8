"""A JavaScript engine, and the interactive page in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scalinglaws.files import write_text
from scalinglaws.report.explorer.page import page
from unit.report.explorer.javascript_engine import Engine, engine
from unit.report.explorer.opened import Opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def js() -> Iterator[Engine]:
    with engine() as made:
        yield made


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
    found.close()
