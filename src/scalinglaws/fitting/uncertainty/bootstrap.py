"""Resamples of points as weights, and the refits of a law to them.

What is resampled are runs. Points that come from one run (checkpoints of one curve) are not independent, so
they share a cluster and are drawn together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.solution import GRADIENT_REFUSED, Solution
from scalinglaws.fitting.solver.batch import Batch
from scalinglaws.fitting.solver.solve import Engine, best_of
from scalinglaws.fitting.uncertainty.covariance import interval
from scalinglaws.laws.law import FloatArray

Method = Literal["pairs", "subsample"]
SUBSAMPLE = 0.8  # share of the clusters in a subsample, as in Hoffmann et al. 2022
FEW_POINTS, EXTRA_GUESSES = 32, 4  # with few points, the optimum of some draws is far from that of the data
BOUND_WORTH_A_WARNING = 0.05  # share of resamples in which a parameter sits on a bound
PATIENCE = 20  # draws per accepted resample before we say that the points are too few


@dataclass(frozen=True)
class Refits:
    """A law refitted to resamples.

    Attributes:
        params: [parameters, resamples], natural units; NaN where the refit failed, so that refits of several
            laws to the same resamples stay in pairs.
        objective: [resamples].
        failed: resamples whose refit did not converge.
        on_bound: names of the parameters that sit on a bound, with the share of refits in which they do.
        redrawn: resamples thrown away because they held too few distinct points.
    """

    params: FloatArray
    objective: FloatArray
    failed: int
    on_bound: dict[str, float]
    redrawn: int = 0

    @property
    def converged(self) -> FloatArray:
        """The parameters of the refits that converged, [parameters, refits]."""
        return np.asarray(self.params[:, np.isfinite(self.params).all(axis=0)])

    def intervals(self, level: float) -> FloatArray:
        """Percentile intervals [2, parameters]."""
        return interval(self.params.T, level)

    @property
    def bound_warnings(self) -> list[str]:
        """Which parameters sit on a bound so often that the reader must know."""
        return [
            f"{name} sits on a bound in {100 * share:.0f} % of the resamples"
            for name, share in self.on_bound.items()
            if share > BOUND_WORTH_A_WARNING
        ]


def joined(parts: Sequence[Refits]) -> Refits:
    """All refits of several batches as one."""
    counts = [part.params.shape[1] for part in parts]
    shares: dict[str, float] = {}
    for part, count in zip(parts, counts, strict=True):
        for name, share in part.on_bound.items():
            shares[name] = shares.get(name, 0.0) + share * count / sum(counts)
    return Refits(
        params=np.concatenate([part.params for part in parts], axis=1),
        objective=np.concatenate([part.objective for part in parts]),
        failed=sum(part.failed for part in parts),
        on_bound=shares,
        redrawn=sum(part.redrawn for part in parts),
    )


def draw(
    points: int,
    count: int,
    rng: np.random.Generator,
    *,
    needed: int,
    clusters: NDArray[np.int64] | None = None,
    method: Method = "pairs",
) -> tuple[FloatArray, int]:
    """Resamples as weights [count, points], and how many were degenerate and drawn again.

    Args:
        points: number of points.
        count: number of resamples.
        rng: where randomness comes from.
        needed: with fewer distinct points a resample is degenerate: it does not determine the law.
        clusters: [points], whole numbers from 0; points of one cluster are drawn together.
        method: `pairs`, with replacement (Efron); `subsample`, 80 % without (Hoffmann et al. 2022).

    Raises:
        ScalingLawsError: nearly every resample is degenerate.
    """
    labels = np.arange(points) if clusters is None else clusters
    groups = int(labels.max()) + 1
    accepted: list[FloatArray] = []
    kept = drawn = 0
    while kept < count:
        if drawn >= PATIENCE * count:
            raise ScalingLawsError(
                f"bootstrap: of {drawn} resamples of {groups} independent points only {kept} hold {needed} "
                "distinct ones"
            )
        if method == "pairs":
            hits = rng.multinomial(groups, np.full(groups, 1 / groups), size=count)
        else:
            size = max(1, round(SUBSAMPLE * groups))
            order = np.argsort(rng.random((count, groups)), axis=1)
            hits = (order < size).astype(np.int64)
        weights = hits.astype(np.float64)
        del hits  # as large as the weights
        weights = weights if clusters is None else weights[:, labels]
        good = np.flatnonzero((weights > 0).sum(axis=1) >= needed)[: count - kept]
        drawn += int(good[-1]) + 1 if len(good) == count - kept else count
        kept += len(good)
        accepted.append(weights if len(good) == len(weights) else weights[good])
    return np.concatenate(accepted) if len(accepted) > 1 else accepted[0], drawn - count


def refit(
    fit: Solution,
    resamples: FloatArray,
    x: FloatArray | None = None,
    y: FloatArray | None = None,
    engine: Engine = "auto",
) -> Refits:
    """Refit a law to resamples, from every distinct optimum that the full data gave.

    Where points are few, the first initial guesses of the fit are followed too.

    Args:
        fit: the fit to the full data.
        resamples: weights [resamples, points].
        x: [variables, points], where the points are others than those of the fit.
        y: [points], or [resamples, points] where the values differ too; likewise.
        engine: see `solve`.
    """
    law, count = fit.law, len(resamples)
    few = resamples.shape[1] <= FEW_POINTS
    begin = np.concatenate([fit.optima, fit.guesses[:, :EXTRA_GUESSES]], axis=1) if few else fit.optima
    guesses = np.repeat(begin.T[:, :, None], count, axis=2)
    bounds = fit.system.bounds
    if x is None and y is None:
        batch = fit.system.batches(resamples)
    else:
        x = fit.system.x if x is None else np.atleast_2d(x)
        values = np.where(resamples > 0, fit.points.y if y is None else y, 1.0)
        batch = Batch(law, fit.estimator, x, values, resamples, bounds)
    best = best_of(batch, guesses, warm=True, engine=engine)
    good = np.isfinite(best.objective) & (best.gradient <= GRADIENT_REFUSED)
    theta = np.where(good, best.theta, np.nan)
    lower, upper = (end[:, None] for end in bounds)
    share = ((theta <= lower) | (theta >= upper)).sum(axis=1) / max(int(good.sum()), 1)
    return Refits(
        params=law.natural(theta),
        objective=np.where(good, best.objective, np.nan),
        failed=int((~good).sum()),
        on_bound={
            name: float(part)
            for name, part in zip(law.names, share, strict=True)
            if part > 0 and name not in fit.fixed
        },
    )


def bootstrap(
    fit: Solution,
    count: int,
    rng: np.random.Generator,
    method: Method = "pairs",
    engine: Engine = "auto",
) -> Refits:
    """Draw resamples of the points and refit; arguments as in `draw` and `refit`.

    Raises:
        ScalingLawsError: nearly every resample is degenerate.
    """
    points = fit.points
    drawn, redrawn = draw(
        len(points), count, rng, needed=fit.system.needed, clusters=points.clusters, method=method
    )
    drawn *= points.weights
    return replace(refit(fit, drawn, engine=engine), redrawn=redrawn)
