"""A JavaScript engine without a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from scalinglaws.report.explorer.page import CALCULATION

if TYPE_CHECKING:
    from py_mini_racer import MiniRacer


class Engine:
    """JavaScript with the page's own scripts, as far as they need no browser."""

    def __init__(self, context: MiniRacer) -> None:
        self.context = context
        for path in CALCULATION:
            self.run(path.read_text(encoding="utf-8"))

    def run(self, script: str) -> None:
        """Run a script for what it defines."""
        self.context.eval(f"{script}\n;0")

    def value(self, expression: str, **given: Any) -> Any:
        """The JSON value of an expression of some given values."""
        names = ", ".join(given)
        values = ", ".join(json.dumps(value) for value in given.values())
        return json.loads(self.context.eval(f"JSON.stringify((({names}) => ({expression}))({values}))"))


@contextmanager
def engine() -> Iterator[Engine]:
    """An engine; without the closing, the process would not end."""
    racer = pytest.importorskip("py_mini_racer", reason="the extra `browser` is not installed")
    context = racer.MiniRacer()
    try:
        yield Engine(context)
    finally:
        context.close()
