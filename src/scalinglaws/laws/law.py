"""What a scaling law is to this package: a declaration that fitting, claims, figures and docs all read."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

Formula = Callable[[FloatArray, FloatArray], FloatArray]
"""(params [parameters, *batch, 1], x [variables, *batch, points]) -> array; see `Law`."""

Starts = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
"""x [variables, points], y [batch, points], weights [batch, points] -> params [starts, parameters, batch]."""


@dataclass(frozen=True)
class Variable:
    """A measured quantity: an input of a law, or its response."""

    name: str
    meaning: str
    unit: str


@dataclass(frozen=True)
class Parameter:
    """A constant of a law that is fitted.

    A positive parameter is fitted as its logarithm; any other one as it is, within [lower, upper].
    An exponent has no unit, so that it may be compared between metrics.
    """

    name: str
    meaning: str
    positive: bool = False
    exponent: bool = False
    lower: float = -inf
    upper: float = inf


@dataclass(frozen=True)
class Law:
    """One scaling law, y = f(x; params), with y > 0.

    `prediction` returns f [*batch, points]; `derivatives` returns df/dparams [parameters, *batch, points].
    Both get params with a trailing axis of length 1, so that a formula is written as on paper. Call them
    through `predict` and `differentiate`.

    `log_linear` says that log f is linear in the fitted coordinates (the logarithm of a positive parameter,
    any other parameter itself): such a law is solved exactly. Every other law needs `starts`.
    """

    name: str
    title: str
    formula: str
    source: str
    response: Variable
    variables: tuple[Variable, ...]
    parameters: tuple[Parameter, ...]
    prediction: Formula
    derivatives: Formula
    log_linear: bool = False
    starts: Starts | None = None

    def __post_init__(self) -> None:
        """Refuse a law that could not be fitted."""
        if not self.log_linear and self.starts is None:
            raise ValueError(f"law {self.name}: starts are needed where log f is not linear")

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names, in the order of every params array."""
        return tuple(parameter.name for parameter in self.parameters)

    def predict(self, params: FloatArray, x: FloatArray) -> FloatArray:
        """f [*batch, points] at params [parameters, *batch] and x [variables, (*batch,) points]."""
        return self.prediction(params[..., None], x)

    def differentiate(self, params: FloatArray, x: FloatArray) -> FloatArray:
        """df/dparams [parameters, *batch, points] at the same arguments as `predict`."""
        return self.derivatives(params[..., None], x)
