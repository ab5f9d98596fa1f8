"""How well a fitted law predicts points that it has not seen."""

from math import nan

import numpy as np

from scalinglaws.fitting.solution import Solution
from scalinglaws.fitting.solver.solve import AT_ONCE
from scalinglaws.laws.law import FloatArray


def cross_validation(fit: Solution, folds: int, rng: np.random.Generator) -> FloatArray:
    """Relative errors f/y - 1 of points predicted by the fit to the other folds, [points].

    This is interpolation: it shows how well a law describes, not how far it reaches (`largest_held_out`).
    """
    system, y = fit.system, fit.points.y
    fold = rng.permutation(len(y)) % folds
    predicted = np.empty(len(y))
    together = max(1, AT_ONCE // len(y))
    for first in range(0, folds, together):
        some = np.arange(first, min(first + together, folds))
        masks = np.stack([fit.points.weights * (fold != k) for k in some])
        theta = system.refit(fit.optima, masks).theta
        for k, one in zip(some, theta.T, strict=True):
            predicted[fold == k] = fit.law.program.values(one, system.x[:, fold == k])
    return predicted / y - 1


def largest_held_out(fit: Solution, share: float = 0.2) -> tuple[float, int]:
    """Root mean square log error on the largest points, predicted from the others, and their number.

    A point's size is the product of its variables.

    Args:
        fit: the fit to all points.
        share: of the points that is held out, at least one; points of equal size stay together.

    The error is NaN where too few points are left to fit.
    """
    system, y = fit.system, fit.points.y
    size = np.log(system.x).sum(axis=0)
    out = size >= np.sort(size)[-max(1, round(share * len(size)))]
    if (~out).sum() < system.needed:
        return nan, int(out.sum())
    theta = system.refit(fit.optima, (fit.points.weights * ~out)[None]).theta
    with np.errstate(invalid="ignore", divide="ignore"):  # a law below 0 there has no error
        error = np.log(fit.law.program.values(theta, system.x)[0]) - np.log(y)
    return float(np.sqrt(np.mean(error[out] ** 2))), int(out.sum())
