"""Estimated and actual errors: what is drawn is what the tables say."""

import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.rosenfeld_2021.analyses import extrapolation as rosenfeld_extrapolation
from scalinglaws.papers.rosenfeld_2021.figures.extrapolation import (
    cross_validation,
    cut_offs,
    data_sets,
    extrapolation,
)
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.tables.inputs import Inputs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rosenfeld_extrapolation, "DRAWS", {"smoke": 4})
        spec = AnalysisSpec(name="rosenfeld-extrapolation", study="a/b", scale="smoke", resamples=20)
        return rosenfeld_extrapolation.analyse(Inputs(), spec)


def test_estimates_are_drawn_over_actual_errors(tables: dict[str, pd.DataFrame]) -> None:
    figure = extrapolation(tables)
    figure.draw_without_rendering()
    data = drawn_data(figure)
    for name in ("ImageNet", "WikiText-103"):
        panel = data[data.panel == name]
        points = tables["configurations"]
        points = points[points.data_set == name]
        for fitted, series in ((True, "fitted"), (False, "predicted")):
            some, drawn = points[points.fitted == fitted], panel[panel.series == series]
            assert list(drawn.x) == pytest.approx(list(some.actual))
            assert list(drawn.y) == pytest.approx(list(some.estimated))
        bars = panel[panel.series == "predicted, 95 % of draws"]
        assert list(bars.low) == pytest.approx(list(points[~points.fitted].low))


def test_the_papers_numbers_are_beside_ours(tables: dict[str, pd.DataFrame]) -> None:
    figure = extrapolation(tables)
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert any(r"paper: $\mu$ 4.5 %, $\sigma$ 4.68 %" in text for text in texts)
    assert any(r"paper: $\mu$ 0.5 %, $\sigma$ 1.69 %" in text for text in texts)


def test_every_cut_off_is_drawn(tables: dict[str, pd.DataFrame]) -> None:
    data = drawn_data(cut_offs(tables))
    rows = tables["summary"]
    rows = rows[(rows.data_set == "ImageNet") & (rows.method == "extrapolation")]
    panel = data[data.panel == "ImageNet: standard deviation"]
    bars = panel[panel.series.str.startswith("n up to")]
    assert len(bars) == len(rows) == 12
    assert sorted(bars.y) == pytest.approx(sorted(100 * rows.sigma))
    (cross,) = panel[panel.series.str.startswith("the paper")].y
    assert cross == pytest.approx(4.681)


def test_every_data_set_is_drawn_and_base_models_apart(tables: dict[str, pd.DataFrame]) -> None:
    data = drawn_data(data_sets(tables))
    panel = data[data.panel == "Mean of the error"]
    assert panel.groupby("series").size().to_dict() == {
        "m up to 1/16 of largest": 9,
        "m up to 1/16 of base": 5,
        "the paper's measurement": 2,
    }


def test_cross_validated_points_and_both_laws_are_drawn(tables: dict[str, pd.DataFrame]) -> None:
    data = drawn_data(cross_validation(tables))
    points = tables["configurations"]
    language = data[(data.panel == "Language") & (data.series != "identity")]
    expected = points[points.metric == "cross-entropy"]
    assert sorted(language.y) == pytest.approx(sorted(expected.cross_validated))
    bars = data[data.panel == "Noise in, noise out"]
    assert bars.groupby("series").size().to_dict() == {
        "noise put in": 1,
        "with its envelope": 9,
        "without": 9,
    }
    assert bars[bars.series == "noise put in"].x.item() == pytest.approx(2)  # per cent
