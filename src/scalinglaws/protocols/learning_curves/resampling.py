"""Intervals from resampling runs: seeds within each cell, the selection again, then the points in pairs.

Checkpoints of one run are never resampled, because they are not independent.

The noise of the seeds enters twice: through the runs that are drawn, and through the scatter of the points
that are drawn. If there is no other noise, intervals are wider than declared, which errs on the side of
"inconclusive". With one seed per cell only the points vary, and few points make intervals a little too
narrow. Whether a cell has converged is a property of the grid, not drawn again: a resample may choose another
model, and its point enters no fit where that model was cut or could be beaten by one that was.
tests/unit/protocols/test_resampling.py keeps both within bounds.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.protocols.learning_curves.best_fit import Selection, select
from scalinglaws.protocols.learning_curves.run_grid import RunGrid

FEWEST_SIZES = 3  # distinct subset sizes that a resample needs to determine a law
AT_A_TIME = 500  # resamples drawn together: bounds the memory
PATIENCE = 20  # draws per accepted resample before we say that the data are too few

Usable = Callable[[Selection], NDArray[np.bool_]]
"""From a selection [*batch, metrics, subsets] to the points that may be fitted, of the same shape."""


@dataclass(frozen=True)
class Resamples:
    """Bootstrap resamples of a grid of runs.

    Attributes:
        score: [resamples, metrics, subsets], the best fit's score; NaN if there is none.
        size: [resamples, metrics, subsets], the best fit's parameters; NaN where there is none.
        weights: [resamples, metrics, subsets], how often each point was drawn. All metrics share the draws,
            so that parameters of different metrics can be compared in pairs.
        redrawn: resamples thrown away because they held fewer than three distinct subset sizes.
    """

    score: FloatArray
    size: FloatArray
    weights: FloatArray
    redrawn: int


def resample(
    grid: RunGrid, usable: Usable, count: int, rng: np.random.Generator, tolerance: float = 0.0
) -> Resamples:
    """Draw resamples of the runs and of the points that `usable` lets through; `tolerance` as in `select`.

    Metrics that have too few usable points in the grid itself get resamples that are degenerate.

    Raises:
        ScalingLawsError: nearly every resample is degenerate; there are too few usable points.
    """
    cells = grid.cells
    now = usable(select(grid.values, grid.parameters, grid.ran, cells, tolerance))
    enough = now.sum(axis=-1) >= FEWEST_SIZES
    accepted: list[tuple[FloatArray, FloatArray, FloatArray]] = []
    kept = drawn = 0
    while kept < count:
        if drawn >= PATIENCE * count or not enough.any():
            raise ScalingLawsError(
                f"bootstrap: {drawn} draws gave {kept} resamples with {FEWEST_SIZES} sizes"
            )
        drawn_runs = draw_runs(grid, min(AT_A_TIME, count), rng)
        chosen = select(drawn_runs, grid.parameters, grid.ran, cells, tolerance)
        weights = draw_points(usable(chosen), rng)
        good = np.flatnonzero(((weights > 0).sum(axis=-1) >= FEWEST_SIZES)[:, enough].all(axis=-1))
        taken = good[: count - kept]
        drawn += int(taken[-1]) + 1 if len(taken) == count - kept else len(weights)
        kept += len(taken)
        accepted.append((chosen.score[taken], chosen.size[taken], weights[taken]))
    score, size, weights = (np.concatenate(parts) for parts in zip(*accepted, strict=True))
    return Resamples(score, size, weights, redrawn=drawn - count)


def try_resample(
    grid: RunGrid,
    usable: Usable,
    count: int,
    rng: np.random.Generator,
    tolerance: float = 0.0,
) -> Resamples | None:
    """As `resample`; None where too few points are usable, or nearly all resamples are degenerate."""
    try:
        return resample(grid, usable, count, rng, tolerance)
    except ScalingLawsError:  # the fit goes without an interval, and says so
        return None


def resample_scores(grid: RunGrid, count: int, rng: np.random.Generator) -> FloatArray:
    """Best-fit scores [count, metrics, subsets] with the runs resampled, the points left alone."""
    sizes = [min(AT_A_TIME, count - done) for done in range(0, count, AT_A_TIME)]
    return np.concatenate(
        [select(draw_runs(grid, size, rng), grid.parameters, grid.ran).score for size in sizes]
    )


def draw_runs(grid: RunGrid, count: int, rng: np.random.Generator) -> FloatArray:
    """Values [count, metrics, subsets, models, seeds] with the runs of each cell drawn with replacement.

    A cell keeps its number of runs, and a diverged run is drawn like any other one. All metrics of a run are
    drawn together.
    """
    runs = grid.ran.sum(axis=-1, keepdims=True)  # the runs of a cell come first
    index = (rng.random((count, *grid.ran.shape)) * runs).astype(np.int64)
    drawn = np.take_along_axis(grid.values[None], index[:, None], axis=-1)
    return np.asarray(np.where(grid.ran, drawn, np.nan))


def draw_points(usable: NDArray[np.bool_], rng: np.random.Generator) -> FloatArray:
    """Weights [resamples, metrics, subsets]: as many usable points as there are, drawn with replacement.

    Metrics with the same usable points draw the same.
    """
    subsets = usable.shape[-1]
    available = usable.sum(axis=-1, keepdims=True)
    usable_first = np.argsort(~usable, axis=-1, kind="stable")
    draws = (rng.random((len(usable), 1, subsets)) * available).astype(np.int64)
    points = np.take_along_axis(usable_first, draws, axis=-1)
    counted = np.arange(subsets) < available
    hits = (points[..., None] == np.arange(subsets)) & counted[..., None]
    return np.asarray(hits.sum(axis=-2), dtype=np.float64)
