"""Student's likelihood intervals: exact for lines, and honest about bounds and open ends."""

import numpy as np
import pytest
from scipy.stats import t

from scalinglaws import laws
from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.uncertainty.student import student_interval, student_level
from scalinglaws.laws.law import FloatArray

LINE, FLOOR = laws.find("learning-curve"), laws.find("learning-curve-with-floor")


def noisy(points: int, noise: float = 0.02, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    x = np.geomspace(10, 5000, points)
    rng = np.random.default_rng(seed)
    return x, np.asarray(3 * x**-0.3 * np.exp(noise * rng.standard_normal(points)))


@pytest.mark.parametrize("points", [3, 6, 20])
@pytest.mark.parametrize("noise", [1e-4, 0.3])
def test_it_is_the_t_interval_of_a_regression(points: int, noise: float) -> None:
    x, y = noisy(points, noise)
    found = Problem(LINE, Points(x, y)).fit()
    centred = np.log(x) - np.log(x).mean()
    error = np.sqrt(found.objective / (points - 2) / (centred**2).sum())
    reach = t.ppf(0.95, points - 2) * error
    low, high = student_interval(found, "beta_g", level=0.9)
    beta = found.params["beta_g"]
    assert low == pytest.approx(beta - reach, abs=2e-3 * reach)
    assert high == pytest.approx(beta + reach, abs=2e-3 * reach)


def test_its_level_tends_to_the_one_asked_for() -> None:
    assert student_level(0.95, 10_000, 2) == pytest.approx(0.95, abs=1e-3)
    assert student_level(0.95, 5, 2) > 0.99


def test_an_end_at_a_bound_is_the_bound() -> None:
    x, y = noisy(8)
    low, high = student_interval(Problem(FLOOR, Points(x, y)).fit(), "gamma")
    assert low == 0
    assert 0 < high < y.min()


def test_an_end_that_is_nowhere_is_zero_or_infinite() -> None:
    x = np.array([10.0, 20.0, 40.0, 80.0])
    y = np.array([1.0, 1.3, 0.9, 1.2])  # a floor alone fits as well: alpha may vanish
    low, high = student_interval(Problem(FLOOR, Points(x, y)).fit(), "alpha")
    assert low == 0
    assert high > 1e6


def test_no_degree_of_freedom_is_refused() -> None:
    with pytest.raises(ScalingLawsError, match="no degree of freedom"):
        student_level(0.95, 3, 3)


def test_other_losses_are_refused() -> None:
    x, y = noisy(8)
    found = Problem(LINE, Points(x, y), Estimator(loss="huber")).fit()
    with pytest.raises(ScalingLawsError, match="least squares"):
        student_interval(found, "beta_g")
