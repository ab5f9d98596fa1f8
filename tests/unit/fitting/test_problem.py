"""Fits: known truths, an independent optimiser, and what must not be fitted."""

import re
from collections.abc import Callable
from math import nan

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import least_squares

from scalinglaws import laws
from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.laws.law import Law
from scalinglaws.plotting.fit import plot

X = np.geomspace(4, 1024, 9)
POWER, FLOOR, SIZE = (
    laws.find(name) for name in ("learning-curve", "learning-curve-with-floor", "model-size")
)


@pytest.mark.parametrize(
    ("law", "truth"),
    [
        (POWER, (0.95, -0.30)),
        (POWER, (15.0, -0.066)),
        (SIZE, (2000.0, 0.573)),
        (FLOOR, (41.2, -0.36, 0.39)),
        (FLOOR, (1.2, -0.5, 0.02)),
        (FLOOR, (1.0, -0.9, 0.3)),
    ],
)
def test_noiseless_truth_is_recovered(law: Law, truth: tuple[float, ...]) -> None:
    found = Problem(law, Points(X, law.predict(np.array(truth), X[None]))).fit()
    np.testing.assert_allclose(list(found.params.values()), truth, rtol=1e-6)
    assert found.r_squared == pytest.approx(1, abs=1e-12)
    assert found.gradient_norm < 1e-6
    assert found.warnings == ()


def test_the_exact_solution_holds_where_m_is_huge() -> None:
    tokens = 5e8 * 2.0 ** np.arange(8)
    found = Problem(POWER, Points(tokens, 3.87 * tokens**-0.128)).fit()
    np.testing.assert_allclose(list(found.params.values()), (3.87, -0.128), rtol=1e-9)


@pytest.mark.parametrize("seed", range(12))
def test_no_start_of_another_optimiser_ends_lower(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = (rng.uniform(0.5, 3), rng.uniform(-0.8, -0.1), rng.choice([0.0, 0.05, 0.3]))
    y = FLOOR.predict(np.array(truth), X[None]) * np.exp(rng.normal(0, 0.05, len(X)))
    found = Problem(FLOOR, Points(X, y)).fit()

    def residuals(theta: np.ndarray) -> np.ndarray:
        return np.log(np.exp(theta[0]) * X ** theta[1] + theta[2]) - np.log(y)

    for gamma in (0.0, 0.4, 0.8):
        peer = least_squares(
            residuals,
            (0.0, -0.3, gamma * y.min()),
            bounds=((-np.inf, -10, 0), (np.inf, 0, np.inf)),
            xtol=1e-14,
            ftol=1e-14,
            gtol=1e-14,
        )
        assert found.objective <= 2 * peer.cost * (1 + 1e-7)
    assert found.gradient_norm < 1e-5 or found.warnings


def test_starts_that_disagree_are_reported() -> None:
    """Two breaks in noise: many curves are nearly as good as the best."""
    broken, x = laws.find("bnsl-2"), np.geomspace(1, 1e4, 24)
    found = Problem(broken, Points(x, 0.5 * np.exp(np.random.default_rng(3).normal(0, 0.2, len(x))))).fit()
    assert found.agreeing < found.descents == 16
    assert any("differ" in warning or "only 1" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (X[:3], X[:3] ** -0.3, "3 points; its 3 parameters need 4"),
        (X, np.where(X > 1000, np.nan, X**-0.3), "epsilon is nan at point 8"),
        (X, np.where(X > 1000, 0.0, X**-0.3), r"epsilon is 0\.0 at point 8"),
        (np.where(X > 1000, -1.0, X), X**-0.3, r"m is -1\.0 at point 8"),
        (np.full(9, 8.0), X**-0.3, r"all points are at m = 8\.0"),
    ],
)
def test_what_cannot_be_fitted_is_an_error(x: np.ndarray, y: np.ndarray, message: str) -> None:
    with pytest.raises(ScalingLawsError, match=message):
        Problem(FLOOR, Points(x, y)).fit()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda line: Estimator(loss="mse"), "loss: there is no 'mse'; allowed are squared, huber"),
        (lambda line: Estimator(residual="logs"), "residual: there is no 'logs'; allowed are log, relative"),
        (lambda line: Estimator(delta=-1.0), "delta: must be a positive number, not -1"),
        (lambda line: Problem("power-law", line, "huber"), "estimator: must be an Estimator"),
        (lambda line: Problem("power-law", line, fixed={"a": "low"}), "fixed: must be numbers by name"),
        (lambda line: Problem("power-law", line, fixed=["a"]), "fixed: must be numbers by name"),
        (lambda line: Problem("power-law", line).fit().intervals(method="bayes"), "allowed are percentile,"),
        (lambda line: Problem("power-law", line).fit()["E"], "power-law has no parameter 'E'; it has b, c"),
        (lambda line: Problem("power-law", line).fit().intervals()["E"], "no parameter 'E'; it has b, c"),
        (lambda line: Problem("power-law", line).fit().predict([2.0, -1.0]), "predict: x is -1; power-law"),
        (lambda line: Problem("power-law", line).fit().predict([nan]), "predict: x is nan"),
        (lambda line: Problem("power-law", line).fit().predict("many"), "x: must be numbers"),
        (lambda line: Problem("power-law", line).fit().report({}), "intervals: must be those of this fit"),
        (lambda line: Problem("power-law", line, initial_guesses=0), "initial guesses: at least 1"),
        (
            lambda line: Problem("power-law", line, initial_guesses={"b": "x", "c": 1}),
            "guesses of b: must be",
        ),
        (lambda line: Problem("power-law", line, initial_guesses={"b": [1, 2], "c": 1}), "equally many"),
        (lambda line: Problem("power-law", ([1], [2])), "points: must be Points"),
        (lambda line: Problem(3, line), "law: must be a law or the name of one, not 3"),
        (lambda line: Points([1.0, 2.0], ["a", "b"]), "y: must be numbers: could not convert string"),
        (lambda line: Points({"x": ["a", "b"]}, [1.0, 2.0]), "x: must be numbers"),
        (lambda line: Points([[1.0], [1.0, 2.0]], [1.0, 2.0]), "x: must be numbers"),
        (lambda line: Points({}, [1.0]), "x has no column"),
        (lambda line: laws.find("power-law").bounded(b=3), "the range of b must be two numbers, not 3"),
        (lambda line: laws.find("power-law").tied(b="z"), "cannot tie b to z"),
        (lambda line: plot("x"), "plot: needs a fit, not 'x'"),
    ],
)
def test_what_does_not_exist_is_never_taken_for_something_else(
    make: Callable[[Points], object], message: str
) -> None:
    with pytest.raises(ScalingLawsError, match=re.escape(message)):
        make(Points([1.0, 2.0, 4.0, 8.0], [4.0, 2.0, 1.0, 0.5]))


def test_intervals_of_another_fit_make_no_plan() -> None:
    rng = np.random.default_rng(0)
    N, D = rng.uniform(1e7, 1e9, (2, 30))
    fits = [
        Problem("chinchilla", Points({"N": N, "D": 20 * D}, e + 400 / N**0.34 + 410 / D**0.28)).fit()
        for e in (1.0, 2.0)
    ]
    intervals = fits[0].intervals(method="delta")
    assert fits[0].plan(1e21, intervals).samples > 0
    with pytest.raises(ScalingLawsError, match="must be those of this fit of chinchilla"):
        fits[1].plan(1e21, intervals)
    assert "E" in intervals
    assert "F" not in intervals
    assert intervals.get("F") is None


def test_a_pandas_series_is_one_variable() -> None:
    x, y = pd.Series([1.0, 2.0, 4.0, 8.0]), pd.Series([4.0, 2.0, 1.0, 0.5])
    fit = Problem("power-law", Points(x, y)).fit()
    np.testing.assert_allclose(fit.predict(pd.Series([16.0])), [0.25])
