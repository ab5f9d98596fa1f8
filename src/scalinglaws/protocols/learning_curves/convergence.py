"""Which cells of a grid of runs have converged, and how far those that were cut might still have fallen.

A run passed a metric's minimum if its score did not improve any more for as long as `stopping` of the study
asks. A run that ends before that was cut: its score says where the time limit is, not where the model is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglaws.laws.law import FloatArray

PASSED_SHARE = (2, 3)
"""A cell has converged if at least this share of its seeds passed; one that diverged did not pass."""
TRAINED_ON = 10.0
"""How many times longer we imagine a cut run to be trained on, at the slope that it had at its end. Slopes
become flatter as runs go on, so that it would hardly fall further than this says."""


@dataclass(frozen=True)
class Cells:
    """How far the runs of each cell of a grid came, [metrics, subsets, models] each.

    Attributes:
        passed: how many of its runs passed their minimum.
        converged: whether enough of them did.
        slope: median of d ln(metric) / d ln(step) at the ends of its runs; NaN where it is not known.
        reach: what the score of a cut cell might still be multiplied by, trained on; 1 where converged, and 0
            where a cut cell's slope is not known.
    """

    passed: NDArray[np.int64]
    converged: NDArray[np.bool_]
    slope: FloatArray
    reach: FloatArray

    @classmethod
    def of(
        cls, values: FloatArray, ran: NDArray[np.bool_], passed: NDArray[np.bool_], slope: FloatArray
    ) -> "Cells":
        """From runs, [metrics, subsets, models, seeds] each; `ran` [subsets, models, seeds]."""
        runs = ran.sum(axis=-1)
        count = (passed & ran).sum(axis=-1)
        share, of = PASSED_SHARE
        converged = np.asarray((of * count >= share * runs) & (runs > 0))
        known = np.asarray(np.where(ran & np.isfinite(values), slope, np.nan))
        some = np.asarray(np.isfinite(known).any(axis=-1, keepdims=True))
        filled = np.where(some, known, 0.0)  # nanmedian warns of rows without a number
        median, steepest = np.nanmedian(filled, axis=-1), np.nanmin(filled, axis=-1)
        some = some[..., 0]
        fall = np.where(some, TRAINED_ON ** np.minimum(steepest, 0.0), 0.0)
        return cls(
            passed=count,
            converged=converged,
            slope=np.where(some, median, np.nan),
            reach=np.where(converged, 1.0, fall),
        )
