"""Least squares for the Chinchilla law on successively finer grids, as the simulator of Weng 2026 does it.

At each alpha, beta and E of a box, the best A and B solve two linear equations. The search is refined three
times around the point with the lowest sum of squares. The answer is the best point of those grids: near the
optimum but not at it, and within the reach of the boxes, alpha and beta from 0.131 to 0.619.
"""

from dataclasses import dataclass

import numpy as np

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.optimum.parametric import Chinchilla

EXPONENTS = (0.20, 0.55)
EXPONENTS_ALLOWED = (0.01, 1.20)
STEPS = (29, 45)  # exponents (alpha and beta alike) and E
DEPTH, DEPTH_IN_SPANS, LEAST_SPAN = 6.0, 1.2, 0.1  # how far below the lowest loss E is searched, nats
BELOW = 1e-6  # E stays this far below the lowest loss, nats
SINGULAR = 1e-40  # determinant below which A and B cannot be told apart
NEARLY = 1e-9  # sums of squares within this share of the lowest are computed again, one by one


@dataclass(frozen=True)
class Refinement:
    """A box around the best point so far: its reach to either side, and the steps of exponents and E."""

    exponent: float
    E: float
    steps: tuple[int, int]


REFINEMENTS = (
    Refinement(0.050, 0.500, (25, 31)),
    Refinement(0.015, 0.160, (25, 31)),
    Refinement(0.004, 0.040, (21, 25)),
)


@dataclass(frozen=True)
class GridFit:
    """The best point of the grids: the law, and the sum of squared errors of the loss, nats^2."""

    law: Chinchilla
    objective: float


def search(N: FloatArray, D: FloatArray, loss: FloatArray) -> GridFit:
    """Fit the law to runs: N, D and loss, [points].

    Raises:
        ScalingLawsError: A and B are not both positive anywhere on the grid.
    """
    least = float(loss.min())
    span = max(float(loss.max()) - least, LEAST_SPAN)
    highest = least - BELOW
    floors = (max(0.0, least - max(DEPTH_IN_SPANS * span, DEPTH)), highest)
    best = _best(N, D, loss, EXPONENTS, EXPONENTS, floors, STEPS)
    if best is None:
        raise ScalingLawsError("grid search: no point of the grid has positive A and B")
    for box in REFINEMENTS:
        alphas = _around(float(best.law.alpha), box.exponent, EXPONENTS_ALLOWED)
        betas = _around(float(best.law.beta), box.exponent, EXPONENTS_ALLOWED)
        found = _best(N, D, loss, alphas, betas, _around(float(best.law.E), box.E, (0.0, highest)), box.steps)
        if found is not None and found.objective <= best.objective:
            best = found
    return best


def _around(middle: float, reach: float, allowed: tuple[float, float]) -> tuple[float, float]:
    return max(allowed[0], middle - reach), min(allowed[1], middle + reach)


def _best(
    N: FloatArray,
    D: FloatArray,
    loss: FloatArray,
    alphas: tuple[float, float],
    betas: tuple[float, float],
    floors: tuple[float, float],
    steps: tuple[int, int],
) -> GridFit | None:
    """The best point of a box; of equal ones the first in the order alpha, beta, E.

    Given alpha and beta, A, B and the residuals are linear in E, and the sum of squares is quadratic in it.
    """
    alpha, beta, E = _grid(alphas, steps[0]), _grid(betas, steps[0]), _grid(floors, steps[1])
    x, z = N ** -alpha[:, None], D ** -beta[:, None]  # [alphas, points], [betas, points]
    one = np.ones_like(loss)
    det, level = _solve(x, z, loss)
    _, slope = _solve(x, z, one)
    with np.errstate(invalid="ignore", over="ignore"):
        A, B = (a[..., None] - b[..., None] * E for a, b in zip(level, slope, strict=True))
        at_zero, per_unit = (
            y - a[..., None] * x[:, None] - b[..., None] * z[None]
            for y, (a, b) in ((loss, level), (one, slope))
        )  # residuals [alphas, betas, points] at E = 0, and how much one nat of E lowers them
        square, mixed, bend = (
            (p * q).sum(axis=-1)[..., None]
            for p, q in ((at_zero, at_zero), (at_zero, per_unit), (per_unit, per_unit))
        )
        objective = square - 2 * mixed * E + bend * E * E
        sound = (np.abs(det) >= SINGULAR)[..., None] & (A > 0) & (B > 0) & (loss.min() - E > 0)
    objective = np.where(sound & np.isfinite(objective), objective, np.inf)
    lowest = objective.min()
    if not np.isfinite(lowest):
        return None
    near = np.argwhere(objective <= lowest + NEARLY * abs(lowest))
    fits = [_evaluate(N, D, loss, alpha[i], beta[j], E[k]) for i, j, k in near]
    return min((fit for fit in fits if fit), key=lambda fit: fit.objective, default=None)  # first of equals


def _solve(x: FloatArray, z: FloatArray, y: FloatArray) -> tuple[FloatArray, tuple[FloatArray, FloatArray]]:
    """Determinant, and A and B [alphas, betas] of the least-squares fit y = A x + B z."""
    xx, zz, xz = (x * x).sum(axis=-1)[:, None], (z * z).sum(axis=-1), x @ z.T
    xy, zy = (x @ y)[:, None], z @ y
    det = xx * zz - xz * xz
    with np.errstate(divide="ignore", invalid="ignore"):
        return det, ((xy * zz - zy * xz) / det, (xx * zy - xz * xy) / det)


def _evaluate(
    N: FloatArray, D: FloatArray, loss: FloatArray, alpha: float, beta: float, E: float
) -> GridFit | None:
    """A point of the grid, its objective computed from the residuals; None if A or B is not positive."""
    _, (A, B) = _solve((N**-alpha)[None], (D**-beta)[None], loss - E)
    if not (A[0, 0] > 0 and B[0, 0] > 0):
        return None
    law = Chinchilla(float(A[0, 0]), float(B[0, 0]), float(E), float(alpha), float(beta))
    return GridFit(law, float(((law(N, D) - loss) ** 2).sum()))


def _grid(ends: tuple[float, float], steps: int) -> FloatArray:
    return ends[0] + (ends[1] - ends[0]) * np.arange(steps) / max(1, steps - 1)
