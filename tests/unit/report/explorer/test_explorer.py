"""`scalinglaws explorer`: the page as a file, or one line that says why not."""

from pathlib import Path

import pytest

from scalinglaws.report.explorer.page import page
from unit.own_runs.calling import Call


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    return Call(monkeypatch, capsys)


def test_the_command_writes_the_page(call: Call, tmp_path: Path) -> None:
    out = tmp_path / "new" / "page.html"
    assert "open it in a browser" in call("explorer", "--out", out)
    assert out.read_text(encoding="utf-8") == page()  # equal calls give equal bytes


def test_a_page_that_cannot_be_written_is_one_line(call: Call, tmp_path: Path) -> None:
    assert call.error("explorer", "--out", tmp_path).endswith("cannot be written: it is a folder")
    assert call.error("explorer", "--out", tmp_path / "runs.csv").endswith("runs.csv must end in .html")
    assert "--out" in call.error("explorer")
