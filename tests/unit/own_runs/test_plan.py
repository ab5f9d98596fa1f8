"""`scalinglaws plan`: the best run for a budget from a saved fit."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scalinglaws.papers.weng_2026.constants import besiroglu_2024 as besiroglu
from unit.own_runs.calling import Call

GOPHER = "5.76e23"
PARAMS = {
    "A": besiroglu.A.value,
    "B": besiroglu.B.value,
    "E": besiroglu.E.value,
    "alpha": besiroglu.ALPHA.value,
    "beta": besiroglu.BETA.value,
}
RANGES = {"N": [5.7e7, 1.6e10], "D": [8e8, 3.2e11], "N*D": [2e17, 2.2e21]}


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    return Call(monkeypatch, capsys)


def fit(path: Path, **more: Any) -> Path:
    path.write_text(json.dumps({"law": "chinchilla", "params": PARAMS, "range": RANGES} | more))
    return path


def drawn(params: dict[str, float], count: int = 200) -> dict[str, list[float]]:
    rng = np.random.default_rng(0)
    return {
        name: (value * np.exp(0.005 * rng.standard_normal(count))).tolist() for name, value in params.items()
    }


def test_the_published_refit_at_the_budget_of_gopher(call: Call, tmp_path: Path) -> None:
    out = call("plan", "--fit", fit(tmp_path / "fit.json"), "--flops", GOPHER)
    (row,) = [line for line in out.splitlines() if line.startswith("5.76e+23")]
    assert row.split() == ["5.76e+23", "72.2B", "1.33T", "18.4", "1.974"]
    assert "C = 6 N D; N: size of the model, embeddings included" in out
    assert "no intervals" in out


def test_large_numbers_are_rounded_before_they_get_a_letter(call: Call, tmp_path: Path) -> None:
    path = fit(tmp_path / "fit.json", params=PARAMS | {"alpha": 0.35, "beta": 0.35, "A": 400.0, "B": 400.0})
    out = call("plan", "--fit", path, "--flops", "5.997e30", "--flops", "6e6")
    assert [line.split()[1:4] for line in out.splitlines()[5:7]] == [["1e15", "1e15", "1"], ["1k", "1k", "1"]]


def test_what_a_file_says_cannot_command_the_terminal(call: Call, tmp_path: Path) -> None:
    out = call(
        "plan", "--fit", fit(tmp_path / "fit.json", warnings=["\x1b[2J" + "x" * 1000]), "--flops", "1e21"
    )
    assert out.splitlines()[-1] == f"warning: of the fit: \\x1b[2J{'x' * 196}..."


def test_an_optimum_beyond_all_numbers_is_one_line(call: Call, tmp_path: Path) -> None:
    path = fit(tmp_path / "fit.json", params=PARAMS | {"B": 1.7e308})
    assert "too large or too small" in call.error("plan", "--fit", path, "--flops", "1e-300")


def test_values_beyond_the_fit_are_named(call: Call, tmp_path: Path) -> None:
    path = fit(tmp_path / "fit.json", warnings=["A sits on a bound"])
    out = call("plan", "--fit", path, "--flops", GOPHER, "--flops", "1e21")
    warnings = [line for line in out.splitlines() if line.startswith("warning: ")]
    assert warnings == [
        "warning: C = 5.76e+23 is 43.6 times the largest fitted (1.32e+22)",
        "warning: N = 7.22e+10 is 4.52 times the largest fitted (1.6e+10)",
        "warning: D = 1.33e+12 is 4.15 times the largest fitted (3.2e+11)",
        "warning: of the fit: A sits on a bound",
    ]
    assert [line.split()[0] for line in out.splitlines() if "e+2" in line[:9]] == ["5.76e+23", "1e+21"]


def test_intervals(call: Call, tmp_path: Path) -> None:
    path = fit(tmp_path / "fit.json", samples=drawn(PARAMS), level=0.9)
    out = call("plan", "--fit", path, "--flops", "1e21")
    assert "90 % intervals from 200 samples" in out
    (row,) = [line for line in out.splitlines() if line.startswith("1e+21")]
    assert row.count("(") == 4
    assert row.count(" to ") == 4


def test_samples_without_an_optimum_are_counted(call: Call, tmp_path: Path) -> None:
    samples = drawn(PARAMS)
    samples["beta"][:3] = [0.0] * 3
    out = call("plan", "--fit", fit(tmp_path / "fit.json", samples=samples), "--flops", "1e21")
    assert "warning: at C = 1e+21 3 of 200 samples have no optimum and are left out" in out


def test_other_counts_of_flops(call: Call, tmp_path: Path) -> None:
    path = fit(tmp_path / "fit.json")
    half = call("plan", "--fit", path, "--flops", "2e21", "--flops-per-token-param", "12")
    whole = call("plan", "--fit", path, "--flops", "1e21")
    row = [line.split()[1:] for out in (half, whole) for line in out.splitlines() if "e+21 " in line[:7]]
    assert row[0] == row[1]
    assert "C = 12 N D" in half


def test_a_law_without_embeddings(call: Call, tmp_path: Path) -> None:
    out = call("plan", "--fit", fit(tmp_path / "fit.json", law="pearce-song", range={}), "--flops", "1e20")
    assert "C = 6 N D counts total N = N_E + 47491 N_E^(1/3)" in out
    header, row = [line.split() for line in out.splitlines() if line.startswith(("C  ", "1e+20"))]
    assert header == ["C", "N", "N_E", "D", "tokens/parameter", "L"]
    assert row[1] == "853M"
    assert row[2] == "809M"
    assert "warning: the fit does not say which range it was fitted on" in out


def test_kaplans_law(call: Call, tmp_path: Path) -> None:
    params = {"N_c": 6.4e13, "D_c": 1.8e13, "alpha_N": 0.076, "alpha_D": 0.103}
    path = tmp_path / "fit.json"
    path.write_text(json.dumps({"law": "kaplan-ND", "params": params}))
    out = call("plan", "--fit", path, "--flops", "1e21")
    assert "N: size of the model, embeddings left out" in out
    assert "6.23B  26.7B  4.29" in out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--flops", "much"], "--flops: 'much' is not a finite number"),
        (["--flops", "0"], "must be finite and positive"),
        (["--flops", "nan"], "not a finite number"),
        (["--flops", "1e20", "--flops-per-token-param", "-6"], "must be finite and positive"),
    ],
)
def test_options_out_of_range(call: Call, tmp_path: Path, options: list[str], words: str) -> None:
    assert words in call.error("plan", "--fit", fit(tmp_path / "fit.json"), *options)


def test_files_that_are_not_a_fit_are_refused(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "fit.json"
    path.write_text(json.dumps({"law": "power-law", "params": {"b": 1.0, "c": 0.3}}))
    said = call.error("plan", "--fit", path, "--flops", "1e20")
    assert said == "plan: power-law is a law of x (any); planning needs one of N (parameters) and D (tokens)"
    path.write_text("N,D\n1,2\n")
    assert "is not a fit" in call.error("plan", "--fit", path, "--flops", "1e20")
    path.write_text(json.dumps({"law": "chinchilla", "params": PARAMS | {"alpha": 0.0}}))
    assert "without it there is no optimum" in call.error("plan", "--fit", path, "--flops", "1e20")
