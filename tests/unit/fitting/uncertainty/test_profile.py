"""Profiles: intervals as theory has them, and flat ones reported as such."""

import numpy as np
import pytest
from scipy.stats import chi2

from scalinglaws import laws
from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.uncertainty.profile import profile

X = np.geomspace(1, 1000, 40)
Y = 2 * X**-0.3 * np.exp(np.random.default_rng(1).normal(0, 0.05, 40))
LINE = laws.find("power-law")


def test_the_profile_of_a_line_is_the_parabola_of_the_regression() -> None:
    found = Problem(LINE, Points(X, Y)).fit()
    seen = profile(found, "c")
    log_x = np.log(X)
    curvature = ((log_x - log_x.mean()) ** 2).sum()
    expected = found.objective + curvature * (seen.values - found.params["c"]) ** 2
    np.testing.assert_allclose(seen.objective, expected, rtol=1e-8)
    allowed = found.objective * (np.exp(chi2.ppf(0.95, 1) / 40) - 1)
    reach = np.sqrt(allowed / curvature)
    assert seen.low == pytest.approx(found.params["c"] - reach, abs=0.1 * reach)
    assert seen.high == pytest.approx(found.params["c"] + reach, abs=0.1 * reach)
    assert seen.closed
    assert not seen.flat
    assert seen.warning == ""


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    held = 0
    for seed in range(200):
        y = 2 * X**-0.3 * np.exp(np.random.default_rng(seed).normal(0, 0.05, 40))
        seen = profile(Problem(LINE, Points(X, y)).fit(), "c", span=(0.2, 0.4), points=61)
        held += seen.low <= 0.3 <= seen.high
    assert 0.90 <= held / 200 <= 0.985  # 95 %, three standard errors of 200 draws


def test_a_profile_that_does_not_close_is_flat_and_says_so() -> None:
    floor = laws.find("power-law-floor")
    x = np.geomspace(1, 4, 8)
    y = 2 * x**-0.3 * np.exp(np.random.default_rng(0).normal(0, 0.05, 8))
    found = Problem(floor, Points(x, y)).fit()
    seen = profile(found, "c")
    assert seen.flat
    assert seen.warning.startswith("flat profile: c between")


def test_only_fitted_parameters_have_a_profile() -> None:
    found = Problem(LINE, Points(X, Y), fixed={"c": 0.3}).fit()
    for name in ("c", "gamma"):
        with pytest.raises(ScalingLawsError, match=f"{name} is not a fitted parameter"):
            profile(found, name)
