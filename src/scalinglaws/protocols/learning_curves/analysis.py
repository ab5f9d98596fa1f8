"""Learning curves: from the grid of runs of a study to everything that is fitted, step by step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglaws import laws
from scalinglaws.config.fit import FitSpec
from scalinglaws.fitting.uncertainty.covariance import interval
from scalinglaws.laws.law import FloatArray
from scalinglaws.protocols.learning_curves.best_fit import Selection, select
from scalinglaws.protocols.learning_curves.derived import Derived, differences, small_data_slopes
from scalinglaws.protocols.learning_curves.evidence import Evidence, evidence
from scalinglaws.protocols.learning_curves.fits import MetricFit, ResampledPoints, fit_points
from scalinglaws.protocols.learning_curves.growth import Growth, fit_growth, sufficient_range
from scalinglaws.protocols.learning_curves.resampling import FEWEST_SIZES, resample_scores, try_resample
from scalinglaws.protocols.learning_curves.run_grid import RunGrid


@dataclass(frozen=True)
class Analysis:
    """All that is fitted for a study.

    Attributes:
        chosen: the best fits, [metrics, subsets].
        fitted: [metrics, subsets], those that the laws of learning curves see.
        score_interval: bootstrap interval of the best scores, [2, metrics, subsets].
        sufficient: the least and the greatest size near the best score, [2, metrics, subsets].
        fits: every law of the learning curve of every metric.
        growth: the law of model size.
        derived: differences of exponents, local slopes, and how straight the curves are.
        evidence: what the first law of each metric rests on.
    """

    chosen: Selection
    fitted: NDArray[np.bool_]
    score_interval: FloatArray
    sufficient: FloatArray
    fits: tuple[MetricFit, ...]
    growth: Growth
    derived: tuple[Derived, ...]
    evidence: tuple[Evidence, ...]


def analyse(grid: RunGrid, spec: FitSpec) -> Analysis:
    """Select, fit and resample. The same runs and the same spec give the same numbers.

    Raises:
        ScalingLawsError: a law's name is unknown.
    """
    curve_laws, size_law = [laws.find(name) for name in spec.laws], laws.find(spec.size_law)
    for_scores, for_curves, for_sizes = np.random.default_rng(spec.seed).spawn(3)
    chosen = select(grid.values, grid.parameters, grid.ran, grid.cells)

    fits: list[MetricFit] = []
    derived: list[Derived] = []
    curves = learning_curves(grid, chosen, spec, for_curves)
    for law in curve_laws:
        of_law = [fit_points(law, metric, curves[metric]) for metric in grid.metrics]
        fits.extend(of_law)
        derived.extend(differences(of_law))
        for fit, settled in zip(of_law, chosen.settled, strict=True):
            derived.extend(small_data_slopes(fit, curves[fit.metric], grid.in_region, settled))
    rests_on = tuple(
        evidence(fit, k, grid, chosen, spec.level) for k, fit in enumerate(fits[: len(grid.metrics)])
    )
    return Analysis(
        chosen=chosen,
        fitted=grid.in_region & chosen.settled,
        score_interval=interval(resample_scores(grid, spec.resamples, for_scores), spec.level),
        sufficient=sufficient_range(grid),
        fits=tuple(fits),
        growth=fit_growth(size_law, grid, spec, for_sizes),
        derived=(*derived, *(row for each in rests_on for row in each.derived)),
        evidence=rests_on,
    )


def learning_curves(
    grid: RunGrid, chosen: Selection, spec: FitSpec, rng: np.random.Generator
) -> dict[str, ResampledPoints]:
    """The best score at each subset size in the region, by metric; all metrics share the resamples."""

    def usable(selection: Selection) -> NDArray[np.bool_]:
        return np.asarray(grid.in_region & selection.settled)

    enough = usable(chosen).sum(axis=-1) >= FEWEST_SIZES
    drawn = try_resample(grid, usable, spec.resamples, rng)
    return {
        metric: ResampledPoints(
            x=grid.x,
            y=chosen.score[k],
            usable=usable(chosen)[k],
            samples=drawn.score[:, k] if drawn and enough[k] else None,
            weights=drawn.weights[:, k] if drawn and enough[k] else None,
            redrawn=drawn.redrawn if drawn else 0,
            warnings=grid.warnings,
        )
        for k, metric in enumerate(grid.metrics)
    }
