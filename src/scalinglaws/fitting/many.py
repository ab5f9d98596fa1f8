"""One law fitted to many data sets at the same x: draws of a noise, or the folds of a cross-validation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglaws.fitting.solution import GRADIENT_REFUSED
from scalinglaws.fitting.solver.batch import Batch
from scalinglaws.fitting.solver.initial_guesses import design
from scalinglaws.fitting.solver.solve import Engine, best_of, has_compiler
from scalinglaws.fitting.system import System
from scalinglaws.laws.law import FloatArray, Law

GUESSES = 12


@dataclass(frozen=True)
class Fits:
    """A law fitted to many data sets.

    Attributes:
        system: the law with the first of the data sets.
        params: [parameters, fits], natural units; NaN where no descent arrived at an optimum.
        on_bound: names of the fitted parameters that sit on a bound, with the share of fits in which they do.
    """

    system: System
    params: FloatArray
    on_bound: dict[str, float]

    @property
    def law(self) -> Law:
        """The law."""
        return self.system.law

    @property
    def failed(self) -> NDArray[np.bool_]:
        """Which fits arrived at no optimum, [fits]."""
        return np.asarray(np.isnan(self.params[0]))

    def predict(self, x: FloatArray) -> FloatArray:
        """The laws at x [variables, points]: [fits, points]."""
        return self.law.predict(self.params, x)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What you must know of all fits together."""
        failed = int(self.failed.sum())
        found = [f"{failed} of {len(self.failed)} fits arrived at no optimum"] if failed else []
        return (
            *found,
            *(f"{name} sits on a bound in {share:.0%} of fits" for name, share in self.on_bound.items()),
        )


def fit_many(
    system: System,
    y: FloatArray,
    weights: FloatArray | None = None,
    guesses: FloatArray | None = None,
    engine: Engine | None = None,
) -> Fits:
    """Fit a law to each data set from several initial guesses, the same for all.

    Args:
        system: the law, with the first data set as its points.
        y: [fits, points], at the x of the system's points.
        weights: [fits, points]; equal ones unless given.
        guesses: coordinates [parameters, guesses, fits], instead of the law's for the first data set.
        engine: see `solve`; compiled where there is a compiler, unless given.
    """
    law, bounds = system.law, system.bounds
    w = np.ones_like(y) if weights is None else weights
    batch = Batch(law, system.estimator, system.x, y, w, bounds)
    if guesses is None:
        first = design(batch, GUESSES)
        guesses = np.repeat(first[:, :, None], len(y), axis=2)
    chosen = engine or ("compiled" if has_compiler() else "numpy")
    begin = np.moveaxis(guesses, 1, 0)
    best = best_of(batch, begin, engine=chosen)
    good = np.isfinite(best.objective) & (best.gradient <= GRADIENT_REFUSED)
    theta = np.where(good, best.theta, np.nan)
    lower, upper = (end[:, None] for end in bounds)
    share = ((theta <= lower) | (theta >= upper)).sum(axis=1) / max(int(good.sum()), 1)
    on_bound = {
        name: float(part)
        for name, part in zip(law.names, share, strict=True)
        if part > 0 and name not in system.fixed
    }
    return Fits(system, law.natural(theta), on_bound)


def cross_validate(fits: Fits, y: FloatArray, folds: int, rng: np.random.Generator) -> FloatArray:
    """Each point as predicted by the fit to the other folds, [fits, points]; folds are drawn for each fit.

    Args:
        fits: the fits to all points, from which the others start.
        y: [fits, points], what they were fitted to.
        folds: how many.
        rng: where randomness comes from.
    """
    system = fits.system
    count, points = y.shape
    fold = rng.permuted(np.tile(np.arange(points) % folds, (count, 1)), axis=1)
    kept = (np.arange(folds)[:, None, None] != fold).astype(np.float64)  # [folds, fits, points]
    theta = np.where(np.isnan(fits.params), 0.0, fits.law.coordinates(fits.params))
    theta = np.where(np.isfinite(theta), theta, 0.0)
    again = fit_many(
        system, np.tile(y, (folds, 1)), kept.reshape(-1, points), np.tile(theta, (1, folds))[:, None]
    )
    predicted = again.predict(system.x).reshape(folds, count, points)
    out = np.take_along_axis(predicted, fold[None], axis=0)[0]
    return np.where(fits.failed[:, None], np.nan, out)
