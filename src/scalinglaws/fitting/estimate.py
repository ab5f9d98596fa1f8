"""One fit of one law to one set of points, with what is needed to distrust it."""

from dataclasses import dataclass

import numpy as np

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting import least_squares
from scalinglaws.fitting.least_squares import Solutions
from scalinglaws.laws.law import FloatArray, Law

GRADIENT_ALLOWED = 1e-5  # cosine between residuals and Jacobian above which a reader is warned
GRADIENT_REFUSED = 1e-2  # ... and above which there is no estimate
NEAR_BEST = 1e-2  # a start counts among the best if its objective is within this share of the lowest
SPREAD_ALLOWED = 1e-2  # relative difference of the parameters among the best starts


@dataclass(frozen=True)
class Estimate:
    """A fitted law.

    Attributes:
        law: the law.
        params: values by name, in natural units.
        objective: sum of squared residuals of log y.
        points: number of points.
        r_squared: share of the variance of log y explained; NaN where y does not vary.
        gradient_norm: largest cosine between residuals and a free column of the Jacobian; 0 at an optimum.
        starts: number of starts; 0 for a law that is solved exactly.
        spread: largest relative difference of a parameter among the starts that came within 1 % of the lowest
            objective; large where the profile is flat. 0 for a law that is solved exactly.
        on_bound: names of the parameters that sit on a bound.
        warnings: what a reader must know before using the values.
    """

    law: Law
    params: dict[str, float]
    objective: float
    points: int
    r_squared: float
    gradient_norm: float
    starts: int
    spread: float
    on_bound: tuple[str, ...]
    warnings: tuple[str, ...]

    def predict(self, x: FloatArray) -> FloatArray:
        """The law at x [points] or [variables, points]."""
        return self.law.predict(np.array(list(self.params.values())), np.atleast_2d(x))


def points_needed(law: Law) -> int:
    """The fewest points a law can be fitted to: one more than it has parameters."""
    return len(law.parameters) + 1


def estimate(law: Law, x: FloatArray, y: FloatArray) -> Estimate:
    """Fit a law by least squares on log y, from several starts unless it can be solved exactly.

    Args:
        law: the law.
        x: [points] for a law of one variable, else [variables, points].
        y: [points].

    Raises:
        ScalingLawsError: there are fewer points than parameters + 1; a value is NaN, infinite, zero or
            negative; all points lie at one x; or no start arrived at an optimum.
    """
    x, y = (np.atleast_2d(np.asarray(x, dtype=np.float64)), np.asarray(y, dtype=np.float64))
    _check(law, x, y)
    weights = np.ones((1, len(y)))
    if law.log_linear:
        found = least_squares.solve_exactly(law, x, y[None], weights)
        starts, best, spread = 0, 0, 0.0
    else:
        found, starts, best, spread = _multi_start(law, x, y[None], weights)
    params = found.params[:, best]
    objective, gradient = float(found.objective[best]), float(found.gradient[best])
    bound = tuple(name for name, on in zip(law.names, least_squares.on_bound(law, params), strict=True) if on)
    return Estimate(
        law=law,
        params={name: float(value) for name, value in zip(law.names, params, strict=True)},
        objective=objective,
        points=len(y),
        r_squared=float(least_squares.r_squared(found.objective[best : best + 1], y[None], weights)[0]),
        gradient_norm=gradient,
        starts=starts,
        spread=spread,
        on_bound=bound,
        warnings=_warnings(law, gradient, spread, bound),
    )


def _multi_start(
    law: Law, x: FloatArray, y: FloatArray, weights: FloatArray
) -> tuple[Solutions, int, int, float]:
    """Solutions from every start (as a batch), their number, the best one's index, and the spread."""
    assert law.starts is not None  # a law that is not log-linear has them
    starts = law.starts(x, y, weights)
    each = least_squares.solve_each(law, x, y, weights, starts)
    found = Solutions(each.params[:, :, 0], each.objective[:, 0], each.gradient[:, 0])
    best = int(found.objective.argmin())
    if not np.isfinite(found.objective[best]) or found.gradient[best] > GRADIENT_REFUSED:
        raise ScalingLawsError(f"{law.name}: none of {len(starts)} starts arrived at an optimum")
    exact = least_squares.EXACT**2 * y.shape[-1]
    near = found.objective <= found.objective[best] * (1 + NEAR_BEST) + exact
    values = found.params[:, near]
    scale = np.maximum(np.abs(values).max(axis=1), 1e-12)
    return found, len(starts), best, float((np.ptp(values, axis=1) / scale).max())


def _check(law: Law, x: FloatArray, y: FloatArray) -> None:
    if x.shape != (len(law.variables), len(y)):
        raise ScalingLawsError(f"{law.name}: x has shape {x.shape}, not {(len(law.variables), len(y))}")
    if len(y) < points_needed(law):
        raise ScalingLawsError(
            f"{law.name}: {len(y)} points; its {len(law.parameters)} parameters need {points_needed(law)}"
        )
    for variable, values in zip((*law.variables, law.response), (*x, y), strict=True):
        wrong = ~(np.isfinite(values) & (values > 0))
        if wrong.any():
            raise ScalingLawsError(
                f"{law.name}: {variable.name} is {values[wrong][0]} at point {int(wrong.argmax())}; "
                "a fit on the logarithm needs finite positive values"
            )
    for variable, values in zip(law.variables, x, strict=True):
        if np.ptp(values) == 0:
            raise ScalingLawsError(f"{law.name}: all points lie at {variable.name} = {values[0]}")


def _warnings(law: Law, gradient: float, spread: float, bound: tuple[str, ...]) -> tuple[str, ...]:
    found = [f"{name} sits on a bound" for name in bound]
    if not law.log_linear and gradient > GRADIENT_ALLOWED:
        found.append(f"the optimiser stopped early (scaled gradient {gradient:.1e})")
    if spread > SPREAD_ALLOWED:
        found.append(f"flat profile: the best starts differ by {100 * spread:.0f} %")
    return tuple(found)
