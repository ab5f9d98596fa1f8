"""The sets of public run data that the package knows: their format, and their true content if at hand."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest

from scalinglaws.errors import DataError
from scalinglaws.public_runs.published_set import MIRROR, published_set
from scalinglaws.public_runs.sets import chinchilla_points, muennighoff_runs

ALL = """# losses of 0 did not finish
NAMES_TO_VAL_LOSSES = {
    "2b84b4b": 3.25,
    # "2b88b4b": 2.5,
    "2b855b1b25c4seed1": 3.5,
    "4b284b12bc4opt2": 2.5,
    "4b284b84bc4v2seed3": 2.25,
    "14m1b5100m": 5.5,
    "619m2b72b7": 3.0,
    "3b926b400m": 0,
    "83m14b100mdedup": 3.875,
}
"""
FITTED = """NAMES_TO_VAL_LOSSES = {
    "14m1b5100m": 5.5,
    #"2b84b4b": 3.25,
    "3b926b400m": 0,
}
"""
SIZES = """PARAMS_MAP = {"14m": 1.41E+07, "619m": 6.187E+08, "2b8": 2.81E+09, "4b2": 4.2465E+09}
"""


def write_notebook(path: Path, runs: str = ALL) -> Path:
    """A notebook with the runs in its cells 1 and 25, as upstream has them."""
    cells = [{"cell_type": "code", "source": ["raise SystemExit('nobody runs this')"]} for _ in range(27)]
    for number, code in ((1, runs + SIZES), (25, FITTED + SIZES)):
        cells[number]["source"] = code.splitlines(keepends=True)
    path.write_text(json.dumps({"cells": cells}))
    return path


def test_names_of_runs_say_parameters_tokens_and_unique_tokens(tmp_path: Path) -> None:
    frame = muennighoff_runs.read({"parametric_fit.ipynb": write_notebook(tmp_path / "a.ipynb")})
    assert list(frame.itertuples(index=False, name=None)) == [
        ("2b84b4b", 2.81e9, 4e9, 4e9, 3.25, False),
        ("2b855b1b25c4seed1", 2.81e9, 55e9, 1.25e9, 3.5, False),
        ("4b284b12bc4opt2", 4.2465e9, 84e9, 12e9, 2.5, False),
        ("4b284b84bc4v2seed3", 4.2465e9, 84e9, 84e9, 2.25, False),
        ("14m1b5100m", 1.41e7, 1.5e9, 1e8, 5.5, True),
        ("619m2b72b7", 6.187e8, 2.7e9, 2.7e9, 3.0, False),
    ]
    assert list(frame.columns) == ["name", "N", "D", "U", "loss", "fitted"]


def test_a_name_that_says_something_else(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "a.ipynb", ALL.replace("619m2b72b7", "tiny2b72b7"))
    with pytest.raises(DataError, match=rf"{path}: the run 'tiny2b72b7' is not named by"):
        muennighoff_runs.read({"parametric_fit.ipynb": path})


def test_the_five_highest_losses_are_excluded(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    losses = [2.0, 9.0, 3.0, 8.0, 7.0, 6.0, 5.0, 2.5]
    pd.DataFrame({"Model Size": 1e9, "Training FLOP": 6e19, "loss": losses}).to_csv(path)
    frame = chinchilla_points.read({"points.csv": path})
    assert list(frame.loss) == losses
    assert set(frame.D) == {1e10}
    assert list(frame.loss[frame.excluded]) == [9.0, 8.0, 7.0, 6.0, 5.0]


@pytest.fixture
def mirror() -> Path:
    """The folder with the true files."""
    if not os.environ.get(MIRROR):
        pytest.skip(f"{MIRROR} names no folder with public run data")
    return Path(os.environ[MIRROR])


def test_the_points_of_hoffmann(mirror: Path) -> None:
    data = published_set("chinchilla-points")
    files = data.find([mirror])
    assert files
    for name, path in files.items():
        data.check(name, path)
    frame = chinchilla_points.read(files)
    assert (len(frame), int(frame.excluded.sum())) == (245, 5)
    assert (frame.D / frame.N)[frame.excluded].max() < 0.41 < (frame.D / frame.N)[~frame.excluded].min()


def test_the_runs_of_muennighoff(mirror: Path) -> None:
    """The notebook, where it is there, says the same as the tables."""
    data = published_set("muennighoff-runs")
    tables = [{name: mirror / name for name in form} for form in data.forms]
    there = [files for files in tables if all(path.is_file() for path in files.values())]
    assert there
    frames = []
    for files in there:
        for name, path in files.items():
            data.check(name, path)
        frames.append(muennighoff_runs.read(files))
        assert (len(frames[-1]), int(frames[-1].fitted.sum())) == (296, 182)
    for frame in frames[1:]:
        pd.testing.assert_frame_equal(frame, frames[0], check_exact=True)
