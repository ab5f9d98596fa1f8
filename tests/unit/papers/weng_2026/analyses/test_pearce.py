"""The analysis of Pearce and Song 2024: what their script prints, and the closed form."""

import numpy as np
import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.weng_2026.analyses import pearce
from scalinglaws.papers.weng_2026.constants import pearce_song_2024 as paper
from scalinglaws.tables.inputs import Inputs

SPEC = AnalysisSpec(name="pearce", study="weng-2026/pearce", scale="smoke", resamples=40)
HALF = 5e-5  # of the fourth decimal


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return pearce.analyse(Inputs(), SPEC)


def fit(tables: dict[str, pd.DataFrame], law: str, metric: str, parameter: str) -> float:
    fits = tables["fits"]
    rows = fits[(fits.law == law) & (fits.metric == metric) & (fits.parameter == parameter)]
    assert len(rows) == 1
    return float(rows["value"].iloc[0])


@pytest.mark.parametrize(
    ("metric", "parameter", "printed"),
    [
        ("Besiroglu et al., embeddings left out", "a", paper.SLOPE_WITHOUT),
        ("Hoffmann et al., embeddings left out", "a", paper.SLOPE_WITHOUT_HOFFMANN),
        ("Besiroglu et al., total", "a", paper.SLOPE_TOTAL),
        ("Hoffmann et al., total", "a", paper.SLOPE_TOTAL_HOFFMANN),
        ("Besiroglu et al., embeddings left out", "loss exponent", paper.LOSS_SLOPE_WITHOUT),
        ("Besiroglu et al., total", "loss exponent", paper.LOSS_SLOPE_TOTAL),
    ],
)
def test_the_simulation_prints_what_theirs_prints(
    tables: dict[str, pd.DataFrame], metric: str, parameter: str, printed: paper.Constant
) -> None:
    assert fit(tables, "simulated", metric, parameter) == pytest.approx(printed.value, abs=HALF)


def test_the_peak_and_the_limits(tables: dict[str, pd.DataFrame]) -> None:
    name = "Besiroglu et al."
    for parameter, value, tolerance in (
        ("peak", 0.9807, HALF),
        ("C at peak", 1.76e16, 5e13),
        ("N at peak", 1.93e6, 5e3),
        ("large limit", 0.5126, HALF),
        ("small limit", 0.7593, HALF),
    ):
        assert fit(tables, "local exponent", name, parameter) == pytest.approx(value, abs=tolerance)


def test_the_local_exponent_at_ten_budgets(tables: dict[str, pd.DataFrame]) -> None:
    curve = tables["curve"].query("constants == 'Besiroglu et al.'")
    budgets = [1e12, 1e14, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22, 1e24]
    expected = [0.7620, 0.7864, 0.9676, 0.8562, 0.6575, 0.5734, 0.5392, 0.5245, 0.5180, 0.5137]
    for C, g in zip(budgets, expected, strict=True):
        row = curve.iloc[(np.log(curve.C) - np.log(C)).abs().argmin()]
        assert pytest.approx(C, rel=1e-9) == row.C
        assert row.g == pytest.approx(g, abs=HALF)


def test_the_curve_rises_as_its_local_exponent_says(tables: dict[str, pd.DataFrame]) -> None:
    for _, curve in tables["curve"].groupby("constants"):
        slope = np.gradient(np.log(curve.N), np.log(curve.C))
        np.testing.assert_allclose(slope[1:-1], curve.g.iloc[1:-1], atol=2e-3)


def test_768_is_not_768_million(tables: dict[str, pd.DataFrame]) -> None:
    name = "Besiroglu et al."
    assert fit(tables, "closed form", f"{name}, 768 to 1.5 billion", "a") == pytest.approx(0.788, abs=2e-3)
    millions = fit(tables, "closed form", f"{name}, 768 million to 1.5 billion", "a")
    assert millions == pytest.approx(0.534, abs=5e-4)


def test_the_lines_go_through_the_points(tables: dict[str, pd.DataFrame]) -> None:
    for _, part in tables["simulated"].groupby(["constants", "counted"]):
        assert np.log(part.line / part.N).mean() == pytest.approx(0, abs=1e-9)
