"""What a fit minimises: a residual, a loss on it, and their exact derivatives for many fits at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.program import MANY_POINTS, Program

Residual = Literal["log", "relative", "value"]
Loss = Literal["squared", "huber"]

HUBER_PATH = (1e-1, 1e-2, 3e-3)  # wide losses first: they have few local optima, and lead to the narrow one


@dataclass(frozen=True)
class Estimator:
    """How a law is fitted: sum_i w_i loss(residual_i).

    Attributes:
        residual: `log`, log f - log y (Hoffmann et al. 2022); `relative`, f/y - 1 (Rosenfeld et al. 2020);
            `value`, f - y (the simulator of Weng 2026).
        loss: `squared`, r^2; `huber`, r^2/2 up to delta and delta (|r| - delta/2) beyond. It is a sum, not a
            mean: a mean near 1e-6 makes optimisers with absolute tolerances stop where they start.
        delta: the residual at which Huber's loss turns from squares to absolute values.
    """

    residual: Residual = "log"
    loss: Loss = "squared"
    delta: float = 1e-3

    def __post_init__(self) -> None:
        """Refuse names that do not exist: any other loss would be fitted as if it were Huber's.

        Raises:
            ScalingLawsError: the residual or the loss is not known, or delta is not a positive number.
        """
        for key, value, allowed in (
            ("residual", self.residual, get_args(Residual)),
            ("loss", self.loss, get_args(Loss)),
        ):
            if value not in allowed:
                raise ScalingLawsError(f"{key}: there is no {value!r}; allowed are {', '.join(allowed)}")
        if not 0 < self.delta < inf:
            raise ScalingLawsError(f"delta: must be a positive number, not {self.delta!r}")

    @property
    def deltas(self) -> tuple[float, ...]:
        """The values of delta that a fit from afar goes through; the last one is its own."""
        if self.loss == "squared":
            return (inf,)
        return (*(delta for delta in HUBER_PATH if delta > self.delta), self.delta)

    @property
    def factor(self) -> float:
        """The objective over the solver's sum, where squares have a factor of a half, as in Huber's loss."""
        return 2.0 if self.loss == "squared" else 1.0

    def target(self, y: FloatArray) -> FloatArray:
        """What residuals are taken from: log y, or y."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(y) if self.residual == "log" else y


@dataclass(frozen=True)
class Local:
    """The objective and its derivatives by the fitted coordinates at one point each, for a batch of fits.

    Attributes:
        objective: [batch], with halves (`Estimator.factor`); infinite where the law overflows or f <= 0.
        gradient: [batch, parameters].
        hessian: [batch, parameters, parameters], exact.
        scale: [batch, parameters], sum_i u_i (dr_i/dtheta)^2, where u_i = loss'(r_i)/r_i weighs the points.
        size: [batch], sum_i u_i r_i^2.
    """

    objective: FloatArray
    gradient: FloatArray
    hessian: FloatArray
    scale: FloatArray
    size: FloatArray

    @classmethod
    def total(cls, parts: Sequence["Local"]) -> "Local":
        """The sums over parts of the points."""
        return cls(
            *(np.sum(values, axis=0) for values in zip(*(vars(p).values() for p in parts), strict=True))
        )

    def where(self, better: NDArray[np.bool_], other: "Local") -> "Local":
        """The other one where `better`, this one elsewhere."""
        return Local(
            *(
                np.where(better[(slice(None),) + (None,) * (a.ndim - 1)], b, a)
                for a, b in zip(vars(self).values(), vars(other).values(), strict=True)
            )
        )

    def take(self, fits: NDArray[np.int64] | NDArray[np.bool_]) -> "Local":
        """Some of the fits."""
        return Local(*(values[fits] for values in vars(self).values()))


@dataclass(frozen=True)
class Misfit:
    """What is summed over points: a law with a residual and a loss.

    Attributes:
        program: the law's.
        residual: see `Estimator`.
        delta: of Huber's loss; infinite for squares.
    """

    program: Program
    residual: Residual
    delta: float

    def local(self, theta: FloatArray, x: FloatArray, target: FloatArray, weights: FloatArray) -> Local:
        """The objective and its derivatives.

        Args:
            theta: [parameters, batch].
            x: [variables, points], or [variables, batch, points] where the fits have other points each.
            target: [batch, points], `Estimator.target`.
            weights: [batch, points].
        """
        count = x.shape[-1]
        if count <= MANY_POINTS:
            return self._local(theta, x, target, weights)
        parts = [slice(first, first + MANY_POINTS) for first in range(0, count, MANY_POINTS)]
        return Local.total([self._local(theta, x[..., p], target[:, p], weights[:, p]) for p in parts])

    def _local(self, theta: FloatArray, x: FloatArray, target: FloatArray, weights: FloatArray) -> Local:
        program, residual, delta = self.program, self.residual, self.delta
        size = len(program.slope)
        x = x[:, None, :] if x.ndim == 2 else x
        value, *rest = program.run(theta, x, (program.value, *program.slope, *program.curvature))
        with np.errstate(all="ignore"):
            if residual == "log":
                unit = 1 / value
                r = np.log(value) - target
            else:
                unit = 1 / target if residual == "relative" else np.ones_like(target)
                r = value * unit - target * unit
            magnitude = np.abs(r)
            inside = magnitude <= delta
            pull = np.where(
                inside, weights, weights * delta / np.where(inside, 1.0, magnitude)
            )  # loss'(r) / r
            loss = np.where(inside, r * r / 2, delta * (magnitude - delta / 2))
            slopes = [slope * unit for slope in rest[:size]]
            force = pull * r
            bend = weights * inside - (force if residual == "log" else 0.0)  # on products of slopes
            lift = force * unit  # on second derivatives of f
            gradient = np.stack([np.sum(force * slope, axis=-1) for slope in slopes], axis=-1)
            scale = np.stack([np.sum(pull * slope * slope, axis=-1) for slope in slopes], axis=-1)
            hessian = np.empty((*gradient.shape, size))
            curves = iter(zip(program.curvature, rest[size:], strict=True))
            for i, slope in enumerate(slopes):
                bent = bend * slope
                for j in range(i + 1):
                    node, curve = next(curves)
                    entry = bent * slopes[j]
                    if program.graph.value(node) != 0:
                        entry += lift * curve
                    hessian[:, i, j] = hessian[:, j, i] = entry.sum(axis=-1)
            objective = np.sum(weights * loss, axis=-1)
            total = np.sum(force * r, axis=-1)
        finite = np.isfinite(objective) & np.isfinite(gradient).all(axis=-1)
        finite &= np.isfinite(hessian).all(axis=(-1, -2))
        return Local(np.where(finite, objective, np.inf), gradient, hessian, scale, total)

    def total(self, theta: FloatArray, x: FloatArray, target: FloatArray, weights: FloatArray) -> FloatArray:
        """The objective alone, [batch], with halves; arguments as in `local`."""
        program, residual, delta = self.program, self.residual, self.delta
        value = program.values(theta, x[:, None, :])
        with np.errstate(all="ignore"):
            if residual == "log":
                r = np.abs(np.log(value) - target)
            else:
                r = np.abs(value / target - 1 if residual == "relative" else value - target)
            total = np.sum(weights * np.where(r <= delta, r * r / 2, delta * (r - delta / 2)), axis=-1)
        return np.where(np.isfinite(total), total, np.inf)
