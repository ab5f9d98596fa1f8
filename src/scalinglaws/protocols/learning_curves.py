"""Learning curves: from the grid of runs of a study to everything that is fitted, step by step."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scalinglaws import laws
from scalinglaws.config.fit import FitSpec
from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.uncertainty.covariance import interval
from scalinglaws.laws.law import FloatArray
from scalinglaws.protocols.best_fit import Selection, select
from scalinglaws.protocols.derived import Derived, differences, small_data_slopes
from scalinglaws.protocols.fits import MetricFit, ResampledPoints, fit_points
from scalinglaws.protocols.resampling import FEWEST_SIZES, Resamples, Usable, resample, resample_scores
from scalinglaws.protocols.run_grid import RunGrid


@dataclass(frozen=True)
class Analysis:
    """All that is fitted for a study.

    Attributes:
        chosen: the best fits, [metrics, subsets].
        score_interval: bootstrap interval of the best scores, [2, metrics, subsets].
        fits: every law of every metric, and the law of model size last.
        derived: differences of exponents and local slopes.
    """

    chosen: Selection
    score_interval: FloatArray
    fits: tuple[MetricFit, ...]
    derived: tuple[Derived, ...]


def analyse(grid: RunGrid, spec: FitSpec) -> Analysis:
    """Select, fit and resample. The same runs and the same spec give the same numbers.

    Raises:
        ScalingLawsError: a law's name is unknown.
    """
    curve_laws, size_law = [laws.find(name) for name in spec.laws], laws.find(spec.size_law)
    for_scores, for_curves, for_sizes = np.random.default_rng(spec.seed).spawn(3)
    chosen = select(grid.values, grid.parameters, grid.ran, spec.tolerance)

    fits: list[MetricFit] = []
    derived: list[Derived] = []
    curves = learning_curves(grid, chosen, spec, for_curves)
    for law in curve_laws:
        of_law = [fit_points(law, metric, curves[metric]) for metric in grid.metrics]
        fits.extend(of_law)
        derived.extend(differences(of_law))
        for fit in of_law:
            points = curves[fit.metric]
            derived.extend(small_data_slopes(fit, points.x, points.y, points.samples, grid.in_region))
    fits.append(fit_points(size_law, spec.size_metric, model_sizes(grid, spec, for_sizes)))
    return Analysis(
        chosen=chosen,
        score_interval=interval(resample_scores(grid, spec.resamples, for_scores), spec.level),
        fits=tuple(fits),
        derived=tuple(derived),
    )


def learning_curves(
    grid: RunGrid, chosen: Selection, spec: FitSpec, rng: np.random.Generator
) -> dict[str, ResampledPoints]:
    """The best score at each subset size in the region, by metric; all metrics share the resamples."""

    def scored(selection: Selection) -> NDArray[np.bool_]:
        return np.asarray(grid.in_region & np.isfinite(selection.score).all(axis=-2))

    drawn = _try_resample(grid, scored, scored(chosen), spec, rng)
    return {
        metric: ResampledPoints(
            x=grid.x,
            y=chosen.score[k],
            usable=scored(chosen),
            samples=drawn.score[:, k] if drawn else None,
            weights=drawn.weights if drawn else None,
            redrawn=drawn.redrawn if drawn else 0,
            warnings=_warnings(grid),
        )
        for k, metric in enumerate(grid.metrics)
    }


def model_sizes(grid: RunGrid, spec: FitSpec, rng: np.random.Generator) -> ResampledPoints:
    """The best-fit model's size at each subset size in the region, where the grid brackets the optimum."""
    k = grid.metrics.index(spec.size_metric)
    grid = replace(grid, metrics=(spec.size_metric,), values=grid.values[k : k + 1])
    chosen = select(grid.values, grid.parameters, grid.ran, spec.tolerance)

    def bracketed(selection: Selection) -> NDArray[np.bool_]:
        return np.asarray(grid.in_region & ~selection.censored[..., 0, :])

    drawn = _try_resample(grid, bracketed, bracketed(chosen), spec, rng)
    return ResampledPoints(
        x=grid.x,
        y=chosen.size[0],
        usable=bracketed(chosen),
        samples=drawn.size[:, 0] if drawn else None,
        weights=drawn.weights if drawn else None,
        redrawn=drawn.redrawn if drawn else 0,
        warnings=_warnings(grid),
    )


def _try_resample(
    grid: RunGrid, usable: Usable, now: NDArray[np.bool_], spec: FitSpec, rng: np.random.Generator
) -> Resamples | None:
    if now.sum() < FEWEST_SIZES:
        return None
    try:
        return resample(grid, usable, spec.resamples, rng, spec.tolerance)
    except ScalingLawsError:  # nearly all are degenerate: the fit goes without an interval, and says so
        return None


def _warnings(grid: RunGrid) -> tuple[str, ...]:
    """What holds for all fits to a grid."""
    found = []
    if int(grid.ran.sum(axis=-1)[grid.ran.any(axis=-1)].min()) == 1:
        found.append("some cells have one seed: the interval lacks their seed noise")
    if len(grid.versions) > 1:
        found.append(f"runs of different versions: {' and '.join(grid.versions)}")
    return tuple(found)
