"""The analysis of the toy simulator: the article's answers, and the optimum that they are near."""

from collections.abc import Iterator

import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.weng_2026.analyses import simulator
from scalinglaws.papers.weng_2026.constants.weng_2026_simulator import READINGS
from scalinglaws.tables.inputs import Inputs

SPEC = AnalysisSpec(name="simulator", study="weng-2026/simulator", scale="smoke", resamples=40)


@pytest.fixture(scope="module")
def tables() -> Iterator[dict[str, pd.DataFrame]]:
    """At fewer settings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulator, "BIASES", (0, 100, 200))
        patch.setattr(simulator, "DECIMALS", (4, 1, 0))
        yield simulator.analyse(Inputs(), SPEC)


def test_the_readings_agree_to_their_last_digit(tables: dict[str, pd.DataFrame]) -> None:
    readings = tables["readings"]
    assert len(readings) == 9 * len(READINGS)
    assert readings.last_digits.max() <= 0.5 + 1e-6


def test_the_optimum_is_never_worse_than_the_search(tables: dict[str, pd.DataFrame]) -> None:
    by = ["region", "decimals", "bias"]
    both = tables["settings"].pivot(index=by, columns="method", values="objective")
    assert (both["least squares"] <= both["grid search"] * (1 + 1e-9)).all()
    nearly = both.query("region == 'all' and decimals == 4 and bias == 0").iloc[0]
    assert nearly["grid search"] / nearly["least squares"] - 1 == pytest.approx(0.00114, abs=2e-4)
    beyond = both.query("region == 'medium' and decimals == 4 and bias == 200").iloc[0]
    assert beyond["grid search"] > 1.2 * beyond["least squares"]  # the optimum has alpha = 2.3


def test_a_parameter_on_its_bound_is_named(tables: dict[str, pd.DataFrame]) -> None:
    chosen = "method == 'least squares' and region == 'medium' and decimals == 1 and bias == 0"
    assert tables["settings"].query(chosen)["on_bound"].tolist() == ["E"]


def test_intervals_hold_the_optimum(tables: dict[str, pd.DataFrame]) -> None:
    fits = tables["fits"]
    resampled = fits[fits.law == "least squares"]
    assert len(resampled) == 3 * 7
    assert (resampled.low < resampled["value"]).all()
    assert (resampled["value"] < resampled.high).all()
    a = resampled.query("metric == 'all' and parameter == 'a'").iloc[0]
    assert a["value"] == pytest.approx(0.5092, abs=5e-5)
    assert a.low < 0.5126 < a.high


def test_the_default_setting_is_in_the_fits(tables: dict[str, pd.DataFrame]) -> None:
    chosen = "law == 'grid search' and metric == 'all, decimals 4, bias +0' and parameter == 'error'"
    row = tables["fits"].query(chosen).iloc[0]
    assert row["value"] == row.low == row.high == pytest.approx(-0.0005, abs=5e-5)
