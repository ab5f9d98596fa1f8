"""Newton's method with exact Hessians and Levenberg's damping, inside bounds, for many fits at once.

`compiled` is the same method, compiled with numba. This one starts at once, and is faster for a few thousand
fits; that one is 20 times faster for a hundred thousand.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglaws.fitting.objective import Local, Misfit
from scalinglaws.fitting.solver.batch import Batch
from scalinglaws.laws.law import FloatArray

MAX_STEPS = 300
CONVERGED = 1e-9  # of the scaled gradient
ROUNDING = 1e-15  # a predicted decrease below this share of the objective is a rounding error
NO_INFLUENCE = 1e-6  # a parameter whose own size moves the residuals by less than this share moves nothing
EXACT = 1e-13  # below this root mean square residual, a fit is exact up to rounding
STALLED = 1e12  # with so much damping, no step in floating point leads downhill any more
FIRST_DAMPING = 1e-3
LEAST_DAMPING = 1e-12
AT_A_TIME = 20_000  # points of all fits evaluated together: they stay in the processor's cache


@dataclass(frozen=True)
class Solutions:
    """Where a batch of fits came to rest.

    Attributes:
        theta: [parameters, batch], fitted coordinates.
        objective: [batch], as the estimator defines it.
        gradient: [batch], the largest cosine between the weighted residuals and a column of the Jacobian,
            over the parameters that are free to move: 0 at an optimum, whatever the units.
    """

    theta: FloatArray
    objective: FloatArray
    gradient: FloatArray


def solve(
    batch: Batch, guesses: FloatArray, deltas: tuple[float, ...], max_steps: int = MAX_STEPS
) -> Solutions:
    """Descend from each guess to its optimum.

    Args:
        batch: the fits.
        guesses: coordinates [parameters, fits].
        deltas: values of Huber's delta to go through, the last one the estimator's.
        max_steps: for each delta.
    """
    estimator, (lower, upper) = batch.estimator, batch.limits
    theta = np.clip(guesses, lower, upper)
    target = batch.target
    level = target if estimator.residual == "value" else np.ones_like(target)
    exact = EXACT**2 * np.sum(batch.weights * level**2, axis=-1)
    for delta in deltas:
        misfit = Misfit(batch.law.program, estimator.residual, delta)
        look = _Look(misfit, batch.law.safe(batch.x), target, batch.weights)
        here = look(theta, np.arange(len(batch)))
        damping = np.full(len(batch), FIRST_DAMPING)
        running = np.isfinite(here.objective)
        for _ in range(max_steps):
            now = np.flatnonzero(running)
            state = here.take(now)
            free = _free(theta.T[now], lower.T[now], upper.T[now], state.gradient)
            arrived = _cosine(state, theta.T[now], free, exact[now]) < CONVERGED
            running[now[arrived]] = False
            now, state, free = now[~arrived], state.take(~arrived), free[~arrived]
            if not len(now):
                break
            step, solved = _step(state, free, damping[now])
            trial = np.clip(theta[:, now] + step.T, lower[:, now], upper[:, now])
            tried = look(trial, now)
            better = solved & (tried.objective < state.objective)
            gain = -np.sum(state.gradient * step, axis=-1)
            rounded = solved & ~better & (gain < ROUNDING * state.objective)
            moved = now[better]
            theta[:, moved] = trial[:, better]
            _put(here, moved, tried.take(better))
            damping[now] = np.where(better, np.maximum(damping[now] / 8, LEAST_DAMPING), damping[now] * 4)
            running[now] = ~(rounded | (damping[now] > STALLED))
    free = _free(theta.T, lower.T, upper.T, here.gradient)
    cosine = np.where(np.isfinite(here.objective), _cosine(here, theta.T, free, exact), np.inf)
    return Solutions(theta, here.objective * estimator.factor, cosine)


@dataclass(frozen=True, eq=False)
class _Look:
    """The objective and its derivatives where some of the fits are; target and weights are [fits, points]."""

    misfit: Misfit
    x: FloatArray
    target: FloatArray
    weights: FloatArray

    def __call__(self, theta: FloatArray, fits: NDArray[np.int64]) -> Local:
        """At the coordinates theta [parameters, len(fits)], a few fits at a time."""
        count = max(1, AT_A_TIME // max(self.x.shape[1], 1))
        return _joined(
            [
                self.misfit.local(
                    theta[:, first : first + count], self.x,
                    self.target[fits[first : first + count]], self.weights[fits[first : first + count]],
                )
                for first in range(0, max(len(fits), 1), count)
            ]
        )  # fmt: skip


def _joined(parts: list[Local]) -> Local:
    """The fits of all parts."""
    return Local(*(np.concatenate(values) for values in zip(*(vars(p).values() for p in parts), strict=True)))


def _put(here: Local, fits: NDArray[np.int64], values: Local) -> None:
    for mine, theirs in zip(vars(here).values(), vars(values).values(), strict=True):
        mine[fits] = theirs


def _free(theta: FloatArray, lower: FloatArray, upper: FloatArray, gradient: FloatArray) -> NDArray[np.bool_]:
    """Which parameters may move, [batch, parameters]: not those on a bound that a descent would cross."""
    low, high = (theta <= lower) & (gradient >= 0), (theta >= upper) & (gradient <= 0)
    return np.asarray(~(low | high | (lower == upper)))


def without_influence(state: Local, theta: FloatArray) -> NDArray[np.bool_]:
    """Which parameters move nothing, [batch, parameters]; theta likewise.

    A parameter whose best value is infinite (a break that is never reached) runs away while its influence
    vanishes. Its cosine does not vanish, because it has no unit, and would keep the fit from ever ending.
    """
    reach = np.sqrt(state.scale) * np.maximum(np.abs(theta), 1.0)
    return np.asarray(reach < NO_INFLUENCE * np.sqrt(state.size)[:, None])


def _cosine(state: Local, theta: FloatArray, free: NDArray[np.bool_], exact: FloatArray) -> FloatArray:
    perfect = state.size <= exact
    with np.errstate(all="ignore"):
        share = np.abs(state.gradient) / np.sqrt(np.maximum(state.scale, 1e-300))
        counts = free & ~without_influence(state, theta)
        cosine = np.where(counts, share, 0.0).max(axis=-1) / np.sqrt(np.where(perfect, 1.0, state.size))
    return np.where(perfect, 0.0, cosine)


def _step(state: Local, free: NDArray[np.bool_], damping: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Damped Newton steps [batch, parameters], and whether the damped Hessian was positive definite."""
    count, size = state.gradient.shape
    with np.errstate(all="ignore"):
        unit = 1 / np.sqrt(np.where(free & (state.scale > 0), state.scale, 1.0))
        matrix = state.hessian * unit[:, :, None] * unit[:, None, :]
        matrix *= free[:, :, None] & free[:, None, :]
        index = np.arange(size)
        matrix[:, index, index] = np.where(free, matrix[:, index, index] + damping[:, None], 1.0)
        right = np.where(free, state.gradient * unit, 0.0)
        factor = np.zeros_like(matrix)
        good = np.ones(count, dtype=np.bool_)
        for j in range(size):  # Cholesky, in step over all fits
            pivot = matrix[:, j, j] - np.sum(factor[:, j, :j] ** 2, axis=-1)
            good &= pivot > 0
            factor[:, j, j] = np.sqrt(np.where(pivot > 0, pivot, 1.0))
            for i in range(j + 1, size):
                inner = np.sum(factor[:, i, :j] * factor[:, j, :j], axis=-1)
                factor[:, i, j] = (matrix[:, i, j] - inner) / factor[:, j, j]
        down = np.zeros_like(right)
        for i in range(size):
            down[:, i] = (right[:, i] - np.sum(factor[:, i, :i] * down[:, :i], axis=-1)) / factor[:, i, i]
        up = np.zeros_like(right)
        for i in reversed(range(size)):
            inner = np.sum(factor[:, i + 1 :, i] * up[:, i + 1 :], axis=-1)
            up[:, i] = (down[:, i] - inner) / factor[:, i, i]
        step = -up * unit
    return np.where(good[:, None] & np.isfinite(step), step, 0.0), good
