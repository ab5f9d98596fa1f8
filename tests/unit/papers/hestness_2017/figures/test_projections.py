"""The projections: bars of rounding, hollow and with both numbers where the two do not meet."""

import numpy as np
import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.hestness_2017.analyses import projections as hestness_projections
from scalinglaws.papers.hestness_2017.figures.projections import projections
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.tables.inputs import Inputs


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    spec = AnalysisSpec(name="hestness-projections", study="a/b", scale="smoke", resamples=20)
    return hestness_projections.analyse(Inputs(), spec)


def test_every_ratio_is_drawn_with_its_range(tables: dict[str, pd.DataFrame]) -> None:
    data = drawn_data(projections(tables))
    rows = tables["projections"]
    bars = data[data.panel == "Computed from printed constants"]
    assert sorted(bars.x) == pytest.approx(sorted(rows.ratio))
    assert sorted(bars.x_low) == pytest.approx(sorted(rows.ratio_low))
    assert sorted(bars.x_high) == pytest.approx(sorted(rows.ratio_high))


def test_what_is_off_is_a_series_of_its_own(tables: dict[str, pd.DataFrame]) -> None:
    data = drawn_data(projections(tables))
    off = data[data.series.str.endswith("off by more than rounding")]
    rows = tables["projections"]
    assert sorted(off.x) == pytest.approx(sorted(rows[~rows.agrees].ratio))
    legend = projections(tables).axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()].count("off by more than rounding") == 1


def test_nothing_is_outside_the_axes(tables: dict[str, pd.DataFrame]) -> None:
    low, high = projections(tables).axes[0].get_xlim()
    rows = tables["projections"]
    assert low < rows.ratio_low.min()
    assert rows.ratio_high.max() < high


def test_both_numbers_stand_where_they_disagree(tables: dict[str, pd.DataFrame]) -> None:
    words = [text.get_text() for text in projections(tables).axes[0].texts]
    assert len(words) == (~tables["projections"].agrees).sum()
    assert r"9.39 $\rightarrow$ 9.81" in words
    assert r"146G $\rightarrow$ 1.7T" in words


def test_the_csv_has_every_number_as_printed_and_as_computed(tables: dict[str, pd.DataFrame]) -> None:
    data, rows = drawn_data(projections(tables)), tables["projections"]
    printed, computed = (data[data.series == name].y for name in ("printed", "computed"))
    assert list(printed) == list(rows.printed)
    np.testing.assert_allclose(computed, rows.value, atol=0, rtol=0.05)
    first = data[(data.series == "computed") & (data.x == 7)].y.iloc[0]
    assert first == 9.81  # to the last digit of 9.39
