"""Prediction of what was not seen, and the choice between laws."""

import numpy as np
import pytest
from scalinglaws.fitting.fit_law import estimate

from scalinglaws import laws
from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.validation import aicc, compare, cross_validation, largest_held_out

X = np.geomspace(1, 4096, 24)
LINE, FLOOR = laws.find("power-law"), laws.find("power-law-floor")


def noisy(law: str, *params: float, seed: int = 0, noise: float = 0.02) -> np.ndarray:
    truth = laws.find(law).predict(np.array(params), X[None])
    return np.asarray(truth * np.exp(np.random.default_rng(seed).normal(0, noise, len(X))))


def test_cross_validation_of_the_true_law_shows_the_noise() -> None:
    y = noisy("power-law", 2.0, 0.3, noise=0.03)
    errors = cross_validation(estimate(LINE, X, y), X, y, 8, np.random.default_rng(0))
    assert errors.shape == (24,)
    assert errors.std() == pytest.approx(0.03, rel=0.4)


def test_each_fold_is_predicted_without_itself() -> None:
    y = noisy("power-law", 2.0, 0.3)
    found = estimate(LINE, X, y)
    errors = cross_validation(found, X, y, len(X), np.random.default_rng(0))
    left_out = np.arange(len(X)) != 5
    alone = estimate(LINE, X[left_out], y[left_out])
    assert errors[5] == pytest.approx(float(alone.predict(X[5:6])[0] / y[5] - 1), rel=1e-9)


def test_the_largest_points_are_predicted_from_the_others() -> None:
    y = noisy("power-law-floor", 0.2, 2.0, 0.5)
    good, held = largest_held_out(estimate(FLOOR, X, y), X, y, share=0.25)
    assert held == 6
    small = np.sort(X)[-6] > X
    alone = estimate(FLOOR, X[small], y[small])
    error = np.log(alone.predict(X[~small]) / y[~small])
    assert good == pytest.approx(float(np.sqrt((error**2).mean())), rel=1e-6)
    line, _ = largest_held_out(estimate(LINE, X, y), X, y, share=0.25)
    assert line > 3 * good


def test_points_of_equal_size_are_held_out_together() -> None:
    x = np.repeat(np.geomspace(1, 64, 7), 3)
    y = 2 * x**-0.3
    _, held = largest_held_out(estimate(LINE, x, y), x, y, share=0.05)
    assert held == 3


def test_too_few_points_leave_the_held_out_error_unsaid() -> None:
    y = 2 * X[:4] ** -0.3 + 0.1
    error, _ = largest_held_out(estimate(FLOOR, X[:4], y), X[:4], y, share=0.5)
    assert np.isnan(error)


@pytest.mark.parametrize(
    ("truth", "params"), [("power-law", (2.0, 0.3)), ("power-law-floor", (0.2, 2.0, 0.5))]
)
def test_the_true_law_wins_the_comparison(truth: str, params: tuple[float, ...]) -> None:
    names = ("power-law", "power-law-floor", "exponential", "logarithmic")
    wins = 0
    for seed in range(10):
        rows = compare([laws.find(name) for name in names], X, noisy(truth, *params, seed=seed))
        assert [row.law for row in rows] == list(names)
        wins += min(rows, key=lambda row: row.aicc).law == truth
    assert wins >= 8


def test_aicc_is_the_criterion_of_normal_noise() -> None:
    found = estimate(LINE, X, noisy("power-law", 2.0, 0.3))
    n, k = 24, 3
    expected = n * np.log(found.objective / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1)
    assert aicc(found) == pytest.approx(expected)
    few = estimate(LINE, X[:3], X[:3] ** -0.3 * np.array([1.0, 1.1, 0.9]))
    assert aicc(few) == np.inf


def test_a_law_that_cannot_be_fitted_says_why() -> None:
    rows = compare([LINE, laws.find("bnsl-3")], X[:6], X[:6] ** -0.3)
    assert rows[0].fit is not None
    assert rows[1].fit is None
    assert "12 parameters need 13" in rows[1].reason


def test_weights_and_estimator_are_those_of_the_fit() -> None:
    y = noisy("power-law", 2.0, 0.3)
    y[3] *= 5
    weights = np.where(np.arange(24) == 3, 0.0, 1.0)
    found = estimate(LINE, X, y, weights=weights, estimator=Estimator("log", "huber", 1e-2))
    assert found.points == 23
    error, _ = largest_held_out(found, X, y, weights=weights)
    assert error < 0.05
    with pytest.raises(ScalingLawsError, match="weights must be finite"):
        estimate(LINE, X, y, weights=-weights)
