"""Resamples of points as weights, and a law's refits to them.

What is resampled are runs: points that come from one run (checkpoints of one curve) share a cluster and are
drawn together, for they are not independent.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.fitting.fit_law import GRADIENT_REFUSED, Estimate, points_needed
from scalinglaws.fitting.solver.solve import Engine, best_of
from scalinglaws.fitting.uncertainty.covariance import interval
from scalinglaws.laws.law import FloatArray

Method = Literal["pairs", "subsample"]
FEW_POINTS, EXTRA_STARTS = 32, 4  # of few points some draws have their optimum far from the data's
BOUND_WORTH_A_WARNING = 0.05  # share of resamples in which a parameter sits on a bound
PATIENCE = 20  # draws per accepted resample before the data count as too few


@dataclass(frozen=True)
class Refits:
    """A law refitted to resamples.

    Attributes:
        params: [parameters, resamples], natural units; NaN where the refit failed, so that refits of several
            laws to the same resamples stay in pairs.
        objective: [resamples].
        redrawn: resamples thrown away because they held too few distinct points.
        failed: resamples whose refit did not converge.
        on_bound: names of the parameters that sit on a bound, with the share of refits in which they do.
    """

    params: FloatArray
    objective: FloatArray
    redrawn: int
    failed: int
    on_bound: dict[str, float]

    def intervals(self, level: float) -> FloatArray:
        """Percentile intervals [2, parameters]."""
        return interval(self.params.T, level)


def draw(
    points: int,
    count: int,
    rng: np.random.Generator,
    *,
    needed: int,
    clusters: NDArray[np.int64] | None = None,
    method: Method = "pairs",
    share: float = 0.8,
) -> tuple[FloatArray, int]:
    """Resamples as weights [count, points], and how many were degenerate and drawn again.

    Args:
        points: number of points.
        count: number of resamples.
        rng: where randomness comes from.
        needed: distinct points below which a resample is degenerate: it does not determine the law.
        clusters: [points], whole numbers from 0; points of one cluster are drawn together.
        method: `pairs`, with replacement (Efron); `subsample`, a share without (Hoffmann et al. 2022).
        share: of the clusters in a subsample.

    Raises:
        ScalingLawsError: nearly every resample is degenerate.
    """
    labels = np.arange(points) if clusters is None else clusters
    groups = int(labels.max()) + 1
    accepted: list[FloatArray] = []
    held = drawn = 0
    while held < count:
        if drawn >= PATIENCE * count:
            raise ScalingLawsError(
                f"bootstrap: of {drawn} resamples of {groups} independent points only {held} hold {needed} "
                "distinct ones"
            )
        if method == "pairs":
            hits = rng.multinomial(groups, np.full(groups, 1 / groups), size=count)
        else:
            kept = max(1, round(share * groups))
            order = np.argsort(rng.random((count, groups)), axis=1)
            hits = (order < kept).astype(np.int64)
        weights = hits[:, labels].astype(np.float64)
        good = np.flatnonzero((weights > 0).sum(axis=1) >= needed)[: count - held]
        drawn += int(good[-1]) + 1 if len(good) == count - held else count
        held += len(good)
        accepted.append(weights[good])
    return np.concatenate(accepted), drawn - count


def refit(
    found: Estimate,
    x: FloatArray,
    y: FloatArray,
    resamples: FloatArray,
    *,
    redrawn: int = 0,
    engine: Engine = "auto",
) -> Refits:
    """Refit a law to resamples, from every distinct optimum that the full data gave.

    Where points are few, the first starts of the fit are followed too.

    Args:
        found: the fit to the full data.
        x: [variables, points].
        y: [points], or [resamples, points] where the values differ too.
        resamples: weights [resamples, points].
        redrawn: degenerate resamples, from `draw`.
        engine: see `solve`.
    """
    law, count = found.law, len(resamples)
    values = np.where(resamples > 0, np.broadcast_to(y, resamples.shape), 1.0)
    few = resamples.shape[1] <= FEW_POINTS
    begin = np.concatenate([found.optima, found.origins[:, :EXTRA_STARTS]], axis=1) if few else found.optima
    starts = np.repeat(begin.T[:, :, None], count, axis=2)
    best = best_of(
        law, found.estimator, np.atleast_2d(x), values, resamples, starts, found.bounds, warm=True,
        engine=engine,
    )  # fmt: skip
    good = np.isfinite(best.objective) & (best.gradient <= GRADIENT_REFUSED)
    theta = np.where(good, best.theta, np.nan)
    lower, upper = (end[:, None] for end in found.bounds)
    share = ((theta <= lower) | (theta >= upper)).sum(axis=1) / max(int(good.sum()), 1)
    return Refits(
        params=law.natural(theta),
        objective=np.where(good, best.objective, np.nan),
        redrawn=redrawn,
        failed=int((~good).sum()),
        on_bound={
            name: float(part)
            for name, part in zip(law.names, share, strict=True)
            if part > 0 and name not in found.fixed
        },
    )


def bootstrap(
    found: Estimate,
    x: FloatArray,
    y: FloatArray,
    count: int,
    rng: np.random.Generator,
    *,
    weights: FloatArray | None = None,
    clusters: NDArray[np.int64] | None = None,
    method: Method = "pairs",
    engine: Engine = "auto",
) -> Refits:
    """Draw resamples of the points and refit; arguments as in `draw` and `refit`.

    Raises:
        ScalingLawsError: nearly every resample is degenerate, or nearly no refit converges.
    """
    needed = points_needed(found.law, len(found.fixed))
    drawn, redrawn = draw(len(y), count, rng, needed=needed, clusters=clusters, method=method)
    if weights is not None:
        drawn = drawn * weights
    return refit(found, x, y, drawn, redrawn=redrawn, engine=engine)
