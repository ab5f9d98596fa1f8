"""Intervals from the curvature of the objective (delta method), and percentiles of samples."""

import numpy as np
from scipy.special import ndtri

from scalinglaws.fitting.solution import Solution
from scalinglaws.laws.law import FloatArray

AT_A_TIME = 20_000  # points


def interval(samples: FloatArray, level: float) -> FloatArray:
    """Percentile interval over the first axis, [2, ...]; samples that are NaN are left out."""
    tail = (1 - level) / 2
    missing = np.isnan(samples).all(axis=0)
    filled = np.where(missing, 0.0, samples)
    return np.where(missing, np.nan, np.nanquantile(filled, [tail, 1 - tail], axis=0))


def covariance(fit: Solution) -> FloatArray:
    """Sandwich covariance of the fitted coordinates [parameters, parameters]: H^-1 S H^-1.

    H is the exact Hessian of the objective and S the outer product of the points' gradients, summed within
    clusters (White 1980; Liang & Zeger 1986), times n / (n - p). The noise need not be equally large
    everywhere. Rows and columns of parameters that are fixed or on a bound are 0.
    """
    points = fit.points
    law = fit.law
    size = len(law.parameters)
    scores, curvature = _by_point(fit)
    if points.clusters is not None:
        grouped = np.zeros((points.independent, size))
        np.add.at(grouped, points.clusters, scores)
        scores = grouped
    free = np.array([name not in fit.fixed + fit.on_bound for name in law.names])
    hessian = curvature[np.ix_(free, free)]
    inverse = np.linalg.pinv(hessian, hermitian=True)
    outer = scores[:, free].T @ scores[:, free] * len(scores) / max(len(scores) - free.sum(), 1)
    full = np.zeros((size, size))
    full[np.ix_(free, free)] = inverse @ outer @ inverse
    return full


def _by_point(fit: Solution) -> tuple[FloatArray, FloatArray]:
    """The gradient of each point [points, parameters], and the Hessian of all [parameters, parameters]."""
    system, weights = fit.system, fit.points.weights
    scores, curvature = [], []
    for first in range(0, len(weights), AT_A_TIME):
        part = slice(first, first + AT_A_TIME)
        each = system.misfit.local(  # every point as a fit of its own
            np.repeat(fit.theta[:, None], len(weights[part]), axis=1),
            system.x[:, part, None],
            system.target[part, None],
            weights[part, None],
        )
        scores.append(each.gradient)
        curvature.append(each.hessian.sum(axis=0))
    return np.concatenate(scores), np.sum(curvature, axis=0)


def delta_interval(fit: Solution, matrix: FloatArray, level: float) -> dict[str, tuple[float, float]]:
    """Normal intervals from a covariance of the coordinates, by parameter.

    A positive parameter's interval is symmetric in its logarithm, because that is what is fitted. None
    leaves the bounds of its parameter.
    """
    reach = ndtri((1 + level) / 2) * np.sqrt(np.maximum(np.diag(matrix), 0.0))
    lower, upper = fit.law.bounds
    low, high = (fit.law.natural(np.clip(fit.theta + sign * reach, lower, upper)) for sign in (-1, 1))
    return {name: (float(a), float(b)) for name, a, b in zip(fit.law.names, low, high, strict=True)}
