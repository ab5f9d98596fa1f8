"""The fitting stage end to end: its tables, their bytes, and its exit status."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from scalinglaws.config.fit import FitSpec
from scalinglaws.errors import ConfigError
from scalinglaws.stages.fit import main

Rows = list[dict[str, str]]
Write = Callable[[Rows], Path]
TABLES = ("scores.csv", "best.csv", "fits.csv", "bands.csv", "evidence.csv")
SPEC: dict[str, Any] = {
    "name": "learning-curves",
    "study": "synthetic",
    "metrics": ["top1_error", "top5_error", "cross_entropy"],
    "size_metric": "cross_entropy",
    "region": [2, 1000],
    "resamples": 100,
}


def run(runs: Path, out: Path, **changes: object) -> dict[str, Rows]:
    main(["--spec", json.dumps({**SPEC, **changes}), "--runs", str(runs), "--out", str(out)])
    return {name: list(csv.DictReader((out / name).read_text().splitlines())) for name in TABLES}


def test_two_runs_write_the_same_bytes_whatever_the_order_of_rows(
    rows: Rows, write_runs: Write, tmp_path: Path
) -> None:
    run(write_runs(rows), tmp_path / "one")
    run(write_runs(rows[::-1]), tmp_path / "two")
    for name in TABLES:
        content = (tmp_path / "one" / name).read_bytes()
        assert content == (tmp_path / "two" / name).read_bytes()
        assert b"\r" not in content
        assert b"np.float64" not in content


def test_the_tables_say_what_was_selected_and_fitted(
    rows: Rows, write_runs: Write, tmp_path: Path, exponents: tuple[float, ...]
) -> None:
    tables = run(write_runs(rows), tmp_path)
    assert len(tables["scores.csv"]) == 3 * 8 * 6
    diverged = [row for row in tables["scores.csv"] if row["diverged"] != "0"]
    assert {(row["data_size"], row["model"], row["seeds"]) for row in diverged} == {("4", "resnet-1", "5")}
    assert [row["in_region"] for row in tables["best.csv"]] == (["false"] + ["true"] * 7) * 3
    for row in tables["best.csv"]:
        assert (row["size"] == "nan") == (row["edge"] != "nan") == (row["censored"] == "true")
        assert float(row["low"]) <= float(row["score"]) <= float(row["high"])
        assert (row["sized"] == "true") == (row["censored"] == "false")  # where all have converged
    fits = {(row["law"], row["metric"], row["parameter"]): row for row in tables["fits.csv"]}
    assert len(fits) == len(tables["fits.csv"])
    for metric, exponent in zip(SPEC["metrics"], exponents, strict=True):
        row = fits["learning-curve", metric, "beta_g"]
        assert float(row["value"]) == pytest.approx(exponent, abs=0.03)
        assert float(row["low"]) < exponent < float(row["high"])
        assert float(fits["learning-curve", metric, "r_squared"]["value"]) > 0.97
    assert float(fits["model-size", "cross_entropy", "beta_p"]["value"]) == pytest.approx(0.6, abs=0.15)
    steeper = fits["learning-curve:difference", "top5_error-top1_error", "beta_g"]
    assert float(steeper["high"]) < 0
    slope = fits["learning-curve:small-data", "top1_error", "slope"]
    assert float(slope["value"]) == pytest.approx(-0.3, abs=0.15)


def test_the_tables_say_what_did_not_converge(rows: Rows, write_runs: Write, tmp_path: Path) -> None:
    for row in rows:
        if row["data_size"] in ("64", "128"):
            row.update({f"{metric}_passed": "false" for metric in SPEC["metrics"]})
            row.update({f"{metric}_slope": "-0.2" for metric in SPEC["metrics"]})
    tables = run(write_runs(rows), tmp_path)
    for table in ("scores.csv", "best.csv"):
        cut = [row for row in tables[table] if row["converged"] == "false"]
        assert {row["data_size"] for row in cut} == {"64", "128"}
        assert {(row["passed"], row["slope"]) for row in cut} == {("0", "-0.2")}
    assert all((row["fitted"] == "true") == (2 <= float(row["data_size"]) < 64) for row in tables["best.csv"])
    evidence = {row["metric"]: row for row in tables["evidence.csv"]}
    for row in evidence.values():
        assert [row[name] for name in ("subsets", "converged", "fitted", "cut")] == ["7", "5", "5", "0"]
    fits = {(row["law"], row["metric"], row["parameter"]): row for row in tables["fits.csv"]}
    for metric, row in evidence.items():
        straight = "learning-curve:straightness"
        assert fits[straight, metric, "p-value"]["value"] == row["p_value"]
        assert fits[straight, metric, "lack-of-fit"]["value"] == row["lack_of_fit"]
        assert fits["learning-curve", metric, "beta_g"]["points"] == "5"


def test_growth_has_a_row_per_rule_and_one_whose_interval_covers_them(
    rows: Rows, write_runs: Write, tmp_path: Path
) -> None:
    fits = run(write_runs(rows), tmp_path)["fits.csv"]
    growth = {row["law"]: row for row in fits if row["parameter"] == "beta_p"}
    rules = ("parabola", "within-1", "within-2", "within-5", "within-10")
    assert set(growth) == {"model-size", *(f"model-size:{rule}" for rule in rules)}
    whole, parts = growth["model-size"], [growth[f"model-size:{rule}"] for rule in rules]
    assert whole["value"] == parts[0]["value"]
    known = [part for part in parts if part["low"] != "nan"]
    assert len(known) > 2
    assert float(whole["low"]) == min(float(part["low"]) for part in known)
    assert float(whole["high"]) == max(float(part["high"]) for part in known)


def test_bands_hold_the_fitted_line_over_the_whole_range(
    rows: Rows, write_runs: Write, tmp_path: Path
) -> None:
    bands = run(write_runs(rows), tmp_path)["bands.csv"]
    assert {(row["law"], row["metric"]) for row in bands} == {
        *((law, m) for law in ("learning-curve", "learning-curve-with-floor") for m in SPEC["metrics"]),
        ("model-size", "cross_entropy"),
    }
    line = [row for row in bands if (row["law"], row["metric"]) == ("learning-curve", "top1_error")]
    x = [float(row["x"]) for row in line]
    assert x == sorted(x)
    assert (x[0], x[-1]) == (1, 128)
    assert all(float(row["low"]) <= float(row["value"]) <= float(row["high"]) for row in line)


def test_too_few_points_leave_a_row_that_says_so(rows: Rows, write_runs: Write, tmp_path: Path) -> None:
    tables = run(write_runs(rows), tmp_path, region=[64, 1000])
    row = next(row for row in tables["fits.csv"] if row["law"] == "learning-curve")
    assert (row["value"], row["low"]) == ("nan", "nan")
    assert row["warnings"] == "2 usable points in the region; the law needs 3"
    assert tables["bands.csv"] == []


def test_one_seed_a_cell_is_warned_of(rows: Rows, write_runs: Write, tmp_path: Path) -> None:
    fits = run(write_runs([row for row in rows if row["seed"] == "1"]), tmp_path)["fits.csv"]
    assert "one seed" in next(row for row in fits if row["law"] == "learning-curve")["warnings"]


def test_a_subset_whose_runs_all_diverged_keeps_its_row(
    rows: Rows, write_runs: Write, tmp_path: Path
) -> None:
    for row in rows:
        if row["data_size"] == "8":
            row.update(status="diverged", top1_error="", top5_error="", cross_entropy="")
    tables = run(write_runs(rows), tmp_path)
    row = next(row for row in tables["best.csv"] if row["data_size"] == "8")
    assert (row["model"], row["score"], row["low"], row["censored"]) == ("", "nan", "nan", "true")
    assert next(row for row in tables["fits.csv"] if row["law"] == "learning-curve")["points"] == "6"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "colour: Extra inputs"),
        ({"region": [8, 2]}, r"region: .*must be \[low, high\]"),
        ({"size_metric": "loss"}, "size_metric: .*'loss' is not one of metrics"),
        ({"level": 95}, "level: Input should be less than 1"),
        ({"laws": ["learning-curve", "learning-curve"]}, "laws: .*learning-curve is given twice"),
    ],
)
def test_a_wrong_spec_names_its_key(change: dict[str, object], message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        run(tmp_path / "runs.csv", tmp_path, **change)
    with pytest.raises(ValidationError):
        FitSpec.model_validate({**SPEC, **change})


def test_a_user_error_is_one_line_and_status_2(tmp_path: Path) -> None:
    runs = str(tmp_path / "none.csv")
    stage = [sys.executable, "-m", "scalinglaws.stages.fit", "--spec", json.dumps(SPEC)]
    done = subprocess.run([*stage, "--runs", runs, "--out", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {runs}: cannot be read")
    assert done.stderr.count("\n") == 1


def test_the_spec_imports_nothing_heavy() -> None:
    heavy = "{'numpy', 'scipy', 'pandas', 'torch'}"
    code = f"import sys, scalinglaws.config.fit; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
