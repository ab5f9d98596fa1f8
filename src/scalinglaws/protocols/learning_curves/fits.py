"""A law fitted to the points of one metric, and refitted to the resamples of the runs."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scalinglaws.fitting.fit import Fit
from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.solution import r_squared
from scalinglaws.fitting.system import points_needed
from scalinglaws.fitting.uncertainty.bootstrap import Refits, refit
from scalinglaws.laws.law import FloatArray, Law
from scalinglaws.protocols.learning_curves.resampling import FEWEST_SIZES


@dataclass(frozen=True)
class ResampledPoints:
    """What a law is fitted to, and refitted to.

    Attributes:
        x, y: all points, [subsets] each.
        usable: [subsets], which of them are fitted.
        samples: [resamples, subsets], y of each resample; None if nearly every resample is degenerate.
        weights: [resamples, subsets], how often each point was drawn; None likewise.
        redrawn: resamples that were thrown away.
        warnings: what holds for every law fitted to these points.
    """

    x: FloatArray
    y: FloatArray
    usable: NDArray[np.bool_]
    samples: FloatArray | None
    weights: FloatArray | None
    redrawn: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class MetricFit:
    """A law fitted to one metric. `fit` and `refits` are None where there are too few points.

    Attributes:
        law, metric: what is fitted to what.
        points: number of points fitted.
        total: number of points there are.
        fit: the fit to the points.
        refits: the refits to the resamples.
        r_squared: that of each refit, [resamples].
        redrawn: resamples that were thrown away.
        warnings: what you must know before you use the values.
    """

    law: Law
    metric: str
    points: int
    total: int
    fit: Fit | None = None
    refits: Refits | None = None
    r_squared: FloatArray | None = None
    redrawn: int = 0
    warnings: tuple[str, ...] = ()

    def param(self, name: str) -> tuple[float, FloatArray]:
        """A parameter's value and its resamples [resamples]; NaN and empty where there is none."""
        value = self.fit.params[name] if self.fit else float("nan")
        return value, self.refits.params[self.law.names.index(name)] if self.refits else np.empty(0)


def fit_points(law: Law, metric: str, points: ResampledPoints) -> MetricFit:
    """Fit a law and refit it to every resample. What is missing is said in the warnings, not raised."""
    count, needed = int(points.usable.sum()), points_needed(law)
    made = MetricFit(law, metric, count, len(points.x))
    if count < needed:
        few = f"{count} usable points in the region; the law needs {needed}"
        return replace(made, warnings=(few, *points.warnings))
    fit = Problem(law, Points(points.x[points.usable], points.y[points.usable])).fit()
    made = replace(made, fit=fit, warnings=fit.warnings + points.warnings)
    if points.samples is None or points.weights is None:
        return replace(made, warnings=(*made.warnings, "no interval: nearly every resample is degenerate"))
    refits = refit(fit, points.weights, points.x, points.samples)
    warnings = refits.bound_warnings
    if count == FEWEST_SIZES:
        warnings.append("three points: every resample holds all of them, the interval shows seeds only")
    coordinates = law.coordinates(refits.params)
    explained = r_squared(law, coordinates, points.x[None], points.samples, points.weights)
    made = replace(made, refits=refits, r_squared=explained)
    return replace(made, redrawn=points.redrawn, warnings=(*made.warnings, *warnings))
