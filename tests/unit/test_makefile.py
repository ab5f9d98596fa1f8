"""The Makefile takes known variables only, and passes any value on as it is."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the Makefile, and a stand-in for the command that prints its arguments."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "workflow").mkdir()
    (tmp_path / "workflow" / "environment.py").touch()
    command = tmp_path / ".venv" / "bin" / "scalinglaws"
    command.parent.mkdir(parents=True)
    command.write_text('#!/bin/sh\nfor each; do printf "<%s>" "$each"; done\n')
    command.chmod(0o755)
    return tmp_path


def make(folder: Path, *words: str) -> tuple[int, str, str]:
    # Without what a `make test` around this one tells its children.
    kept = {"PATH": os.environ["PATH"]}
    call = ["make", *words]
    done = subprocess.run(call, cwd=folder, env=kept, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "value",
    [
        'a"; touch x; "',
        "a'; touch x; '",
        "$(shell touch x)",
        "$$(touch x)",
        "`touch x`",
        "a\ntouch x\n",
        "a  b",
        "*",
    ],
)
def test_no_value_is_a_command(folder: Path, value: str) -> None:
    given = [f"{name}={value}" for name in ("SCALE", "PAPER", "STUDY", "FROM", "CORES")]
    asked = f"<--scale><{value}><--paper><{value}><--study><{value}>"
    assert make(folder, "replicate", *given) == (
        0,
        f"<replicate>{asked}<--from><{value}><--cores><{value}>",
        "",
    )
    assert make(folder, "report", *given[:3], given[4]) == (0, f"<report>{asked}<--cores><{value}>", "")
    assert make(folder, "publish", *given[:3]) == (0, f"<publish>{asked}", "")
    look = [f"{name}={value}" for name in ("FIGURE", "VENUE", "COLUMNS", "WIDTH", "FORMAT")]
    drawn = "".join(f"<--{name}><{value}>" for name in ("figure", "venue", "columns", "width", "format"))
    assert make(folder, "figures", *given[:3], *look) == (0, f"<figures>{asked}{drawn}", "")
    assert not (folder / "x").exists()


def test_what_is_not_given_is_not_passed_on(folder: Path) -> None:
    assert make(folder, "replicate") == (0, "<replicate><--scale><laptop>", "")
    assert make(folder, "replicate", "PAPER=") == (0, "<replicate><--scale><laptop>", "")


def test_an_unknown_variable_is_an_error_and_one_of_make_itself_is_not(folder: Path) -> None:
    status, out, said = make(folder, "replicate", "SCAEL=smoke")
    assert (status, out) == (2, "")
    assert (
        "unknown variable SCAEL; there are SCALE PAPER STUDY FROM CORES TORCH PYTHON UPGRADE "
        "VENUE FIGURE COLUMNS WIDTH FORMAT" in said
    )
    known = ("SHELL=/bin/sh", "MAKEFLAGS=-k", ".SHELLFLAGS=-ec", "-j2", "--no-print-directory")
    assert make(folder, "replicate", *known) == (0, "<replicate><--scale><laptop>", "")


def test_every_variable_is_explained(folder: Path) -> None:
    _, shown, _ = make(folder)
    for name in (
        "SCALE",
        "PAPER",
        "STUDY",
        "FROM",
        "CORES",
        "TORCH",
        "PYTHON",
        "UPGRADE",
        "VENUE",
        "FIGURE",
        "COLUMNS",
        "WIDTH",
        "FORMAT",
    ):
        assert f"[{name}=" in shown
