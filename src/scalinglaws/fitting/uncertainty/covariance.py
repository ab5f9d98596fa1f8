"""Intervals from resamples, and from the curvature of the objective (delta method)."""

import numpy as np
from scipy.special import ndtri

from scalinglaws.fitting.fit_law import Estimate
from scalinglaws.fitting.objective import local
from scalinglaws.laws.law import FloatArray


def interval(samples: FloatArray, level: float) -> FloatArray:
    """Percentile interval over the first axis, [2, ...]; samples that are NaN are left out."""
    tail = (1 - level) / 2
    missing = np.isnan(samples).all(axis=0)
    filled = np.where(missing, 0.0, samples)
    return np.where(missing, np.nan, np.nanquantile(filled, [tail, 1 - tail], axis=0))


def covariance(
    found: Estimate,
    x: FloatArray,
    y: FloatArray,
    weights: FloatArray | None = None,
    clusters: FloatArray | None = None,
) -> FloatArray:
    """Sandwich covariance of the fitted coordinates [parameters, parameters]: H^-1 S H^-1.

    H is the exact Hessian of the objective and S the outer product of the points' gradients, summed within
    clusters (White 1980; Liang & Zeger 1986), times n / (n - p). It needs no noise of equal size. Rows and
    columns of parameters that are fixed or on a bound are 0.

    Args:
        found: the fit.
        x, y, weights: what it was fitted to, [variables, points] and [points].
        clusters: [points], labels of what is independent; each point by itself without them.
    """
    x, y = np.atleast_2d(np.asarray(x, dtype=np.float64)), np.asarray(y, dtype=np.float64)
    law, estimator = found.law, found.estimator
    w = np.ones(len(y)) if weights is None else weights
    count, size = len(y), len(law.parameters)
    each = local(
        law.program,
        estimator.residual,
        estimator.deltas[-1],
        np.repeat(found.theta[:, None], count, axis=1),
        law.safe(x),
        np.repeat(estimator.target(y)[None], count, axis=0),
        np.diag(w),
    )
    scores = each.gradient
    if clusters is not None:
        labels, at = np.unique(clusters, return_inverse=True)
        grouped = np.zeros((len(labels), size))
        np.add.at(grouped, at, scores)
        scores = grouped
    free = np.array([name not in found.fixed + found.on_bound for name in law.names])
    hessian = each.hessian.sum(axis=0)[np.ix_(free, free)]
    inverse = np.linalg.pinv(hessian, hermitian=True)
    spread = scores[:, free].T @ scores[:, free] * len(scores) / max(len(scores) - free.sum(), 1)
    full = np.zeros((size, size))
    full[np.ix_(free, free)] = inverse @ spread @ inverse
    return full


def delta_interval(found: Estimate, spread: FloatArray, level: float) -> dict[str, tuple[float, float]]:
    """Normal intervals from a covariance of the coordinates, by parameter.

    A positive parameter's interval is symmetric in its logarithm, as it is fitted. None leaves its bounds.
    """
    reach = ndtri((1 + level) / 2) * np.sqrt(np.diag(spread))
    lower, upper = found.law.bounds
    low, high = (found.law.natural(np.clip(found.theta + sign * reach, lower, upper)) for sign in (-1, 1))
    return {name: (float(a), float(b)) for name, a, b in zip(found.law.names, low, high, strict=True)}
