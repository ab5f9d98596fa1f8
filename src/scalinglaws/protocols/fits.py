"""A law fitted to the points of one metric, with its refits over the resamples."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scalinglaws.fitting.fit_law import Estimate, estimate, points_needed, r_squared
from scalinglaws.fitting.uncertainty.bootstrap import BOUND_WORTH_A_WARNING, Refits, refit
from scalinglaws.laws.law import FloatArray, Law
from scalinglaws.protocols.resampling import FEWEST_SIZES


@dataclass(frozen=True)
class Points:
    """What a law is fitted to.

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
class Fit:
    """A law fitted to one metric. `estimate` and `refits` are None where the points do not suffice.

    `r_squared` is that of each refit, [resamples].
    """

    law: Law
    metric: str
    points: int
    total: int
    estimate: Estimate | None = None
    refits: Refits | None = None
    r_squared: FloatArray | None = None
    redrawn: int = 0
    warnings: tuple[str, ...] = ()

    def param(self, name: str) -> tuple[float, FloatArray]:
        """A parameter's value and its resamples [resamples]; NaN and empty where there is none."""
        value = self.estimate.params[name] if self.estimate else float("nan")
        return value, self.refits.params[self.law.names.index(name)] if self.refits else np.empty(0)


def fit_points(law: Law, metric: str, points: Points) -> Fit:
    """Fit a law and refit it to every resample. What is missing is said in the warnings, not raised."""
    count, needed = int(points.usable.sum()), points_needed(law)
    fit = Fit(law, metric, count, len(points.x))
    if count < needed:
        return replace(fit, warnings=(f"{count} usable points in the region; the law needs {needed}",))
    found = estimate(law, points.x[points.usable], points.y[points.usable])
    fit = replace(fit, estimate=found, warnings=found.warnings + points.warnings)
    if points.samples is None or points.weights is None:
        return replace(fit, warnings=(*fit.warnings, "no interval: nearly every resample is degenerate"))
    refits = refit(found, points.x, points.samples, points.weights)
    warnings = [
        f"{name} sits on a bound in {100 * share:.0f} % of the resamples"
        for name, share in refits.on_bound.items()
        if share > BOUND_WORTH_A_WARNING
    ]
    if count == FEWEST_SIZES:
        warnings.append("three points: every resample holds all of them, the interval shows seeds only")
    coordinates = law.coordinates(refits.params)
    explained = r_squared(law, coordinates, points.x[None], points.samples, points.weights)
    fit = replace(fit, refits=refits, r_squared=explained)
    return replace(fit, redrawn=points.redrawn, warnings=(*fit.warnings, *warnings))
