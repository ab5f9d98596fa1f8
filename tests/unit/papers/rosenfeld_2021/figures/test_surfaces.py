"""The published landscapes: panels hold the grid's errors."""

import numpy as np
import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.rosenfeld_2021.analyses import surfaces as rosenfeld_surfaces
from scalinglaws.papers.rosenfeld_2021.figures.surfaces import SHOWN, every, landscapes
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.tables.inputs import Inputs


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    spec = AnalysisSpec(name="rosenfeld-surfaces", study="a/b", scale="smoke", resamples=20)
    return rosenfeld_surfaces.analyse(Inputs(), spec)


def test_sections_hold_every_configuration_twice(tables: dict[str, pd.DataFrame]) -> None:
    figure = landscapes(tables)
    figure.draw_without_rendering()
    data, grid = drawn_data(figure), tables["grid"]
    for name in SHOWN:
        errors = sorted(grid[grid.data_set == name].error)
        for axis in ("n", "m"):
            panel = data[data.panel == f"{name}, {axis}"]
            assert sorted(panel.y) == pytest.approx(errors)


def test_surfaces_and_configurations_have_their_height_in_the_csv(tables: dict[str, pd.DataFrame]) -> None:
    data = drawn_data(landscapes(tables))
    for name in SHOWN:
        solid = data[data.panel == name]
        for table, series in (("surface", "law"), ("grid", "configurations")):
            rows = tables[table][tables[table].data_set == name]
            drawn = solid[solid.series.str.startswith(f"{series}:")]
            assert sorted(10**drawn.z) == pytest.approx(sorted(rows.error))
            assert sorted(2**drawn.x) == pytest.approx(sorted(rows.n))


def test_the_solid_panels_are_three_dimensional(tables: dict[str, pd.DataFrame]) -> None:
    figure = landscapes(tables)
    assert [axes.name for axes in figure.axes] == ["3d", "rectilinear", "rectilinear"] * 2 + [
        "rectilinear"
    ] * 2


def test_all_nine_are_drawn_with_their_error_at_full_scale(tables: dict[str, pd.DataFrame]) -> None:
    figure = every(tables)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[:2] == ["ImageNet, 0.279", "CIFAR10, 0.0481"]
    assert len([title for title in titles if title]) == 9
    data = drawn_data(figure)
    dots = data[data.series == "configurations"]
    assert len(dots) == len(tables["grid"])
    colours = data[data.series == "law"]
    assert sorted(colours.z) == pytest.approx(sorted(tables["surface"].error))
    lines = data[data.series.str.startswith("error ")]
    assert len(lines) == len(tables["contours"])
    assert np.isfinite(lines[["x", "y"]]).all().all()
