"""A fit of one's own points with everything a reader needs to judge it: what `scalinglaws fit` prints."""

from dataclasses import dataclass
from math import isfinite, isinf, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.fit_law import Estimate, estimate, points_needed
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.uncertainty.intervals import Method, Spread, ends, spread
from scalinglaws.fitting.uncertainty.profile import Profile, profile
from scalinglaws.fitting.validation import cross_validation, largest_held_out
from scalinglaws.laws.law import FloatArray, Law

RESAMPLES, LEVEL, FOLDS, HELD_OUT = 4000, 0.95, 10, 0.2
BETTER = 1e-4  # share by which a profile's objective must be lower to be called another optimum


@dataclass(frozen=True)
class FitReport:
    """A fitted law, how sure it is, and what speaks against it.

    Attributes:
        found: the fit to all points.
        x, y, weights: the points of positive weight, [variables, points], [points] and [points]; weights have
            a mean of 1.
        level: of the intervals.
        seed: of resamples and folds.
        spread: intervals, standard errors and the samples of the parameters that they come from.
        profiles: by parameter, of those that were fitted.
        cross_validated: root mean square relative error of points predicted from the other folds; NaN where
            the points do not suffice.
        folds: how many.
        held_out: root mean square log error on the largest points, predicted from the others; NaN likewise.
        held_out_points: how many.
        warnings: what a reader must know before using the values.
    """

    found: Estimate
    x: FloatArray
    y: FloatArray
    weights: FloatArray
    level: float
    seed: int
    spread: Spread
    profiles: dict[str, Profile]
    cross_validated: float
    folds: int
    held_out: float
    held_out_points: int
    warnings: tuple[str, ...]

    @property
    def law(self) -> Law:
        """The law."""
        return self.found.law

    @property
    def range(self) -> dict[str, tuple[float, float]]:
        """Least and greatest value of each variable among the points."""
        return {
            variable.name: (float(values.min()), float(values.max()))
            for variable, values in zip(self.law.variables, self.x, strict=True)
        }


def fit_report(
    law: Law,
    x: FloatArray,
    y: FloatArray,
    *,
    estimator: Estimator | None = None,
    weights: FloatArray | None = None,
    clusters: NDArray[np.generic] | None = None,
    fixed: dict[str, float] | None = None,
    method: Method | None = None,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> FitReport:
    """Fit a law and judge the fit.

    Args:
        law: the law.
        x: [points] for a law of one variable, else [variables, points].
        y: [points].
        estimator: least squares on the logarithm unless said otherwise.
        weights: [points], not negative; scaled to a mean of 1. Points of weight 0 are left out.
        clusters: [points], labels; points of one label (checkpoints of a run) are not independent.
        fixed: parameters that are held, by name.
        method: of the intervals; without it percentiles of a bootstrap, and the profile where points are few.
        resamples: of the bootstrap; 0 for none.
        level: of the intervals.
        seed: of resamples and folds.

    Raises:
        ScalingLawsError: the points cannot be fitted (see `estimate`), or an option is out of its range.
    """
    if not 0 < level < 1:
        raise ScalingLawsError(f"level: {level:g} must lie between 0 and 1")
    x, y = np.atleast_2d(np.asarray(x, dtype=np.float64)), np.asarray(y, dtype=np.float64)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != y.shape or not np.all(np.isfinite(w) & (w >= 0)) or not (w > 0).any():
        raise ScalingLawsError("weights: must be finite and not negative, one a point, and not all 0")
    if clusters is not None and len(clusters) != len(y):
        raise ScalingLawsError(f"clusters: there are {len(clusters)} labels for {len(y)} points")
    used = w > 0
    # Weights say how points compare, not how many there are: a profile would read their sum as a number.
    x, y, w = x[:, used], y[used], w[used] / w[used].mean()
    labels = None if clusters is None else np.unique(clusters[used], return_inverse=True)[1].reshape(-1)
    found = estimate(law, x, y, estimator=estimator, weights=w, fixed=fixed)
    uncertain = spread(found, x, y, w, labels, method=method, resamples=resamples, level=level, seed=seed)
    profiles = {
        name: profile(found, x, y, name, weights=w, level=level)
        for name in law.names
        if name not in found.fixed
    }
    folds = min(FOLDS, len(y))
    enough = len(y) - -(-len(y) // folds) >= points_needed(law, len(found.fixed))
    errors = (
        cross_validation(found, x, y, folds, np.random.default_rng([seed, 1]), weights=w)
        if enough
        else np.array([nan])
    )
    held_out, held_out_points = largest_held_out(found, x, y, HELD_OUT, weights=w)
    warnings = [*found.warnings]
    if not used.all():
        warnings.append(f"{(~used).sum()} points of weight 0 are left out")
    for scan in profiles.values():
        warnings += _noteworthy(scan, found)
    if enough and labels is not None:
        warnings.append(
            "cross-validation parts points, not clusters: its error is too small where they differ"
        )
    cross_validated = sqrt(float(np.mean(errors**2)))
    return FitReport(
        found=found,
        x=x,
        y=y,
        weights=w,
        level=level,
        seed=seed,
        spread=uncertain,
        profiles=profiles,
        cross_validated=cross_validated if isfinite(cross_validated) else nan,
        folds=folds,
        held_out=held_out if isfinite(held_out) else nan,
        held_out_points=held_out_points,
        warnings=tuple(dict.fromkeys((*warnings, *uncertain.warnings))),
    )


def _noteworthy(scan: Profile, found: Estimate) -> list[str]:
    """What a profile shows that the fit alone does not."""
    said = []
    if scan.lowest < found.objective * (1 - BETTER):
        said.append(f"a better fit lies near {scan.name} = {scan.at:.4g}: fit again with other starts")
    if scan.flat:
        low, high = ends(scan, found)
        from_, to = "" if isinf(low) else f" from {low:.3g}", "" if isinf(high) else f" to {high:.3g}"
        span = (
            f"over the whole scan, {scan.low:.3g} to {scan.high:.3g}," if not from_ + to else (from_ + to)[1:]
        )
        said.append(f"flat profile: {scan.name} {span} fits nearly as well")
    return said
