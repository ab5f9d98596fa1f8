"""The published landscapes: panels hold the grid's errors."""

import numpy as np
import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.rosenfeld_2021.analyses import surfaces as rosenfeld_surfaces
from scalinglaws.papers.rosenfeld_2021.figures.surfaces import SHOWN, every, landscapes
from scalinglaws.plotting.save import drawn_data
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
        for over in ("data", "model"):
            panel = data[data.panel == f"{name}: error over {over} size"]
            assert sorted(panel.y) == pytest.approx(errors)


def test_the_solid_panels_are_three_dimensional(tables: dict[str, pd.DataFrame]) -> None:
    figure = landscapes(tables)
    assert [axes.name for axes in figure.axes] == ["3d", "rectilinear", "rectilinear"] * 2


def test_all_nine_are_drawn_with_their_error_at_full_scale(tables: dict[str, pd.DataFrame]) -> None:
    figure = every(tables)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[:2] == [
        "ImageNet: top-1 error, 0.279 at full scale",
        "CIFAR10: top-1 error, 0.0481 at full scale",
    ]
    assert len(titles) == 9
    data = drawn_data(figure)
    dots = data[data.series == "configurations"]
    assert len(dots) == len(tables["grid"])
    lines = data[data.series.str.startswith("error ")]
    assert len(lines) == len(tables["contours"])
    assert np.isfinite(lines[["x", "y"]]).all().all()
