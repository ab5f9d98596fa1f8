"""Many fits of one law, to be solved together."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from scalinglaws.fitting.objective import Estimator
from scalinglaws.laws.law import FloatArray, Law

Bounds = tuple[FloatArray, FloatArray]


@dataclass(frozen=True, eq=False)
class Batch:
    """Data sets at the same x, each to be fitted by the same law.

    Attributes:
        law: the law.
        estimator: what is minimised.
        x: [variables, points], shared by all fits.
        y: [fits, points].
        weights: [fits, points]; where a weight is 0, y must still be finite and positive, but is not used.
        bounds: lower and upper, in coordinates, [parameters] or [parameters, fits] each. Equal bounds fix a
            parameter.
        target: [fits, points], what residuals are taken from; follows from y unless given.
    """

    law: Law
    estimator: Estimator
    x: FloatArray
    y: FloatArray
    weights: FloatArray
    bounds: Bounds
    target: FloatArray = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        """Convert y, unless the target is given."""
        if not self.target.size:
            object.__setattr__(self, "target", self.estimator.target(self.y))

    def __len__(self) -> int:
        """How many fits there are."""
        return len(self.y)

    @property
    def limits(self) -> Bounds:
        """The bounds of every fit, [parameters, fits] each."""
        lower, upper = (
            np.broadcast_to(end[:, None] if end.ndim == 1 else end, (len(end), len(self)))
            for end in self.bounds
        )
        return lower, upper

    def some(self, fits: slice | NDArray[np.int64]) -> "Batch":
        """Some of the fits; one may be there several times."""
        lower, upper = self.limits
        return replace(
            self,
            y=self.y[fits],
            target=self.target[fits],
            weights=self.weights[fits],
            bounds=(lower[:, fits], upper[:, fits]),
        )
