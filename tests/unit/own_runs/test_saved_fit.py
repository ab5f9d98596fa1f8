"""A fit as a file: strict JSON that holds what planning needs, and refuses what is not a fit."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scalinglaws.errors import DataError
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.own_runs.saved_fit import (
    FOR_PEOPLE,
    Origin,
    SavedFit,
    arrays,
    document,
    read_fit,
    write_fit,
)

ORIGIN = Origin(
    data="runs.csv",
    sha256="00",
    rows=22,
    excluded=(("D/N < 0.41", 2),),
    columns={"x": "examples", "y": "error"},
    response="y",
    tied={},
)
PARAMS = {"A": 482.01, "B": 2085.43, "E": 1.8172, "alpha": 0.3478, "beta": 0.3658}


def strict(text: str) -> Any:
    """JSON without NaN and infinities."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def made(points: int = 20, **options: Any) -> dict[str, Any]:
    x = np.geomspace(1e3, 1e7, points)
    y = (0.1 + 20 * x**-0.4) * np.exp(0.02 * np.random.default_rng(0).standard_normal(points))
    fit = Problem("power-law-floor", Points(x, y), fixed=options.pop("fixed", None)).fit()
    return document(fit.report(fit.intervals(**options)), ORIGIN, "1.2.3")


def write(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_a_file_is_strict_json_and_comes_back(tmp_path: Path) -> None:
    content = made(resamples=50)
    write_fit(tmp_path / "fit.json", content)
    assert strict((tmp_path / "fit.json").read_text()) == content
    keys = {"law", "params", "intervals", "stderr", "objective", "n", "converged", "warnings", "data_sha256"}
    assert keys < set(content)
    assert content["range"] == {"x": [1e3, 1e7]}
    assert content["excluded"] == [{"rule": "D/N < 0.41", "rows": 2}]
    assert content["estimator"] == {"residual": "log", "loss": "squared", "delta": None}
    saved = read_fit(tmp_path / "fit.json")
    params, samples = arrays(saved)
    assert params.tolist() == list(content["params"].values())
    assert samples.shape == (3, 50)
    assert samples[1].tolist() == content["samples"]["b"]


def test_values_that_are_not_numbers_are_null(tmp_path: Path) -> None:
    """Fixed parameters have no interval; four points have no validation."""
    content = made(4, fixed={"c": 0.4}, method="delta")
    assert content["intervals"]["c"] == [None, None]
    assert content["stderr"]["c"] is None
    write_fit(tmp_path / "fit.json", made(4))
    back = strict((tmp_path / "fit.json").read_text())
    assert back["cross_validation"]["relative_error"] is None
    assert back["held_out"]["log_error"] is None


def test_more_samples_than_are_kept_are_thinned(monkeypatch: pytest.MonkeyPatch) -> None:
    every = made(resamples=90)["samples"]["c"]
    monkeypatch.setattr("scalinglaws.own_runs.saved_fit.KEPT", 40)
    assert made(resamples=90)["samples"]["c"] == every[::3]


def test_only_law_and_parameters_are_needed(tmp_path: Path) -> None:
    saved = read_fit(write(tmp_path / "fit.json", {"law": "chinchilla", "params": PARAMS}))
    params, samples = arrays(saved)
    assert params.tolist() == list(PARAMS.values())
    assert samples.shape == (5, 0)
    assert saved.level == 0.95


def test_ties_come_back(tmp_path: Path) -> None:
    content = {
        "law": "chinchilla",
        "tied": {"beta": "alpha"},
        "params": {k: v for k, v in PARAMS.items() if k != "beta"},
    }
    law = read_fit(write(tmp_path / "fit.json", content)).law_with_ties()
    assert law.names == ("A", "B", "E", "alpha")
    assert law.formula == "E + A/N^alpha + B/D^alpha"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is not a fit"),
        ("[1, 2]", "is not a fit"),
        ('{"law": "chinchilla", "params": {"A": NaN}}', "NaN is not a JSON number"),
        ({"params": PARAMS}, "law: is missing"),
        ({"law": "chinchila", "params": PARAMS}, "no law is named 'chinchila'"),
        ({"law": "chinchilla", "params": {"A": 1.0}}, "params: are A; chinchilla has A, B, E, alpha, beta"),
        ({"law": "chinchilla", "params": PARAMS | {"A": "many"}}, "params.A"),
        ({"law": "chinchilla", "params": PARAMS | {"E": -1}}, "E cannot be -1"),
        ({"law": "chinchilla", "params": PARAMS | {"A": 1e999}}, "is not a fit"),
        ({"law": "chinchilla", "tied": {"beta": "gamma"}, "params": PARAMS}, "cannot tie beta"),
        ({"law": "chinchilla", "params": PARAMS, "samples": {"A": [1.0]}}, "samples: are A;"),
        (
            {"law": "chinchilla", "params": PARAMS, "samples": {k: [1.0] * (2 + (k == "A")) for k in PARAMS}},
            "must have the same number",
        ),
        ({"law": "chinchilla", "params": PARAMS, "range": {"N": [2.0, 1.0]}}, "range: N must be"),
        ({"law": "chinchilla", "params": PARAMS, "level": 95}, "level"),
        ({"law": "chinchilla", "params": PARAMS, "samplse": {}}, "samplse"),
        (
            {"law": "chinchilla", "params": PARAMS, "samples": {k: [-1.0] for k in PARAMS}},
            "samples: A cannot",
        ),
        ({"law": "chinchilla", "params": PARAMS, "tied": {"self": "A"}}, "cannot tie self"),
        ({"law": "chinchilla", "params": PARAMS | {"A": True}}, "params.A"),
        ({"law": "chinchilla", "params": PARAMS | {"A": 10**400}}, "params.A"),
        ({"law": "chinchilla", "params": PARAMS, "range": {"N": [1.0, 1e999]}}, "is not a fit"),
        ({"law": "\ud800\x1b[2J", "params": PARAMS}, r"'\ud800\x1b[2J'"),
        ("[" * 100_000, "nested too deeply"),
        ('{"law": "chinchilla", "law": "m1"}', "law is given twice"),
    ],
)
def test_a_file_that_is_not_a_fit_is_refused(tmp_path: Path, content: Any, words: str) -> None:
    with pytest.raises(DataError) as refused:
        read_fit(write(tmp_path / "fit.json", content))
    assert str(refused.value).startswith(f"{tmp_path / 'fit.json'}: is not a fit")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_parameter_on_its_bound_may_be_rounded(tmp_path: Path) -> None:
    params = {"N_c": 1e13, "D_c": 1e13, "alpha_N": float(np.exp(np.log(10.0))), "alpha_D": 0.1}
    assert params["alpha_N"] > 10.0
    assert read_fit(write(tmp_path / "fit.json", {"law": "kaplan-ND", "params": params})).params == params


def test_every_key_that_is_written_is_known(tmp_path: Path) -> None:
    assert {*made(resamples=0), "allocation"} == FOR_PEOPLE | set(SavedFit.model_fields)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: No such file"):
        read_fit(tmp_path / "fit.json")
