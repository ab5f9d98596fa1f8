"""Reading the table of runs: what it becomes, and every way in which it can be wrong."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scalinglaws.config.fit import FitSpec
from scalinglaws.errors import DataError
from scalinglaws.protocols.learning_curves.run_grid import RunGrid, read_runs

Rows = list[dict[str, str]]
Write = Callable[[Rows], Path]
SPEC = FitSpec(
    study="synthetic",
    metrics=("top1_error", "top5_error", "cross_entropy"),
    size_metric="top1_error",
    region=(2, 100),
)


def test_a_table_becomes_the_grid_that_it_was_written_from(
    grid: RunGrid, rows: Rows, write_runs: Write
) -> None:
    read = read_runs(write_runs(rows[::-1]), SPEC)
    np.testing.assert_array_equal(read.values, grid.values)
    np.testing.assert_array_equal(read.passed, grid.passed)
    np.testing.assert_array_equal(read.slope, grid.slope)
    np.testing.assert_array_equal(read.parameters, grid.parameters)
    assert read.models == grid.models
    assert read.x.tolist() == [1, 2, 4, 8, 16, 32, 64, 128]
    assert read.in_region.tolist() == [False, True, True, True, True, True, True, False]


def test_runs_of_the_search_and_of_other_studies_are_left_out(
    grid: RunGrid, rows: Rows, write_runs: Write
) -> None:
    search = [{**row, "phase": "search", "top1_error": "0.001"} for row in rows[:10]]
    other = [{**row, "study": "another", "top1_error": "0.001"} for row in rows[:10]]
    np.testing.assert_array_equal(read_runs(write_runs(search + rows + other), SPEC).values, grid.values)


def test_missing_runs_leave_the_end_of_their_cell_empty(rows: Rows, write_runs: Write) -> None:
    read = read_runs(write_runs(rows[2:]), SPEC)  # seeds 0 and 1 of the first cell
    assert read.ran[0, 0].tolist() == [True, True, True, False, False]
    assert np.isfinite(read.values[0, 0, 0]).tolist() == [True, True, True, False, False]


def test_laws_may_see_all_examples(rows: Rows, write_runs: Write) -> None:
    spec = SPEC.model_copy(update={"x": "examples"})
    assert read_runs(write_runs(rows), spec).x[0] == 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"top1_error": "0.0"}, "run0000: top1_error is 0.0; it must be finite and positive"),
        ({"top1_error": "-0.1"}, "top1_error is -0.1"),
        ({"top1_error": "nan"}, "top1_error is nan"),
        ({"top1_error": ""}, "top1_error is nan"),
        ({"top1_error": "low"}, "top1_error is 'low', not a number"),
        ({"status": "running"}, "status is 'running'"),
        ({"parameters": "1001"}, "has two sizes"),
        ({"examples": "11"}, "two subsets share one data_size"),
        ({"seed": "1"}, "runs run0000 and run0001 share subset, model and seed"),
        ({"model": "resnet-x"}, "two models have the same number of parameters"),
    ],
)
def test_a_wrong_row_is_named(change: dict[str, str], message: str, rows: Rows, write_runs: Write) -> None:
    rows[0].update(change)
    with pytest.raises(DataError, match=message):
        read_runs(write_runs(rows), SPEC)


def test_a_run_that_is_there_twice_is_an_error(rows: Rows, write_runs: Write) -> None:
    with pytest.raises(DataError, match="runs run0003 and run0003"):
        read_runs(write_runs([*rows, {**rows[3], "top1_error": "0.5"}]), SPEC)


def test_a_study_without_runs_a_missing_column_and_a_missing_file_are_errors(
    rows: Rows, write_runs: Write, tmp_path: Path
) -> None:
    path = write_runs(rows)
    with pytest.raises(DataError, match="no run of study another"):
        read_runs(path, SPEC.model_copy(update={"study": "another"}))
    with pytest.raises(DataError, match=r"lacks the column\(s\) perplexity"):
        read_runs(path, SPEC.model_copy(update={"metrics": ("perplexity",)}))
    with pytest.raises(DataError, match="cannot be read"):
        read_runs(tmp_path / "none.csv", SPEC)


def test_a_cut_off_table_is_an_error(rows: Rows, write_runs: Write) -> None:
    path = write_runs(rows)
    path.write_text(path.read_text()[:-30])
    with pytest.raises(DataError, match="line 241: "):
        read_runs(path, SPEC)
