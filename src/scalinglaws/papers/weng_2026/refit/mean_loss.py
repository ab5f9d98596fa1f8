"""The early stop of Hoffmann et al. 2022: scipy's L-BFGS-B on a mean of losses, at its default tolerances.

L-BFGS-B ends when an iteration lowers the objective f by less than ftol max(|f_k|, |f_k+1|, 1). The 1 makes
the tolerance absolute wherever f is below 1. Huber's loss with delta = 1e-3 is of the order of 1e-3 as a sum
over 240 runs and of 1e-6 as a mean, so the default of 2.2e-9 is not a small share of it. Besiroglu et al.
2024 (arXiv:2404.10102) noticed from the narrow intervals that the fit had stopped early.

This module shows what goes wrong. Use `scalinglaws.fitting` for fits.
"""

from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize

from scalinglaws.laws.law import FloatArray

Reduction = Literal["mean", "sum"]
Vector = np.ndarray[tuple[int], np.dtype[np.float64]]

DELTA = 1e-3
FTOL, GTOL = 1e7 * float(np.finfo(float).eps), 1e-5  # scipy's defaults
# The initial guesses of Hoffmann et al. 2022, section D.2, in the order of Epoch AI's notebook.
ALPHA = BETA = (0.0, 0.5, 1.0, 1.5, 2.0)
LOG_E = (-1.0, -0.5, 0.0, 0.5, 1.0)
LOG_A = LOG_B = (0.0, 5.0, 10.0, 15.0, 20.0, 25.0)


@dataclass(frozen=True)
class Descents:
    """Where L-BFGS-B stopped.

    Attributes:
        coordinates: [5, starts], log A, log B, log E, alpha, beta.
        objective: [starts], the sum of Huber losses there, whichever was minimised, so that they compare.
        iterations: [starts], of L-BFGS-B.
    """

    coordinates: FloatArray
    objective: FloatArray
    iterations: NDArray[np.int64]

    @property
    def best(self) -> int:
        """The start whose descent ended lowest."""
        return int(np.nanargmin(self.objective))

    @property
    def a(self) -> FloatArray:
        """The exponent of N_opt, [starts]."""
        return np.asarray(self.coordinates[4] / (self.coordinates[3] + self.coordinates[4]))


def grid(count: int | None = None) -> FloatArray:
    """The 4,500 starts, coordinates [5, starts], or `count` of them: always the same ones, in their order."""
    every = np.array(
        [(a, b, e, alpha, beta) for alpha, beta, e, a, b in product(ALPHA, BETA, LOG_E, LOG_A, LOG_B)]
    ).T
    if count is None or count >= every.shape[1]:
        return every
    return every[:, np.sort(np.random.default_rng(0).permutation(every.shape[1])[:count])]


@dataclass(frozen=True)
class HuberLoss:
    """Huber's loss of log L for the Chinchilla law, with its exact gradient, as scipy takes it.

    Attributes:
        terms: [3 * points, 5], the logarithms of the law's three terms as a linear map of the coordinates.
        log_y: [points].
        scale: factor of the sum.
    """

    terms: FloatArray
    log_y: FloatArray
    scale: float

    @staticmethod
    def of(x: FloatArray, y: FloatArray, reduction: Reduction, factor: float = 1.0) -> "HuberLoss":
        """The loss on points x [2, points] (N and D) and y [points]; the factor multiplies it."""
        one, zero = np.ones(len(y)), np.zeros(len(y))
        log_n, log_d = np.log(x)
        rows = (
            [one, zero, zero, -log_n, zero],
            [zero, one, zero, zero, -log_d],
            [zero, zero, one, zero, zero],
        )
        terms = np.concatenate([np.stack(row, axis=1) for row in rows])
        return HuberLoss(terms, np.log(y), factor / (len(y) if reduction == "mean" else 1))

    def __call__(self, theta: Vector) -> tuple[float, Vector]:
        """Value and gradient at coordinates [5]."""
        parts = np.exp(self.terms @ theta).reshape(3, -1)
        total = parts.sum(axis=0)
        residual = np.log(total) - self.log_y
        force = np.minimum(np.maximum(residual, -DELTA), DELTA)  # the slope of Huber's loss
        value = float(force @ (residual - force / 2))
        return self.scale * value, self.scale * ((parts * (force / total)).ravel() @ self.terms)

    def minimise(
        self, start: FloatArray, tolerance: float | None = None, values: list[float] | None = None
    ) -> OptimizeResult:
        """L-BFGS-B from one start, with scipy's tolerances or one for ftol and gtol.

        The value after each iteration is appended to `values`.
        """

        def note(xk: Vector) -> None:  # scipy looks at this name to decide what it passes
            if values is not None:
                values.append(self(xk)[0])

        ftol, gtol = (FTOL, GTOL) if tolerance is None else (tolerance, tolerance)
        with np.errstate(all="ignore"):  # line searches reach far
            return minimize(
                self,
                start,
                jac=True,
                method="L-BFGS-B",
                callback=note,
                options={"ftol": ftol, "gtol": gtol},
            )


def descend(
    x: FloatArray,
    y: FloatArray,
    starts: FloatArray,
    reduction: Reduction,
    *,
    tolerance: float | None = None,
    factor: float = 1.0,
) -> Descents:
    """Minimise from each start, by L-BFGS-B with the exact gradient.

    Args:
        x: [2, points], N (parameters) and D (tokens).
        y: [points], loss in nats per token.
        starts: coordinates [5, starts].
        reduction: whether the Huber losses are averaged or summed.
        tolerance: ftol and gtol; by default scipy's (2.2e-9 and 1e-5).
        factor: of the objective.
    """
    loss = HuberLoss.of(x, y, reduction, factor)
    results = [loss.minimise(start, tolerance) for start in starts.T]
    return Descents(
        coordinates=np.stack([result.x for result in results], axis=1),
        objective=np.array([result.fun for result in results]) / loss.scale,
        iterations=np.array([result.nit for result in results]),
    )


def trace(
    x: FloatArray, y: FloatArray, start: FloatArray, reduction: Reduction, *, tolerance: float | None = None
) -> FloatArray:
    """What L-BFGS-B minimises, at the start and after each iteration, [iterations + 1]; as in `descend`."""
    loss = HuberLoss.of(x, y, reduction)
    values = [loss(start)[0]]
    loss.minimise(start, tolerance, values)
    return np.array(values)


def bootstrap_stopped(
    x: FloatArray, y: FloatArray, start: FloatArray, resamples: NDArray[np.int64], reduction: Reduction
) -> Descents:
    """Refits by L-BFGS-B at its default tolerances, each from the same start.

    Args:
        x, y: as in `descend`.
        start: coordinates [5].
        resamples: rows of the points, [resamples, points].
        reduction: whether the Huber losses are averaged or summed.
    """
    results = [descend(x[:, rows], y[rows], start[:, None], reduction) for rows in resamples]
    return Descents(
        coordinates=np.concatenate([one.coordinates for one in results], axis=1),
        objective=np.concatenate([one.objective for one in results]),
        iterations=np.concatenate([one.iterations for one in results]),
    )
