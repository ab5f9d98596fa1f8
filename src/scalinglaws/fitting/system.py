"""A law and its points as the solver sees them. Every conversion is made here, and once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.objective import Estimator, Misfit
from scalinglaws.fitting.points import Points, in_order
from scalinglaws.fitting.solver.batch import Batch, Bounds
from scalinglaws.fitting.solver.newton import MAX_STEPS, Solutions
from scalinglaws.fitting.solver.solve import Engine, best_of, solve_each
from scalinglaws.laws.law import FloatArray, Law

SMALLEST, LARGEST = 1e-100, 1e100  # products and squares of values between these neither vanish nor overflow


@dataclass(frozen=True)
class System:
    """What the solver needs to know of a law, its points and how they are fitted.

    Attributes:
        law, points, estimator: what is fitted, to what, and how.
        x: [variables, points], in the law's order, with zeros lifted (see `Law.safe`).
        target: [points], what the residuals are taken from: log y, or y.
        bounds: lower and upper, in coordinates, [parameters] each; those of fixed parameters are equal.
        fixed: names of the parameters that are fixed.
    """

    law: Law
    points: Points
    estimator: Estimator
    x: FloatArray
    target: FloatArray
    bounds: Bounds
    fixed: tuple[str, ...]

    @classmethod
    def of(
        cls, law: Law, points: Points, estimator: Estimator, fixed: Mapping[str, float] | None = None
    ) -> "System":
        """Check that the law can be fitted to the points, and convert both.

        Raises:
            ScalingLawsError: a value is NaN, infinite, zero or negative; the points are too few or all at one
                x; or a parameter cannot be fixed at its value.
        """
        x = in_order(points.names, points.x, law.inputs)
        fixed = fixed or {}
        _check(law, x, points, points_needed(law, len(fixed)))
        return cls(
            law=law,
            points=points,
            estimator=estimator,
            x=law.safe(x),
            target=estimator.target(points.y),
            bounds=bounds_with(law, fixed),
            fixed=tuple(fixed),
        )

    @property
    def misfit(self) -> Misfit:
        """What is summed over the points."""
        return Misfit(self.law.program, self.estimator.residual, self.estimator.deltas[-1])

    @property
    def needed(self) -> int:
        """The fewest points that determine the law."""
        return points_needed(self.law, len(self.fixed))

    def descend(
        self, guesses: FloatArray, warm: bool = False, engine: Engine = "auto", max_steps: int = MAX_STEPS
    ) -> Solutions:
        """Follow every guess, coordinates [parameters, guesses], to an optimum; `warm` as in `solve`."""
        ends = solve_each(self.batch(), guesses.T[:, :, None], warm=warm, engine=engine, max_steps=max_steps)
        return Solutions(ends.theta[:, :, 0], ends.objective[:, 0], ends.gradient[:, 0])

    def batch(self) -> Batch:
        """The one fit, as the solver takes it."""
        points = self.points
        data = self.x, points.y[None], points.weights[None]
        return Batch(self.law, self.estimator, *data, self.bounds, self.target[None])

    def batches(self, weights: FloatArray, bounds: Bounds | None = None) -> Batch:
        """Fits to the same points, one per row of weights [fits, points]."""
        y, target = (np.broadcast_to(each, weights.shape) for each in (self.points.y, self.target))
        return Batch(self.law, self.estimator, self.x, y, weights, bounds or self.bounds, target)

    def refit(self, guesses: FloatArray, weights: FloatArray, bounds: Bounds | None = None) -> Solutions:
        """The best fit to the same points under each row of weights [fits, points].

        guesses: coordinates [parameters, guesses], or [parameters, guesses, fits] where they differ.
        bounds: coordinates [parameters, fits] each, instead of those of the system.
        """
        if guesses.ndim == 2:
            guesses = np.repeat(guesses[:, :, None], len(weights), axis=2)
        return best_of(self.batches(weights, bounds), np.moveaxis(guesses, 1, 0))


def points_needed(law: Law, fixed: int = 0) -> int:
    """The fewest points that a law can be fitted to: one more than it has parameters to fit."""
    return len(law.parameters) - fixed + 1


def bounds_with(law: Law, fixed: Mapping[str, float]) -> Bounds:
    """The law's bounds in coordinates, [parameters] each, with some parameters fixed at their values.

    Raises:
        ScalingLawsError: the law has no such parameter, or the value is outside the parameter's range.
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


def _check(law: Law, x: FloatArray, points: Points, needed: int) -> None:
    if len(points) < needed:
        raise ScalingLawsError(f"{law.name}: {len(points)} points; its {needed - 1} parameters need {needed}")
    for variable, values in zip((*law.variables, law.response), (*x, points.y), strict=True):
        wrong = ~(np.isfinite(values) & ((values > 0) | (variable.zero & (values == 0))))
        if wrong.any():
            raise ScalingLawsError(
                f"{law.name}: {variable.name} is {values[wrong][0]} at point {points.rows[wrong.argmax()]}; "
                "a fit needs finite positive values"
            )
        far = (values > 0) & ((values < SMALLEST) | (values > LARGEST))
        if far.any():
            raise ScalingLawsError(
                f"{law.name}: {variable.name} is {values[far][0]:g} at point {points.rows[far.argmax()]}; "
                f"a fit needs values between {SMALLEST:g} and {LARGEST:g}: use other units"
            )
    if all(np.ptp(values) == 0 for values in x):
        raise ScalingLawsError(f"{law.name}: all points are at {law.variables[0].name} = {x[0, 0]}")
