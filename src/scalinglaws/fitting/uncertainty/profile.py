"""Profiles: how well a law fits with one parameter fixed, over many values, and the others fitted again."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.solution import Solution
from scalinglaws.fitting.uncertainty.covariance import covariance
from scalinglaws.laws.law import FloatArray

POINTS = 81
SMALLEST = 1e-300  # a positive parameter is scanned between it and its inverse
FINE = 12  # points inside the interval; with fewer, its surroundings are scanned again
ZOOMS = 5
WIDE = 10.0  # standard errors
FLAT_FACTOR = 10.0  # a positive parameter whose interval spans more than this is not determined
FLAT_EXPONENT = 1.0  # the same for any other parameter: width of its interval, relative to its value


@dataclass(frozen=True)
class Profile:
    """The objective along one parameter.

    Attributes:
        name: the parameter.
        values: [points], ascending, natural units.
        objective: [points], the lowest with the parameter fixed there.
        params: [parameters, points], the fits.
        lowest: the lowest objective found, along the profile or by the fit it started from.
        at: the value of the parameter there.
        low, high: ends of the likelihood interval; the scan's end where the interval goes on beyond it.
        closed: whether both ends are inside the scan.
        flat: whether the data leave the parameter undetermined.
    """

    name: str
    values: FloatArray
    objective: FloatArray
    params: FloatArray
    lowest: float
    at: float
    low: float
    high: float
    closed: bool
    flat: bool

    def within(self, share: float) -> tuple[float, float]:
        """The range of values whose objective is within a share of the lowest."""
        inside = self.values[self.objective <= self.lowest * (1 + share)]
        return float(inside.min()), float(inside.max())

    @property
    def warning(self) -> str:
        """What to tell a reader, or nothing."""
        if not self.flat:
            return ""
        ends = "" if self.closed else " and beyond"
        return f"flat profile: {self.name} between {self.low:.3g} and {self.high:.3g}{ends} fits as well"


def profile(
    fit: Solution,
    name: str,
    span: tuple[float, float] | None = None,
    points: int = POINTS,
    level: float = 0.95,
) -> Profile:
    """Profile one parameter.

    The interval holds the values whose log-likelihood, with the noise's scale fitted, is within half the
    chi-squared quantile of the best: n/2 log(objective) for squares, and n log(objective) for Huber's loss,
    which for narrow deltas is Laplace's distribution.

    Args:
        fit: the fit.
        name: the parameter.
        span: values to scan in natural units; by default a factor of 100 either way for a positive parameter,
            else four times its value or ten standard errors, whichever is more.
        points: how many.
        level: of the interval.

    Raises:
        ScalingLawsError: there is no such parameter, or it was fixed in the fit.
    """
    if name not in fit.fitted:
        raise ScalingLawsError(f"{fit.law.name}: {name} is not a fitted parameter")
    law, k = fit.law, fit.law.names.index(name)
    power = 2.0 if fit.estimator.loss == "squared" else 1.0
    growth = np.exp(power * ndtri((1 + level) / 2) ** 2 / 2 / fit.points.weights.sum())

    scan = _Scan(np.empty(0), np.empty((len(law.parameters), 0)), np.empty(0))
    error = float(np.sqrt(np.maximum(covariance(fit)[k, k], 0.0)))  # below 0 by rounding
    grid = _grid(fit, k, _span(fit, k, span, error), points)
    for _ in range(ZOOMS):
        scan = scan.joined(_scan(fit, k, grid))
        lowest = min(fit.objective, float(scan.objective.min()))
        inside = np.flatnonzero(scan.objective <= lowest * growth)
        first, last = (int(inside[0]), int(inside[-1])) if len(inside) else (0, len(scan.at) - 1)
        if last - first >= FINE:
            break
        ends = scan.at[max(first - 1, 0)], scan.at[min(last + 1, len(scan.at) - 1)]
        grid = np.linspace(*ends, points)
    params = law.natural(scan.theta)
    best = int(scan.objective.argmin())
    low = _crossing(scan, first, -1, lowest * growth)
    high = _crossing(scan, last, 1, lowest * growth)
    # An interval that ends on the parameter's bound is closed; one that ends with the scan may go on.
    lower, upper = (end[k] for end in law.bounds)
    closed = (first > 0 or scan.at[0] <= lower) and (last < len(scan.at) - 1 or scan.at[-1] >= upper)
    positive = law.parameters[k].positive
    low, high = (float(np.exp(end)) if positive else end for end in (low, high))
    at = float(params[k, best]) if scan.objective[best] < fit.objective else fit.params[name]
    wide = high > FLAT_FACTOR * low if positive else high - low > FLAT_EXPONENT * max(abs(at), 1e-12)
    flat = bool(wide or not closed)
    return Profile(name, params[k], scan.objective, params, lowest, at, low, high, closed, flat)


@dataclass(frozen=True)
class _Scan:
    """Fits with one coordinate fixed: where [points], theta [parameters, points], objective [points]."""

    at: FloatArray
    theta: FloatArray
    objective: FloatArray

    def joined(self, other: "_Scan") -> "_Scan":
        """Both, in ascending order."""
        at, first = np.unique(np.concatenate([self.at, other.at]), return_index=True)
        theta = np.concatenate([self.theta, other.theta], axis=1)[:, first]
        return _Scan(at, theta, np.concatenate([self.objective, other.objective])[first])


def _scan(fit: Solution, k: int, grid: FloatArray) -> _Scan:
    """Fit with coordinate k fixed at each value of a grid, from every optimum of the fit."""
    lower, upper = (np.repeat(end[:, None], len(grid), axis=1) for end in fit.system.bounds)
    lower[k] = upper[k] = grid
    guesses = np.repeat(fit.optima[:, :, None], len(grid), axis=2)
    guesses[k] = grid
    weights = np.broadcast_to(fit.points.weights, (len(grid), len(fit.points)))
    best = fit.system.refit(guesses, weights, (lower, upper))
    return _Scan(grid, best.theta, best.objective)


def _span(fit: Solution, k: int, span: tuple[float, float] | None, error: float) -> tuple[float, float]:
    """The range to scan in coordinates, which may reach beyond the bounds."""
    at, positive = fit.theta[k], fit.law.parameters[k].positive
    if span is not None:
        low, high = np.log(np.clip(span, SMALLEST, 1 / SMALLEST)) if positive else span
    elif positive:
        low, high = at - np.log(100), at + np.log(100)
    else:
        reach = max(4 * abs(at), WIDE * error if np.isfinite(error) else 0.0, 1e-3)
        low, high = at - reach, at + reach
    return low, high


def _grid(fit: Solution, k: int, span: tuple[float, float], points: int) -> FloatArray:
    """Coordinates to scan, the fitted one among them."""
    (low, high), (lower, upper) = span, (end[k] for end in fit.law.bounds)
    grid = np.linspace(max(low, lower), min(high, upper), points)
    return np.unique(np.append(grid, np.clip(fit.theta[k], grid[0], grid[-1])))


def _crossing(scan: _Scan, edge: int, step: int, allowed: float) -> float:
    """Where the objective passes the allowed one, between the last point inside and the next one outside."""
    beyond = edge + step
    if not 0 <= beyond < len(scan.at) or not np.isfinite(scan.objective[beyond]):
        return float(scan.at[edge])
    share = (allowed - scan.objective[edge]) / (scan.objective[beyond] - scan.objective[edge])
    return float(scan.at[edge] + share * (scan.at[beyond] - scan.at[edge]))
