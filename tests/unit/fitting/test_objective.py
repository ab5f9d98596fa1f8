"""The objective: values as defined by the papers, exact derivatives."""

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.fitting.objective import Estimator, Misfit
from scalinglaws.laws.law import FloatArray

LAW = laws.find("chinchilla")
TRUTH = np.array([482.01, 2085.43, 1.8172, 0.3478, 0.3658])
RNG = np.random.default_rng(5)
X = np.stack([10 ** RNG.uniform(7.5, 10, 30), 10 ** RNG.uniform(9, 11.5, 30)])
Y = LAW.predict(TRUTH, X) * np.exp(RNG.normal(0, 0.02, 30))
WEIGHTS = RNG.integers(0, 4, 30).astype(float)
ESTIMATORS = [
    Estimator("log", "squared"),
    Estimator("relative", "squared"),
    Estimator("value", "squared"),
    Estimator("log", "huber", 1e-2),
    Estimator("relative", "huber", 1e-2),
    Estimator("value", "huber", 3e-2),
]


def by_hand(estimator: Estimator, theta: FloatArray) -> float:
    """The sum as Hoffmann et al. 2022 and Rosenfeld et al. 2020 define it, in a loop."""
    total = 0.0
    for n, d, y, w in zip(*X, Y, WEIGHTS, strict=True):
        a, b, e, alpha, beta = theta
        f = np.exp(a) / n**alpha + np.exp(b) / d**beta + e
        r = {"log": np.log(f) - np.log(y), "relative": (f - y) / y, "value": f - y}[estimator.residual]
        if estimator.loss == "squared":
            total += w * r**2
        elif abs(r) <= estimator.delta:
            total += w * r**2 / 2
        else:
            total += w * estimator.delta * (abs(r) - estimator.delta / 2)
    return total


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=str)
def test_the_objective_is_the_papers_sum(estimator: Estimator) -> None:
    theta = LAW.coordinates(TRUTH * 1.01)
    data = (theta[:, None], X, estimator.target(Y)[None], WEIGHTS[None])
    found = Misfit(LAW.program, estimator.residual, estimator.deltas[-1]).local(*data)
    assert found.objective[0] * estimator.factor == pytest.approx(by_hand(estimator, theta), rel=1e-12)
    alone = Misfit(LAW.program, estimator.residual, estimator.deltas[-1]).total(*data)
    assert alone[0] == pytest.approx(found.objective[0], rel=1e-12)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=str)
def test_gradient_and_hessian_equal_differences(estimator: Estimator) -> None:
    theta, step = LAW.coordinates(TRUTH * 1.01), 1e-5
    points = theta[:, None] + step * np.concatenate([np.zeros((5, 1)), np.eye(5), -np.eye(5)], axis=1)
    target = np.repeat(estimator.target(Y)[None], 11, axis=0)
    weights = np.repeat(WEIGHTS[None], 11, axis=0)
    found = Misfit(LAW.program, estimator.residual, estimator.deltas[-1]).local(points, X, target, weights)
    slopes = (found.objective[1:6] - found.objective[6:]) / (2 * step)
    np.testing.assert_allclose(found.gradient[0], slopes, rtol=1e-6, atol=1e-7 * np.abs(slopes).max())
    curves = (found.gradient[1:6] - found.gradient[6:]) / (2 * step)
    if estimator.loss == "squared":  # Huber's Hessian jumps where a residual passes delta
        np.testing.assert_allclose(found.hessian[0], curves, rtol=1e-6, atol=1e-7 * np.abs(curves).max())
    np.testing.assert_array_equal(found.hessian[0], found.hessian[0].T)


def test_where_the_law_overflows_the_objective_is_infinite_and_nothing_raises() -> None:
    theta = np.array([[1e4], [0.0], [1.0], [0.3], [0.3]])
    found = Misfit(LAW.program, "log", np.inf).local(theta, X, np.log(Y)[None], WEIGHTS[None])
    assert found.objective[0] == np.inf
