"""Exponents of approach 2, with intervals from resampling points, seeds, noise or budgets.

Measured on noisy Chinchilla surfaces (100 for each of three methods and two levels of noise, .2 and 1 %; nine
budgets of 11 points), 95 % intervals from points cover the truth in 98-100 %, from the known noise in
91-100 %, from budgets alone in 82-92 %, and from points and budgets together in 100 %. None of them sees the
bias of a wide window.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.protocols.isoflop.exponents import Exponents, estimated, fit_both, with_intervals
from scalinglaws.protocols.isoflop.isoflop import IsoFlop, locate, optima, tokens_at
from scalinglaws.protocols.isoflop.minimum import Method

AT_A_TIME = 500  # resamples drawn together: bounds the memory


@dataclass(frozen=True)
class Resampling:
    """What varies between resamples. All can be combined except for points and seeds.

    Attributes:
        points: draw the runs of each budget with replacement (pairs).
        seeds: draw the runs of each size with replacement; of no use if each size has one run.
        noise: standard deviation of normal noise added to the log of each run's loss (as Porian et al.
            2024, whose code comes to .002 for RefinedWeb).
        budgets: draw the budgets with replacement.
    """

    points: bool = False
    seeds: bool = False
    noise: float = 0.0
    budgets: bool = False


def isoflop_exponents(
    table: IsoFlop,
    method: Method,
    resampling: Resampling | None = None,
    *,
    count: int = 1000,
    level: float = 0.95,
    rng: np.random.Generator | None = None,
) -> Exponents:
    """N_opt ~ C^a and D_opt ~ C^b by unweighted least squares in logarithms, over the optima that were kept.

    Args:
        table: the curves.
        method: how a curve's minimum is found; found again in each resample.
        resampling: what varies; without it there are no intervals.
        count: resamples.
        level: of the percentile intervals.
        rng: needed with a resampling, so that no result depends on an unknown seed.

    Raises:
        ScalingLawsError: fewer than two budgets have an optimum, or the resampling cannot be done.
    """
    best = optima(table, method)
    log_c = np.log(table.budgets)
    n, d = fit_both(log_c, np.log(best.N), np.log(best.D), best.kept.astype(np.float64))
    estimated(n, d, "IsoFLOP")
    if resampling is None:
        return with_intervals(n, d, np.empty(0), np.empty(0), level)
    _check(table, resampling, count)
    if rng is None:
        raise ScalingLawsError("IsoFLOP: a resampling needs a random generator")
    a, b = [], []
    for done in range(0, count, AT_A_TIME):
        size = min(AT_A_TIME, count - done)
        loss, sizes, budgets = _draw(table, resampling, size, rng)
        minima = locate(table, loss, sizes, method)
        weights = np.where(np.isfinite(minima.x), budgets, 0.0)
        laws = fit_both(log_c, minima.x, tokens_at(table, minima.x), weights)
        a.append(laws[0].exponent)
        b.append(laws[1].exponent)
    return with_intervals(n, d, np.concatenate(a), np.concatenate(b), level)


def _draw(
    table: IsoFlop, resampling: Resampling, count: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Loss and weights of the sizes [count, budgets, sizes], and weights of the budgets [count, budgets]."""
    values = np.where(np.isfinite(table.loss), table.loss, 0.0)
    weights = np.broadcast_to(np.isfinite(table.loss).astype(np.float64), (count, *table.loss.shape))
    if resampling.points:
        weights = np.stack([_pairs(there, count, rng) for there in np.isfinite(table.loss)], axis=1)
    if resampling.seeds:
        cells = np.isfinite(table.loss).reshape(-1, 1, table.loss.shape[-1])
        weights = np.stack([_pairs(there, count, rng) for there in cells], axis=1).reshape(weights.shape)
    if resampling.noise:
        values = values * np.exp(resampling.noise * rng.standard_normal(weights.shape))
    sizes = weights.sum(axis=-1)
    loss = (weights * values).sum(axis=-1) / np.where(sizes > 0, sizes, 1.0)
    rows = len(table.budgets)
    budgets = rng.multinomial(rows, np.full(rows, 1 / rows), size=count) if resampling.budgets else 1
    return loss, sizes, np.broadcast_to(np.asarray(budgets, dtype=np.float64), (count, rows))


def _pairs(there: NDArray[np.bool_], count: int, rng: np.random.Generator) -> FloatArray:
    """Weights [count, sizes, runs]: as many draws with replacement as there are runs [sizes, runs]."""
    weights = np.zeros((count, *there.shape))
    runs = int(there.sum())
    if runs:
        weights[:, there] = rng.multinomial(runs, np.full(runs, 1 / runs), size=count)
    return weights


def _check(table: IsoFlop, resampling: Resampling, count: int) -> None:
    if count < 1 or resampling.noise < 0:
        raise ScalingLawsError("IsoFLOP: the number of resamples is 1 or more and noise is not negative")
    if resampling == Resampling():
        raise ScalingLawsError("IsoFLOP: a resampling draws points, seeds, noise or budgets")
    if resampling.points and resampling.seeds:
        raise ScalingLawsError(
            "IsoFLOP: runs are drawn among those of a budget (points) or of a size (seeds)"
        )
    if resampling.seeds and table.runs.max() < 2:
        raise ScalingLawsError("IsoFLOP: no size has two runs; there are no seeds to resample")
