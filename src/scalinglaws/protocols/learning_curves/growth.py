"""How the best-fit model grows with the training set, by each of several rules for its size.

The paper looks for the smallest model that fits a training set, and does not say when one does. So the size
is found by five rules: the lowest point of a parabola in log size, and the least size whose score is within
1, 2, 5 or 10 % of the best. The first gives the exponent; its interval covers the intervals of all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from scalinglaws.config.fit import FitSpec
from scalinglaws.fitting.uncertainty.bootstrap import Refits
from scalinglaws.fitting.uncertainty.covariance import interval
from scalinglaws.laws.law import FloatArray, Law
from scalinglaws.protocols.learning_curves.best_fit import Selection, select
from scalinglaws.protocols.learning_curves.fits import MetricFit, ResampledPoints, fit_points
from scalinglaws.protocols.learning_curves.resampling import try_resample
from scalinglaws.protocols.learning_curves.run_grid import RunGrid

SHARES = (0.01, 0.02, 0.05, 0.1)
RULES = {"parabola": 0.0, **{f"within-{100 * share:g}": share for share in SHARES}}
"""The share by which a model may be worse than the best one and still suffice, by rule; 0 is the parabola."""


@dataclass(frozen=True)
class Growth:
    """The law of model size by each rule.

    Attributes:
        rules: the fit of each rule, the parabola first.
    """

    rules: dict[str, MetricFit]

    @property
    def best(self) -> MetricFit:
        """The fit to the lowest points of the parabolas."""
        return next(iter(self.rules.values()))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to know before using it: that of the best fit, and which rules have no interval."""
        missing = [rule for rule, fit in self.rules.items() if fit.refits is None and fit is not self.best]
        without = f"the interval does not cover the rules {', '.join(missing)}, which cannot be fitted"
        return self.best.warnings + ((without,) if missing and self.best.fit else ())

    def ends(self, name: str, level: float) -> tuple[float, float]:
        """The least and the greatest end of a parameter's interval over all rules."""
        found = [interval(fit.param(name)[1], level) for fit, _ in self._known()]
        low, high = _cover(found) if found else (nan, nan)
        return float(low), float(high)

    def band(self, x: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
        """The same of the size that is fitted at each x, [points] each."""
        nothing = np.full(len(x), nan)
        found = [interval(fit.law.predict(each.params, x[None]), level) for fit, each in self._known()]
        return _cover(found) if found else (nothing, nothing)

    def _known(self) -> Iterator[tuple[MetricFit, Refits]]:
        """The rules that have an interval, with their refits; none where the best fit has none."""
        if self.best.refits is not None:
            yield from ((fit, fit.refits) for fit in self.rules.values() if fit.refits is not None)


def fit_growth(law: Law, grid: RunGrid, spec: FitSpec, rng: np.random.Generator) -> Growth:
    """Fit the law to the sizes that each rule finds."""
    grid = grid.only(spec.size_metric)
    fits = {}
    for (rule, share), own in zip(RULES.items(), rng.spawn(len(RULES)), strict=True):
        fits[rule] = fit_points(law, spec.size_metric, _sizes(grid, spec, share, own))
    return Growth(fits)


def sufficient_range(grid: RunGrid) -> FloatArray:
    """The least and the greatest size within the shares of the best score, [2, metrics, subsets].

    Where only the largest or the smallest model suffices, its size; NaN where no model has a score.
    """
    found = [select(grid.values, grid.parameters, grid.ran, grid.cells, share) for share in SHARES]
    sizes = np.stack([np.where(each.censored, each.edge, each.size) for each in found])
    return np.stack([sizes.min(axis=0), sizes.max(axis=0)])


def _sizes(grid: RunGrid, spec: FitSpec, share: float, rng: np.random.Generator) -> ResampledPoints:
    """The size at each subset in the region where the grid brackets it and its models have converged."""

    def bracketed(selection: Selection) -> NDArray[np.bool_]:
        return np.asarray(grid.in_region & selection.sized)

    chosen = select(grid.values, grid.parameters, grid.ran, grid.cells, share)
    drawn = try_resample(grid, bracketed, spec.resamples, rng, share)
    inside = grid.in_region
    largest, smallest = (int((chosen.end[0][inside] == end).sum()) for end in (1, -1))
    warnings = [
        f"the {name} model of the grid is best at {count} of {inside.sum()} sizes in the region"
        for name, count in (("largest", largest), ("smallest", smallest))
        if count
    ]
    return ResampledPoints(
        x=grid.x,
        y=chosen.size[0],
        usable=bracketed(chosen)[0],
        samples=drawn.size[:, 0] if drawn else None,
        weights=drawn.weights[:, 0] if drawn else None,
        redrawn=drawn.redrawn if drawn else 0,
        warnings=(*grid.warnings, *warnings),
    )


def _cover(intervals: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """The least low and the greatest high of intervals [2, *batch]."""
    both = np.stack(intervals)
    return both[:, 0].min(axis=0), both[:, 1].max(axis=0)
