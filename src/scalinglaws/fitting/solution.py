"""The search for the parameters that fit best, with what is needed to distrust what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, log
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points, columns, in_order
from scalinglaws.fitting.solver.initial_guesses import design
from scalinglaws.fitting.solver.newton import EXACT, Solutions, without_influence
from scalinglaws.fitting.solver.solve import Engine
from scalinglaws.fitting.system import System
from scalinglaws.laws.law import FloatArray, Law

Value = TypeVar("Value")

GUESSES = 16
SCREENED = 256  # guesses for a law with many shapes, followed a little before the best go to the end
SCREENING_STEPS = 12
MANY_SHAPES = 4  # parameters with a range of guesses; below, a sixteenth of the guesses suffices
GRADIENT_ALLOWED = 1e-5  # cosine between residuals and Jacobian above which the reader is warned
GRADIENT_REFUSED = 1e-2  # ... and above which there is no fit
NEAR_BEST = 1e-2  # a descent is among the best if its objective is within this share of the lowest
SAME_OPTIMUM = 1e-6  # ... and found the same optimum if it is within this one
SAME_CURVE = 1e-7  # relative difference below which two predictions are the same
DISAGREEMENT_ALLOWED = 1e-2  # relative difference of the parameters among the best descents
NOT_IDENTIFIED = 1e-9  # curvature, in units of the points', below which a direction is free
OPTIMA_KEPT = 4


class UnknownParameterError(ScalingLawsError, KeyError):
    """A law that has no parameter of that name; also a KeyError, as of every dictionary."""

    def __str__(self) -> str:
        """The sentence; KeyError itself would quote it."""
        return str(self.args[0])


def named(law: Law, values: Mapping[str, Value], name: str) -> Value:
    """The value of a parameter.

    Raises:
        UnknownParameterError: the law has no such parameter.
    """
    if name not in values:
        raise UnknownParameterError(f"{law.name} has no parameter {name!r}; it has {', '.join(values)}")
    return values[name]


@dataclass(frozen=True, eq=False)
class Solution:
    """Where the search came to rest.

    Attributes:
        system: the law, its points and the estimator.
        params: the parameters by name, in natural units.
        objective: the sum that was minimised.
        r_squared: share of the variance of log y that is explained; NaN where y does not vary.
        gradient_norm: largest cosine between residuals and a free column of the Jacobian; 0 at an optimum.
        descents: number of descents: one per initial guess, two with Huber's loss.
        agreeing: how many of them reached the lowest objective.
        disagreement: largest relative difference of a parameter among the descents that came within 1 % of
            the lowest objective by another curve; large where the profile is flat.
        on_bound: names of the parameters that sit on a bound, without the fixed ones.
        unidentified: names of the parameters that can change together without changing the objective.
        optima: distinct local optima, the best first: coordinates [parameters, <= 4]. Refits start there.
        guesses: the initial guesses, coordinates [parameters, guesses].
        warnings: what you must know before you use the values.
    """

    system: System
    params: dict[str, float]
    objective: float
    r_squared: float
    gradient_norm: float
    descents: int
    agreeing: int
    disagreement: float
    on_bound: tuple[str, ...]
    unidentified: tuple[str, ...]
    optima: FloatArray
    guesses: FloatArray
    warnings: tuple[str, ...]

    @property
    def law(self) -> Law:
        """The law."""
        return self.system.law

    @property
    def points(self) -> Points:
        """The points that it was fitted to."""
        return self.system.points

    @property
    def x(self) -> FloatArray:
        """Their variables [variables, points], in the law's order."""
        return in_order(self.points.names, self.points.x, self.law.inputs)

    @property
    def estimator(self) -> Estimator:
        """What was minimised."""
        return self.system.estimator

    @property
    def fixed(self) -> tuple[str, ...]:
        """Names of the parameters that were fixed."""
        return self.system.fixed

    @property
    def fitted(self) -> tuple[str, ...]:
        """Names of the parameters that were fitted."""
        return tuple(name for name in self.law.names if name not in self.fixed)

    @property
    def values(self) -> FloatArray:
        """The parameters [parameters], in natural units."""
        return np.array(list(self.params.values()))

    @property
    def theta(self) -> FloatArray:
        """The parameters in the coordinates that are fitted, [parameters]."""
        return np.asarray(self.optima[:, 0])

    @property
    def converged(self) -> bool:
        """Whether the search came to rest at an optimum."""
        return self.gradient_norm <= GRADIENT_ALLOWED

    def predict(self, x: ArrayLike | Mapping[str, ArrayLike]) -> FloatArray:
        """The fitted law at x: [points], [variables, points], or columns by name.

        Raises:
            ScalingLawsError: other variables are given, or a value is not a positive number.
        """
        values = in_order(*columns(x), self.law.inputs)
        for variable, at in zip(self.law.variables, values, strict=True):
            wrong = ~((at > 0) | (variable.zero & (at == 0)))
            if wrong.any():
                raise ScalingLawsError(
                    f"predict: {variable.name} is {at[wrong][0]:g}; {self.law.name} needs positive numbers"
                )
        return self.law.predict(self.values, values)

    @property
    def aicc(self) -> float:
        """Akaike's information criterion, corrected for few points (Hurvich & Tsai 1989).

        Comparable between laws that were fitted to the same points with the same residual and loss. The
        noise's scale counts as one parameter. Infinite where the points are too few.
        """
        n, k = len(self.points), len(self.fitted) + 1
        if n - k - 1 <= 0:
            return inf
        power = 1.0 if self.estimator.loss == "squared" else 2.0
        return n * power * log(max(self.objective, 1e-300) / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1)


def search(
    system: System, guesses: FloatArray | None = None, count: int = GUESSES, engine: Engine = "auto"
) -> Solution:
    """Minimise from several initial guesses.

    Args:
        system: what is fitted.
        guesses: coordinates [parameters, guesses], instead of the law's own.
        count: number of guesses.
        engine: see `solve`.

    Raises:
        ScalingLawsError: no descent arrived at an optimum.
    """
    law = system.law
    if guesses is None and law.program.log_linear and system.estimator == Estimator():
        lower, upper = system.bounds  # one linear problem, whatever the guess
        guesses = np.clip(np.zeros((len(law.parameters), 1)), lower[:, None], upper[:, None])
    if guesses is None:
        guesses = _guesses(system, count, engine)
    if not guesses.shape[1]:
        raise ScalingLawsError(f"{law.name}: the law is not finite at any initial guess")
    ends = _follow(system, guesses, engine)
    best = int(ends.objective.argmin())
    objective, gradient = float(ends.objective[best]), float(ends.gradient[best])
    if not np.isfinite(objective) or gradient > GRADIENT_REFUSED:
        raise ScalingLawsError(f"{law.name}: none of {guesses.shape[1]} initial guesses led to an optimum")
    theta = ends.theta[:, best]
    if not np.isfinite(law.natural(theta)).all():
        raise ScalingLawsError(f"{law.name}: a parameter is too large for a number; use other units")
    agreeing, disagreement, optima = _agreement(system, ends, best)
    bound = tuple(
        name
        for name, at, low, high in zip(law.names, theta, *system.bounds, strict=True)
        if name not in system.fixed and (at <= low or at >= high)
    )
    loose = _unidentified(system, theta, {*system.fixed, *bound})
    points = system.points
    return Solution(
        system=system,
        params={name: float(value) for name, value in zip(law.names, law.natural(theta), strict=True)},
        objective=objective,
        r_squared=float(r_squared(law, theta, system.x, points.y, points.weights)),
        gradient_norm=gradient,
        descents=len(ends.objective),
        agreeing=agreeing,
        disagreement=disagreement,
        on_bound=bound,
        unidentified=loose,
        optima=optima,
        guesses=guesses,
        warnings=(
            *(f"{name} sits on a bound" for name in bound),
            *_doubts(gradient, agreeing, len(ends.objective)),
            *_freedom(loose, disagreement),
        ),
    )


def _guesses(system: System, count: int, engine: Engine) -> FloatArray:
    """The guesses to follow to the end: coordinates [parameters, count at most].

    A law with many shapes (broken laws) has many local optima, and few guesses lead to the lowest. So many
    are followed for some steps, and then the lowest of each place that they came to.
    """
    law, bounds = system.law, system.bounds
    shapes = sum(
        parameter.guesses is not None and low < high
        for parameter, low, high in zip(law.parameters, *bounds, strict=True)
    )
    screened = shapes >= MANY_SHAPES
    guesses = design(system.batch(), max(SCREENED, count) if screened else count)
    if not screened:
        return guesses
    some = system.descend(guesses, engine=engine, max_steps=SCREENING_STEPS)
    order = np.argsort(some.objective, kind="stable")
    order = order[np.isfinite(some.objective[order])]
    apart = np.diff(some.objective[order], prepend=-np.inf) > SAME_OPTIMUM * some.objective[order]
    kept = np.concatenate([order[apart], order[~apart]])[:count]
    return np.asarray(some.theta[:, kept])


def _follow(system: System, guesses: FloatArray, engine: Engine) -> Solutions:
    """Where the guesses lead; with Huber's loss both down its path of deltas and straight.

    The path leads nearly every guess to one optimum, mostly the lowest. Where the profile is flat, the kinks
    of the narrow loss make further ones, which only the straight way can find.
    """
    ways = (False,) if len(system.estimator.deltas) == 1 else (False, True)
    parts = [system.descend(guesses, warm=straight, engine=engine) for straight in ways]
    return Solutions(
        np.concatenate([part.theta for part in parts], axis=1),
        np.concatenate([part.objective for part in parts]),
        np.concatenate([part.gradient for part in parts]),
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


def _agreement(system: System, ends: Solutions, best: int) -> tuple[int, float, FloatArray]:
    """How many descents agree, how far the parameters of the best ones differ, and the distinct optima.

    Parameters that differ while the curve is the same have exchanged their names (two breaks), or are not
    identified, which `_unidentified` reports: they do not count as disagreement.
    """
    law = system.law
    exact = EXACT**2 * system.points.weights.sum()
    lowest = ends.objective[best]
    same = ends.objective <= lowest * (1 + SAME_OPTIMUM) + exact
    near = ends.objective <= lowest * (1 + NEAR_BEST) + exact
    near &= np.isfinite(law.natural(ends.theta)).all(axis=0)
    curve = law.program.values(ends.theta[:, best], system.x)
    for k in np.flatnonzero(near):  # in turn, because together they would need too much memory
        other = law.program.values(ends.theta[:, k], system.x)
        near[k] = (np.abs(other / curve - 1) > SAME_CURVE).any()
    near[best] = True
    values = law.natural(ends.theta[:, near])
    scale = np.maximum(np.abs(values).max(axis=1), 1e-12)
    disagreement = float((np.ptp(values, axis=1) / scale).max())
    kept = [best]
    for k in np.argsort(ends.objective, kind="stable"):
        last = ends.objective[kept[-1]]
        settled = np.isfinite(ends.objective[k]) and ends.gradient[k] <= GRADIENT_REFUSED
        if settled and ends.objective[k] > last * (1 + SAME_OPTIMUM) + exact and len(kept) < OPTIMA_KEPT:
            kept.append(int(k))
    return int(same.sum()), disagreement, ends.theta[:, kept]


def _unidentified(system: System, theta: FloatArray, still: set[str]) -> tuple[str, ...]:
    """The parameters that the data say nothing about; `still` names those that cannot move.

    They span the null directions of the scaled normal matrix, or have run so far that they move nothing.
    """
    law, estimator, points = system.law, system.estimator, system.points
    free = [k for k, name in enumerate(law.names) if name not in still]
    if not free:
        return ()
    program = law.program
    data = (theta[:, None], system.x, system.target[None], points.weights[None])
    state = system.misfit.local(*data)
    gone = without_influence(state, theta[None])[0]
    value, *slopes = program.run(theta, system.x, (program.value, *program.slope))
    unit = {"log": 1 / value, "relative": 1 / points.y, "value": np.ones_like(points.y)}[estimator.residual]
    jacobian = np.stack([slopes[k] for k in free], axis=-1) * (unit * np.sqrt(points.weights))[:, None]
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


def _doubts(gradient: float, agreeing: int, descents: int) -> list[str]:
    doubts = []
    if gradient > GRADIENT_ALLOWED:
        doubts.append(f"the optimiser stopped early (scaled gradient {gradient:.1e})")
    if agreeing == 1 and descents > 1:
        doubts.append(f"only 1 of {descents} starts came to the lowest objective")
    return doubts


def _freedom(loose: tuple[str, ...], disagreement: float) -> list[str]:
    if loose:
        return [f"not identified by these data: {', '.join(loose)}"]
    if disagreement > DISAGREEMENT_ALLOWED:
        return [f"flat profile: the best starts differ by {100 * disagreement:.0f} %"]
    return []
