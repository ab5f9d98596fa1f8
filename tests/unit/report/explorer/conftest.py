"""A JavaScript engine, and the page in a browser."""

from collections.abc import Iterator

import pytest

from unit.report.explorer.javascript_engine import Engine, engine


@pytest.fixture(scope="session")
def js() -> Iterator[Engine]:
    with engine() as made:
        yield made
