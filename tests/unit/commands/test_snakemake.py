"""The call of Snakemake, and what is read from its log."""

import sys
from io import StringIO
from pathlib import Path

import pytest

from scalinglaws.cli import snakemake


def test_targets_come_before_the_config() -> None:
    call = snakemake.command("laptop", "hestness-2017", "2", "a.npy", "--touch")
    assert call[:4] == [sys.executable, "-m", "snakemake", "--cores"]
    assert call.index("a.npy") < call.index("--config")
    assert call[call.index("--config") + 1 :] == ["scale=laptop", "paper=hestness-2017"]
    assert "paper" not in " ".join(snakemake.command("laptop", None, "2"))


def test_the_problem_is_found_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("Building DAG\nerror: one.yaml: runs: is missing\nmore\n")
    assert snakemake.problem_in(log) == "error: one.yaml: runs: is missing"
    log.write_text("\n".join(map(str, range(100))))
    assert snakemake.problem_in(log).splitlines() == [str(number) for number in range(75, 100)]


def test_nothing_to_touch_is_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snakemake, "start", lambda call, log: pytest.fail("called"))
    assert snakemake.touch([], "laptop", None, StringIO()) == 0
