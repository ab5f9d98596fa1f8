"""Least squares on the logarithm of a law, for many data sets at once.

Coordinates: a positive parameter is fitted as its logarithm, any other one as it is. A fit minimises
sum_i w_i (log y_i - log f(x_i))^2; all derivatives are exact.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglaws.laws.law import FloatArray, Law

MAX_STEPS = 300
CONVERGED = 1e-9  # of the scaled gradient
EXACT = 1e-13  # root mean square residual below which a fit is exact up to rounding
STALLED = 1e12  # damping at which no step in floating point goes down any more


@dataclass(frozen=True)
class Solutions:
    """Least-squares solutions of a batch of fits.

    Attributes:
        params: [parameters, batch], in natural units.
        objective: [batch], the weighted sum of squared log residuals.
        gradient: [batch], the largest cosine between the residuals and a column of the Jacobian, over the
            parameters that are free to move: 0 at an optimum, whatever the units.
    """

    params: FloatArray
    objective: FloatArray
    gradient: FloatArray


def solve_exactly(law: Law, x: FloatArray, y: FloatArray, weights: FloatArray) -> Solutions:
    """Solve a log-linear law: x [variables, points], y and weights [batch, points]."""
    origin = np.zeros((len(law.parameters), 1))
    design = _jacobian(law, origin, x)  # the same at every theta
    root = np.sqrt(weights)
    target = np.log(y) - _log_model(law, origin, x)
    # QR and not the normal equations: log m is nearly constant where m spans a decade around 10^9.
    q, r = np.linalg.qr(root[..., None] * design)
    theta = np.linalg.solve(r, np.einsum("bnp,bn->bp", q, root * target)[..., None])[..., 0].T
    objective, gradient = _state(law, theta, x, np.log(y), weights)
    return Solutions(_natural(law, theta), objective, gradient)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # steps that overflow are refused
def solve_from(law: Law, x: FloatArray, y: FloatArray, weights: FloatArray, starts: FloatArray) -> Solutions:
    """Levenberg-Marquardt from every start, inside the bounds; shapes as above, starts [parameters, batch].

    Each fit stops by itself once its scaled gradient vanishes; `Solutions.gradient` says how far it came.
    """
    theta = _coordinates(law, starts)
    lower, upper = _bounds(law)
    theta = np.clip(theta, lower, upper)
    log_y = np.log(y)
    damping = np.full(theta.shape[1], 1e-3)
    objective, _ = _state(law, theta, x, log_y, weights)
    running = np.isfinite(objective)
    for _ in range(MAX_STEPS):
        now = np.flatnonzero(running)
        if not len(now):
            break
        here, w = theta[:, now], weights[now]
        residual, jacobian, free = _linearise(law, here, x, log_y[now], w)
        gradient = np.einsum("bnp,bn->pb", jacobian, residual) * free
        hessian = np.einsum("bnp,bnq->bpq", jacobian, jacobian)
        diagonal = np.maximum(np.einsum("bpp->pb", hessian), 1e-30)
        hessian *= free.T[:, :, None] & free.T[:, None, :]
        damped = np.where(free, diagonal * (1 + damping[now]), 1.0)
        index = np.arange(len(here))
        hessian[:, index, index] = damped.T
        step = np.linalg.solve(hessian, gradient.T[..., None])[..., 0].T
        trial = np.clip(here + step, lower, upper)
        tried, _ = _state(law, trial, x, log_y[now], w)
        better = tried < objective[now]
        theta[:, now] = np.where(better, trial, here)
        done = _cosine(gradient, diagonal, objective[now], w) < CONVERGED
        objective[now] = np.where(better, tried, objective[now])
        damping[now] = np.where(better, np.maximum(damping[now] / 8, 1e-12), damping[now] * 4)
        running[now] = ~(done | (damping[now] > STALLED))
    objective, gradient = _state(law, theta, x, log_y, weights)
    return Solutions(_natural(law, theta), objective, gradient)


def best_of(law: Law, x: FloatArray, y: FloatArray, weights: FloatArray, starts: FloatArray) -> Solutions:
    """The best solution of each fit over starts [starts, parameters, batch]."""
    each = solve_each(law, x, y, weights, starts)
    winner = np.where(np.isfinite(each.objective), each.objective, np.inf).argmin(axis=0)
    fits = np.arange(y.shape[0])
    return Solutions(each.params[:, winner, fits], each.objective[winner, fits], each.gradient[winner, fits])


def solve_each(law: Law, x: FloatArray, y: FloatArray, weights: FloatArray, starts: FloatArray) -> Solutions:
    """The solutions from every start, with a starts axis before the batch axis."""
    count, size, batch = starts.shape
    flat = solve_from(
        law,
        x,
        np.tile(y, (count, 1)),
        np.tile(weights, (count, 1)),
        np.moveaxis(starts, 0, 1).reshape(size, -1),
    )
    return Solutions(
        flat.params.reshape(size, count, batch),
        flat.objective.reshape(count, batch),
        flat.gradient.reshape(count, batch),
    )


def r_squared(objective: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    """Share of the variance of log y that a fit explains, [batch]; NaN where y does not vary."""
    log_y = np.log(y)
    mean = (weights * log_y).sum(axis=-1, keepdims=True) / weights.sum(axis=-1, keepdims=True)
    total = (weights * (log_y - mean) ** 2).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(total > 0, 1 - objective / total, np.nan))


def on_bound(law: Law, params: FloatArray) -> NDArray[np.bool_]:
    """Which parameters sit on a bound, [parameters, *batch]."""
    trailing = (slice(None),) + (None,) * (params.ndim - 1)
    lower = np.array([parameter.lower for parameter in law.parameters])[trailing]
    upper = np.array([parameter.upper for parameter in law.parameters])[trailing]
    return np.asarray((params <= lower) | (params >= upper))


def _linearise(
    law: Law, theta: FloatArray, x: FloatArray, log_y: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Weighted residuals [batch, points], Jacobian [batch, points, params], free params [params, batch]."""
    root = np.sqrt(weights)
    residual = root * (log_y - _log_model(law, theta, x))
    jacobian = root[..., None] * _jacobian(law, theta, x)
    downhill = np.einsum("bnp,bn->pb", jacobian, residual)
    lower, upper = _bounds(law)
    free = ~(((theta <= lower) & (downhill < 0)) | ((theta >= upper) & (downhill > 0)))
    return residual, jacobian, free


def _state(
    law: Law, theta: FloatArray, x: FloatArray, log_y: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Objective and scaled gradient, [batch] each; infinite where the law overflows."""
    with np.errstate(all="ignore"):
        residual, jacobian, free = _linearise(law, theta, x, log_y, weights)
        objective = (residual**2).sum(axis=-1)
        gradient = np.einsum("bnp,bn->pb", jacobian, residual) * free
        diagonal = np.maximum((jacobian**2).sum(axis=1).T, 1e-30)
        finite = np.isfinite(objective)
        scaled = _cosine(gradient, diagonal, objective, weights)
    return np.where(finite, objective, np.inf), np.where(finite, scaled, np.inf)


def _cosine(
    gradient: FloatArray, diagonal: FloatArray, objective: FloatArray, weights: FloatArray
) -> FloatArray:
    exact = objective <= EXACT**2 * weights.sum(axis=-1)
    cosine = (np.abs(gradient) / np.sqrt(diagonal)).max(axis=0) / np.sqrt(np.where(exact, 1.0, objective))
    return np.asarray(np.where(exact, 0.0, cosine))


def _log_model(law: Law, theta: FloatArray, x: FloatArray) -> FloatArray:
    return np.asarray(np.log(law.predict(_natural(law, theta), x[:, None, :])))


def _jacobian(law: Law, theta: FloatArray, x: FloatArray) -> FloatArray:
    """d log f / d theta, [batch, points, parameters]."""
    params, x = _natural(law, theta), x[:, None, :]
    chain = np.where(_positive(law), params, 1.0)  # d param / d log param = param
    slopes = law.differentiate(params, x) * chain[..., None] / law.predict(params, x)
    return np.moveaxis(slopes, 0, -1)


def _natural(law: Law, theta: FloatArray) -> FloatArray:
    return np.where(_positive(law), np.exp(np.where(_positive(law), theta, 0.0)), theta)


def _coordinates(law: Law, params: FloatArray) -> FloatArray:
    return np.where(_positive(law), np.log(np.where(_positive(law), params, 1.0)), params)


def _positive(law: Law) -> NDArray[np.bool_]:
    return np.array([[parameter.positive] for parameter in law.parameters])


def _bounds(law: Law) -> tuple[FloatArray, FloatArray]:
    """Bounds in coordinates, [parameters, 1] each."""
    ends = np.array([[p.lower, p.upper] for p in law.parameters])
    positive = _positive(law)[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        ends[positive] = np.log(np.maximum(ends[positive], 0.0))
    return ends[:, :1], ends[:, 1:]
