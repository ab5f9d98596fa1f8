"""One fit of one law to one set of points, with what is needed to distrust it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.objective import Estimator, local
from scalinglaws.fitting.solver.newton import EXACT, Solutions, without_influence
from scalinglaws.fitting.solver.solve import Engine, solve_each
from scalinglaws.fitting.solver.starts import design
from scalinglaws.laws.law import FloatArray, Law

STARTS = 16
SCREENED = 256  # starts of a law with many shapes, followed a little before the best are followed to the end
SCREENING_STEPS = 12
MANY_SHAPES = 4  # parameters with a range of starts; below, a sixteenth of the starts suffices
GRADIENT_ALLOWED = 1e-5  # cosine between residuals and Jacobian above which a reader is warned
GRADIENT_REFUSED = 1e-2  # ... and above which there is no estimate
NEAR_BEST = 1e-2  # a start counts among the best if its objective is within this share of the lowest
SAME_OPTIMUM = 1e-6  # ... and as having found the same optimum within this one
SAME_CURVE = 1e-7  # relative difference below which two predictions are one
SPREAD_ALLOWED = 1e-2  # relative difference of the parameters among the best starts
NOT_IDENTIFIED = 1e-9  # curvature, in units of the points', below which a direction is free
OPTIMA_KEPT = 4


@dataclass(frozen=True)
class Estimate:
    """A fitted law.

    Attributes:
        law: the law.
        estimator: what was minimised.
        params: values by name, in natural units.
        objective: the sum that was minimised.
        points: number of points of positive weight.
        r_squared: share of the variance of log y explained; NaN where y does not vary.
        gradient_norm: largest cosine between residuals and a free column of the Jacobian; 0 at an optimum.
        starts: number of descents: each start once, and twice with Huber's loss.
        agreeing: how many of them came to the lowest objective.
        spread: largest relative difference of a parameter among the starts that came within 1 % of the lowest
            objective with another curve; large where the profile is flat.
        on_bound: names of the parameters that sit on a bound (fixed ones left out).
        fixed: names of the parameters that were held.
        unidentified: names of the parameters that can change together without changing the objective.
        optima: distinct local optima, the best first, where refits begin: coordinates [parameters, <= 4].
        origins: the starts that were followed: coordinates [parameters, starts].
        warnings: what a reader must know before using the values.
    """

    law: Law
    estimator: Estimator
    params: dict[str, float]
    objective: float
    points: int
    r_squared: float
    gradient_norm: float
    starts: int
    agreeing: int
    spread: float
    on_bound: tuple[str, ...]
    fixed: tuple[str, ...]
    unidentified: tuple[str, ...]
    optima: FloatArray
    origins: FloatArray
    warnings: tuple[str, ...]

    @property
    def values(self) -> FloatArray:
        """The parameters [parameters]."""
        return np.array(list(self.params.values()))

    @property
    def theta(self) -> FloatArray:
        """The fitted coordinates [parameters]."""
        return np.asarray(self.optima[:, 0])

    @property
    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """The bounds the fit kept to, coordinates [parameters] each: those of fixed ones are equal."""
        return bounds_with(self.law, {name: self.params[name] for name in self.fixed})

    @property
    def converged(self) -> bool:
        """Whether the optimiser came to rest at an optimum."""
        return self.gradient_norm <= GRADIENT_ALLOWED

    def predict(self, x: FloatArray) -> FloatArray:
        """The law at x [points] or [variables, points]."""
        return self.law.predict(self.values, np.atleast_2d(x))


def points_needed(law: Law, fixed: int = 0) -> int:
    """The fewest points a law can be fitted to: one more than it has parameters to fit."""
    return len(law.parameters) - fixed + 1


def bounds_with(law: Law, fixed: Mapping[str, float]) -> tuple[FloatArray, FloatArray]:
    """The law's bounds in coordinates with some parameters held at their values, [parameters] each.

    Raises:
        ScalingLawsError: a name is no parameter's, or a value lies outside its parameter's range.
    """
    lower, upper = law.bounds
    for name, value in fixed.items():
        if name not in law.names:
            raise ScalingLawsError(f"{law.name} has no parameter {name}; it has {', '.join(law.names)}")
        k = law.names.index(name)
        parameter = law.parameters[k]
        if not parameter.lower <= value <= parameter.upper or (parameter.positive and value <= 0):
            raise ScalingLawsError(f"{law.name}: {name} cannot be {value:g}")
        lower[k] = upper[k] = np.log(value) if parameter.positive else value
    return lower, upper


def estimate(
    law: Law,
    x: FloatArray,
    y: FloatArray,
    *,
    estimator: Estimator | None = None,
    weights: FloatArray | None = None,
    fixed: Mapping[str, float] | None = None,
    starts: FloatArray | None = None,
    count: int = STARTS,
    engine: Engine = "auto",
) -> Estimate:
    """Fit a law from several starts.

    Args:
        law: the law.
        x: [points] for a law of one variable, else [variables, points].
        y: [points].
        estimator: least squares on the logarithm unless said otherwise.
        weights: [points], not negative; 1 unless said otherwise.
        fixed: parameters that are held, by name, in natural units.
        starts: coordinates [parameters, starts], instead of the law's design.
        count: number of starts.
        engine: see `solve`.

    Raises:
        ScalingLawsError: there are fewer points than parameters + 1; a value is NaN, infinite, zero or
            negative; all points lie at one x; or no start arrived at an optimum.
    """
    x, y = np.atleast_2d(np.asarray(x, dtype=np.float64)), np.asarray(y, dtype=np.float64)
    estimator = estimator or Estimator()
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    held = tuple(fixed or {})
    _check(law, x, y, w, len(held))
    bounds = bounds_with(law, fixed or {})
    if starts is None and law.program.log_linear and estimator == Estimator():
        starts = np.clip(np.zeros((len(law.parameters), 1)), bounds[0][:, None], bounds[1][:, None])
    if starts is None:
        starts = _design(law, estimator, x, y, w, count, bounds, engine)
    if not starts.shape[1]:
        raise ScalingLawsError(f"{law.name}: the law is not finite at any start")
    found = _follow(law, estimator, x, y, w, starts, bounds, engine)
    best = int(found.objective.argmin())
    objective, gradient = float(found.objective[best]), float(found.gradient[best])
    if not np.isfinite(objective) or gradient > GRADIENT_REFUSED:
        raise ScalingLawsError(f"{law.name}: none of {starts.shape[1]} starts arrived at an optimum")
    theta = found.theta[:, best]
    agreeing, spread, optima = _agreement(law, found, best, w, x)
    params = law.natural(theta)
    bound = tuple(
        name
        for name, at, low, high in zip(law.names, theta, *bounds, strict=True)
        if name not in held and (at <= low or at >= high)
    )
    loose = _unidentified(law, estimator, theta, x, y, w, set(held) | set(bound))
    return Estimate(
        law=law,
        estimator=estimator,
        params={name: float(value) for name, value in zip(law.names, params, strict=True)},
        objective=objective,
        points=int((w > 0).sum()),
        r_squared=float(r_squared(law, theta, x, y, w)),
        gradient_norm=gradient,
        starts=len(found.objective),
        agreeing=agreeing,
        spread=spread,
        on_bound=bound,
        fixed=held,
        unidentified=loose,
        optima=optima,
        origins=starts,
        warnings=_warnings(gradient, agreeing, len(found.objective), spread, bound, loose),
    )


def _design(
    law: Law,
    estimator: Estimator,
    x: FloatArray,
    y: FloatArray,
    weights: FloatArray,
    count: int,
    bounds: tuple[FloatArray, FloatArray],
    engine: Engine,
) -> FloatArray:
    """The starts to follow to the end: coordinates [parameters, count at most].

    A law with many shapes (broken laws) has many local optima, and few starts lead to the lowest: many are
    followed for some steps, and of those the ones that are lowest by then, one for each place they came to.
    """
    shapes = sum(
        parameter.start is not None and low < high
        for parameter, low, high in zip(law.parameters, *bounds, strict=True)
    )
    if shapes < MANY_SHAPES:
        return design(law, estimator, x, y, weights, count, bounds)
    many = design(law, estimator, x, y, weights, max(SCREENED, count), bounds)
    begin = many.T[:, :, None]
    some = solve_each(
        law, estimator, x, y[None], weights[None], begin, bounds, engine=engine, max_steps=SCREENING_STEPS
    )
    objective, theta = some.objective[:, 0], some.theta[:, :, 0]
    order = np.argsort(objective, kind="stable")
    order = order[np.isfinite(objective[order])]
    apart = np.diff(objective[order], prepend=-np.inf) > SAME_OPTIMUM * objective[order]
    kept = np.concatenate([order[apart], order[~apart]])[:count]
    return np.asarray(theta[:, kept])


def _follow(
    law: Law,
    estimator: Estimator,
    x: FloatArray,
    y: FloatArray,
    weights: FloatArray,
    starts: FloatArray,
    bounds: tuple[FloatArray, FloatArray],
    engine: Engine,
) -> Solutions:
    """Where the starts lead; with Huber's loss both down its path of deltas and straight.

    The path leads nearly every start to one optimum, mostly the lowest. Where the profile is flat, the kinks
    of the narrow loss make further ones, which only the straight way can find.
    """
    begin = starts.T[:, :, None]
    ways = (False,) if len(estimator.deltas) == 1 else (False, True)
    found = [
        solve_each(law, estimator, x, y[None], weights[None], begin, bounds, warm=straight, engine=engine)
        for straight in ways
    ]
    return Solutions(
        np.concatenate([part.theta[:, :, 0] for part in found], axis=1),
        np.concatenate([part.objective[:, 0] for part in found]),
        np.concatenate([part.gradient[:, 0] for part in found]),
    )


def r_squared(law: Law, theta: FloatArray, x: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    """Share of the variance of log y that a law explains, [*batch]; NaN where y does not vary.

    theta: [parameters, *batch]; y and weights: [*batch, points].
    """
    with np.errstate(all="ignore"):
        log_y = np.log(y)
        mean = (weights * log_y).sum(axis=-1, keepdims=True) / weights.sum(axis=-1, keepdims=True)
        total = (weights * (log_y - mean) ** 2).sum(axis=-1)
        rest = (weights * (log_y - np.log(law.program.values(theta, law.safe(x)))) ** 2).sum(axis=-1)
        return np.asarray(np.where(total > 0, 1 - rest / total, np.nan))


def _agreement(
    law: Law, found: Solutions, best: int, weights: FloatArray, x: FloatArray
) -> tuple[int, float, FloatArray]:
    """How many starts agree, how far the parameters of the best ones spread, and the distinct optima.

    Parameters that differ while the curve is the same are names in another order (two breaks exchanged), or
    not identified, which `_unidentified` tells: they count for no spread.
    """
    exact = EXACT**2 * weights.sum()
    lowest = found.objective[best]
    same = found.objective <= lowest * (1 + SAME_OPTIMUM) + exact
    near = found.objective <= lowest * (1 + NEAR_BEST) + exact
    curves = law.program.values(found.theta, law.safe(x))
    near &= (np.abs(curves / curves[best] - 1) > SAME_CURVE).any(axis=1)
    near[best] = True
    values = law.natural(found.theta[:, near])
    scale = np.maximum(np.abs(values).max(axis=1), 1e-12)
    spread = float((np.ptp(values, axis=1) / scale).max())
    kept = [best]
    for k in np.argsort(found.objective, kind="stable"):
        last = found.objective[kept[-1]]
        settled = np.isfinite(found.objective[k]) and found.gradient[k] <= GRADIENT_REFUSED
        if settled and found.objective[k] > last * (1 + SAME_OPTIMUM) + exact and len(kept) < OPTIMA_KEPT:
            kept.append(int(k))
    return int(same.sum()), spread, found.theta[:, kept]


def _unidentified(
    law: Law,
    estimator: Estimator,
    theta: FloatArray,
    x: FloatArray,
    y: FloatArray,
    weights: FloatArray,
    held: set[str],
) -> tuple[str, ...]:
    """The parameters along which the data say nothing.

    They span the null directions of the scaled normal matrix, or have run so far that they move nothing.
    """
    free = [k for k, name in enumerate(law.names) if name not in held]
    if not free:
        return ()
    program = law.program
    data = (theta[:, None], law.safe(x), estimator.target(y)[None], weights[None])
    state = local(program, estimator.residual, estimator.deltas[-1], *data)
    gone = without_influence(state, theta[None])[0]
    value, *slopes = program.run(theta, law.safe(x), (program.value, *program.slope))
    unit = {"log": 1 / value, "relative": 1 / y, "value": np.ones_like(y)}[estimator.residual]
    jacobian = np.stack([slopes[k] for k in free], axis=-1) * (unit * np.sqrt(weights))[:, None]
    norm = np.sqrt((jacobian**2).sum(axis=0))
    largest = norm.max()
    scaled = jacobian / np.where(norm > NOT_IDENTIFIED * largest, norm, 1.0)
    scaled[:, norm <= NOT_IDENTIFIED * largest] = 0.0
    _, singular, directions = np.linalg.svd(scaled, full_matrices=False)
    null = directions[singular**2 < NOT_IDENTIFIED * len(free)]
    if len(scaled) < len(free):
        return tuple(law.names[k] for k in free)
    loose = (np.abs(null) > 0.1).any(axis=0) if len(null) else np.zeros(len(free), dtype=np.bool_)
    return tuple(law.names[k] for k, is_loose in zip(free, loose, strict=True) if is_loose or gone[k])


def _check(law: Law, x: FloatArray, y: FloatArray, weights: FloatArray, fixed: int) -> None:
    if x.shape != (len(law.variables), len(y)):
        raise ScalingLawsError(f"{law.name}: x has shape {x.shape}, not {(len(law.variables), len(y))}")
    if weights.shape != y.shape or not np.all(np.isfinite(weights) & (weights >= 0)):
        raise ScalingLawsError(f"{law.name}: weights must be finite and not negative, one a point")
    needed = points_needed(law, fixed)
    if (weights > 0).sum() < needed:
        raise ScalingLawsError(
            f"{law.name}: {(weights > 0).sum()} points; its {needed - 1} parameters need {needed}"
        )
    for variable, values in zip((*law.variables, law.response), (*x, y), strict=True):
        wrong = ~(np.isfinite(values) & ((values > 0) | (variable.zero & (values == 0))))
        if wrong.any():
            raise ScalingLawsError(
                f"{law.name}: {variable.name} is {values[wrong][0]} at point {int(wrong.argmax())}; "
                "a fit needs finite positive values"
            )
    if all(np.ptp(values) == 0 for values in x):
        raise ScalingLawsError(f"{law.name}: all points lie at {law.variables[0].name} = {x[0, 0]}")


def _warnings(
    gradient: float, agreeing: int, starts: int, spread: float, bound: tuple[str, ...], loose: tuple[str, ...]
) -> tuple[str, ...]:
    found = [f"{name} sits on a bound" for name in bound]
    if gradient > GRADIENT_ALLOWED:
        found.append(f"the optimiser stopped early (scaled gradient {gradient:.1e})")
    if agreeing == 1 and starts > 1:
        found.append(f"only 1 of {starts} starts came to the lowest objective")
    if loose:
        found.append(f"not identified by these data: {', '.join(loose)}")
    elif spread > SPREAD_ALLOWED:
        found.append(f"flat profile: the best starts differ by {100 * spread:.0f} %")
    return tuple(found)
