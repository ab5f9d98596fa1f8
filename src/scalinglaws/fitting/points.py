"""The measured points that a law is fitted to."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray


class Points:
    """Measured points, checked when they are made.

    Points of weight 0 are left out. The other weights are scaled to a mean of 1: they say how much points
    count beside each other, not how many points there are.

    Attributes:
        x: [variables, points].
        y: [points].
        weights: [points], positive, with a mean of 1.
        clusters: [points], whole numbers from 0, or None; points of one cluster are not independent.
        names: the variables' names, in the order of x, where x was given by name.
        rows: [points], each point's place in what was given.
        left_out: how many points of weight 0 were left out.
    """

    x: FloatArray
    y: FloatArray
    weights: FloatArray
    clusters: NDArray[np.int64] | None
    names: tuple[str, ...] | None
    rows: NDArray[np.int64]
    left_out: int

    def __init__(
        self,
        x: ArrayLike | Mapping[str, ArrayLike],
        y: ArrayLike,
        weights: ArrayLike | None = None,
        clusters: ArrayLike | None = None,
    ) -> None:
        """Check and keep the points.

        Args:
            x: [points] for one variable, [variables, points] for several, or columns by name: a dictionary or
                a pandas data frame. A pandas Series is one variable.
            y: [points].
            weights: [points], not negative; equal ones unless given.
            clusters: [points], labels of any kind: checkpoints of one run share a label.

        Raises:
            ScalingLawsError: a value is not a number, the lengths differ, or a weight is negative or not
                finite, or all are 0.
        """
        self.names, values = columns(x)
        y = numbers("y", y)
        if values.ndim != 2 or y.ndim != 1 or values.shape[1] != len(y):
            raise ScalingLawsError(f"points: x has shape {values.shape} and y {y.shape}; they must match")
        w = np.ones(len(y)) if weights is None else numbers("weights", weights)
        if w.shape != y.shape or not np.all(np.isfinite(w) & (w >= 0)) or not (w > 0).any():
            raise ScalingLawsError(
                "weights: must be finite and not negative, one per point, and not all of them 0"
            )
        labels = None if clusters is None else np.asarray(clusters)
        if labels is not None and labels.shape != y.shape:
            raise ScalingLawsError(f"clusters: there are {labels.size} labels for {len(y)} points")
        used = w > 0
        self.rows, self.left_out = np.flatnonzero(used), int((~used).sum())
        if self.left_out:
            values, y, w = values[:, used], y[used], w[used]
            labels = None if labels is None else labels[used]
        self.x, self.y, self.weights = values, y, w / w.mean()
        self.clusters = None if labels is None else np.unique(labels, return_inverse=True)[1].reshape(-1)

    def __len__(self) -> int:
        """How many points there are."""
        return len(self.y)

    @property
    def independent(self) -> int:
        """How many points, or clusters, are independent."""
        return len(self.y) if self.clusters is None else int(self.clusters.max()) + 1


def numbers(what: str, values: ArrayLike) -> FloatArray:
    """Values as an array of numbers.

    Raises:
        ScalingLawsError: one is not a number, or rows differ in length.
    """
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as fault:
        raise ScalingLawsError(f"{what}: must be numbers: {str(fault).splitlines()[0]}") from None


def columns(x: ArrayLike | Mapping[str, ArrayLike]) -> tuple[tuple[str, ...] | None, FloatArray]:
    """The variables' names, if x has any, and its values [variables, points].

    Raises:
        ScalingLawsError: a value is not a number, or columns by name are not of one length.
    """
    named: Any = x
    if not hasattr(named, "keys") or getattr(named, "ndim", 2) == 1:  # a pandas Series has keys too
        return None, np.atleast_2d(numbers("x", named))
    names = tuple(named.keys())
    values = [numbers(str(name), named[name]) for name in names]
    if not names:
        raise ScalingLawsError("points: x has no column")
    if len({column.shape for column in values}) != 1 or values[0].ndim > 1:
        raise ScalingLawsError(f"points: the columns {', '.join(map(str, names))} must be of one length")
    return names, np.stack([np.atleast_1d(column) for column in values])


def in_order(given: tuple[str, ...] | None, values: FloatArray, wanted: tuple[str, ...]) -> FloatArray:
    """Values [variables, points] in the order of the names that are wanted.

    Raises:
        ScalingLawsError: other variables are given.
    """
    if given is not None and set(given) != set(wanted):
        raise ScalingLawsError(f"points: x has {', '.join(map(str, given))}; needed are {', '.join(wanted)}")
    if len(values) != len(wanted):
        raise ScalingLawsError(f"points: x has {len(values)} variable(s); needed are {', '.join(wanted)}")
    return values if given in (None, wanted) else values[[given.index(name) for name in wanted]]
