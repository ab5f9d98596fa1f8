"""Quantities that follow from fits, with intervals from the same resamples: differences and local slopes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from scalinglaws.laws.law import FloatArray
from scalinglaws.protocols.learning_curves.fits import MetricFit, ResampledPoints


@dataclass(frozen=True)
class Derived:
    """A quantity that follows from fits: its value and its resamples [resamples] (empty: no interval).

    Where its interval does not come from resamples, `ends` are those.
    """

    law: str
    metric: str
    parameter: str
    value: float
    samples: FloatArray
    points: int
    warnings: tuple[str, ...]
    ends: tuple[float, float] | None = None


def differences(fits: list[MetricFit]) -> Iterator[Derived]:
    """Each exponent of each metric minus that of each other metric; the fits are of one law.

    The metrics share their resamples, so the interval is a paired one.
    """
    for first, second in permutations(fits, 2):
        for name in _exponents(first):
            value, samples = _minus(first.param(name), second.param(name))
            law, metric = f"{first.law.name}:difference", f"{first.metric}-{second.metric}"
            yield Derived(law, metric, name, value, samples, first.points, first.warnings)


def small_data_slopes(
    fit: MetricFit,
    points: ResampledPoints,
    in_region: NDArray[np.bool_],
    settled: NDArray[np.bool_],
) -> Iterator[Derived]:
    """The slope of the learning curve below the region, and how much it exceeds the exponent inside.

    The slope is that of the measured points up to the first one inside the region. We describe exactly these
    points, so runs are resampled there but points are not.

    Args:
        fit: a law of the learning curve.
        points: what it is fitted to.
        in_region: [subsets].
        settled: [subsets], whether the best model has converged, and no model that was cut could be better.
    """
    law = f"{fit.law.name}:small-data"
    small = small_data_points(in_region) & settled
    x, y, samples = points.x, points.y, points.samples
    slope, slopes = float("nan"), np.empty(0)
    enough = small.sum() > 1
    missing = () if enough else ("no converged subset lies below the region",)
    if enough:
        slope = float(log_slope(x[small], y[small]))
        slopes = slopes if samples is None else log_slope(x[small], samples[:, small])
    yield Derived(law, fit.metric, "slope", slope, slopes, int(small.sum()), missing)
    for name in _exponents(fit):
        value, difference = _minus((slope, slopes), fit.param(name))
        warnings = missing + fit.warnings
        yield Derived(law, fit.metric, f"slope-{name}", value, difference, fit.points, warnings)


def small_data_points(in_region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The subset sizes below the region and the first one inside it, [subsets]; none if nothing is below.

    Subsets are in ascending order. Between these sizes is the small-data end of the learning curve.
    """
    if not in_region.any() or in_region[0]:
        return np.zeros_like(in_region)
    return np.asarray(np.arange(len(in_region)) <= int(in_region.argmax()))


def log_slope(x: FloatArray, y: FloatArray) -> FloatArray:
    """Slope of log y over log x by least squares, [*batch]; x [points], y [*batch, points]."""
    centred = np.log(x) - np.log(x).mean()
    return np.asarray((centred * np.log(y)).sum(axis=-1) / (centred**2).sum())


def _exponents(fit: MetricFit) -> list[str]:
    return [parameter.name for parameter in fit.law.parameters if parameter.exponent]


def _minus(a: tuple[float, FloatArray], b: tuple[float, FloatArray]) -> tuple[float, FloatArray]:
    """Paired difference; without samples if either side has none."""
    paired = len(a[1]) == len(b[1])
    return a[0] - b[0], a[1] - b[1] if paired else np.empty(0)
