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


def test_runs_that_did_not_pass_their_minimum_are_unfinished() -> None:
    runs = pd.DataFrame(
        {
            "phase": ["grid"] * 4 + ["search"],
            "status": ["completed"] * 2 + ["diverged"] + ["completed"] * 2,
            "examples": [8, 8, 8, 16, 16],
            "error_passed": [True, False, False, False, False],
        }
    )
    none = pd.DataFrame()
    tables = StudyTables(runs=runs, scores=none, best=none, fits=none, bands=none, evidence=none)
    assert tables.unfinished("error").to_dict("list") == {
        "examples": [8, 16],
        "runs": [2, 1],
        "unfinished": [1, 1],
        "share": [0.5, 1.0],
    }


@pytest.mark.parametrize("content", [None, "{}", "not json"])
def test_a_damaged_manifest_is_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "manifest.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DataError, match=r"manifest\.json: not the manifest of a prepared data set"):
        read_manifest(path)
