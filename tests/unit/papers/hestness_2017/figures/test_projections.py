"""The projections: bars of rounding, hollow and red where the two do not meet."""

import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.hestness_2017.analyses import projections as hestness_projections
from scalinglaws.papers.hestness_2017.figures.projections import projections
from scalinglaws.plotting.save import drawn_data
from scalinglaws.tables.inputs import Inputs


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    spec = AnalysisSpec(name="hestness-projections", study="a/b", scale="smoke", resamples=20)
    return hestness_projections.analyse(Inputs(), spec)


def test_every_ratio_is_drawn_with_its_range(tables: dict[str, pd.DataFrame]) -> None:
    data = drawn_data(projections(tables))
    rows = tables["projections"]
    assert sorted(data.y) == pytest.approx(sorted(rows.ratio))
    assert sorted(data.low) == pytest.approx(sorted(rows.ratio_low))
    assert sorted(data.high) == pytest.approx(sorted(rows.ratio_high))


def test_what_is_off_is_a_series_of_its_own(tables: dict[str, pd.DataFrame]) -> None:
    data = drawn_data(projections(tables))
    off = data[data.series.str.endswith("off by more than rounding")]
    rows = tables["projections"]
    assert sorted(off.y) == pytest.approx(sorted(rows[~rows.agrees].ratio))
    legend = projections(tables).axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()].count("off by more than rounding") == 1


def test_nothing_is_outside_the_axes(tables: dict[str, pd.DataFrame]) -> None:
    low, high = projections(tables).axes[0].get_ylim()
    rows = tables["projections"]
    assert low < rows.ratio_low.min()
    assert rows.ratio_high.max() < high


def test_the_table_holds_both_numbers_and_marks_what_is_off(tables: dict[str, pd.DataFrame]) -> None:
    figure = projections(tables)
    (table,) = figure.axes[1].tables
    cells = {cell.get_text().get_text(): cell.get_text().get_color() for cell in table.get_celld().values()}
    assert cells["9.39 | 9.81"] == cells["33 | 19.5"] == "#b2182b"
    assert cells["971 | 836"] == cells["750 | 750"] == "black"
    assert cells["146G | 1.7T"] == "#b2182b"
