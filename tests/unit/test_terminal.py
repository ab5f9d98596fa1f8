"""Control characters never reach the terminal, wherever they come from."""

import io
import sys
from pathlib import Path

import pytest

from scalinglaws.errors import DataError
from scalinglaws.stages.stage import run_stage
from scalinglaws.terminal import one_line, printable, protect
from unit.own_runs.calling import Call, write_csv

HOSTILE = "\x1b[2J\x07\x08\u202egpj.exe\u2066\x9b31m\udc80\u2028\x00\x7f"


def test_hidden_characters_are_escaped_and_others_stay() -> None:
    assert printable(HOSTILE) == (r"\x1b[2J\x07\x08\u202egpj.exe\u2066\x9b31m\udc80\u2028\x00\x7f")
    seen = "Größe\xa0(%)\tα → 损失 ≤ 1\n"
    assert printable(seen) == seen
    assert printable("one\rtwo") == r"one\rtwo"


def test_a_line_can_be_cut() -> None:
    assert one_line("Größe\x1b[2J\n\ud800\u202e", 200) == "Größe\\x1b[2J\\n\\ud800\\u202e"
    assert one_line("x" * 300, 5) == "xxxxx..."


def test_a_protected_stream_is_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.StringIO())
    protect()
    protect()  # once is enough
    print("\r50 %", end="", flush=True)
    print(f"a {HOSTILE}", file=sys.stderr)
    assert not sys.stdout.isatty()
    assert sys.stdout.getvalue() == "\r50 %"  # type: ignore[attr-defined]
    assert sys.stderr.getvalue() == f"a {printable(HOSTILE)}\n"  # type: ignore[attr-defined]


def test_a_terminal_that_lacks_a_letter_shows_its_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    protect()
    print("Größe", flush=True)
    assert written.getvalue() == rb"Gr\xf6\xdfe" + b"\n"


def test_what_a_table_holds_is_seen_and_not_obeyed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sizes = [10, 20, 40, 80, 160, 320]
    for name in ("red\x1b[31m", "loss\u202e"):
        table = {name: sizes, "y": [1 / size for size in sizes]}
        path = write_csv(tmp_path / "runs.csv", table)
        call = Call(monkeypatch, capsys)
        for column in ("no-such", "y"):
            _, out, err = call.whole("fit", path, "--law", "power-law", "--x", column, "--y", "y")
            assert printable(out + err) == out + err


def test_a_stage_says_its_error_in_one_visible_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def main(_: list[str]) -> None:
        raise DataError(f"{HOSTILE}\n.csv: cannot be read")

    monkeypatch.setattr(sys, "stdout", sys.stdout)
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    with pytest.raises(SystemExit) as ended:
        run_stage(main)
    assert ended.value.code == 2
    assert capsys.readouterr().err == f"error: {printable(HOSTILE)}\\n.csv: cannot be read\n"
