"""The tables of a trained study: what is looked up in them."""

from pathlib import Path

import pandas as pd
import pytest

from scalinglaws.errors import DataError
from scalinglaws.tables.study import StudyTables, read_manifest
from scalinglaws.tables.value import MISSING, Value
from unit.made_tables import draw_tables


def test_a_fitted_parameter_has_its_interval() -> None:
    tables = draw_tables()
    assert tables.value("learning-curve", "top1_error", "beta_g") == Value(-0.3, -0.31, -0.29)
    assert tables.value("learning-curve", "top1_error", "gamma") == MISSING


def test_runs_whose_last_validation_is_the_lowest_are_unfinished() -> None:
    runs = pd.DataFrame(
        {
            "run": ["falls", "rises", "patient", "diverged", "larger", "searched"],
            "phase": ["grid"] * 5 + ["search"],
            "status": ["completed"] * 3 + ["diverged"] + ["completed"] * 2,
            "stopped": ["budget", "budget", "patience", "diverged", "budget", "budget"],
            "examples": [8, 8, 8, 8, 16, 16],
        }
    )
    ends = {"falls": 1.0, "rises": 2.5, "patient": 1.0, "diverged": 1.0, "larger": 1.5, "searched": 1.0}
    curves = pd.DataFrame(
        [row for name, end in ends.items() for row in ((name, 20, end), (name, 10, 2.0))],
        columns=["run", "step", "error"],
    )
    none = pd.DataFrame()
    tables = StudyTables(runs=runs, curves=curves, scores=none, best=none, fits=none, bands=none)
    counted = tables.unfinished("error")
    assert counted.to_dict("list") == {
        "examples": [8, 16],
        "runs": [3, 1],
        "unfinished": [1, 1],
        "share": [pytest.approx(1 / 3), 1.0],
    }


@pytest.mark.parametrize("content", [None, "{}", "not json"])
def test_a_damaged_manifest_is_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "manifest.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DataError, match=r"manifest\.json: not the manifest of a prepared data set"):
        read_manifest(path)
