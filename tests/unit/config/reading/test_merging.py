"""Blocks of a scale over blocks that all scales share."""

from typing import Any

import pytest

from scalinglaws.config.reading.load import load_config
from scalinglaws.config.reading.merging import merge
from unit.config.reading.mistakes import WriteConfig


def test_a_block_that_names_a_source_replaces_the_shared_one() -> None:
    shared = {"data": {"source": "a", "options": {"size": 1}, "validation": {"examples": 5}}, "seeds": [0, 1]}
    assert merge(shared, {"data": {"source": "b"}, "seeds": [2]}) == {"data": {"source": "b"}, "seeds": [2]}
    kept = merge(shared, {"data": {"validation": {"seed": 1}}})
    assert kept["data"] == {"source": "a", "options": {"size": 1}, "validation": {"examples": 5, "seed": 1}}
    assert shared["seeds"] == [0, 1]
    assert merge({"learning_rate": {"search": [1, 2]}}, {"learning_rate": 0.1}) == {"learning_rate": 0.1}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"duration": {"steps": 5}}, {"duration": {"flops": 1e9}}),
        ({"schedule": {"warmup": {"steps": 5}}}, {"schedule": {"warmup": {"share": 0.1}}}),
        ({"learning_rate": {"search": [1, 2], "at": [3]}}, {"learning_rate": {"rule": {"value": 1}}}),
        ({"learning_rate": {"rule": {"value": 1}}}, {"learning_rate": {"search": [1, 2], "at": [3]}}),
    ],
)
def test_a_block_that_says_one_thing_in_one_of_several_ways_is_replaced(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert merge(old, new) == new


def test_other_blocks_are_merged_key_by_key() -> None:
    old = {"optimiser": {"name": "sgd", "batch": 16}, "axes": {"seed": [0], "subset.examples": [1]}}
    new = {"optimiser": {"name": "adam"}, "axes": {"seed": [1, 2]}}
    assert merge(old, new) == {
        "optimiser": {"name": "adam", "batch": 16}, "axes": {"seed": [1, 2], "subset.examples": [1]},
    }  # fmt: skip


def test_scales_merge_over_runs_key_by_key(write_config: WriteConfig) -> None:
    root = write_config(
        study={"scales.laptop.runs.evaluation.first": 2, "runs.evaluation.ratio": 1.5,
               "scales.laptop.runs.learning_rate.at": [10]}
    )  # fmt: skip
    (study,) = load_config("laptop", root).studies
    grid = study.grid
    assert grid is not None
    assert (grid.runs[0].evaluation.first, grid.runs[0].evaluation.ratio) == (2, 1.5)
    assert grid.search is not None
    assert (grid.search.search, grid.search.at) == ((0.01, 0.02), (10,))
