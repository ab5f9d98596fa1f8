"""A law, points and the way to fit it: where every fit begins.

The order of a fit: `Points` checks the data, `System` converts law and data to what the solver sees, `search`
minimises from several guesses, and `Fit` answers what you ask of the result.
"""

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scalinglaws import laws
from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.fit import Fit
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.points import Points, numbers
from scalinglaws.fitting.solution import GUESSES, search
from scalinglaws.fitting.solver.solve import Engine
from scalinglaws.fitting.system import System
from scalinglaws.laws.law import FloatArray, Law


class Problem:
    """A law to be fitted to points. Everything is checked and converted here, once.

    Attributes:
        system: law and points as the solver sees them.
        guesses: initial guesses in coordinates, [parameters, guesses], or None for the law's own.
        count: number of guesses, where they are the law's own.
    """

    system: System
    guesses: FloatArray | None
    count: int

    def __init__(
        self,
        law: Law | str,
        points: Points,
        estimator: Estimator | None = None,
        fixed: Mapping[str, float] | None = None,
        initial_guesses: Mapping[str, ArrayLike] | ArrayLike | int = GUESSES,
    ) -> None:
        """Check that the law can be fitted to the points.

        Args:
            law: the law or its name. `law.tied(beta="alpha")` makes two parameters one, and
                `law.bounded(E=(1.5, 2.0))` narrows the range of one.
            points: what it is fitted to.
            estimator: what is minimised; least squares on the logarithm unless given.
            fixed: parameters that stay at a value, by name, in natural units.
            initial_guesses: in natural units, a number or list per parameter's name or an array [parameters]
                or [parameters, guesses]; or how many the law chooses itself.

        Raises:
            ScalingLawsError: the points are too few or hold a value that cannot be fitted, a name is unknown,
                or a parameter cannot have its value.
        """
        law = laws.find(law) if isinstance(law, str) else law
        if not isinstance(law, Law):
            raise ScalingLawsError(f"law: must be a law or the name of one, not {law!r}")
        if not isinstance(points, Points):
            raise ScalingLawsError(f"points: must be Points, not {points!r}")
        if not isinstance(estimator, Estimator | None):
            raise ScalingLawsError(f"estimator: must be an Estimator, not {estimator!r}")
        given: Any = fixed  # whatever a notebook passes
        numbers = given.values() if isinstance(given, Mapping) else [0.0 if given is None else "not by name"]
        if not all(isinstance(each, Real) for each in numbers):
            raise ScalingLawsError(f"fixed: must be numbers by name, not {given!r}")
        self.system = System.of(law, points, estimator or Estimator(), fixed)
        if isinstance(initial_guesses, int):
            if initial_guesses < 1:
                raise ScalingLawsError(f"initial guesses: at least 1 is needed, not {initial_guesses}")
            self.guesses, self.count = None, initial_guesses
        else:
            self.guesses = _coordinates(law, initial_guesses)
            self.count = self.guesses.shape[1]

    def fit(self, engine: Engine = "auto") -> Fit:
        """Fit the law.

        Raises:
            ScalingLawsError: no initial guess led to an optimum.
        """
        return Fit(**vars(search(self.system, self.guesses, self.count, engine)))


def _coordinates(law: Law, guesses: Mapping[str, ArrayLike] | ArrayLike) -> FloatArray:
    if isinstance(guesses, Mapping):
        if set(guesses) != set(law.names):
            raise ScalingLawsError(
                f"initial guesses: are for {', '.join(guesses)}; {law.name} has {', '.join(law.names)}"
            )
        columns = [np.atleast_1d(numbers(f"initial guesses of {name}", guesses[name])) for name in law.names]
        if len({column.shape for column in columns}) > 1:
            raise ScalingLawsError("initial guesses: must be equally many for each parameter")
        values = np.stack(columns)
    else:
        values = numbers("initial guesses", guesses)
        values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or len(values) != len(law.names):
        raise ScalingLawsError(f"initial guesses: {law.name} has the parameters {', '.join(law.names)}")
    theta = law.coordinates(values)
    if not np.isfinite(theta).all():
        raise ScalingLawsError(f"initial guesses: {law.name} cannot start from {values.tolist()}")
    return theta
