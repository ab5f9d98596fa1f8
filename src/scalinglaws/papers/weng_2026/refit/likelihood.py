"""Huber's loss as a likelihood whose scale is fitted too, and tests of published constants with it.

Besiroglu et al. 2024 (arXiv:2404.10102) compare fits by the density exp(-huber(r / scale)) / scale,
normalised to 1. A free scale becomes so small that nearly every residual is in the linear part: the most
likely law is then that of least absolute deviations, whatever delta is.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2, norm

from scalinglaws.laws.law import FloatArray


@dataclass(frozen=True)
class Likelihood:
    """The likelihood of residuals at its most likely scale."""

    log: float
    scale: float


@dataclass(frozen=True)
class Test:
    """A statistic that has a chi-squared distribution if the hypothesis holds."""

    statistic: float
    degrees: int

    @property
    def p(self) -> float:
        """The probability of a statistic at least as large."""
        return float(chi2.sf(self.statistic, self.degrees))


def likelihood(residuals: FloatArray, delta: float = 1e-3) -> Likelihood:
    """The likelihood of residuals [points], of which not all are 0, maximised over the scale."""
    size = np.abs(residuals)
    largest = delta * float(size.mean())  # the scale if every residual is in the linear part

    def slope(log_scale: float) -> float:
        scale = np.exp(log_scale)
        return float(np.mean(size * np.minimum(size / scale, delta)) / scale - 1)

    scale = float(np.exp(brentq(slope, np.log(largest) - 30, np.log(largest) + 1e-9, xtol=1e-14)))
    z = size / scale
    loss = np.where(z <= delta, z**2 / 2, delta * (z - delta / 2))
    normalised = np.sqrt(2 * np.pi) * (1 - 2 * norm.sf(delta)) + 2 * np.exp(-(delta**2) / 2) / delta
    return Likelihood(float(-loss.sum() - len(size) * np.log(normalised * scale)), scale)


def likelihood_ratio(null: FloatArray, fitted: FloatArray, degrees: int) -> Test:
    """Twice the difference of log-likelihoods of residuals [points]; degrees: parameters that were fitted."""
    return Test(2 * (likelihood(fitted).log - likelihood(null).log), degrees)


def wald(null: FloatArray, fitted: FloatArray, covariance: FloatArray) -> Test:
    """The squared distance of two parameter vectors in units of a covariance [parameters, parameters]."""
    off = null - fitted
    return Test(float(off @ np.linalg.solve(covariance, off)), len(off))
