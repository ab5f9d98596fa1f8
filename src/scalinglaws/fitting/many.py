"""One law fitted to many data sets at the same x: draws of a noise, and what is left of them in folds."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglaws.fitting.fit_law import GRADIENT_REFUSED, bounds_with
from scalinglaws.fitting.objective import Estimator
from scalinglaws.fitting.solver.solve import Engine, best_of, has_compiler
from scalinglaws.fitting.solver.starts import design
from scalinglaws.laws.law import FloatArray, Law

STARTS = 12


@dataclass(frozen=True)
class Fits:
    """A law fitted to many data sets.

    Attributes:
        law: the law.
        estimator: what was minimised.
        params: [parameters, fits], natural units; NaN where no start arrived at an optimum.
        on_bound: names of the free parameters that sit on a bound, with the share of fits in which they do.
        fixed: parameters that were held, by name.
    """

    law: Law
    estimator: Estimator
    params: FloatArray
    on_bound: dict[str, float]
    fixed: Mapping[str, float]

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Which fits arrived at no optimum, [fits]."""
        return np.asarray(np.isnan(self.params[0]))

    def predict(self, x: FloatArray) -> FloatArray:
        """The laws at x [variables, points]: [fits, points]."""
        return self.law.predict(self.params, x)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know, of all fits together."""
        failed = int(self.failed.sum())
        found = [f"{failed} of {len(self.failed)} fits arrived at no optimum"] if failed else []
        return (
            *found,
            *(f"{name} sits on a bound in {share:.0%} of fits" for name, share in self.on_bound.items()),
        )


def fit_many(
    law: Law,
    estimator: Estimator,
    x: FloatArray,
    y: FloatArray,
    *,
    weights: FloatArray | None = None,
    fixed: Mapping[str, float] | None = None,
    starts: FloatArray | None = None,
    count: int = STARTS,
    engine: Engine | None = None,
) -> Fits:
    """Fit a law to each data set from several starts, the same for all.

    Args:
        law: the law.
        estimator: what is minimised.
        x: [variables, points].
        y: [fits, points].
        weights: [fits, points]; 1 unless said otherwise.
        fixed: parameters that are held, by name, in natural units.
        starts: coordinates [starts, parameters, fits], instead of the law's design for the first data set.
        count: number of starts of the design.
        engine: see `solve`; compiled where there is a compiler, unless said otherwise.
    """
    w = np.ones_like(y) if weights is None else weights
    held = fixed or {}
    bounds = bounds_with(law, held)
    if starts is None:
        first = design(law, estimator, x, y[0], w[0], count, bounds)
        starts = np.repeat(first.T[:, :, None], len(y), axis=2)
    chosen = engine or ("compiled" if has_compiler() else "numpy")
    best = best_of(law, estimator, x, y, w, starts, bounds, engine=chosen)
    good = np.isfinite(best.objective) & (best.gradient <= GRADIENT_REFUSED)
    theta = np.where(good, best.theta, np.nan)
    lower, upper = (end[:, None] for end in bounds)
    share = ((theta <= lower) | (theta >= upper)).sum(axis=1) / max(int(good.sum()), 1)
    on_bound = {
        name: float(part)
        for name, part in zip(law.names, share, strict=True)
        if part > 0 and name not in held
    }
    return Fits(law, estimator, law.natural(theta), on_bound, held)


def cross_validate(
    found: Fits, x: FloatArray, y: FloatArray, folds: int, rng: np.random.Generator
) -> FloatArray:
    """Each point as predicted by the fit to the other folds, [fits, points]; folds are drawn for each fit.

    Args:
        found: the fits to all points, from which the others start.
        x, y: what they were fitted to.
        folds: how many.
        rng: where randomness comes from.
    """
    fits, points = y.shape
    fold = rng.permuted(np.tile(np.arange(points) % folds, (fits, 1)), axis=1)
    kept = (np.arange(folds)[:, None, None] != fold).astype(np.float64)  # [folds, fits, points]
    theta = np.where(np.isnan(found.params), 0.0, found.law.coordinates(found.params))
    theta = np.where(np.isfinite(theta), theta, 0.0)
    again = fit_many(
        found.law, found.estimator, x, np.tile(y, (folds, 1)), weights=kept.reshape(-1, points),
        fixed=found.fixed, starts=np.tile(theta, (1, folds))[None],
    )  # fmt: skip
    predicted = again.predict(x).reshape(folds, fits, points)
    out = np.take_along_axis(predicted, fold[None], axis=0)[0]
    return np.where(found.failed[:, None], np.nan, out)
