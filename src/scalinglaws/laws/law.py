"""A scaling law: a declaration that fitting, claims, figures and docs all read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf, isfinite, isnan
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.expression import names_in, rename
from scalinglaws.laws.program import Program

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Variable:
    """A measured quantity: an input of a law, or its response. All are positive.

    A variable that may be `zero` (such as repetitions) is read as 1e-300 there, so that its powers vanish.
    """

    name: str
    meaning: str
    unit: str
    zero: bool = False


@dataclass(frozen=True)
class Parameter:
    """A constant of a law that is fitted.

    A positive parameter is fitted as its logarithm; any other one as it is, within [lower, upper].
    An exponent has no unit, so it can be compared between metrics.

    `guesses` is the range of the initial guesses: uniform, or logarithmic if `low` is positive. With `of`, it
    is measured along the logarithm of that variable's range in the data: 0 is its least value, 1 its
    greatest. Parameters in which the formula is linear need no range: they are solved for, given the others.
    """

    name: str
    meaning: str
    positive: bool = False
    exponent: bool = False
    lower: float = -inf
    upper: float = inf
    guesses: tuple[float, float] | None = None
    of: str | None = None

    def __post_init__(self) -> None:
        """Refuse ranges that hold nothing."""
        least = max(self.lower, 0.0) if self.positive else self.lower
        if isnan(self.lower) or isnan(self.upper) or not least < self.upper:
            raise ValueError(f"{self.name}: bounds {self.lower:g} and {self.upper:g} leave no value")
        if self.guesses is not None and not (
            self.guesses[0] < self.guesses[1] and all(map(isfinite, self.guesses))
        ):
            raise ValueError(f"{self.name}: initial guesses {self.guesses} must be two ascending numbers")


@dataclass(frozen=True)
class Law:
    """One scaling law, y = f(x; params), with y > 0.

    Attributes:
        name: for configs and the command line.
        title: one line for people.
        formula: the right-hand side, as `expression` reads it; what is shown and what is computed.
        source: paper, equation or section.
        response: y.
        variables: x, in the order of every x array.
        parameters: in the order of every params array.
        constants: numbers in the formula that are not fitted, by name.
    """

    name: str
    title: str
    formula: str
    source: str
    response: Variable
    variables: tuple[Variable, ...]
    parameters: tuple[Parameter, ...]
    constants: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        """Refuse a declaration that could not be fitted."""
        every = [*self.names, *(v.name for v in self.variables), *(self.constants or {})]
        declared = set(every)
        if len(declared) < len(every):
            raise ValueError(f"law {self.name}: a name is declared twice in {', '.join(every)}")
        used = names_in(self.formula)
        if used != declared:
            odd = sorted(used ^ declared)
            raise ValueError(f"law {self.name}: names {odd} are not both declared and used")
        strangers = {p.of for p in self.parameters if p.of is not None}.difference(self.inputs)
        if strangers:
            raise ValueError(f"law {self.name}: initial guesses are along {strangers}, which is no variable")
        for parameter, linear in zip(self.parameters, self.program.linear, strict=True):
            if parameter.guesses is None and not linear and not self.program.log_linear:
                raise ValueError(f"law {self.name}: {parameter.name} needs a range of initial guesses")

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' names, in the order of every params array."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The variables' names, in the order of every x array."""
        return tuple(variable.name for variable in self.variables)

    @property
    def equation(self) -> str:
        """The law as people write it: `L(N, D) = E + A/N^alpha + B/D^beta`."""
        return f"{self.response.name}({', '.join(v.name for v in self.variables)}) = {self.formula}"

    @cached_property
    def program(self) -> Program:
        """The formula and its derivatives, ready to run."""
        return Program.of(
            self.formula,
            tuple(v.name for v in self.variables),
            self.names,
            tuple(parameter.positive for parameter in self.parameters),
            dict(self.constants or {}),
        )

    def predict(self, params: FloatArray, x: FloatArray) -> FloatArray:
        """f [*batch, points] at params [parameters, *batch] and x [variables, (*batch,) points]."""
        return self.program.values(self.coordinates(params), self.safe(x))

    def coordinates(self, params: FloatArray) -> FloatArray:
        """What is fitted: the logarithm of a positive parameter, any other one as it is."""
        positive = self._shaped(self.positive, params)
        with np.errstate(divide="ignore"):
            return np.where(positive, np.log(np.where(positive, params, 1.0)), params)

    def natural(self, coordinates: FloatArray) -> FloatArray:
        """Parameters from their coordinates, the inverse of `coordinates`."""
        positive = self._shaped(self.positive, coordinates)
        with np.errstate(over="ignore"):
            return np.where(positive, np.exp(np.where(positive, coordinates, 0.0)), coordinates)

    @property
    def positive(self) -> NDArray[np.bool_]:
        """Which parameters are fitted as logarithms."""
        return np.array([parameter.positive for parameter in self.parameters])

    @property
    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """Lower and upper bounds in coordinates, [parameters] each."""
        ends = np.array([[p.lower, p.upper] for p in self.parameters])
        with np.errstate(divide="ignore", invalid="ignore"):
            ends[self.positive] = np.log(np.maximum(ends[self.positive], 0.0))
        return ends[:, 0], ends[:, 1]

    def tied(self, /, **ties: str) -> "Law":
        """The law with parameters made equal: `tied(beta="alpha")` no longer has a beta.

        Raises:
            ScalingLawsError: a name is not a parameter's, a tie leads to one that is itself tied, or the law
                could not be fitted any more.
        """
        if not ties:
            return self
        for name, other in ties.items():
            if name not in self.names or other not in self.names or other in ties:
                known = ", ".join(self.names)
                raise ScalingLawsError(f"law {self.name}: cannot tie {name} to {other}; there are {known}")
        formula = rename(self.formula, ties)
        kept = tuple(parameter for parameter in self.parameters if parameter.name not in ties)
        label = ", ".join(f"{name} = {other}" for name, other in ties.items())
        try:
            return replace(self, name=f"{self.name}[{label}]", formula=formula, parameters=kept)
        except ValueError as fault:
            raise ScalingLawsError(str(fault)) from None

    def bounded(self, /, **bounds: tuple[float, float]) -> "Law":
        """The law with narrower ranges of parameters: `bounded(E=(1.5, 2.0))`.

        Raises:
            ScalingLawsError: a name is not a parameter's, or a range is not two numbers, is empty, or reaches
                beyond the law's own.
        """
        for name, ends in bounds.items():
            own = next((each for each in self.parameters if each.name == name), None)
            if own is None:
                raise ScalingLawsError(
                    f"law {self.name}: has no parameter {name}; there are {', '.join(self.names)}"
                )
            given: object = ends  # whatever a notebook passes
            pair = isinstance(given, Sequence) and len(given) == 2
            if not pair or not all(isinstance(end, Real) for end in ends):
                raise ScalingLawsError(
                    f"law {self.name}: the range of {name} must be two numbers, not {ends!r}"
                )
            lower, upper = ends
            least = max(own.lower, 0.0) if own.positive else own.lower
            if not least <= lower < upper <= own.upper:
                raise ScalingLawsError(
                    f"law {self.name}: {name} cannot be kept between {lower:g} and {upper:g}"
                )
        return replace(
            self,
            parameters=tuple(
                replace(each, lower=bounds[each.name][0], upper=bounds[each.name][1])
                if each.name in bounds
                else each
                for each in self.parameters
            ),
        )

    def safe(self, x: FloatArray) -> FloatArray:
        """x with the zeros of variables that may be zero replaced by 1e-300."""
        lifted = np.array(x, dtype=np.float64)
        for k, variable in enumerate(self.variables):
            if variable.zero:
                lifted[k] = np.maximum(lifted[k], 1e-300)
        return lifted

    @staticmethod
    def _shaped(values: NDArray[np.bool_], like: FloatArray) -> NDArray[np.bool_]:
        return values[(slice(None),) + (None,) * (like.ndim - 1)]
