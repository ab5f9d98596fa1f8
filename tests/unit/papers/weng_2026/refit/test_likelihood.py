"""Huber's likelihood with its scale, and the tests built on it."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from scalinglaws.papers.weng_2026.refit.likelihood import likelihood, likelihood_ratio, wald


def log_density(r: float, scale: float, delta: float) -> float:
    """Not normalised."""
    z = abs(r / scale)
    return -(z**2 / 2 if z <= delta else delta * (z - delta / 2)) - np.log(scale)


@pytest.mark.parametrize("delta", [1e-3, 0.5, 2.0])
def test_the_scale_is_the_most_likely_one(delta: float) -> None:
    residuals = np.random.default_rng(0).standard_t(3, 200)
    found = likelihood(residuals, delta)
    best = minimize_scalar(
        lambda log_scale: -sum(log_density(r, np.exp(log_scale), delta) for r in residuals),
        bracket=(np.log(found.scale) - 1, np.log(found.scale) + 1),
        options={"xtol": 1e-12},
    )
    assert np.log(found.scale) == pytest.approx(best.x, abs=1e-6)
    area = 2 * sum(
        quad(lambda z: np.exp(log_density(z, 1.0, delta)), *ends)[0] for ends in ((0, delta), (delta, np.inf))
    )
    assert found.log == pytest.approx(-best.fun - len(residuals) * np.log(area), rel=1e-9)


def test_a_narrow_delta_is_laplaces_distribution() -> None:
    residuals = np.random.default_rng(0).laplace(scale=0.005, size=300)
    mean = np.abs(residuals).mean()
    found = likelihood(residuals)
    assert found.scale / 1e-3 == pytest.approx(mean, rel=1e-5)
    assert found.log == pytest.approx(-300 * (np.log(2 * mean) + 1), rel=1e-5)


def test_the_ratio_of_a_true_hypothesis_is_chi_squared() -> None:
    rng = np.random.default_rng(0)
    ratios = []
    for _ in range(400):
        noise = rng.laplace(size=201)
        ratios.append(likelihood_ratio(noise, noise - np.median(noise), 1).statistic)
    assert np.mean(ratios) == pytest.approx(1, abs=0.25)


def test_p_is_the_tail_of_chi_squared() -> None:
    assert wald(np.array([3.0]), np.array([1.0]), np.array([[4.0]])).p == pytest.approx(0.3173, abs=1e-4)


def test_wald_counts_in_units_of_the_covariance() -> None:
    covariance = np.array([[4.0, 1.0], [1.0, 2.0]])
    test = wald(np.array([1.0, 0.0]), np.array([0.0, 0.0]), covariance)
    assert test.statistic == pytest.approx(2 / 7)
    assert test.degrees == 2
