"""How well a law predicts points it has not seen, and which of several laws the data favour."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log, nan

import numpy as np

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.fit_law import Estimate, estimate, points_needed
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.solver.solve import best_of
from scalinglaws.laws.law import FloatArray, Law


def cross_validation(
    found: Estimate,
    x: FloatArray,
    y: FloatArray,
    folds: int,
    rng: np.random.Generator,
    weights: FloatArray | None = None,
) -> FloatArray:
    """Relative errors f/y - 1 of points predicted by the fit to the other folds, [points].

    This is interpolation: it says how well a law describes, not how far it reaches (`largest_held_out`).
    """
    y = np.asarray(y, dtype=np.float64)
    w = np.ones(len(y)) if weights is None else weights
    x = np.atleast_2d(np.asarray(x, dtype=np.float64))
    fold = rng.permutation(len(y)) % folds
    masks = np.stack([w * (fold != k) for k in range(folds)])
    theta = _refit(found, x, y, masks)
    predicted = found.law.program.values(theta, found.law.safe(x))
    return np.asarray(predicted[fold, np.arange(len(y))] / y - 1)


def largest_held_out(
    found: Estimate,
    x: FloatArray,
    y: FloatArray,
    share: float = 0.2,
    size: FloatArray | None = None,
    weights: FloatArray | None = None,
) -> tuple[float, int]:
    """Root mean square log error on the largest points, predicted from the others, and their number.

    Args:
        found: the fit to all points.
        x, y, weights: the points.
        share: of the points that is held out, at least one; points of equal size stay together.
        size: [points] by which points are large; the product of the variables unless said otherwise.

    The error is NaN where too few points are left to fit.
    """
    y = np.asarray(y, dtype=np.float64)
    x = np.atleast_2d(np.asarray(x, dtype=np.float64))
    w = np.ones(len(y)) if weights is None else weights
    size = np.log(found.law.safe(x)).sum(axis=0) if size is None else size
    order = np.sort(size[w > 0])
    held = size >= order[-max(1, round(share * len(order)))]
    if ((w > 0) & ~held).sum() < points_needed(found.law, len(found.fixed)):
        return nan, int(held.sum())
    theta = _refit(found, x, y, (w * ~held)[None])
    error = np.log(found.law.program.values(theta, found.law.safe(x))[0]) - np.log(y)
    return float(np.sqrt(np.mean(error[held & (w > 0)] ** 2))), int(held.sum())


def _refit(found: Estimate, x: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    """Coordinates [parameters, fits]."""
    starts = np.repeat(found.optima.T[:, :, None], len(weights), axis=2)
    values = np.broadcast_to(y, weights.shape)
    return best_of(found.law, found.estimator, x, values, weights, starts, found.bounds).theta


@dataclass(frozen=True)
class Comparison:
    """One law among several fitted to the same points.

    Attributes:
        law: its name.
        fit: None where it could not be fitted.
        aicc: Akaike's criterion corrected for few points; infinite where points are too few for it.
        held_out: root mean square log error on the largest points.
        reason: why there is no fit.
    """

    law: str
    fit: Estimate | None
    aicc: float
    held_out: float
    reason: str = ""


def aicc(found: Estimate) -> float:
    """Akaike's information criterion, corrected (Hurvich & Tsai 1989), for the residual that was fitted.

    Laws are comparable where residual and loss are the same. The noise's scale counts as one parameter.
    """
    n, k = found.points, len(found.params) - len(found.fixed) + 1
    if n - k - 1 <= 0:
        return inf
    power = 1.0 if found.estimator.loss == "squared" else 2.0
    return n * power * log(max(found.objective, 1e-300) / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1)


def compare(
    laws: Sequence[Law],
    x: FloatArray,
    y: FloatArray,
    estimator: Estimator | None = None,
    weights: FloatArray | None = None,
) -> list[Comparison]:
    """Fit several laws to the same points; the ones that cannot be fitted say why. In the order given."""
    rows = []
    for law in laws:
        try:
            found = estimate(law, x, y, estimator=estimator, weights=weights)
        except ScalingLawsError as fault:
            rows.append(Comparison(law.name, None, inf, nan, str(fault)))
            continue
        held_out, _ = largest_held_out(found, x, y, weights=weights)
        rows.append(Comparison(law.name, found, aicc(found), held_out))
    return rows
