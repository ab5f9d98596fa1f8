"""A JavaScript engine without a browser."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from py_mini_racer import MiniRacer

from scalinglaws.report.explorer.page import CALCULATION


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
    context = MiniRacer()
    try:
        yield Engine(context)
    finally:
        context.close()
