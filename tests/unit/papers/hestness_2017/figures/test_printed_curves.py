"""Figs 1, 3 and 5 of Hestness et al. 2017: what is drawn is what the tables say."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.hestness_2017.analyses import printed_curves as hestness_curves
from scalinglaws.papers.hestness_2017.figures.printed_curves import characters, speech, translation
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.tables.inputs import Inputs


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    spec = AnalysisSpec(name="hestness-curves", study="a/b", scale="smoke", resamples=20)
    return hestness_curves.analyse(Inputs(), spec)


def legend(figure: Figure, panel: int) -> list[str]:
    return [text.get_text() for text in figure.axes[panel].get_legend().get_texts()]


def test_points_that_are_not_fitted_are_hollow(tables: dict[str, pd.DataFrame]) -> None:
    _, right = translation(tables).axes
    points = tables["points"]
    points = points[points.series == "token_error_rate"]
    for hollow in (True, False):
        drawn = [
            tuple(xy)
            for one in right.collections
            if isinstance(one, PathCollection) and bool(np.all(one.get_facecolor()[0] == 1)) == hollow
            for xy in np.asarray(one.get_offsets())
        ]
        expected = points[points.used != hollow]
        assert drawn == list(zip(expected.x, expected.y, strict=True))


def test_printed_and_fitted_lines_are_named_with_their_numbers(tables: dict[str, pd.DataFrame]) -> None:
    figure = translation(tables)
    assert [text.get_text() for text in figure.axes[0].texts] == [
        "208 hidden units\n" r"$\varepsilon = 41.2\,m^{-0.36} + 0.39$",
        "512 hidden units\n" r"$\varepsilon = 21.5\,m^{-0.30} + 0.32$",
    ]
    assert legend(figure, 1) == [
        r"printed: $3.87\,m^{-0.128}$",
        r"first 6: $3.83\,m^{-0.127}$ [$-0.132$, $-0.123$]",
        r"all 9: $3.07\,m^{-0.112}$ [$-0.123$, $-0.101$]",
    ]


def test_a_curve_that_is_fitted_whole_has_one_fit(tables: dict[str, pd.DataFrame]) -> None:
    texts = legend(characters(tables), 0)
    assert sum(text.startswith("first 6") for text in texts) == 2
    assert sum(text.startswith("all ") for text in texts) == 1
    assert "Depth-10 RHNs, Adam, not in the fit" not in set(drawn_data(characters(tables)).series)


def test_models_of_one_size_are_drawn_with_their_floors(tables: dict[str, pd.DataFrame]) -> None:
    figure = speech(tables)
    texts = legend(figure, 1)
    assert r"87M: $1.09\,m^{-0.377} + 0.0636$" "\nfloor in [$0.016$, $0.092$]" in texts
    data = drawn_data(figure)
    smallest = data[data.series == "87M parameters"]
    assert smallest.x.min() == 34.4
    fit = data[data.series.str.startswith("87M: ")]
    assert (fit.x.min(), fit.x.max()) == pytest.approx((34.4, 1720))


@pytest.mark.parametrize("draw", [translation, characters, speech])
def test_every_panel_is_exported_and_nothing_is_cut_off(
    tables: dict[str, pd.DataFrame], draw: object
) -> None:
    figure = draw(tables)  # type: ignore[operator]
    figure.draw_without_rendering()
    data = drawn_data(figure)
    assert set(data.panel) == {axes.get_title(loc="left") for axes in figure.axes}
    for axes in figure.axes:
        rows = data[data.panel == axes.get_title(loc="left")]
        (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
        assert left < rows.x.min() and rows.x.max() < right
        assert low < rows.y.min() and rows.y.max() < high
