"""`scalinglaws fit`: a user's table, from the command line to the file and the figure."""

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pypdf import PdfReader

from scalinglaws.files import sha256_of
from scalinglaws.public_runs.read import read
from unit.own_runs.calling import Call, strict, write_csv

POWER_LAW = ("--law", "power-law-floor", "--x", "examples", "--y", "error")
CHINCHILLA = ("--law", "chinchilla", "--x", "N=params", "--x", "D=tokens", "--y", "loss")
QUICK = ("--bootstrap", "40")
TRUTH = {"A": 400.0, "B": 410.0, "E": 1.7, "alpha": 0.34, "beta": 0.28}


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    return Call(monkeypatch, capsys)


def curve(points: int = 20) -> dict[str, list[Any]]:
    """A learning curve of error over examples, with noise of 1 %; three runs of some points each."""
    x = np.geomspace(1e3, 1e7, points)
    y = (0.1 + 20 * x**-0.4) * np.exp(0.01 * np.random.default_rng(0).standard_normal(points))
    runs = [f"run {k % 3}" for k in range(points)]
    return {"examples": x.tolist(), "error": y.tolist(), "run": runs, "weight": [1.0] * points}


def surface(points: int = 60, noise: float = 0.0) -> dict[str, list[Any]]:
    """Losses of a Chinchilla law."""
    rng = np.random.default_rng(1)
    N, D = 10 ** rng.uniform(7, 10, points), 10 ** rng.uniform(9, 12, points)
    loss = TRUTH["E"] + TRUTH["A"] / N ** TRUTH["alpha"] + TRUTH["B"] / D ** TRUTH["beta"]
    loss *= np.exp(noise * rng.standard_normal(points))
    return {"params": N.tolist(), "tokens": D.tolist(), "loss": loss.tolist()}


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "runs.csv", curve())


@pytest.fixture
def surface_runs(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "surface.csv", surface())


def test_the_chinchilla_points(call: Call, tmp_path: Path) -> None:
    """The optimum that four optimisers agree on, of 240 of the 245 points."""
    points = tmp_path / "points.csv"
    read("chinchilla-points").rename(columns={"N": "params", "D": "tokens"}).to_csv(points, index=False)
    out = call(
        "fit", points, *CHINCHILLA, "--loss", "huber", "--exclude", "D/N<0.41", "--bootstrap", "400",
        "--out", tmp_path / "fit.json",
    )  # fmt: skip
    fit = strict(tmp_path / "fit.json")
    assert fit["n"] == 240
    assert fit["objective"] <= 0.0010182740179
    assert fit["allocation"]["a"] == pytest.approx(0.5139, abs=5e-5)
    low, high = fit["allocation"]["interval"]
    assert (low, high) == pytest.approx((0.482, 0.558), abs=0.012)
    assert fit["params"] == pytest.approx(
        {"A": 477.83, "B": 2143.42, "E": 1.8172, "alpha": 0.34731, "beta": 0.36717}, rel=2e-5
    )
    assert "240 of 245 rows fitted; 5 excluded by D/N<0.41" in out
    assert "a = 0.5139" in out
    assert "sum of Huber (delta 0.001) log residuals" in out
    assert "converged: yes" in out
    assert "warnings: none" in out
    planned = call("plan", "--fit", tmp_path / "fit.json", "--flops", "5.76e23")
    assert "73.2B (" in planned
    assert "1.31T (" in planned


@pytest.mark.parametrize("residual", ["log", "relative", "value"])
@pytest.mark.parametrize("loss", ["squared", "huber"])
def test_exact_losses_give_back_their_law(
    call: Call, surface_runs: Path, tmp_path: Path, residual: str, loss: str
) -> None:
    out = tmp_path / "fit.json"
    call("fit", surface_runs, *CHINCHILLA, "--residual", residual, "--loss", loss, *QUICK, "--out", out)
    fit = strict(out)
    assert fit["params"] == pytest.approx(TRUTH, rel=1e-4)
    assert fit["estimator"]["residual"] == residual
    assert fit["estimator"]["loss"] == loss
    assert fit["estimator"]["delta"] == (1e-3 if loss == "huber" else None)
    assert fit["converged"]


def test_the_file_says_all_that_a_reader_needs(call: Call, tmp_path: Path) -> None:
    runs = write_csv(tmp_path / "surface.csv", surface(noise=0.005))
    out = tmp_path / "new" / "fit.json"
    call(
        "fit", runs, *CHINCHILLA, *QUICK, "--seed", "7", "--level", "0.9", "--out", out, "--exclude", "loss>4"
    )
    fit = strict(out)
    assert fit["law"] == "chinchilla"
    assert fit["data"] == "surface.csv"
    assert fit["data_sha256"] == sha256_of(runs)
    assert fit["columns"] == {"N": "params", "D": "tokens", "L": "loss"}
    assert fit["response"] == "L"
    assert (fit["seed"], fit["level"], fit["interval"]) == (7, 0.9, "percentile")
    left_out = sum(loss > 4 for loss in surface(noise=0.005)["loss"])
    assert left_out > 0
    assert fit["excluded"] == [{"rule": "loss>4", "rows": left_out}]
    assert (fit["rows"], fit["n"]) == (60, 60 - left_out)
    assert set(fit["range"]) == {"N", "D", "N*D"}
    assert {name: len(values) for name, values in fit["samples"].items()} == dict.fromkeys(TRUTH, 40)
    for name, (low, high) in fit["intervals"].items():
        assert low < fit["params"][name] < high
        assert fit["stderr"][name] > 0
    assert fit["version"]


def test_equal_calls_give_equal_bytes(call: Call, runs: Path, tmp_path: Path) -> None:
    first = [call("fit", runs, *POWER_LAW, *QUICK, "--out", tmp_path / f"{k}.json") for k in range(2)]
    assert first[0] == first[1]
    assert (tmp_path / "0.json").read_bytes() == (tmp_path / "1.json").read_bytes()
    call("fit", runs, *POWER_LAW, *QUICK, "--seed", "1", "--out", tmp_path / "2.json")
    assert (tmp_path / "0.json").read_bytes() != (tmp_path / "2.json").read_bytes()


def test_ways_to_name_columns(call: Call, runs: Path, tmp_path: Path) -> None:
    plain = call("fit", runs, *POWER_LAW, *QUICK)
    named = call("fit", runs, "--law", "power-law-floor", "--x", "x=examples", "--y", "y=error", *QUICK)
    assert plain == named
    assert "x is column examples: 1000 to 1e+07" in plain


def test_parameters_that_are_held_or_tied(call: Call, surface_runs: Path, tmp_path: Path) -> None:
    out = tmp_path / "fit.json"
    text = call("fit", surface_runs, *CHINCHILLA, "--fix", "E=1.7", "--fix", "A=400", *QUICK, "--out", out)
    fit = strict(out)
    assert fit["fixed"] == ["E", "A"]
    assert fit["params"] == pytest.approx(TRUTH, rel=1e-5)
    assert fit["intervals"]["E"] == [None, None]
    assert "fixed" in text
    call("fit", surface_runs, *CHINCHILLA, "--tie", "beta=alpha", *QUICK, "--out", out)
    fit = strict(out)
    assert (fit["law"], fit["tied"]) == ("chinchilla", {"beta": "alpha"})
    assert set(fit["params"]) == {"A", "B", "E", "alpha"}
    assert fit["allocation"]["a"] == 0.5
    assert "1e+21" in call("plan", "--fit", out, "--flops", "1e21")


def test_weights_and_clusters(call: Call, tmp_path: Path) -> None:
    columns = curve(45)
    columns["run"] = [f"run {k % 15}" for k in range(45)]
    columns["weight"][3] = 0
    runs = write_csv(tmp_path / "runs.csv", columns)
    out = tmp_path / "fit.json"
    text = call("fit", runs, *POWER_LAW, *QUICK, "--weights", "weight", "--cluster", "run", "--out", out)
    fit = strict(out)
    assert fit["n"] == 44
    assert fit["columns"] == {"x": "examples", "y": "error", "weights": "weight", "cluster": "run"}
    assert "warning: 1 points of weight 0 are left out" in text
    by_run = fit["intervals"]["c"]
    call("fit", runs, *POWER_LAW, *QUICK, "--weights", "weight", "--out", out)
    assert strict(out)["intervals"]["c"] != by_run
    numbers = call("fit", runs, *POWER_LAW, *QUICK, "--cluster", "examples")
    assert "percentiles of 40 bootstrap resamples" in numbers


@pytest.mark.parametrize("method", ["delta", "profile", "percentile"])
def test_methods_of_intervals(call: Call, runs: Path, tmp_path: Path, method: str) -> None:
    out = tmp_path / "fit.json"
    text = call("fit", runs, *POWER_LAW, *QUICK, "--interval", method, "--out", out)
    fit = strict(out)
    assert fit["interval"] == method
    assert fit["resamples"]["from"] == ("bootstrap" if method == "percentile" else "covariance")
    assert fit["intervals"]["c"] == pytest.approx([0.39, 0.41], abs=0.02)
    assert ("resamples: none" in text) == (method != "percentile")


def test_few_rows_fall_back_with_a_warning(call: Call, tmp_path: Path) -> None:
    runs = write_csv(tmp_path / "runs.csv", curve(6))
    text = call("fit", runs, *POWER_LAW)
    assert "warning: 6 independent points, too few to bootstrap: intervals by profile" in text


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        (["examples < 5e3"], 16),
        (["x < 5e3", "error > 1"], 16),
        (["y > 1 or examples > 1e6"], 13),
        (["weight != 1"], 20),
    ],
)
def test_rows_are_left_out_by_rules(call: Call, runs: Path, rules: list[str], left: int) -> None:
    options = [word for rule in rules for word in ("--exclude", rule)]
    text = call("fit", runs, *POWER_LAW, *QUICK, *options)
    assert f"{left} of 20 rows fitted; " in text
    assert all(f" excluded by {rule}" in text for rule in rules)


Change = Callable[[list[list[str]]], object]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows[5].__setitem__(1, ""), "row 6, column error: is empty"),
        (lambda rows: rows[0].__setitem__(1, "loss"), "lacks the column error; there are:"),
        (lambda rows: rows.__delitem__(slice(3, None)), "its 3 parameters need 4"),
        (lambda rows: [row.__setitem__(0, "5") for row in rows[1:]], "all points are at x = 5"),
    ],
    ids=["empty cell", "no such column", "two rows", "one size"],
)
def test_a_table_that_cannot_be_used_is_one_line(
    call: Call, tmp_path: Path, change: Change, words: str
) -> None:
    columns = curve()
    rows = [list(columns), *([str(cell) for cell in row] for row in zip(*columns.values(), strict=True))]
    change(rows)
    path = tmp_path / "runs.csv"
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    assert words in call.error("fit", path, *POWER_LAW)


def test_tables_as_spreadsheets_write_them(call: Call, runs: Path, tmp_path: Path) -> None:
    expected = call("fit", runs, *POWER_LAW, *QUICK).replace("runs.csv", "excel.csv")
    text = runs.read_text().replace(",", ";").replace("\n", "\r\n") + "\r\n"
    excel = tmp_path / "excel.csv"
    excel.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert call("fit", excel, *POWER_LAW, *QUICK) == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--law", "chinchila"), "no law is named 'chinchila'"),
        (
            ("--law", "chinchilla"),
            "--x examples: must be VARIABLE=COLUMN; chinchilla has N (size of the model",
        ),
        (("--x", "X=examples"), "--x X=examples: must be VARIABLE=COLUMN; power-law-floor has x ("),
        (("--x", "x=error"), "x is given twice, as examples and error"),
        (("--y", "examples"), "both name the column examples"),
        (("--y", "accuracy"), "lacks the column accuracy"),
        (("--weights", "error"), "both name the column error"),
        (("--weights", "run"), "row 2, column run: is 'run 0'"),
        (("--cluster", "family"), "lacks the column family"),
        (("--fix", "c"), "--fix c: must be NAME=VALUE"),
        (("--fix", "c=steep"), "--fix: 'steep' is not a finite number"),
        (("--fix", "k=1"), "has no parameter k; it has a, b, c"),
        (("--fix", "a=-1"), "a cannot be -1"),
        (("--fix", "a=1", "--fix", "a=2"), "a is given twice"),
        (("--tie", "b=k"), "cannot tie b to k"),
        (
            ("--exclude", "D/N < 0.41"),
            "--exclude 'D/N < 0.41': 'D' is not known; there are examples, ",
        ),
        (("--exclude", "run == 1"), "row 2, column run: is 'run 0'"),
        (("--exclude", "x > 0"), "--exclude: no row is left to fit"),
        (("--exclude", "x > 2e3"), "its 3 parameters need 4"),
        (("--level", "95"), "must be between 0 and 1"),
        (("--level", "high"), "--level: 'high' is not a finite number"),
        (("--bootstrap", "3"), "20 are the least"),
        (("--bootstrap", "-3"), "--bootstrap: '-3' is not a whole number"),
        (("--bootstrap", "0", "--interval", "percentile"), "20 are the least, 0 is none"),
        (("--seed", "1.5"), "--seed: '1.5' is not a whole number"),
        (("--delta", "0.01"), "needs --loss huber"),
        (("--loss", "huber", "--delta", "0"), "must be positive"),
        (("--plot", "fit.jpg"), "--plot: fit.jpg must end in .pdf, .png, .svg"),
    ],
)
def test_a_users_mistake_is_one_line(call: Call, runs: Path, options: tuple[str, ...], words: str) -> None:
    given = list(POWER_LAW)
    for option in ("--law", "--y"):
        if option in options:  # an option may be given once
            at = given.index(option)
            del given[at : at + 2]
    assert words in call.error("fit", runs, *given, *options)


def test_a_name_that_could_be_two_columns_is_refused_in_a_rule(call: Call, tmp_path: Path) -> None:
    runs = write_csv(tmp_path / "runs.csv", surface() | {"N": [1.0] * 60})
    said = call.error("fit", runs, *CHINCHILLA, *QUICK, "--exclude", "N > 1e9")
    assert "N may be the column of that name or params, which holds chinchilla's N" in said
    assert "60 of 60 rows fitted" in call("fit", runs, *CHINCHILLA, *QUICK)


def test_missing_mappings_list_the_variables(call: Call, surface_runs: Path) -> None:
    said = call.error("fit", surface_runs, "--law", "chinchilla", "--x", "N=params", "--y", "loss")
    assert said == (
        "--x: no column for D; chinchilla has N (size of the model, embeddings included, parameters), "
        "D (training tokens, tokens)"
    )


def test_a_file_that_cannot_be_written_is_one_line_before_the_fit(call: Call, runs: Path) -> None:
    folder = runs.parent
    link, hard, pipe = folder / "link.json", folder / "hard.json", folder / "pipe.json"
    link.symlink_to(runs)
    hard.hardlink_to(runs)
    os.mkfifo(pipe)
    cases = [
        (("--out", runs / "fit.json"), "is not a folder"),
        (("--out", folder), "it is a folder"),
        (("--out", pipe), "not a regular file"),
        (("--out", link), "is the table itself"),
        (("--out", hard), "is the table itself"),
        (("--out", folder / "x" / ".." / runs.name), "is the table itself"),
        (("--out", folder / ("x" * 250)), "name is longer"),
        (("--plot", runs / "fit.pdf"), "is not a folder"),
        (("--out", folder / "fit.pdf", "--plot", folder / "fit.pdf"), "is the file of --out too"),
    ]
    before = sorted(folder.iterdir())
    for options, words in cases:
        said = call.error("fit", runs, *POWER_LAW, *options)
        assert said.startswith(f"{options[-2]}: {options[-1]} ")
        assert words in said
    assert sorted(folder.iterdir()) == before


def test_a_figure(call: Call, surface_runs: Path, tmp_path: Path) -> None:
    path = tmp_path / "fit.pdf"
    call("fit", surface_runs, *CHINCHILLA, *QUICK, "--plot", path)
    (page,) = PdfReader(path).pages
    assert "Residuals over N" in page.extract_text()
    caption = path.with_suffix(".caption.md").read_text()
    assert "fitted to 60 of 60 rows of surface.csv" in caption.replace("\n", " ")


@pytest.mark.parametrize(
    ("changed", "options", "warning"),
    [
        ({"error": [2.0] * 20}, POWER_LAW, "y is 2 in every row: nothing can be learnt from it"),
        (
            {"error": [0.5 + k / 50 for k in range(20)]},
            POWER_LAW,
            "y rises with x (rank correlation 1), but power-law-floor falls: fit 1 - error if it is",
        ),
        (
            {"params": [k + 1 for k in range(20)], "tokens": [10 * 2**k for k in range(20)]},
            ("--law", "chinchilla", "--x", "N=params", "--x", "D=tokens", "--y", "error"),
            "multiply it: --x D='1e9 * tokens'",
        ),
    ],
)
def test_tables_that_cannot_be_right_are_doubted(
    call: Call, tmp_path: Path, changed: dict[str, list[float]], options: tuple[str, ...], warning: str
) -> None:
    runs = write_csv(tmp_path / "runs.csv", curve() | changed)
    assert warning in call("fit", runs, *options, *QUICK)


def test_copies_of_rows_do_not_narrow_the_intervals(call: Call, tmp_path: Path) -> None:
    once, thrice = curve(), {name: cells * 3 for name, cells in curve().items()}
    texts = [
        call("fit", write_csv(tmp_path / "runs.csv", each), *POWER_LAW, *QUICK) for each in (once, thrice)
    ]
    assert "warning: 40 of 60 rows repeat another row in all columns and are left out" in texts[1]
    assert texts[0].split("parameter")[1].split("objective")[0] in texts[1]


def test_failed_runs_are_left_out_by_a_rule_before_cells_are_checked(call: Call, tmp_path: Path) -> None:
    columns = curve() | {"state": ["finished"] * 17 + ["crashed"] * 3}
    columns["error"] = [*columns["error"][:17], "", "nan", "inf"]
    runs = write_csv(tmp_path / "runs.csv", columns)
    said = call.error("fit", runs, *POWER_LAW)
    assert "row 19, column error: is empty; 3 of 20 rows cannot be used: rows 19, 20, 21; leave" in said
    assert "17 of 20 rows fitted" in call("fit", runs, *POWER_LAW, *QUICK, "--exclude", "state != 'finished'")


def test_columns_are_computed(call: Call, tmp_path: Path) -> None:
    columns = surface()
    flops = [6 * n * d for n, d in zip(columns["params"], columns["tokens"], strict=True)]
    runs = write_csv(tmp_path / "runs.csv", columns | {"Training FLOP": flops})
    out = tmp_path / "fit.json"
    how = "D=`Training FLOP` / (6 * params)"
    call(
        "fit", runs, "--law", "chinchilla", "--x", "N=params", "--x", how, "--y", "loss", *QUICK, "--out", out
    )
    assert strict(out)["params"] == pytest.approx(TRUTH, rel=1e-4)


def test_an_option_given_twice_is_an_error(call: Call, runs: Path) -> None:
    said = call.error("fit", runs, *POWER_LAW, "--y", "weight")
    assert said == "--y is given twice; see `scalinglaws fit --help`"


def test_parameters_that_are_all_fixed_are_said(call: Call, runs: Path) -> None:
    fixed = ("--fix", "a=0.1", "--fix", "b=20", "--fix", "c=0.4")
    assert "warning: all parameters are fixed: nothing is fitted" in call(
        "fit", runs, *POWER_LAW, *QUICK, *fixed
    )
