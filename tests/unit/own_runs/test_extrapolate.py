"""`scalinglaws extrapolate`: scores of laws on rows that were held back, and what is wrong with a table."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from unit.own_runs.calling import Call

X = np.geomspace(1, 1000, 16)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    return Call(monkeypatch, capsys)


def write(path: Path, curves: dict[str, np.ndarray]) -> Path:
    """A table with the last five points of each curve held back."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["task", "x", "y", "train"])
        for name, values in curves.items():
            writer.writerows(
                [name, x, y, int(k < 11)] for k, (x, y) in enumerate(zip(X, values, strict=True))
            )
    return path


def scores(path: Path) -> dict[tuple[str, str], str]:
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        assert reader.fieldnames == ["group", "law", "rmse"]
        return {(row["group"], row["law"]): row["rmse"] for row in reader}


COLUMNS = ("--group", "task", "--x", "x", "--y", "y", "--train", "train")


def test_each_law_and_auto_are_scored_on_each_curve(call: Call, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise = np.exp(0.01 * rng.normal(size=16))
    names = ("plain", 'with, comma and "quotes"', "mit Ümlaut")
    table = write(
        tmp_path / "curves.csv",
        {names[0]: 2 * X**-0.3, names[1]: (2 * X**-0.5 + 0.3) * noise, names[2]: 0.7 * X**-0.1 * noise},
    )
    out = call("extrapolate", str(table), *COLUMNS, "--laws", "m1,m2,auto", "--out", str(tmp_path / "s.csv"))
    found = scores(tmp_path / "s.csv")
    assert list(found) == [(name, law) for name in names for law in ("m1", "m2", "auto")]
    assert float(found["plain", "m1"]) == pytest.approx(0, abs=1e-9)
    assert float(found[names[1], "m2"]) < 0.5 * float(found[names[1], "m1"])
    assert all(float(rmse) < 0.2 for (_, law), rmse in found.items() if law == "auto")
    assert "3 curve(s), 33 rows fitted, 15 predicted" in out
    assert "mean rmse" in out


def test_equal_calls_give_equal_bytes(call: Call, tmp_path: Path) -> None:
    table = write(tmp_path / "curves.csv", {"one": X**-0.2 + 0.1})
    for name in ("a.csv", "b.csv"):
        call("extrapolate", str(table), *COLUMNS, "--laws", "m4,bnsl,auto", "--out", str(tmp_path / name))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_law_that_cannot_be_fitted_is_missing_and_says_why(call: Call, tmp_path: Path) -> None:
    table = write(tmp_path / "curves.csv", {"one": X**-0.2 + 0.1})
    out = call("extrapolate", str(table), *COLUMNS, "--laws", "m1,bnsl-3", "--out", str(tmp_path / "s.csv"))
    assert scores(tmp_path / "s.csv")["one", "bnsl-3"] == ""
    assert "bnsl-3 has no score on 1 of 1 curve(s)" in out
    assert "11 points; its 12 parameters need 13" in out


def test_an_unknown_law_is_named(call: Call, tmp_path: Path) -> None:
    table = write(tmp_path / "curves.csv", {"one": X**-0.2 + 0.1})
    assert "no law is named 'm9'" in call.error("extrapolate", str(table), *COLUMNS, "--laws", "m9")


def test_what_is_left_out_or_little_more_than_a_guess_is_said(call: Call, tmp_path: Path) -> None:
    table = tmp_path / "curves.csv"
    table.write_text(
        "task;x;y;train\nfull;2;0.4;1\nfull;1;0.5;1\nonly fitted;1;1;1\none row;1e15;0.3;1\n"
        "one row;2e15;0.2;0\nfull;4;0.3;0\nuntrained;1;1;0\nfull;1;0.5;1\n",
        encoding="utf-8",
    )
    out = call("extrapolate", str(table), *COLUMNS, "--laws", "m1,auto", "--out", str(tmp_path / "s.csv"))
    assert "warning: only fitted: has no row with train = 0 and is skipped" in out
    assert "warning: auto on 1 of 3 curve(s):\n    one row: one training size only: predicted 0.3" in out
    assert "warning: m1 has no score on 2 of 3 curve(s):" in out
    assert "one row: 1 points; its 2 parameters need 3" in out
    assert "untrained: no training row" in out
    assert "means are over fewer curves" in out
    found = scores(tmp_path / "s.csv")
    assert list(found) == [(name, law) for name in ("full", "one row", "untrained") for law in ("m1", "auto")]
    assert float(found["one row", "auto"]) == pytest.approx(np.log(0.3 / 0.2))
    assert [name for (name, law), rmse in found.items() if law == "auto" and not rmse] == ["untrained"]
    assert "nan" not in (tmp_path / "s.csv").read_text(encoding="utf-8").lower()


def test_long_lists_of_reasons_are_cut_but_counted(call: Call, tmp_path: Path) -> None:
    table = write(tmp_path / "curves.csv", {})
    with table.open("a", encoding="utf-8") as stream:
        for k in range(8):
            rows = [
                f"c{k},{2**i},{1 + 0.01 * k - 0.15 * i if i < 6 else 0.1},{int(i < 6)}" for i in range(12)
            ]
            stream.write("\n".join(rows) + "\n")
    out = call("extrapolate", str(table), *COLUMNS, "--laws", "logarithmic")
    assert "logarithmic has no score on 8 of 8 curve(s):" in out
    assert len(re.findall(r"    c\d: predicts -", out)) == 5
    assert "    and 3 more like these; their rmse is empty in the scores" in out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("task,x,y,train\na,1,1,1\na,2,1,1\n", r"column train: no row is 0; there is nothing to predict"),
        ("task;x;y;train\na;1;0,5;1\na;2;0,4;0\n", r"row 2, column y: is '0,5'.*decimal point"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_line(call: Call, tmp_path: Path, text: str, message: str) -> None:
    table = tmp_path / "curves.csv"
    table.write_text(text, encoding="utf-8")
    assert re.search(message, call.error("extrapolate", str(table), *COLUMNS))
