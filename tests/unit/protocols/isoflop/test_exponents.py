"""Power laws between logarithms: numpy's least squares, weights, and what is not determined."""

import numpy as np
import pytest

from scalinglaws.errors import ScalingLawsError
from scalinglaws.protocols.isoflop.exponents import fit_power_law, with_intervals

X = np.log(np.geomspace(1e18, 1e22, 6))


def test_each_row_is_numpys_fit_of_the_points_that_have_weight() -> None:
    rng = np.random.default_rng(0)
    y = 0.5 * X - 3 + 0.1 * rng.standard_normal((5, 6))
    weights = rng.integers(1, 4, (5, 6)) * np.array([1.0, 1, 0, 1, 1, 1])
    y[:, 2] = np.nan
    laws = fit_power_law(X, y, weights)
    for row in range(5):
        there = weights[row] > 0
        slope, level = np.polyfit(X[there], y[row, there], 1, w=np.sqrt(weights[row, there]))
        assert laws.exponent[row] == pytest.approx(slope, abs=1e-10)
        assert laws.log_k[row] == pytest.approx(level, abs=1e-8)
    np.testing.assert_allclose(laws(1e20), np.exp(laws.log_k) * 1e20**laws.exponent, rtol=1e-12)


@pytest.mark.parametrize("weights", [[0, 0, 0, 0, 0, 0], [0, 0, 5, 0, 0, 0]])
def test_one_point_determines_no_exponent(weights: list[float]) -> None:
    assert np.isnan(fit_power_law(X, X, np.array(weights, dtype=float)).exponent)


def test_points_at_one_x_determine_no_exponent() -> None:
    """Their mean is off by a rounding error, so that the spread is not exactly zero."""
    for x in np.log(np.geomspace(1e18, 1e22, 50)):
        assert np.isnan(fit_power_law(np.full(3, x), np.array([1.0, 2.0, 4.0]), np.ones(3)).exponent)


def test_intervals_are_percentiles_of_the_resamples_that_have_an_exponent() -> None:
    line = fit_power_law(X, 0.5 * X, np.ones(6))
    samples = np.r_[np.linspace(0, 1, 101), np.nan, np.nan]
    found = with_intervals(line, line, samples, 1 - samples, 0.8)
    assert found.a_interval == pytest.approx((0.1, 0.9))
    assert found.b_interval == pytest.approx((0.1, 0.9))
    assert found.degenerate == 2
    with pytest.raises(ScalingLawsError, match="none of 3 resamples"):
        with_intervals(line, line, np.full(3, np.nan), np.full(3, np.nan), 0.8)
