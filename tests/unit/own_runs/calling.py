"""Calling the command line as a user does, and tables as users write them."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.cli import main as cli


class Call:
    """`scalinglaws ...` in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys

    def __call__(self, *words: object) -> str:
        """What a call that works prints."""
        status, out, err = self.whole(*words)
        assert (status, err) == (0, "")
        return out

    def error(self, *words: object) -> str:
        """The one line of a call that a user got wrong, without `error: `."""
        status, out, err = self.whole(*words)
        assert (status, out) == (2, "")
        assert err.startswith("error: ")
        assert err.count("\n") == 1
        return err.removeprefix("error: ").rstrip("\n")

    def whole(self, *words: object) -> tuple[int, str, str]:
        """Exit status, output, errors."""
        self.monkeypatch.setattr(sys, "argv", ["scalinglaws", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = self.capsys.readouterr()
        return int(ended.value.code or 0), out, err


def write_csv(path: Path, columns: Mapping[str, Sequence[Any]]) -> Path:
    """A table; floats in full."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def strict(path: Path) -> Any:
    """JSON without NaN and infinities."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(path.read_text(), parse_constant=refuse)
