"""Prediction of what was not seen, and the choice between laws."""

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.validation import cross_validation, largest_held_out

X = np.geomspace(1, 4096, 24)
LINE, FLOOR = laws.find("power-law"), laws.find("power-law-floor")


def noisy(law: str, *params: float, seed: int = 0, noise: float = 0.02) -> np.ndarray:
    truth = laws.find(law).predict(np.array(params), X[None])
    return np.asarray(truth * np.exp(np.random.default_rng(seed).normal(0, noise, len(X))))


def test_cross_validation_of_the_true_law_shows_the_noise() -> None:
    y = noisy("power-law", 2.0, 0.3, noise=0.03)
    errors = cross_validation(Problem(LINE, Points(X, y)).fit(), 8, np.random.default_rng(0))
    assert errors.shape == (24,)
    assert errors.std() == pytest.approx(0.03, rel=0.4)


def test_each_fold_is_predicted_without_itself() -> None:
    y = noisy("power-law", 2.0, 0.3)
    found = Problem(LINE, Points(X, y)).fit()
    errors = cross_validation(found, len(X), np.random.default_rng(0))
    left_out = np.arange(len(X)) != 5
    alone = Problem(LINE, Points(X[left_out], y[left_out])).fit()
    assert errors[5] == pytest.approx(float(alone.predict(X[5:6])[0] / y[5] - 1), rel=1e-9)


def test_the_largest_points_are_predicted_from_the_others() -> None:
    y = noisy("power-law-floor", 0.2, 2.0, 0.5)
    good, held = largest_held_out(Problem(FLOOR, Points(X, y)).fit(), share=0.25)
    assert held == 6
    small = np.sort(X)[-6] > X
    alone = Problem(FLOOR, Points(X[small], y[small])).fit()
    error = np.log(alone.predict(X[~small]) / y[~small])
    assert good == pytest.approx(float(np.sqrt((error**2).mean())), rel=1e-6)
    line, _ = largest_held_out(Problem(LINE, Points(X, y)).fit(), share=0.25)
    assert line > 3 * good


def test_points_of_equal_size_are_held_out_together() -> None:
    x = np.repeat(np.geomspace(1, 64, 7), 3)
    y = 2 * x**-0.3
    _, held = largest_held_out(Problem(LINE, Points(x, y)).fit(), share=0.05)
    assert held == 3


def test_too_few_points_leave_the_held_out_error_unsaid() -> None:
    y = 2 * X[:4] ** -0.3 + 0.1
    error, _ = largest_held_out(Problem(FLOOR, Points(X[:4], y)).fit(), share=0.5)
    assert np.isnan(error)


@pytest.mark.parametrize(
    ("truth", "params"), [("power-law", (2.0, 0.3)), ("power-law-floor", (0.2, 2.0, 0.5))]
)
def test_the_true_law_wins_the_comparison(truth: str, params: tuple[float, ...]) -> None:
    names = ("power-law", "power-law-floor", "exponential", "logarithmic")
    wins = 0
    for seed in range(10):
        points = Points(X, noisy(truth, *params, seed=seed))
        wins += min(names, key=lambda name: Problem(name, points).fit().aicc) == truth
    assert wins >= 8


def test_aicc_is_the_criterion_of_normal_noise() -> None:
    found = Problem(LINE, Points(X, noisy("power-law", 2.0, 0.3))).fit()
    n, k = 24, 3
    expected = n * np.log(found.objective / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1)
    assert found.aicc == pytest.approx(expected)
    few = Problem(LINE, Points(X[:3], X[:3] ** -0.3 * np.array([1.0, 1.1, 0.9]))).fit()
    assert few.aicc == np.inf


def test_weights_and_estimator_are_those_of_the_fit() -> None:
    y = noisy("power-law", 2.0, 0.3)
    y[3] *= 5
    weights = np.where(np.arange(24) == 3, 0.0, 1.0)
    found = Problem(LINE, Points(X, y, weights), Estimator("log", "huber", 1e-2)).fit()
    assert len(found.points) == 23
    error, _ = largest_held_out(found)
    assert error < 0.05
    with pytest.raises(ScalingLawsError, match="weights: must be finite"):
        Problem(LINE, Points(X, y, -weights)).fit()
