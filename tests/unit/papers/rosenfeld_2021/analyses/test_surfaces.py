"""The published landscapes of Rosenfeld et al. 2020, over their own grids."""

import numpy as np
import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.rosenfeld_2021.analyses import surfaces as rosenfeld_surfaces
from scalinglaws.papers.rosenfeld_2021.analyses.surfaces import contour, error
from scalinglaws.papers.rosenfeld_2021.constants import LANDSCAPES, landscape
from scalinglaws.tables.inputs import Inputs


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    spec = AnalysisSpec(name="rosenfeld-surfaces", study="a/b", scale="smoke", resamples=20)
    return rosenfeld_surfaces.analyse(Inputs(), spec)


# From the same parameters, computed apart from this package.
FULL_SCALE = {
    "ImageNet": 0.279, "CIFAR10": 0.048, "CIFAR100": 0.257, "DTD": 0.746, "Aircraft": 0.657, "UCF101": 0.328,
    "PTB": 4.271, "WikiText-2": 4.357, "WikiText-103": 3.537,
}  # fmt: skip
CONFIGURATIONS = [49, 48, 48, 42, 42, 42, 42, 42, 42]


def test_full_scale_errors(tables: dict[str, pd.DataFrame]) -> None:
    found = tables["full_scale"].set_index("data_set").error_full
    assert found.to_dict() == pytest.approx(FULL_SCALE, abs=5e-4)


def test_grids_have_the_published_numbers_of_configurations(tables: dict[str, pd.DataFrame]) -> None:
    assert list(tables["full_scale"].configurations) == CONFIGURATIONS
    assert list(tables["grid"].groupby("data_set", sort=False).size()) == CONFIGURATIONS


def test_sizes_are_fractions_of_the_largest(tables: dict[str, pd.DataFrame]) -> None:
    for _, grid in tables["grid"].groupby("data_set"):
        assert grid.n.max() == grid.m.max() == 1
    cifar = tables["full_scale"].set_index("data_set").loc["CIFAR10"]
    assert cifar.largest_parameters == pytest.approx(64 * 0.7e6)


def test_the_smallest_cifar10_model_on_all_data() -> None:
    cifar = landscape("CIFAR10")
    found = error(cifar, np.ones(1), np.array([cifar.model_fractions[0]]))
    assert found[0] == pytest.approx(0.44, abs=0.005)


def test_errors_are_between_floor_and_guessing(tables: dict[str, pd.DataFrame]) -> None:
    ends = tables["full_scale"].set_index("data_set")
    grid = tables["grid"].join(ends[["error_floor", "error_guess"]], on="data_set")
    assert ((grid.error > grid.error_floor) & (grid.error < grid.error_guess)).all()
    assert ends.loc["ImageNet", "error_floor"] == pytest.approx(0.192, abs=5e-4)


def test_contours_have_the_error_they_say(tables: dict[str, pd.DataFrame]) -> None:
    for one in LANDSCAPES:
        lines = tables["contours"][tables["contours"].data_set == one.name]
        assert lines.level.nunique() == 5
        assert error(one, lines.n.to_numpy(), lines.m.to_numpy()) == pytest.approx(lines.level, rel=1e-9)


def test_contours_go_down_in_model_size_as_data_grow() -> None:
    n, m = contour(landscape("DTD"), 0.8)  # nearly upright: half of it is sampled along m
    assert len(n) > 40
    assert (np.diff(n) >= 0).all()
    assert (np.diff(m) <= 0).all()


def test_every_constant_says_how_it_reached_us(tables: dict[str, pd.DataFrame]) -> None:
    table = tables["constants"].set_index(["data_set", "parameter"]).certainty
    assert len(table) == 9 * 6
    assert (table.xs("alpha", level=1) == "sec").all()
    assert (table.xs("beta", level=1) == "sec").all()
    assert table["ImageNet", "eta"] == table["PTB", "eps0"] == "mem"
    assert table["CIFAR10", "eta"] == "sec"
